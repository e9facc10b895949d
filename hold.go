package parley

import "time"

// HoldStatus is where a hold stands.
type HoldStatus string

// A hold is active until its quote is booked, it is given back, its quote ends otherwise, or its time is over.
const (
	HoldActive   HoldStatus = "active"
	HoldTaken    HoldStatus = "taken" // its quote was booked
	HoldReleased HoldStatus = "released"
	HoldExpired  HoldStatus = "expired"
)

// Hold keeps the impressions of a guaranteed quote free for its buyer until an instant. It counts in the inventory ledger as a
// reservation does, on the same days, and booking the quote takes it over.
type Hold struct {
	ID          string
	QuoteID     string
	Owner       string // the buyer's, of whom the quote is
	ProductID   string
	Impressions int64
	Flight      Flight
	Status      HoldStatus
	// ByDesk tells that an operator holds for the buyer, within limits of the desk's own.
	ByDesk bool
	// Slot is the hold's place among the active ones of its owner, its product and its side, counted from 1: there are as many as
	// the settings allow holds. 0 once it has ended.
	Slot  int
	Until time.Time // when it ends by itself
	// QuoteUntil is when the quote would have expired, where the hold keeps it open for longer; nil where it does not. When the
	// hold ends without a deal, the quote expires then again.
	QuoteUntil *time.Time
	DealID     string // empty unless taken
	CreatedBy  string // who holds, as in events
	CreatedAt  time.Time
	EndedAt    *time.Time
}

// At is the hold as it stands at an instant: an active one whose time is over has expired, whether or not a sweep has recorded it.
func (h Hold) At(now time.Time) Hold {
	if h.Status == HoldActive && !now.Before(h.Until) {
		h.Status = HoldExpired
	}
	return h
}
