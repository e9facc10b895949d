package storage

import (
	"time"

	"parley"
)

// SignInFilter narrows a list of sessions of the desk's page. Zero values match all.
type SignInFilter struct {
	KeyID string
	Page  Page
}

// signInColumns are those of a session, with when its key ends or has ended, and who saw to that last.
const signInColumns = `id, key_id, address, browser, at, used_at, ended_at, COALESCE(ended_by, ''), COALESCE(secret_hash, ''), expires_at,
	(SELECT ` + keyEnds + ` FROM keys AS k WHERE k.id = sign_ins.key_id),
	COALESCE((SELECT a.actor FROM audits AS a JOIN keys AS k ON k.id = a.resource_id WHERE a.resource = 'key' AND a.resource_id = sign_ins.key_id
		AND a.action IN ('key.revoke', 'key.rotate', 'key.end') AND a.at <= ` + keyEnds + ` ORDER BY a.seq DESC LIMIT 1), '')`

// keyEnds is when a key k ends or has ended; NULL: never.
const keyEnds = `CASE WHEN k.expires_at IS NULL OR k.revoked_at < k.expires_at THEN k.revoked_at ELSE k.expires_at END`

// scanSignIn reads a session as it is at an instant: with its key it has ended too.
func scanSignIn(now time.Time) func(Rows, *parley.SignIn) error {
	return func(rows Rows, s *parley.SignIn) error {
		var keyEnds *time.Time
		var keyEndedBy string
		err := rows.Scan(&s.ID, &s.KeyID, &s.Address, &s.Browser, instant(&s.At), instant(&s.UsedAt), maybeInstant(&s.EndedAt), &s.EndedBy, &s.SecretHash,
			maybeInstant(&s.ExpiresAt), maybeInstant(&keyEnds), &keyEndedBy)
		if s.EndedAt == nil && keyEnds != nil && !now.Before(*keyEnds) {
			s.EndedAt, s.EndedBy = keyEnds, keyEndedBy
		}
		return err
	}
}

// SignIn answers a session as it is at an instant.
func (r *Reader) SignIn(id string, now time.Time) *Pending[parley.SignIn] {
	return one(r, scanSignIn(now), "session", id, `SELECT `+signInColumns+` FROM sign_ins WHERE id = $1`, id)
}

// SignInHolds tells whether there is a session of a key's, which nobody has ended.
func (r *Reader) SignInHolds(id string) *Pending[bool] {
	return maybe(r, scalar[bool], `SELECT ended_at IS NULL FROM sign_ins WHERE id = $1 AND secret_hash IS NULL`, id)
}

// PersonHolds tells whether there is a session of whom a provider vouched for, by its secret's hash and the key that stands for them, which
// nobody has ended, and whose end has not come.
func (r *Reader) PersonHolds(id, keyID, secretHash string, now time.Time) *Pending[bool] {
	return maybe(r, scalar[bool], `SELECT ended_at IS NULL AND expires_at > $4 FROM sign_ins WHERE id = $1 AND key_id = $2 AND secret_hash = $3`,
		id, keyID, secretHash, micros(now))
}

// SignIns lists sessions as they are at an instant, the ended ones among them.
func (r *Reader) SignIns(filter SignInFilter, now time.Time) *Pending[Listing[parley.SignIn]] {
	var w where
	equal(&w, "key_id", filter.KeyID)
	return listing(r, paged{table: "sign_ins", columns: signInColumns, order: "id", id: "id"}, w, filter.Page, scanSignIn(now))
}

// InsertSignIn stores a session, and forgets those that were not used since an instant.
func (tx *Tx) InsertSignIn(s parley.SignIn, forgotten time.Time) {
	tx.exec(`DELETE FROM sign_ins WHERE used_at < $1`, micros(forgotten))
	tx.add(Stmt{
		SQL: `INSERT INTO sign_ins (id, key_id, address, browser, at, used_at, secret_hash, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		Args: []any{
			s.ID, s.KeyID, s.Address, s.Browser, micros(s.At), micros(s.UsedAt), maybeText(s.SecretHash), maybeMicros(s.ExpiresAt),
		},
		Refused: refuse(notFound("key", s.KeyID), ForeignKey),
	})
}

// UseSignIn notes that a session is used, from an address.
func (tx *Tx) UseSignIn(id, address string, at time.Time) {
	tx.exec(`UPDATE sign_ins SET used_at = $3, address = $2 WHERE id = $1 AND ended_at IS NULL AND used_at < $3`, id, address, micros(at))
}

// EndSignIn ends a session that nobody has ended, and leaves another as it is.
func (tx *Tx) EndSignIn(id, by string, at time.Time) {
	tx.exec(`UPDATE sign_ins SET ended_at = $3, ended_by = $2 WHERE id = $1 AND ended_at IS NULL`, id, by, micros(at))
}
