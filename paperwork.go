package parley

import "time"

// Paperwork is what the publisher's people file with a deal for themselves. No buyer reads it.
type Paperwork struct {
	DealID        string
	PurchaseOrder string   // the buyer's number of it; empty: none
	Labels        []string // in the order in which they were given, none twice
	Note          string
	UpdatedBy     string // the principal; empty of what was never filed
	UpdatedAt     time.Time
	Version       int64 // 0: nothing was ever filed
}
