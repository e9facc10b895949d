package parley

import (
	"cmp"
	"time"
)

// DealStatus is where a deal stands.
type DealStatus string

// The states of a deal, as the shared contract names them.
const (
	DealProposed           DealStatus = "proposed" // waiting at an approval gate: id minted, inventory held
	DealNegotiating        DealStatus = "negotiating"
	DealAccepted           DealStatus = "accepted"
	DealBooked             DealStatus = "booked"
	DealActive             DealStatus = "active"
	DealMakegoodPending    DealStatus = "makegood_pending"
	DealPartiallyCancelled DealStatus = "partially_cancelled"
	DealCompleted          DealStatus = "completed"
	DealCancelled          DealStatus = "cancelled"
	DealRejected           DealStatus = "rejected"
	DealExpired            DealStatus = "expired"
)

var dealLifecycle = lifecycle[DealStatus]{
	DealProposed:           {DealNegotiating, DealAccepted, DealRejected, DealExpired, DealCancelled},
	DealNegotiating:        {DealProposed, DealAccepted, DealRejected, DealExpired, DealCancelled},
	DealAccepted:           {DealBooked, DealRejected, DealExpired, DealCancelled},
	DealBooked:             {DealActive, DealPartiallyCancelled, DealCancelled, DealCompleted},
	DealActive:             {DealMakegoodPending, DealPartiallyCancelled, DealCancelled, DealCompleted},
	DealMakegoodPending:    {DealActive, DealPartiallyCancelled, DealCancelled, DealCompleted},
	DealPartiallyCancelled: {DealActive, DealCancelled, DealCompleted},
	DealCompleted:          {},
	DealCancelled:          {},
	DealRejected:           {},
	DealExpired:            {},
}

// Valid tells whether the status is one of the deal's states.
func (s DealStatus) Valid() bool { return dealLifecycle.known(s) }

// Allows tells whether a deal may move from this state to another.
func (s DealStatus) Allows(to DealStatus) bool { return dealLifecycle.allows(s, to) }

// Next are the states that may follow.
func (s DealStatus) Next() []DealStatus { return dealLifecycle.next(s) }

// Activates tells whether a deal in this state is one that a DSP can run, or has run: before it is booked, and when it is
// called off, there is nothing to activate.
func (s DealStatus) Activates() bool {
	switch s {
	case DealBooked, DealActive, DealMakegoodPending, DealPartiallyCancelled, DealCompleted:
		return true
	case DealProposed, DealNegotiating, DealAccepted, DealCancelled, DealRejected, DealExpired:
	}
	return false
}

// DealStatuses are all states, in the order of a smooth run.
var DealStatuses = [...]DealStatus{
	DealNegotiating, DealProposed, DealAccepted, DealBooked, DealActive, DealMakegoodPending, DealPartiallyCancelled,
	DealCompleted, DealCancelled, DealRejected, DealExpired,
}

// Runs tells whether a deal in this state is in force, so that it can be ordered and changed and its orders go on: booked or
// active, also while the publisher owes a makegood, and with what a partial cancellation has left of it.
func (s DealStatus) Runs() bool {
	switch s {
	case DealBooked, DealActive, DealMakegoodPending, DealPartiallyCancelled:
		return true
	case DealProposed, DealNegotiating, DealAccepted, DealCompleted, DealCancelled, DealRejected, DealExpired:
	}
	return false
}

// HoldsInventory tells whether a guaranteed deal in this state has its impressions reserved.
func (s DealStatus) HoldsInventory() bool {
	switch s {
	case DealRejected, DealExpired, DealCancelled:
		return false
	case DealProposed, DealNegotiating, DealAccepted, DealBooked, DealActive, DealMakegoodPending,
		DealPartiallyCancelled, DealCompleted:
		return true
	}
	return false
}

// AgreedFlight is the flight that both sides last agreed to: as booked, or as a change left it that somebody approved or that
// the other side applied.
func (d Deal) AgreedFlight() Flight {
	if d.Agreed != nil {
		return *d.Agreed
	}
	return d.Flight
}

// Deal is what was sold: the terms that both sides are held to.
type Deal struct {
	ID            string
	Owner         string
	Status        DealStatus
	QuoteID       string // the quote it was booked from, if any
	ProposalID    string // the proposal it was made from, if any
	NegotiationID string // the negotiation that set its price, if any
	ProductID     string
	ProductName   string
	InventoryType string
	DealType      DealType
	MediaType     MediaType
	Impressions   int64 // 0: none named (never for PG)
	Flight        Flight
	Price         PriceDecision // FinalCPM is the price agreed
	Tier          Tier
	Identity      Identity // as the credential vouched for it
	Claimed       Identity // what the buyer said of itself beyond that
	Carried       Carried
	Notes         string
	StatusReason  string // for the buyer: why a deal that came to nothing did; empty otherwise
	BookedOn      Date   // in the publisher's time zone; 0 until it is booked
	// AssumedImpressions is the volume that the deal counts with in its buyer's booked values when it names none: what was
	// available over the flight. 0: not known.
	AssumedImpressions int64
	// Agreed is the flight that both sides last agreed to, where it has been shifted since by changes that nobody was asked
	// about; nil where it is the deal's own.
	Agreed    *Flight
	Version   int64           // counts up with each change
	Changes   []ChangeRequest // that are not over: open ones, and work that somebody took on; filled in for readers
	Aliases   []DealAlias     // what it is called elsewhere; filled in for readers
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Seat is the buyer's seat that it is sold for: the credential's, or else the one that the buyer named; empty: none is known.
func (d Deal) Seat() string { return cmp.Or(d.Identity.SeatID, d.Claimed.SeatID) }

// value is what the deal counts for in the sums of its buyer's account: its CPM x volume / 1000, in micros.
func (d Deal) value() int64 {
	volume := d.Impressions
	if volume == 0 {
		volume = d.AssumedImpressions
	}
	value, err := DealValue(d.Price.FinalCPM, volume)
	if err != nil {
		return 0
	}
	return value
}

// CountsBooked is what the deal adds to the value that its buyer's account has booked on a day, in micros.
func (d Deal) CountsBooked(day Date) int64 {
	switch d.Status {
	case DealBooked, DealActive, DealMakegoodPending, DealPartiallyCancelled, DealCompleted:
		if d.BookedOn == day || d.BookedOn == 0 && DateOf(d.CreatedAt, time.UTC) == day {
			return d.value()
		}
	case DealProposed, DealNegotiating, DealAccepted, DealCancelled, DealRejected, DealExpired:
	}
	return 0
}

// CountsOpen is what the deal adds to the value of its buyer's running deals on a day, in micros.
func (d Deal) CountsOpen(day Date) int64 {
	switch d.Status {
	case DealBooked, DealActive, DealMakegoodPending, DealPartiallyCancelled:
		if d.Flight.End >= day {
			return d.value()
		}
	case DealCompleted, DealProposed, DealNegotiating, DealAccepted, DealCancelled, DealRejected, DealExpired:
	}
	return 0
}
