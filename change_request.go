package parley

import (
	"encoding/json"
	"slices"
	"time"
)

// ChangeType is what a change request calls itself. How severe it is follows from what it does, not from its type.
type ChangeType string

// The types of the shared contract.
const (
	ChangeFlightDates  ChangeType = "flight_dates"
	ChangeImpressions  ChangeType = "impressions"
	ChangePricing      ChangeType = "pricing"
	ChangeCreative     ChangeType = "creative"
	ChangeTargeting    ChangeType = "targeting"
	ChangeCancellation ChangeType = "cancellation"
	ChangeMakegood     ChangeType = "makegood"
	ChangeOther        ChangeType = "other"
)

// ChangeTypes are all types.
var ChangeTypes = [...]ChangeType{
	ChangeFlightDates, ChangeImpressions, ChangePricing, ChangeCreative, ChangeTargeting, ChangeCancellation, ChangeMakegood,
	ChangeOther,
}

// ParseChangeType reads a type's name.
func ParseChangeType(name string) (ChangeType, bool) {
	for _, t := range ChangeTypes {
		if string(t) == name {
			return t, true
		}
	}
	return "", false
}

// ForPeople tells whether requests of the type are about work that a person reads, whatever terms they set beside it.
func (t ChangeType) ForPeople() bool {
	switch t {
	case ChangeCreative, ChangeTargeting, ChangeMakegood, ChangeOther:
		return true
	case ChangeFlightDates, ChangeImpressions, ChangePricing, ChangeCancellation:
	}
	return false
}

// Terms are the terms, by the names that flows give them, that requests of the type may set, and the only ones. A cancellation gives
// up and sets nothing beside; more days and the volume and the price for them are one request, of any other type: what it does says
// how it is judged.
func (t ChangeType) Terms() []string {
	if t == ChangeCancellation {
		return []string{"cancel_pct", "effective_date"}
	}
	return []string{"flight_start", "flight_end", "impressions", "price"}
}

// Severity says how much of a deal a change touches, and so whether a person has to look at it.
type Severity string

// The severities, from what is approved at once to what a deal stands or falls with.
const (
	SeverityMinor    Severity = "minor"
	SeverityMaterial Severity = "material"
	SeverityCritical Severity = "critical"
)

var severityRanks = map[Severity]int{SeverityMinor: 1, SeverityMaterial: 2, SeverityCritical: 3}

// Worse is the graver of two severities; the empty one is less than any.
func (s Severity) Worse(other Severity) Severity {
	if severityRanks[other] > severityRanks[s] {
		return other
	}
	return s
}

// Side is one of the two that are held to a deal.
type Side string

// The sides.
const (
	SideBuyer  Side = "buyer"
	SideSeller Side = "seller"
)

// ChangeLapse is how long an approved change can be applied.
const ChangeLapse = 7 * 24 * time.Hour

// MinorShiftDays is how far either end of a flight may move, in days, for the change to be minor.
const MinorShiftDays = 3

// ChangeStatus is where a change request stands.
type ChangeStatus string

// The states of a change request, as the shared contract names them.
const (
	ChangePending         ChangeStatus = "pending"
	ChangeValidating      ChangeStatus = "validating"
	ChangePendingApproval ChangeStatus = "pending_approval"
	ChangeApproved        ChangeStatus = "approved"
	ChangeRejected        ChangeStatus = "rejected"
	ChangeApplied         ChangeStatus = "applied"
	ChangeFailed          ChangeStatus = "failed"
)

// A request is validated in the transaction that receives it, so that no reader finds one pending or validating.
var changeLifecycle = lifecycle[ChangeStatus]{
	ChangePending:         {ChangeValidating},
	ChangeValidating:      {ChangePendingApproval, ChangeApproved, ChangeRejected},
	ChangePendingApproval: {ChangeApproved, ChangeRejected},
	ChangeApproved:        {ChangeApplied, ChangeFailed, ChangePendingApproval},
	ChangeRejected:        {},
	ChangeApplied:         {},
	ChangeFailed:          {},
}

