package storage

import (
	"time"

	"parley"
)

// LockPerson waits until no other transaction signs the same person in, and keeps others waiting until this one ends.
func (tx *Tx) LockPerson(issuer, subject string) { tx.lock("person\n" + issuer + "\n" + subject) }

// PersonKey answers the key that stands for a person whom a provider knows; nil: there is none yet.
func (r *Reader) PersonKey(issuer, subject string) *Pending[*parley.Key] {
	return orNil(many(r, scanKey, `SELECT `+keyRow+` FROM keys WHERE id = (SELECT key_id FROM people WHERE issuer = $1 AND subject = $2)`, issuer, subject))
}

// PutPerson stores which key stands for a person from now on.
func (tx *Tx) PutPerson(p parley.Person, keyID string, at time.Time) {
	tx.add(Stmt{
		SQL: `INSERT INTO people (issuer, subject, key_id, signed_in_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (issuer, subject) DO UPDATE SET key_id = excluded.key_id, signed_in_at = excluded.signed_in_at`,
		Args:    []any{p.Issuer, p.Subject, keyID, micros(at)},
		Refused: refuse(notFound("key", keyID), ForeignKey),
	})
}

// MovePerson has a key stand for a person for whom another does. Where that does for nobody it is CodeConflict.
func (tx *Tx) MovePerson(fromKey, toKey string) {
	tx.add(Stmt{
		SQL: `UPDATE people SET key_id = $2 WHERE key_id = $1`, Args: []any{fromKey, toKey},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeConflict, "The key %q stands for nobody now.", fromKey),
		Refused: refuse(notFound("key", toKey), ForeignKey),
	})
}
