package rest

import (
	"crypto/rand"

	"parley/edge"

	"parley"
)

// sessionHeader names the token by which a caller without a key is known again. It is handed out with an answer that is kept
// for a repetition, and the caller sends it with the repetition.
const sessionHeader = "Parley-Session"

// continueSession takes up the session of a caller without a key whose request has an idempotency key, or begins one, and
// tells its token. Addresses do not tell such callers apart: those behind one proxy, or one network, share theirs, and a
// stored answer is for nobody else to read.
func (x *exchange) continueSession() error {
	if x.Call.IdempotencyKey == "" || x.Caller.Role != parley.RoleAnonymous {
		return nil
	}
	given := x.r.Header.Values(sessionHeader)
	switch {
	case len(given) == 0:
		x.Call.Session = rand.Text()
	case len(given) > 1 || !edge.IsSession(given[0]):
		return parley.Invalid(sessionHeader, "must be a token from an answer, or one of your own of %d to %d random letters, digits, - and _",
			edge.SessionLeast, edge.SessionMost)
	default:
		x.Call.Session = given[0]
	}
	x.w.Header().Set(sessionHeader, x.Call.Session)
	return nil
}