// Valid tells whether the status is one of a change request's.
func (s ChangeStatus) Valid() bool { return changeLifecycle.known(s) }

// Allows tells whether a change request may move from this state to another.
func (s ChangeStatus) Allows(to ChangeStatus) bool { return changeLifecycle.allows(s, to) }

// ChangeTerms are the terms of the deal that a change sets; nil leaves a term as it is.
type ChangeTerms struct {
	FlightStart *Date         `json:"flight_start,omitempty"`
	FlightEnd   *Date         `json:"flight_end,omitempty"`
	Impressions *int64        `json:"impressions,omitempty"`
	CPM         *int64        `json:"cpm_micros,omitempty"`
	Cancel      *Cancellation `json:"cancel,omitempty"`
}

// The members of what a change request proposes, as both dialects name them.
var (
	// TermMembers are the terms that a change sets.
	TermMembers = []string{
		"flight_start", "start_date", "flight_end", "end_date", "impressions", "price", "cpm", "final_cpm", "cancel_pct", "effective_date",
	}
	// FixedMembers are what no change moves: they can be there as they are.
	FixedMembers = []string{"product_id", "deal_type", "currency"}
	// WordMembers are for people.
	WordMembers = []string{"notes", "reason"}
)

// ExpectedTerms are what the terms of a deal are taken to be; nil where nothing is said of one.
type ExpectedTerms struct {
	ProductID   *string     `json:"product_id,omitempty"`
	DealType    *DealType   `json:"deal_type,omitempty"`
	Status      *DealStatus `json:"status,omitempty"`
	FlightStart *Date       `json:"flight_start,omitempty"`
	FlightEnd   *Date       `json:"flight_end,omitempty"`
	Impressions *int64      `json:"impressions,omitempty"`
	CPM         *int64      `json:"cpm_micros,omitempty"`
	Currency    *Currency   `json:"currency,omitempty"`
}

// Names are the terms that are set, by the names that flows give them, in one order.
func (t ChangeTerms) Names() []string {
	var names []string
	for _, term := range []struct {
		name string
		set  bool
	}{
		{"flight_start", t.FlightStart != nil},
		{"flight_end", t.FlightEnd != nil},
		{"impressions", t.Impressions != nil},
		{"price", t.CPM != nil},
		{"cancel_pct", t.Cancel != nil && (t.Cancel.From == nil || t.Cancel.Share != WholeDeal)},
		{"effective_date", t.Cancel != nil && t.Cancel.From != nil},
	} {
		if term.set {
			names = append(names, term.name)
		}
	}
	return names
}

// OnlyEnds tells whether the terms give up a deal, or a part of it, and set nothing beside.
func (t ChangeTerms) OnlyEnds() bool {
	return t.Cancel != nil && t.FlightStart == nil && t.FlightEnd == nil && t.Impressions == nil && t.CPM == nil
}

// Cancellation ends a deal, or a part of it.
type Cancellation struct {
	// Share of the impressions that is given up, in millionths of them; 1,000,000 is all that is left.
	Share int64 `json:"share_ppm"`
	// From is the first day without delivery; nil: the deal ends as if it had never run.
	From *Date `json:"from,omitempty"`
	// Direct is the publisher's own ending of the deal, which only its rules hold: neither the desk is asked, which asks for it
	// itself, nor is it left to the buyer.
	Direct bool `json:"direct,omitempty"`
}

// WholeDeal is the share of a cancellation that leaves nothing.
const WholeDeal int64 = 1_000_000

// ChangeDiff is one difference that a change makes. Values are JSON, in the documented form: dates, counts, decimal CPMs.
type ChangeDiff struct {
	Field string          `json:"field"`
	Old   json.RawMessage `json:"old_value"`
	New   json.RawMessage `json:"new_value"`
}

