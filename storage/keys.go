package storage

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley"
)

// Credential is a key as found by its secret's hash, with the trust of the agent it belongs to, and the version of the accounts.
type Credential struct {
	Key      parley.Key
	Trust    parley.Trust
	Accounts int64
}

// KeyFilter narrows a list of keys. Zero values match all.
type KeyFilter struct {
	Role    parley.Role
	Account string // of those whose identity names it, or one that belongs to it
	Page    Page
}

const keyColumns = `id, hash, hint, role, scopes, label, identity, agent_url, created_at, created_by, expires_at, revoked_at, last_used_at, expiry_told_at, owner_dsp`

// keyRow are the columns of a key with the one that it replaces.
const keyRow = keyColumns + `, COALESCE((SELECT former FROM key_rotations WHERE successor = keys.id), '')`

// firstKey are the columns of the key that the rotations began with which led to one; NULL where none did.
var firstKey = func() string {
	column := func(name string) string {
		return `, (WITH RECURSIVE line (id) AS (SELECT former FROM key_rotations WHERE successor = keys.id
			UNION ALL SELECT r.former FROM key_rotations AS r JOIN line ON r.successor = line.id)
		SELECT k.` + name + ` FROM line JOIN keys AS k ON k.id = line.id WHERE k.id NOT IN (SELECT successor FROM key_rotations))`
	}
	return column("id") + column("hash")
}()

func keyFields(k *parley.Key) []any {
	return []any{
		&k.ID, &k.Hash, &k.Hint, (*string)(&k.Role), decoded(&k.Scopes), &k.Label, decoded(&k.Identity), &k.AgentURL,
		instant(&k.CreatedAt), &k.CreatedBy, maybeInstant(&k.ExpiresAt), maybeInstant(&k.RevokedAt), maybeInstant(&k.LastUsedAt),
		maybeInstant(&k.ExpiryToldAt), &k.OwnerDSP, &k.Replaces,
	}
}

func scanKey(rows Rows, k *parley.Key) error { return rows.Scan(keyFields(k)...) }

// trust is that of the agent that the key's address counts as; see AgentFor.
const trust = `COALESCE((SELECT trust FROM agents WHERE agents.agent_host = keys.agent_host
		ORDER BY agents.agent_url = keys.agent_url DESC, ` + byTrust + ` LIMIT 1), '')`

// Credential answers the key whose secret has this hash, also one that does not hold any more.
func (r *Reader) Credential(hash string) *Pending[Credential] {
	// The hash of a secret is not for an error message.
	return known(r, question{what: "credential", id: hash}, func() *Pending[Credential] { return r.credential(keyName{"hash", hash}, "") })
}

// CredentialOf answers the same of a key by its id.
func (r *Reader) CredentialOf(keyID string) *Pending[Credential] {
	return r.credential(keyName{"id", keyID}, keyID)
}

// FirstOfSecret answers the hash of the key that the rotations began with which led to the one whose secret has a hash; that hash itself
// where none did, or where there is no such key.
func (s *Store) FirstOfSecret(ctx context.Context, hash string) (string, error) {
	key, err := s.lasting(ctx, keyName{"hash", hash})
	return cmp.Or(key.FirstHash, hash), err
}

// FirstOfKey answers the id of that key in the same way.
func (s *Store) FirstOfKey(ctx context.Context, id string) (string, error) {
	key, err := s.lasting(ctx, keyName{"id", id})
	return cmp.Or(key.FirstID, id), err
}

// lasting answers what never changes of a key; nothing where there is none.
func (s *Store) lasting(ctx context.Context, name keyName) (parley.Key, error) {
	if key, there := recallKept(s.kept, s.kept.keys, name); there {
		return key, nil
	}
	var found Credential
	err := s.Read(ctx, func(r *Reader) (err error) {
		found, err = r.credential(name, "").Get(ctx)
		return err
	})
	if parley.Is(err, parley.CodeNotFound) {
		err = nil
	}
	return found.Key, err
}

