package parley

import (
	"strings"
	"time"
)

// Gate is a point in a flow at which a person may have to decide.
type Gate string

// The gates.
const (
	GateProposalDecision  Gate = "proposal_decision"
	GateNegotiationAccept Gate = "negotiation_accept"
	GateDealBooking       Gate = "deal_booking"
	GateOrderSubmission   Gate = "order_submission"
	GateChangeRequest     Gate = "change_request"
)

// Gates are all gates.
var Gates = [...]Gate{GateProposalDecision, GateNegotiationAccept, GateDealBooking, GateOrderSubmission, GateChangeRequest}

// ParseGate reads a gate's name.
func ParseGate(name string) (Gate, bool) {
	for _, g := range Gates {
		if string(g) == name {
			return g, true
		}
	}
	return "", false
}

// OnTimeout says what becomes of an approval that nobody decided in time.
type OnTimeout string

// What a timeout does.
const (
	TimeoutRejects   OnTimeout = "reject"
	TimeoutEscalates OnTimeout = "escalate" // another role gets the same time again, and then it is rejected
)

// ApprovalRules are the rules of the gates.
var ApprovalRules = RuleKind{Name: "approval_rule", Words: "approval rule", Prefix: PrefixApprovalRule, Changed: EventApprovalRulesChanged}

// What ids of approval rules begin with, and what happens to them.
const (
	PrefixApprovalRule                  = "gate-"
	EventApprovalRulesChanged EventType = "approval_rules.changed"
)

// ApprovalRule stops what it matches at a gate until a person with the rule's role has decided.
type ApprovalRule struct {
	ID         string
	Name       string
	Gate       Gate
	Condition  string // in CEL over the case; empty matches everything at the gate
	Role       Scope  // who may decide; admin always may
	SecondRole Scope  // of another person, who has to say yes as well, in either order; empty: one is enough
	Timeout    time.Duration
	OnTimeout  OnTimeout
	EscalateTo Scope    // the role that a timeout escalates to
	AccountIDs []string // of buyers, with all that belong to them; empty: every buyer
	Priority   int      // higher first; ties by ID
	Enabled    bool
	Version    int64 // counts up with each change
	CreatedAt  time.Time
	UpdatedAt  time.Time
	UpdatedBy  string
}

// SameTerms tells whether a grant of one case is a grant of another: the product, the days, the volume, the price, the
// currency and the way of selling are the same, and so is what was recommended.
func (c ApprovalCase) SameTerms(other ApprovalCase) bool {
	sameVolume := c.Volume != VolumeStated && other.Volume != VolumeStated ||
		c.Volume == other.Volume && c.Impressions == other.Impressions
	return sameVolume && c.ProductID == other.ProductID && c.FlightStart == other.FlightStart && c.FlightEnd == other.FlightEnd &&
		c.Price == other.Price && c.Currency == other.Currency && c.DealType == other.DealType && c.Recommendation == other.Recommendation
}

// Over is the case of terms that name no volume with what is available over their flight; nil: that is not known. What is too much to be
// reckoned with is not known either.
func (c ApprovalCase) Over(available *int64) ApprovalCase {
	c.Volume, c.Impressions, c.DealValue = VolumeUnknown, 0, 0
	if available == nil {
		return c
	}
	if value, err := DealValue(c.Price, *available); err == nil {
		c.Volume, c.Impressions, c.DealValue = VolumeAvailable, *available, value
	}
	return c
}

// ApprovalCase is what a rule's condition is evaluated over: the facts of one decision. Amounts are micros; a condition
// sees them in currency units.
type ApprovalCase struct {
	DealValue      int64    `json:"deal_value_micros"` // Price x Impressions / 1000
	Price          int64    `json:"price_micros"`      // CPM
	Ask            int64    `json:"ask_micros"`        // CPM
	Currency       Currency `json:"currency"`
	Impressions    int64    `json:"impressions"`
	Volume         Volume   `json:"volume,omitempty"` // where Impressions come from
	FlightStart    Date     `json:"flight_start"`
	FlightEnd      Date     `json:"flight_end"`
	FlightDays     int64    `json:"flight_days"`
	DealType       DealType `json:"deal_type"`
	BuyerTier      Tier     `json:"buyer_tier"`
	ProductID      string   `json:"product_id"`
	InventoryType  string   `json:"inventory_type"`
	Recommendation string   `json:"recommendation"`     // empty where nothing is recommended
	ValueToday     int64    `json:"value_today_micros"` // what else the buyer's account booked today
	ValueOpen      int64    `json:"value_open_micros"`  // what else of it runs
	// AccountIDs are the accounts that the buyer's identity names, and those above them. Of a case that nobody was asked about they, and what
	// else the buyer has booked, may be empty because no rule looks at it.
	AccountIDs []string `json:"account_ids,omitempty"`
	// Floor is, of a change that sets terms, under which they were not sold when it was asked about; CPM. 0: there was none. No
	// condition sees it.
	Floor int64 `json:"floor_micros,omitempty"`
}

// Volume says where the impressions of a case come from.
type Volume string

// The kinds of volume.
const (
	VolumeStated    Volume = ""          // the terms name it
	VolumeAvailable Volume = "available" // they name none: it is what is available over the flight
	VolumeUnknown   Volume = "unknown"   // nor is that known: Impressions and DealValue are 0, and above every limit to a rule
)

// UnderFloor tells whether the price was under the floor when it was asked about; while it is, nobody can grant it.
func (c ApprovalCase) UnderFloor() bool { return c.Price < c.Floor }

// DiscountPct is how far the price is under the ask, in percent of the ask; 0 when it is not. It is one division of whole
// numbers, so that a discount of exactly 12.5% or 8.33% is the number that is written so.
func (c ApprovalCase) DiscountPct() float64 {
	if c.Ask <= 0 || c.Price >= c.Ask {
		return 0
	}
	return float64(100*(c.Ask-c.Price)) / float64(c.Ask)
}

// Normal is the rule with the accounts that it is for each once.
func (r ApprovalRule) Normal() ApprovalRule {
	r.AccountIDs = each(r.AccountIDs, strings.TrimSpace)
	return r
}
