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

// over tells of each kind's rows which are nobody's, and over, and hung on by nothing: a quote of theirs that can still be booked is ended first.
var over = map[AnonymousKind]string{
	AnonymousQuotes: `created_by = '' AND status = 'expired'
		AND NOT EXISTS (SELECT 1 FROM negotiations WHERE negotiations.quote_id = quotes.id)
		AND NOT EXISTS (SELECT 1 FROM deals WHERE deals.quote_id = quotes.id)
		AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.quote_id = quotes.id)
		AND NOT EXISTS (SELECT 1 FROM approvals WHERE approvals.quote_id = quotes.id)`,
	AnonymousProposals: `status IN ('rejected', 'withdrawn', 'expired', 'failed') AND deal_id IS NULL
		AND NOT EXISTS (SELECT 1 FROM negotiations WHERE negotiations.proposal_id = proposals.id)
		AND NOT EXISTS (SELECT 1 FROM deals WHERE deals.proposal_id = proposals.id)
		AND NOT EXISTS (SELECT 1 FROM quotes WHERE quotes.proposal_id = proposals.id AND quotes.status = 'available')
		AND NOT EXISTS (SELECT 1 FROM approvals WHERE approvals.proposal_id = proposals.id)`,
	AnonymousNegotiations: `status IN ('accepted', 'rejected', 'expired')
		AND NOT EXISTS (SELECT 1 FROM deals WHERE deals.negotiation_id = negotiations.id)
		AND NOT EXISTS (SELECT 1 FROM quotes WHERE quotes.negotiation_id = negotiations.id AND quotes.proposal_id IS NULL AND quotes.status = 'available')
		AND NOT EXISTS (SELECT 1 FROM approvals WHERE approvals.negotiation_id = negotiations.id)`,
}

// CountAnonymous counts what is nobody's of a kind, up to most, and looks at no more than that.
func (r *Reader) CountAnonymous(kind AnonymousKind, most int) *Pending[int64] {
	return maybe(r, scalar[int64], `SELECT COUNT(*) FROM (SELECT 1 FROM `+string(kind)+` WHERE owner = '' LIMIT $1) AS nobodys`, most)
}

// AnonymousForDelete answers, in the order of ids, at most limit of a kind whose id is after one and before another:
// those that are over, and that no deal, order or approval is about, nor anything of another kind. It keeps them from
// changing until the transaction ends. Rows that another transaction works on are left for the next time.
func (tx *Tx) AnonymousForDelete(kind AnonymousKind, after, before string, limit int) *Pending[[]string] {
	return tx.overForDelete(kind, `owner = ''`, after, before, limit)
}

// lost tells of the rows of each kind which have ended without a deal; an index has them.
var lost = map[AnonymousKind]string{
	AnonymousProposals:    `status IN ('rejected', 'withdrawn', 'expired', 'failed')`,
	AnonymousNegotiations: `status IN ('rejected', 'expired')`,
}

// LostForDelete does what AnonymousForDelete does for proposals and negotiations of buyers with a key, which ended without a deal.
func (tx *Tx) LostForDelete(kind AnonymousKind, after, before string, limit int) *Pending[[]string] {
	return tx.overForDelete(kind, `owner <> '' AND `+lost[kind], after, before, limit)
}

func (tx *Tx) overForDelete(kind AnonymousKind, which, after, before string, limit int) *Pending[[]string] {
	return many(&tx.Reader, scalar[string], `SELECT id FROM `+string(kind)+` WHERE `+which+` AND id > $1 AND id < $2 AND `+over[kind]+
		` ORDER BY id LIMIT $3`+tx.dialect.SkipLocked, after, before, limit)
}

// DeleteOver removes what AnonymousForDelete or LostForDelete has answered in this transaction.
func (tx *Tx) DeleteOver(kind AnonymousKind, ids []string) {
	among := ` IN (` + tx.dialect.Elements + `)`
	if kind == AnonymousNegotiations {
		tx.exec(`DELETE FROM negotiation_rounds WHERE negotiation_id`+among, tx.json(orEmpty(ids)))
	}
	tx.exec(`DELETE FROM `+string(kind)+` WHERE id`+among, tx.json(orEmpty(ids)))
}

// DeleteSessionAnswers removes at most limit answers to callers without a key that were made before an instant, but for the first
// ones that are skipped, and says how many.
func (tx *Tx) DeleteSessionAnswers(before time.Time, limit, skip int) *Pending[int64] {
	const remove = `DELETE FROM answers WHERE (scope, idempotency_key) IN (
		SELECT scope, idempotency_key FROM answers
		WHERE scope >= 'session:' AND scope < 'session;' AND created_at < $1 ORDER BY created_at LIMIT $2 OFFSET $3)`
	return affected(tx, remove, micros(before), limit, skip)
}
