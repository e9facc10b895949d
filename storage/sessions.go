package storage

import (
	"time"

	"parley"
)

// SessionFilter narrows a list of sessions. Zero values match all.
type SessionFilter struct {
	Owner  *string
	Status parley.SessionStatus // as stored, or expired by Now
	Now    time.Time
	Live   bool // only those whose time has not run out by Now
	Page   Page
}

// Sessions reads sessions. They are answered as stored; see parley.Session.At.
type Sessions interface {
	Session(id string) Pending[parley.Session]
	// SessionIn answers the session that its owner names by a context, or nil.
	SessionIn(owner, contextID string) Pending[*parley.Session]
	Sessions(filter SessionFilter) Pending[Listing[parley.Session]]
	// SessionMessages answers a session's messages in their order; Page.After is not used.
	SessionMessages(id string, page Page) Pending[Listing[parley.SessionMessage]]
	// SessionNegotiations and SessionDeals answer the ids, at most limit of them and in their order, of what events of a session
	// name and what is under way at now.
	SessionNegotiations(id string, now time.Time, limit int) Pending[[]string]
	SessionDeals(id string, limit int) Pending[[]string]
}

// SessionWriter changes sessions.
type SessionWriter interface {
	// LockSessions waits until no other transaction opens a session of this owner, and keeps others waiting until this one
	// ends. In an append it does nothing.
	LockSessions(owner string)
	// SessionForUpdate reads the session and keeps it from changing until the transaction ends.
	SessionForUpdate(id string) Pending[parley.Session]
	// InsertSession stores a new session; it may be part of an append. A context that its owner has used is CodeContention.
	InsertSession(s parley.Session)
	// UpdateSession stores the status, the number of messages and the times of a session.
	UpdateSession(s parley.Session)
	// InsertSessionMessage stores a message; a number that is there already is CodeContention.
	InsertSessionMessage(id string, m parley.SessionMessage)
	// DeleteSessions removes at most limit sessions whose time was over before an instant, with their messages, and says how
	// many.
	DeleteSessions(before time.Time, limit int) Pending[int64]
}