// credential asks of a key that is kept only what may have changed of it since: whether it is revoked or ends, and whom it belongs to.
func (r *Reader) credential(name keyName, shown string) *Pending[Credential] {
	columns := `expires_at, revoked_at, last_used_at, expiry_told_at, owner_dsp`
	key, there := recallKept(r.kept, r.kept.keys, name)
	if !there {
		columns = keyRow + firstKey
	}
	if there && key.AgentURL == "" {
		columns += `, ''`
	} else {
		columns += `, ` + trust
	}
	columns += `, (SELECT version FROM account_state WHERE id = 1)`
	scan := func(rows Rows, c *Credential) error {
		if there {
			c.Key = key
			return rows.Scan(maybeInstant(&c.Key.ExpiresAt), maybeInstant(&c.Key.RevokedAt), maybeInstant(&c.Key.LastUsedAt),
				maybeInstant(&c.Key.ExpiryToldAt), &c.Key.OwnerDSP, (*string)(&c.Trust), &c.Accounts)
		}
		var id, hash *string
		err := rows.Scan(append(keyFields(&c.Key), &id, &hash, (*string)(&c.Trust), &c.Accounts)...)
		if id != nil && hash != nil {
			c.Key.FirstID, c.Key.FirstHash = *id, *hash
		}
		if err == nil {
			keep(r, r.kept.keys, name, c.Key)
		}
		return err
	}
	return one(r, scan, "key", shown, `SELECT `+columns+` FROM keys WHERE `+name.column+` = $1`, name.value)
}

// Key answers a key.
func (r *Reader) Key(id string) *Pending[parley.Key] {
	return one(r, scanKey, "key", id, `SELECT `+keyRow+` FROM keys WHERE id = $1`, id)
}

// OperatorKeys answers all keys of the publisher's people, also those that do not hold any more.
func (r *Reader) OperatorKeys() *Pending[[]parley.Key] {
	return many(r, scanKey, `SELECT `+keyRow+` FROM keys WHERE role = 'operator' ORDER BY id`)
}

// Keys lists keys, the revoked and the expired among them.
func (r *Reader) Keys(filter KeyFilter) *Pending[Listing[parley.Key]] {
	var w where
	equal(&w, "role", filter.Role)
	if filter.Account != "" {
		w.conditions = append(w.conditions, "id IN ("+keysOf("id", w.arg(filter.Account))+")")
	}
	return listing(r, paged{table: "keys", columns: keyRow, order: "id", id: "id"}, w, filter.Page, scanKey)
}

// KeyNaming answers the first key whose identity names just these accounts, holdings aside; one with an empty ID where there is none.
func (r *Reader) KeyNaming(accounts []parley.Account) *Pending[parley.Key] {
	w := where{conditions: []string{"role = 'buyer'"}}
	for _, party := range []struct {
		kind         parley.AccountKind
		column, also string
	}{
		{parley.AccountSeat, "party_seat", " AND platform = keys.party_platform"},
		{parley.AccountAgency, "party_agency", ""},
		{parley.AccountAdvertiser, "party_advertiser", ""},
	} {
		condition := party.column + " = ''"
		if at := slices.IndexFunc(accounts, func(a parley.Account) bool { return a.Kind == party.kind }); at >= 0 {
			condition = party.column + " IN (SELECT folded FROM account_names WHERE account_id = " + w.arg(accounts[at].ID) + party.also + ")"
		}
		w.conditions = append(w.conditions, condition)
	}
	return maybe(r, scanKey, `SELECT `+keyRow+` FROM keys`+w.clause()+` ORDER BY id LIMIT 1`, w.args...)
}

