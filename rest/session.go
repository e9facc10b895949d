package rest

import (
	"crypto/rand"
	"strings"

	"parley"
)

// sessionHeader names the token by which a caller without a key is known again. It is handed out with an answer that is kept
// for a repetition, and the caller sends it with the repetition.
const sessionHeader = "Parley-Session"

// Bounds of a session's token, in letters. A caller may choose its own, which then has to be long enough not to be guessed.
const (
	sessionLeast = 22
	sessionMost  = 128
)

// continueSession takes up the session of a caller without a key whose request has an idempotency key, or begins one, and
// tells its token. Addresses do not tell such callers apart: those behind one proxy, or one network, share theirs, and a
// stored answer is for nobody else to read.
func (x *exchange) continueSession() error {
	if x.call.IdempotencyKey == "" || x.Caller.Role != parley.RoleAnonymous {
		return nil
	}
	given := x.r.Header.Values(sessionHeader)
	switch {
	case len(given) == 0:
		x.call.Session = rand.Text()
	case len(given) > 1 || !isSession(given[0]):
		return parley.Invalid(sessionHeader, "must be a token from an answer, or one of your own of %d to %d random letters, digits, - and _",
			sessionLeast, sessionMost)
	default:
		x.call.Session = given[0]
	}
	x.w.Header().Set(sessionHeader, x.call.Session)
	return nil
}

func isSession(token string) bool {
	return len(token) >= sessionLeast && len(token) <= sessionMost && strings.IndexFunc(token, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_'
	}) < 0
}

// Carrier is a body with documents that are kept for callers with a key alone.
type Carrier interface{ Documents() []string }

// ignoredHeader names the members of a request that had no effect.
const ignoredHeader = "Ignored-Fields"

// tellIgnored adds members to those that the answer says to have had no effect.
func (x *exchange) tellIgnored(members ...string) {
	if len(members) == 0 {
		return
	}
	told := x.w.Header().Values(ignoredHeader)
	x.w.Header().Set(ignoredHeader, strings.Join(append(told, members...), ", "))
}

func (q *QuoteRequest) Documents() []string {
	var members []string
	if q.Consent != nil {
		members = append(members, "consent_context")
	}
	return append(members, plan(q.AudiencePlan)...)
}

func (p *ProposalRequest) Documents() []string { return plan(p.AudiencePlan) }

func (b *PackageQuoteRequest) Documents() []string { return plan(b.AudiencePlan) }

// plan names an audience plan that was sent.
func plan(sent Object) []string {
	if sent == nil {
		return nil
	}
	return []string{"audience_plan"}
}
