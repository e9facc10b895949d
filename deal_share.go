package parley

import "time"

// DealShare is a link under which anybody who has it reads a deal's sheet: what the buyer may know of it, and no more.
type DealShare struct {
	ID        string
	DealID    string
	Hash      string // HashSecret of the secret in the link
	CreatedBy string // the principal
	CreatedAt time.Time
	ExpiresAt time.Time
	EndedBy   string // the principal; empty: nobody ended it
	EndedAt   *time.Time
}

// Live tells whether the link leads to the sheet at an instant.
func (s DealShare) Live(now time.Time) bool { return s.EndedAt == nil && now.Before(s.ExpiresAt) }
