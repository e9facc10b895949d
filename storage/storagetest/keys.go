package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

var keys = map[string]func(*testing.T, *fixture){
	"come back as they were given": func(t *testing.T, f *fixture) {
		full, bare := f.key(parley.RoleOperator), f.key(parley.RoleBuyer)
		full.Scopes = []parley.Scope{parley.ScopeFinance, parley.ScopeLegal}
		full.AgentURL, full.RevokedAt, full.LastUsedAt = "https://agent.example", ptr(noon.Add(1e9)), ptr(noon.Add(2e9))
		bare.ExpiresAt = nil
		f.write(func(tx *storage.Tx) {
			tx.InsertKey(full)
			tx.InsertKey(bare)
		})
		for _, k := range []parley.Key{full, bare} {
			same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(k.ID) }), k)
			found := read(f, func(r *storage.Reader) *storage.Pending[storage.Credential] { return r.Credential(k.Hash) })
			same(f, found, storage.Credential{Key: k, Accounts: 1})
			same(f, read(f, func(r *storage.Reader) *storage.Pending[storage.Credential] { return r.CredentialOf(k.ID) }), found)
		}
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key("key-none") })
		missing(f, func(r *storage.Reader) *storage.Pending[storage.Credential] { return r.Credential("none") })
		missing(f, func(r *storage.Reader) *storage.Pending[storage.Credential] { return r.CredentialOf("key-none") })
	},
	"of the publisher's people are all told": func(_ *testing.T, f *fixture) {
		first, second, buyer := f.key(parley.RoleOperator), f.key(parley.RoleOperator), f.key(parley.RoleBuyer)
		first.RevokedAt, second.Replaces = ptr(noon), first.ID
		f.write(func(tx *storage.Tx) {
			for _, k := range []parley.Key{first, buyer, second} {
				tx.InsertKey(k)
			}
		})
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.Key] { return r.OperatorKeys() }), []parley.Key{first, second})
	},
	"have one hash and one id each": func(t *testing.T, f *fixture) {
		k := f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
		again, other := f.key(parley.RoleBuyer), f.key(parley.RoleBuyer)
		again.Hash, other.ID = k.Hash, k.ID
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertKey(again) })
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertKey(other) })
	},
	"are revoked once": func(t *testing.T, f *fixture) {
		k := f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
		for range 2 {
			at := noon.Add(time.Hour)
			f.tx(func(tx *storage.Tx) error {
				same(f, get(t.Context(), f, tx.RevokeKey(k.ID, at)).RevokedAt, ptr(noon.Add(time.Hour)))
				_, err := tx.RevokeKey("key-none", at).Get(t.Context())
				f.code(err, parley.CodeNotFound)
				return nil
			})
			at = at.Add(time.Hour)
		}
	},
	"end once they were rotated": func(t *testing.T, f *fixture) {
		former, sooner, gone := f.key(parley.RoleBuyer), f.key(parley.RoleBuyer), f.key(parley.RoleBuyer)
		former.ExpiresAt, sooner.ExpiresAt, gone.RevokedAt = nil, ptr(noon.Add(time.Hour)), ptr(noon)
		f.write(func(tx *storage.Tx) {
			tx.InsertKey(former)
			tx.InsertKey(sooner)
			tx.InsertKey(gone)
		})
		f.tx(func(tx *storage.Tx) error {
			same(f, get(t.Context(), f, tx.EndKey(former.ID, noon, noon.Add(2*time.Hour))).ExpiresAt, ptr(noon.Add(2*time.Hour)))
			same(f, get(t.Context(), f, tx.EndKey(sooner.ID, noon, noon.Add(2*time.Hour))).ExpiresAt, ptr(noon.Add(time.Hour)))
			for _, id := range []string{gone.ID, "key-none"} {
				_, err := tx.EndKey(id, noon, noon).Get(t.Context())
				f.code(err, parley.CodeConflict)
			}
			_, err := tx.EndKey(sooner.ID, noon.Add(time.Hour), noon.Add(3*time.Hour)).Get(t.Context())
			f.code(err, parley.CodeConflict)
			return nil
		})
		found := read(f, func(r *storage.Reader) *storage.Pending[storage.Credential] { return r.Credential(former.Hash) })
		same(f, found.Key.ExpiresAt, ptr(noon.Add(2*time.Hour)))
		found = read(f, func(r *storage.Reader) *storage.Pending[storage.Credential] { return r.Credential(former.Hash) }) // from memory
		same(f, found.Key.ExpiresAt, ptr(noon.Add(2*time.Hour)))
		next, again := f.key(parley.RoleBuyer), f.key(parley.RoleBuyer)
		next.Replaces, again.Replaces = former.ID, former.ID
		f.write(func(tx *storage.Tx) { tx.InsertKey(next) })
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertKey(again) })
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(next.ID) }), next)
	},
	"are told of once": func(t *testing.T, f *fixture) {
		first, second, gone, never := f.key(parley.RoleBuyer), f.key(parley.RoleBuyer), f.key(parley.RoleBuyer), f.key(parley.RoleBuyer)
		first.ExpiresAt, second.ExpiresAt, gone.ExpiresAt, never.ExpiresAt = ptr(noon.Add(time.Hour)), ptr(noon.Add(2*time.Hour)), ptr(noon), nil
		gone.RevokedAt = ptr(noon)
		f.write(func(tx *storage.Tx) {
			for _, k := range []parley.Key{first, second, gone, never} {
				tx.InsertKey(k)
			}
		})
		due := func() (ids []string) {
			for _, d := range read(f, func(r *storage.Reader) *storage.Pending[[]storage.Due] {
				return r.Due(storage.DueKeys, noon.Add(2*time.Hour), storage.Due{}, 10)
			}) {
				ids = append(ids, d.ID)
			}
			return ids
		}
		same(f, due(), []string{first.ID, second.ID})
		f.tx(func(tx *storage.Tx) error {
			told := get(t.Context(), f, tx.TellKeys([]string{first.ID, gone.ID, "key-none"}, noon))
			if len(told) != 1 || told[0].ID != first.ID || !told[0].ExpiryToldAt.Equal(noon) {
				f.Errorf("told %+v", told)
			}
			return nil
		})
		same(f, due(), []string{second.ID})
	},
	"are touched forward": func(t *testing.T, f *fixture) {
		k := f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
		for _, step := range []struct{ at, want time.Duration }{{5, 5}, {3, 5}, {7, 7}} {
			f.write(func(tx *storage.Tx) { tx.TouchKey(k.ID, noon.Add(step.at*time.Second)) })
			k.LastUsedAt = ptr(noon.Add(step.want * time.Second))
			same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(k.ID) }), k)
		}
	},
	"are listed": func(t *testing.T, f *fixture) {
		var all, operators []string
		f.write(func(tx *storage.Tx) {
			for i := range 8 {
				k := f.key(parley.RoleBuyer)
				if i%2 == 0 {
					k.Role = parley.RoleOperator
					operators = append(operators, k.ID)
				}
				all = append(all, k.ID)
				tx.InsertKey(k)
			}
		})
		id := func(k parley.Key) string { return k.ID }
		pages(f, all, id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Key]] {
			return r.Keys(storage.KeyFilter{Page: p})
		})
		pages(f, operators, id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Key]] {
			return r.Keys(storage.KeyFilter{Role: parley.RoleOperator, Page: p})
		})
	},
	"created, used and revoked at once are all kept": func(t *testing.T, f *fixture) {
		const n = 50
		errs := race(n, func(i int) error {
			k := f.key(parley.RoleBuyer)
			if err := f.store.Tx(t.Context(), func(tx *storage.Tx) error { tx.InsertKey(k); return nil }); err != nil {
				return err
			}
			for _, err := range race(2, func(i int) error {
				return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
					if i == 0 {
						tx.TouchKey(k.ID, noon)
						return nil
					}
					_, err := tx.RevokeKey(k.ID, noon).Get(t.Context())
					return err
				})
			}) {
				if err != nil {
					return err
				}
			}
			return nil
		})
		same(f, tally(errs), map[parley.Code]int{"": n})
		list := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Key]] {
			return r.Keys(storage.KeyFilter{})
		})
		same(f, list.Total, int64(n))
		for _, k := range list.Items {
			if k.RevokedAt == nil || k.LastUsedAt == nil {
				t.Errorf("key %s lost a change: %+v", k.ID, k)
			}
		}
	},
}
