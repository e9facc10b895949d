package parley

import "time"

// SavedView is a look at the inbox that one of the publisher's people comes back to.
type SavedView struct {
	KeyID   string // the first of the person's keys
	Name    string // no two of a person's have the same
	Query   string // what narrows the inbox, as an address has it
	SavedAt time.Time
}
