package sqlstore

import (
	"time"

	"parley"
	"parley/storage"
)

const keyColumns = `id, hash, hint, role, scopes, label, identity, agent_url, created_at, created_by, expires_at, revoked_at, last_used_at`

func keyFields(k *parley.Key) []any {
	return []any{
		&k.ID, &k.Hash, &k.Hint, (*string)(&k.Role), decoded(&k.Scopes), &k.Label, decoded(&k.Identity), &k.AgentURL,
		instant(&k.CreatedAt), &k.CreatedBy, maybeInstant(&k.ExpiresAt), maybeInstant(&k.RevokedAt), maybeInstant(&k.LastUsedAt),
	}
}

func scanKey(rows Rows, k *parley.Key) error { return rows.Scan(keyFields(k)...) }

const credentials = `SELECT ` + keyColumns + `, COALESCE((SELECT trust FROM agents WHERE agents.agent_url = keys.agent_url), '')
	FROM keys`

func scanCredential(rows Rows, c *storage.Credential) error {
	return rows.Scan(append(keyFields(&c.Key), (*string)(&c.Trust))...)
}

// Credential implements storage.Keys.
func (tx *Tx) Credential(hash string) storage.Pending[storage.Credential] {
	// The hash of a secret is not for an error message.
	return known(tx, question{what: "credential", id: hash}, func() *pending[storage.Credential] {
		return one(tx, scanCredential, "key", "", credentials+` WHERE hash = $1`, hash)
	})
}

// CredentialOf implements storage.Keys.
func (tx *Tx) CredentialOf(keyID string) storage.Pending[storage.Credential] {
	return one(tx, scanCredential, "key", keyID, credentials+` WHERE id = $1`, keyID)
}

// Key implements storage.Keys.
func (tx *Tx) Key(id string) storage.Pending[parley.Key] {
	return one(tx, scanKey, "key", id, `SELECT `+keyColumns+` FROM keys WHERE id = $1`, id)
}

// Keys implements storage.Keys.
func (tx *Tx) Keys(filter storage.KeyFilter) storage.Pending[storage.Listing[parley.Key]] {
	var w where
	equal(&w, "role", filter.Role)
	return listing(tx, paged{table: "keys", columns: keyColumns, order: "id", id: "id"}, w, filter.Page, scanKey)
}

// InsertKey implements storage.KeyWriter.
func (tx *Tx) InsertKey(k parley.Key) {
	tx.add(Stmt{
		SQL: `INSERT INTO keys (` + keyColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		Args: []any{
			k.ID, k.Hash, k.Hint, string(k.Role), tx.json(list(k.Scopes)), k.Label, tx.json(k.Identity), k.AgentURL,
			micros(k.CreatedAt), k.CreatedBy, maybeMicros(k.ExpiresAt), maybeMicros(k.RevokedAt), maybeMicros(k.LastUsedAt),
		},
		Refused: refuse(parley.Errorf(parley.CodeConflict, "The key %q exists.", k.ID), PrimaryKey, Unique),
	})
}

// RevokeKey implements storage.KeyWriter.
func (tx *Tx) RevokeKey(id string, at time.Time) storage.Pending[parley.Key] {
	const update = `UPDATE keys SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1 RETURNING ` + keyColumns
	return one(tx, scanKey, "key", id, update, id, micros(at))
}

// TouchKey implements storage.KeyWriter.
func (tx *Tx) TouchKey(id string, at time.Time) {
	tx.exec(`UPDATE keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)`, id, micros(at))
}
