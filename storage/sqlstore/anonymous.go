package sqlstore

import (
	"time"

	"parley/storage"
)

// over tells of each kind's rows which are nobody's, and over, and hung on by nothing.
var over = map[storage.AnonymousKind]string{
	storage.AnonymousQuotes: `created_by = '' AND status = 'expired'
		AND NOT EXISTS (SELECT 1 FROM negotiations WHERE negotiations.quote_id = quotes.id)
		AND NOT EXISTS (SELECT 1 FROM deals WHERE deals.quote_id = quotes.id)
		AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.quote_id = quotes.id)
		AND NOT EXISTS (SELECT 1 FROM approvals WHERE approvals.quote_id = quotes.id)`,
	storage.AnonymousProposals: `status IN ('rejected', 'withdrawn', 'expired', 'failed') AND deal_id IS NULL
		AND NOT EXISTS (SELECT 1 FROM negotiations WHERE negotiations.proposal_id = proposals.id)
		AND NOT EXISTS (SELECT 1 FROM deals WHERE deals.proposal_id = proposals.id)
		AND NOT EXISTS (SELECT 1 FROM approvals WHERE approvals.proposal_id = proposals.id)`,
	storage.AnonymousNegotiations: `status IN ('accepted', 'rejected', 'expired')
		AND NOT EXISTS (SELECT 1 FROM deals WHERE deals.negotiation_id = negotiations.id)
		AND NOT EXISTS (SELECT 1 FROM approvals WHERE approvals.negotiation_id = negotiations.id)`,
}

// CountAnonymous implements storage.Anonymous.
func (tx *Tx) CountAnonymous(kind storage.AnonymousKind, most int) storage.Pending[int64] {
	p := &pending[int64]{tx: tx}
	tx.add(Stmt{
		SQL:  `SELECT COUNT(*) FROM (SELECT 1 FROM ` + string(kind) + ` WHERE owner = '' LIMIT $1) AS nobodys`,
		Args: []any{most},
		Scan: func(rows Rows) error {
			for rows.Next() {
				if err := rows.Scan(&p.value); err != nil {
					return err
				}
			}
			return rows.Err()
		},
	})
	return p
}

// AnonymousForDelete implements storage.AnonymousWriter. Rows that another transaction works on are left for the next time.
func (tx *Tx) AnonymousForDelete(kind storage.AnonymousKind, after, before string, limit int) storage.Pending[[]string] {
	return many(tx, scalar[string], `SELECT id FROM `+string(kind)+` WHERE owner = '' AND id > $1 AND id < $2 AND `+over[kind]+
		` ORDER BY id LIMIT $3`+tx.dialect.SkipLocked, after, before, limit)
}

// DeleteAnonymous implements storage.AnonymousWriter.
func (tx *Tx) DeleteAnonymous(kind storage.AnonymousKind, ids []string) {
	among := ` IN (` + tx.dialect.Elements + `)`
	if kind == storage.AnonymousNegotiations {
		tx.exec(`DELETE FROM negotiation_rounds WHERE negotiation_id`+among, tx.json(list(ids)))
	}
	tx.exec(`DELETE FROM `+string(kind)+` WHERE id`+among, tx.json(list(ids)))
}

// DeleteSessionAnswers implements storage.AnonymousWriter.
func (tx *Tx) DeleteSessionAnswers(before time.Time, limit int) storage.Pending[int64] {
	const remove = `DELETE FROM answers WHERE (scope, idempotency_key) IN (
		SELECT scope, idempotency_key FROM answers
		WHERE scope >= 'session:' AND scope < 'session;' AND created_at < $1 ORDER BY created_at LIMIT $2)`
	return affected(tx, remove, micros(before), limit)
}
