package storage

import "time"

// AnonymousKind is a kind of thing that callers without a key may make.
type AnonymousKind string

// The kinds.
const (
	AnonymousQuotes       AnonymousKind = "quotes"
	AnonymousProposals    AnonymousKind = "proposals"
	AnonymousNegotiations AnonymousKind = "negotiations"
)

// SessionScope begins the scopes of the answers to callers without a key.
const SessionScope = "session:"

// Anonymous reads what callers without a key have made.
type Anonymous interface {
	// CountAnonymous counts what is nobody's of a kind, up to most, and looks at no more than that.
	CountAnonymous(kind AnonymousKind, most int) Pending[int64]
}

// AnonymousWriter removes what callers without a key have made.
type AnonymousWriter interface {
	// AnonymousForDelete answers, in the order of ids, at most limit of a kind whose id is after one and before another: those
	// that are over, and that no deal, order or approval is about, nor anything of another kind. It keeps them from changing
	// until the transaction ends.
	AnonymousForDelete(kind AnonymousKind, after, before string, limit int) Pending[[]string]
	// DeleteAnonymous removes what AnonymousForDelete has answered in this transaction.
	DeleteAnonymous(kind AnonymousKind, ids []string)
	// DeleteSessionAnswers removes at most limit answers to callers without a key that were made before an instant, and says
	// how many.
	DeleteSessionAnswers(before time.Time, limit int) Pending[int64]
}
