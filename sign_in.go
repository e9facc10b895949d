package parley

import "time"

// SignIn is a session of the deal desk's page: one of the publisher's people at one browser, by one key.
type SignIn struct {
	ID      string
	KeyID   string
	Address string // of the client, when it was last used
	Browser string // as it calls itself: its own words
	At      time.Time
	UsedAt  time.Time // within a minute or so
	EndedAt *time.Time
	EndedBy string // the principal; empty: nobody ended it
}