// InsertKey stores a new key, which owns what the one that it replaces does, else what the first with its identity does; see
// parley.Key.OwnerDSP. A repeated id or secret is CodeConflict, and so is a second one that replaces the same key.
func (tx *Tx) InsertKey(k parley.Key) {
	owner, platform, dsp := k.OwnerOfFirst()
	tx.add(Stmt{
		SQL: `INSERT INTO keys (` + keyColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, COALESCE(
			(SELECT owner_dsp FROM keys WHERE owner = $15 AND party_platform = $16 ORDER BY CASE id WHEN $17 THEN 0 ELSE 1 END, id LIMIT 1),
			CASE WHEN $18 = '` + parley.NoDSP + `' AND NOT EXISTS (SELECT 1 FROM keys WHERE belongs_to = $15) THEN '' ELSE $18 END))`,
		Args: []any{
			k.ID, k.Hash, k.Hint, string(k.Role), tx.json(orEmpty(k.Scopes)), k.Label, tx.json(k.Identity), k.AgentURL,
			micros(k.CreatedAt), k.CreatedBy, maybeMicros(k.ExpiresAt), maybeMicros(k.RevokedAt), maybeMicros(k.LastUsedAt),
			maybeMicros(k.ExpiryToldAt), owner, platform, k.Replaces, dsp,
		},
		Refused: refuse(parley.Errorf(parley.CodeConflict, "The key %q exists.", k.ID), PrimaryKey, Unique),
	})
	if k.Role == parley.RoleBuyer {
		for _, party := range [...]string{k.Identity.SeatID, k.Identity.AgencyID, k.Identity.AdvertiserID} {
			if folded := parley.FormerAccountName(party); folded != parley.AlikeName(party) {
				tx.SpellKeys(folded)
			}
		}
	}
	if k.Replaces != "" {
		tx.add(Stmt{
			SQL:     `INSERT INTO key_rotations (former, successor) VALUES ($1, $2)`,
			Args:    []any{k.Replaces, k.ID},
			Refused: refuse(parley.Errorf(parley.CodeConflict, "The key %q has been rotated already.", k.Replaces), PrimaryKey, Unique),
		})
	}
}

// RevokeKey sets the time of revocation once; a key already revoked keeps its first time. It answers the key as it is
// afterwards.
func (tx *Tx) RevokeKey(id string, at time.Time) *Pending[parley.Key] {
	const update = `UPDATE keys SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1 RETURNING ` + keyRow
	return one(&tx.Reader, scanKey, "key", id, update, id, micros(at))
}

// EndKey has a key that is live at an instant end at another, or when it does if that is sooner, and answers it; it need not be told of.
// One that is not live is CodeConflict.
func (tx *Tx) EndKey(id string, now, at time.Time) *Pending[parley.Key] {
	const update = `UPDATE keys SET expires_at = CASE WHEN expires_at < $3 THEN expires_at ELSE $3 END, expiry_told_at = COALESCE(expiry_told_at, $2)
		WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2) RETURNING ` + keyRow
	return then(many(&tx.Reader, scanKey, update, id, micros(now), micros(at)), func(ended []parley.Key) (parley.Key, error) {
		if len(ended) == 0 {
			return parley.Key{}, parley.Errorf(parley.CodeConflict, "The key %q does not hold any more.", id)
		}
		return ended[0], nil
	})
}

// TellKeys notes that the holders of keys are told that they are to end, and answers those who were not before.
func (tx *Tx) TellKeys(ids []string, now time.Time) *Pending[[]parley.Key] {
	return many(&tx.Reader, scanKey, `UPDATE keys SET expiry_told_at = $2 WHERE id IN (`+tx.dialect.Elements+`) AND `+untold+`
		RETURNING `+keyRow, tx.json(ids), micros(now))
}

// untold are the keys whose holders are to be told that they end.
const untold = `expiry_told_at IS NULL AND revoked_at IS NULL`

// TouchKey moves the last use forward, never back, and touches nothing else.
func (tx *Tx) TouchKey(id string, at time.Time) {
	tx.exec(`UPDATE keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)`, id, micros(at))
}
