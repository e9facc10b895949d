package parley

import "time"

// ProposalStatus is where a proposal stands.
type ProposalStatus string

// The states of a proposal.
const (
	ProposalPendingApproval ProposalStatus = "pending_approval"
	ProposalAccepted        ProposalStatus = "accepted"
	ProposalCounterOffered  ProposalStatus = "counter_offered"
	ProposalRejected        ProposalStatus = "rejected"
	ProposalBooked          ProposalStatus = "booked"
	ProposalWithdrawn       ProposalStatus = "withdrawn"
	ProposalExpired         ProposalStatus = "expired"
	ProposalFailed          ProposalStatus = "failed"
)

var proposalLifecycle = lifecycle[ProposalStatus]{
	ProposalPendingApproval: {ProposalAccepted, ProposalCounterOffered, ProposalRejected, ProposalWithdrawn, ProposalExpired, ProposalFailed},
	ProposalCounterOffered:  {ProposalAccepted, ProposalPendingApproval, ProposalRejected, ProposalWithdrawn, ProposalExpired},
	ProposalAccepted:        {ProposalBooked, ProposalWithdrawn, ProposalExpired, ProposalFailed},
	ProposalRejected:        {},
	ProposalBooked:          {},
	ProposalWithdrawn:       {},
	ProposalExpired:         {},
	ProposalFailed:          {},
}

// Valid tells whether the status is one of a proposal's.
func (s ProposalStatus) Valid() bool { return proposalLifecycle.known(s) }

// Allows tells whether a proposal may move from this state to another.
func (s ProposalStatus) Allows(to ProposalStatus) bool { return proposalLifecycle.allows(s, to) }

// Open tells whether anything can still become of the proposal.
func (s ProposalStatus) Open() bool { return len(proposalLifecycle.next(s)) > 0 }

// Recommendation is what evaluating a proposal came to.
type Recommendation string

// The recommendations.
const (
	RecommendAccept  Recommendation = "accept"
	RecommendCounter Recommendation = "counter"
	RecommendReject  Recommendation = "reject"
)

// CounterTerms are what the seller offers instead of what was proposed. They are written for the buyer and hold no floor.
type CounterTerms struct {
	ProposedCPM    int64             `json:"proposed_cpm_micros"`
	MaxImpressions *int64            `json:"max_impressions,omitempty"` // that the offer is for; nil: as many as were proposed
	FlightStart    *Date             `json:"flight_start,omitempty"`
	FlightEnd      *Date             `json:"flight_end,omitempty"`
	Reason         string            `json:"reason"`
	NegotiationID  string            `json:"negotiation_id,omitempty"`
	RoundNumber    int               `json:"round_number,omitempty"`
	Action         NegotiationAction `json:"action,omitempty"`
}

// ProposalError says why a proposal was rejected, by the stage of the evaluation that found it.
type ProposalError struct {
	Stage  string `json:"stage"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// EvaluationStep is one step of the evaluation of a proposal, for the publisher: "why countered?".
type EvaluationStep struct {
	Stage   string         `json:"stage"` // validate, price, availability, decide, approval
	Outcome string         `json:"outcome"`
	Facts   map[string]any `json:"facts,omitempty"`
}

// Proposal is a buyer's offer on its own terms.
type Proposal struct {
	ID             string
	Owner          string
	Party          string // whom its prices count for, beyond the one key; see NegotiationDay
	Status         ProposalStatus
	Recommendation Recommendation
	ProductID      string
	ProductName    string
	InventoryType  string
	DealType       DealType
	ProposedCPM    Money
	Impressions    int64 // as proposed
	Flight         Flight
	Ask            PriceDecision // what the waterfall asks for
	// AgreedCPM and AgreedImpressions are set once the proposal is accepted; micros, and impressions.
	AgreedCPM          *int64
	AgreedImpressions  *int64
	CounterTerms       *CounterTerms
	NegotiationID      string
	ApprovalID         string // the last approval that was asked for
	DealID             string
	PricingVerified    bool
	VerificationReason string
	Errors             []ProposalError
	Trace              []EvaluationStep
	Tier               Tier
	Identity           Identity // as the credential vouched for it
	Claimed            Identity // what the buyer said of itself beyond that
	Carried            Carried
	Version            int64
	CreatedAt          time.Time
	UpdatedAt          time.Time
	ExpiresAt          time.Time
}

// At is the proposal as it stands at an instant: an open one whose time is over is expired, whether or not a sweep has
// recorded it.
func (p Proposal) At(now time.Time) Proposal {
	if p.Status.Open() && !now.Before(p.ExpiresAt) {
		p.Status = ProposalExpired
	}
	return p
}
