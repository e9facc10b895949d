package parley

import (
	"encoding/json"
	"time"
)

// NegotiationStatus is where a negotiation stands.
type NegotiationStatus string

// The states of a negotiation. The contract dialect shows pending_approval as active.
const (
	NegotiationActive          NegotiationStatus = "active"
	NegotiationPendingApproval NegotiationStatus = "pending_approval"
	NegotiationAccepted        NegotiationStatus = "accepted"
	NegotiationRejected        NegotiationStatus = "rejected"
	NegotiationExpired         NegotiationStatus = "expired"
)

var negotiationLifecycle = lifecycle[NegotiationStatus]{
	NegotiationActive:          {NegotiationPendingApproval, NegotiationAccepted, NegotiationRejected, NegotiationExpired},
	NegotiationPendingApproval: {NegotiationActive, NegotiationAccepted, NegotiationRejected, NegotiationExpired},
	NegotiationAccepted:        {},
	NegotiationRejected:        {},
	NegotiationExpired:         {},
}

// Valid tells whether the status is one of a negotiation's.
func (s NegotiationStatus) Valid() bool { return negotiationLifecycle.known(s) }

// Allows tells whether a negotiation may move from this state to another.
func (s NegotiationStatus) Allows(to NegotiationStatus) bool {
	return negotiationLifecycle.allows(s, to)
}

// Concluded tells whether the negotiation takes no further round.
func (s NegotiationStatus) Concluded() bool { return len(negotiationLifecycle.next(s)) == 0 }

// NegotiationAction is the seller's answer in a round.
type NegotiationAction string

// The actions.
const (
	ActionAccept     NegotiationAction = "accept"
	ActionCounter    NegotiationAction = "counter"
	ActionFinalOffer NegotiationAction = "final_offer"
	ActionReject     NegotiationAction = "reject"
)

// NegotiationLimits are the strategy of a negotiation and what it may give away. They never leave the publisher.
type NegotiationLimits struct {
	Strategy            string      `json:"strategy"` // as package negotiation names them
	MaxRounds           int         `json:"max_rounds"`
	RoundCap            BasisPoints `json:"round_cap_bp"`   // of the base, in one round
	TotalCap            BasisPoints `json:"total_cap_bp"`   // of the base, over all rounds
	BuyerShare          BasisPoints `json:"buyer_share_bp"` // of the gap between the seller's standing price and the buyer's
	AcceptanceThreshold BasisPoints `json:"acceptance_threshold_bp"`
	// Exponent shapes a time-dependent strategy, in thousandths: below 1000 it holds out (Boulware), above it yields
	// early (Conceder).
	Exponent int `json:"exponent_thousandths,omitempty"`
	// LowballDepth is how many times the total cap a buyer's price may be under the base and still be taken as serious, in
	// thousandths. What is under that earns no concession.
	LowballDepth int `json:"lowball_depth_thousandths,omitempty"`
}

// NegotiationRound is one exchange: the buyer's price and the seller's answer to it.
type NegotiationRound struct {
	Number      int               `json:"number"` // from 1, without gaps
	Action      NegotiationAction `json:"action"`
	BuyerCPM    int64             `json:"buyer_micros"`  // 0: none named (a rejection)
	SellerCPM   int64             `json:"seller_micros"` // the price that stands after the round
	Concession  int64             `json:"concession_ppm"`
	Cumulative  int64             `json:"cumulative_ppm"` // parts per million of the base
	Rationale   string            `json:"rationale"`      // for the buyer
	BuyerReason string            `json:"buyer_reason,omitempty"`
	Trace       json.RawMessage   `json:"trace,omitempty"` // for the publisher
	At          time.Time         `json:"at"`
}

// NegotiationDay is what a party has opened and heard over one product on one day: what bounds its further negotiations.
type NegotiationDay struct {
	Party     string // as Negotiation has it
	ProductID string
	Currency  Currency
	Day       Date // in the publisher's time zone
	Opened    int64
	// LowestCPM is the lowest price stated or agreed, in proportion to the base that it was stated on; both 0 before the first.
	LowestCPM int64
	BaseCPM   int64
}

// Negotiation is a run of rounds over the price of one proposal or one quote.
type Negotiation struct {
	ID          string
	Owner       string
	Party       string // whom its prices count for, beyond the one key; see NegotiationDay
	Status      NegotiationStatus
	ProposalID  string // the proposal it was opened on, or
	QuoteID     string // the quote
	ProductID   string
	DealType    DealType
	Impressions int64
	Flight      Flight
	Tier        Tier
	Currency    Currency
	BaseCPM     int64 // the buyer's ask when the negotiation opened
	FloorCPM    int64
	Limits      NegotiationLimits
	// LowestCPM, when not 0, is where the buyer was left in its earlier negotiations over the product on the same day:
	// this one makes it its final offer at once and goes no lower.
	LowestCPM int64
	Rounds    []NegotiationRound // oldest first
	AgreedCPM *int64
	// HeldBy is the operator who answers the buyer instead of the agent, as Principal.Actor has it; empty: the agent does.
	HeldBy     string
	ApprovalID string
	DealID     string // that booked what was agreed on a quote
	Version    int64
	StartedAt  time.Time
	UpdatedAt  time.Time
	EndedAt    *time.Time
	ExpiresAt  time.Time
}

// At is the negotiation as it stands at an instant: an active one without an answer in its time is expired, whether or
// not a sweep has recorded it.
func (n Negotiation) At(now time.Time) Negotiation {
	if n.Status == NegotiationActive && !now.Before(n.ExpiresAt) {
		n.Status = NegotiationExpired
	}
	return n
}

// StandingCPM is the seller's last price: the base before the first round.
func (n Negotiation) StandingCPM() int64 {
	if len(n.Rounds) == 0 {
		return n.BaseCPM
	}
	return n.Rounds[len(n.Rounds)-1].SellerCPM
}

// NegotiationProfiles set how is negotiated.
var NegotiationProfiles = RuleKind{
	Name: "negotiation_profile", Words: "negotiation profile", Prefix: PrefixNegotiationProfile, Changed: EventNegotiationProfilesChanged,
}

// What ids of negotiation profiles begin with, and what happens to them.
const (
	PrefixNegotiationProfile                  = "prof-"
	EventNegotiationProfilesChanged EventType = "negotiation_profiles.changed"
)

// NegotiationProfile overrides the limits of a tier for what it matches; nil leaves a limit as it is. An empty list matches
// everything.
type NegotiationProfile struct {
	ID       string
	Name     string
	Priority int // higher first; ties by ID
	Enabled  bool

	Selector

	Strategy            *string
	MaxRounds           *int
	RoundCap            *BasisPoints
	TotalCap            *BasisPoints
	BuyerShare          *BasisPoints
	AcceptanceThreshold *BasisPoints
	Exponent            *int         // thousandths
	LowballDepth        *int         // thousandths
	Tolerance           *BasisPoints // how far under the ask a proposal is accepted as it is

	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
	UpdatedBy string
}

// Normal is the profile with its selector in one form.
func (p NegotiationProfile) Normal() NegotiationProfile {
	p.Selector = p.Selector.Normal()
	return p
}