// ChangeAvailability is what the ledger said when the change was asked for; it holds nothing.
type ChangeAvailability struct {
	Available   bool   `json:"available"`
	Impressions *int64 `json:"available_impressions"` // nil: capacity not declared
}

// PricingImpact is what a change does to the value of a deal, in micros of its currency.
type PricingImpact struct {
	Before   int64    `json:"before_micros"`
	After    int64    `json:"after_micros"`
	Currency Currency `json:"currency"`
}

// DealTerms is a deal's state that a change may touch.
type DealTerms struct {
	Status      DealStatus             `json:"status"`
	Impressions int64                  `json:"impressions"`
	Flight      Flight                 `json:"flight"`
	CPM         int64                  `json:"cpm_micros"`
	Currency    Currency               `json:"currency"`
	Version     int64                  `json:"version"`
	Orders      map[string]OrderStatus `json:"orders,omitempty"`
}

// Terms is the part of the deal that a change may touch.
func (d Deal) Terms() DealTerms {
	return DealTerms{
		Status: d.Status, Impressions: d.Impressions, Flight: d.Flight, CPM: d.Price.FinalCPM, Currency: d.Price.Currency, Version: d.Version,
	}
}

// ChangeRequest asks for a deal to be changed. It is approved, at once or by a person, and then applied, once, to the deal,
// its orders and the inventory together. What it makes of the deal is judged anew when it is applied, and may have to be
// approved once more.
type ChangeRequest struct {
	ID           string
	Owner        string
	Status       ChangeStatus
	Type         ChangeType
	Severity     Severity
	DealID       string
	OrderID      string // the order that it was asked for, if any
	Reason       string
	Proposed     json.RawMessage // an object, as the buyer wrote it
	Terms        ChangeTerms     // what of it the deal has
	Expected     ExpectedTerms   // what the deal's terms are taken to be: a change that sets some is one from all of them as they were
	Diffs        []ChangeDiff
	Makegood     json.RawMessage // an object; nil but for a makegood
	Availability *ChangeAvailability
	Impact       *PricingImpact
	ApprovalID   string // the question to the deal desk; empty when none was needed

	AskedBy     Side // a change that the seller asks for and that costs the buyer is the buyer's to apply
	RequestedBy string
	RequestedAt time.Time
	ApprovedBy  string
	ApprovedAt  *time.Time
	LapsesAt    *time.Time // from when on it can no longer be applied; nil until it is approved, and for what changes no terms
	AppliedBy   string
	AppliedAt   *time.Time
	// RejectionReason and FailureReason are written for the buyer.
	RejectionReason string
	FailureReason   string

	Before    *DealTerms // what applying found; nil until then
	Version   int64      // counts up with each change
	UpdatedAt time.Time
}

// ForAPerson tells whether the request changes none of the deal's terms: then it is work that somebody takes on.
func (c ChangeRequest) ForAPerson() bool { return len(c.Diffs) == 0 }

// Ends tells whether nothing of the deal is left by the request.
func (c ChangeRequest) Ends() bool {
	return c.Terms.Cancel != nil && slices.ContainsFunc(c.Diffs, func(d ChangeDiff) bool { return d.Field == "status" && string(d.New) == `"`+string(DealCancelled)+`"` })
}

// Direct tells whether the request is the publisher's own ending of the deal; see Cancellation.
func (c ChangeRequest) Direct() bool { return c.Terms.Cancel != nil && c.Terms.Cancel.Direct }

// At is the change request as it stands at an instant: an approved one that nobody applied in time has failed, whether or not
// a sweep has recorded it.
func (c ChangeRequest) At(now time.Time) ChangeRequest {
	if c.Status == ChangeApproved && c.LapsesAt != nil && !now.Before(*c.LapsesAt) {
		c.Status, c.FailureReason = ChangeFailed, "Nobody applied it within 7 days of its approval."
	}
	return c
}
