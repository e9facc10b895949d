package storage

import (
	"time"

	"parley"
)

// Answer is what an edge answered to an idempotent request: Status and Body are the edge's own, Fingerprint is the hash
// of the decoded request.
type Answer struct {
	Fingerprint string
	Status      int
	Body        []byte
	CreatedAt   time.Time
}

// ClaimAnswer waits until no other transaction works under the same scope and key, holds both until this transaction
// ends, and answers what is stored there, or nil.
func (tx *Tx) ClaimAnswer(scope, key string) *Pending[*Answer] {
	// What is added apart does not wait for another transaction: it finds out when the answer that it inserts is refused.
	if tx.apart == nil {
		// The separator keeps ("a", "bc") apart from ("ab", "c"); neither holds a line break.
		tx.lock(scope + "\n" + key)
	}
	return tx.Answer(scope, key)
}

// Answer answers what is stored under a scope and key, or nil.
func (r *Reader) Answer(scope, key string) *Pending[*Answer] {
	p := asking[*Answer](r)
	const query = `SELECT fingerprint, status, body, created_at FROM answers WHERE scope = $1 AND idempotency_key = $2`
	r.add(Stmt{SQL: query, Args: []any{scope, key}, Scan: func(rows Rows) error {
		for rows.Next() {
			p.value = &Answer{}
			if err := rows.Scan(&p.value.Fingerprint, &p.value.Status, &p.value.Body, instant(&p.value.CreatedAt)); err != nil {
				return err
			}
			if len(p.value.Body) == 0 {
				p.value.Body = nil // which drivers do not tell apart from an empty one alike
			}
		}
		return rows.Err()
	}})
	return p
}

// InsertAnswer stores the answer; a repetition is CodeContention.
func (tx *Tx) InsertAnswer(scope, key string, answer Answer) {
	tx.add(Stmt{
		Adds: true,
		SQL:  `INSERT INTO answers (scope, idempotency_key, fingerprint, status, body, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		Args: []any{
			scope, key, answer.Fingerprint, answer.Status, append([]byte{}, answer.Body...), micros(answer.CreatedAt),
		},
		Refused: refuse(&parley.Error{
			Code: parley.CodeContention, Message: "A request under this idempotency key is under way. Retry it.",
			Cause: ErrAnswered,
		}, PrimaryKey),
	})
}

// DeleteAnswers removes at most limit answers made before an instant, but for the first ones that are skipped, and says how many.
func (tx *Tx) DeleteAnswers(before time.Time, limit, skip int) *Pending[int64] {
	const remove = `DELETE FROM answers WHERE (scope, idempotency_key) IN (
		SELECT scope, idempotency_key FROM answers WHERE created_at < $1 ORDER BY created_at LIMIT $2 OFFSET $3)`
	return affected(tx, remove, micros(before), limit, skip)
}
