package parley

import (
	"encoding/json"
	"time"
)

// SessionStatus tells whether a session can be gone on with.
type SessionStatus string

// A session is over when it has been closed, or when its time has run out.
const (
	SessionActive  SessionStatus = "active"
	SessionClosed  SessionStatus = "closed"
	SessionExpired SessionStatus = "expired" // never stored; see At
)

// Session is a conversation between a buyer and the seller: it groups what the buyer did in it, and keeps the messages. What
// was done is told by the events that name the session, and is not kept a second time.
type Session struct {
	ID        string
	Owner     string
	ContextID string // the buyer's own name of it; empty: it has none
	Status    SessionStatus
	Identity  Identity // as the credential vouched for it when the session began
	Metadata  json.RawMessage
	Messages  int // how many there are
	CreatedAt time.Time
	UpdatedAt time.Time
	ExpiresAt time.Time
	ClosedAt  *time.Time
}

// At is the session as it is at an instant, when its time may have run out.
func (s Session) At(now time.Time) Session {
	if s.Status == SessionActive && !now.Before(s.ExpiresAt) {
		s.Status = SessionExpired
	}
	return s
}

// SessionMessage is one turn of a session.
type SessionMessage struct {
	Number   int    // from 1
	Role     string // user: the buyer; assistant: the seller's people
	Type     string // in the words of who sent it, such as inquiry
	Content  string
	Metadata json.RawMessage
	Actor    string
	At       time.Time
}

// The roles of messages.
const (
	RoleOfBuyer  = "user"
	RoleOfSeller = "assistant"
)
