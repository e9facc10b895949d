package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

var signIns = map[string]func(*testing.T, *fixture){
	"hold until they are ended": func(t *testing.T, f *fixture) {
		k, other := f.key(parley.RoleOperator), f.key(parley.RoleOperator)
		f.write(func(tx *storage.Tx) { tx.InsertKey(k); tx.InsertKey(other) })
		begun := func(keyID string) parley.SignIn {
			return parley.SignIn{ID: f.id(parley.PrefixSignIn), KeyID: keyID, Address: "198.51.100.7", Browser: "Käfer/1.0", At: noon, UsedAt: noon}
		}
		one, theirs := begun(k.ID), begun(other.ID)
		f.write(func(tx *storage.Tx) { tx.InsertSignIn(one, noon); tx.InsertSignIn(theirs, noon) })
		ask := func(id string) func(*storage.Reader) *storage.Pending[parley.SignIn] {
			return func(r *storage.Reader) *storage.Pending[parley.SignIn] { return r.SignIn(id, noon) }
		}
		holds := func(id string) bool {
			return read(f, func(r *storage.Reader) *storage.Pending[bool] { return r.SignInHolds(id) })
		}
		same(f, read(f, ask(one.ID)), one)
		same(f, []bool{holds(one.ID), holds(theirs.ID), holds("none")}, []bool{true, true, false})
		of := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.SignIn]] {
			return r.SignIns(storage.SignInFilter{KeyID: other.ID}, noon)
		})
		same(f, of.Items, []parley.SignIn{theirs})

		one.Address, one.UsedAt = "203.0.113.9", noon.Add(time.Hour)
		f.write(func(tx *storage.Tx) { tx.UseSignIn(one.ID, one.Address, one.UsedAt) })
		f.write(func(tx *storage.Tx) { tx.UseSignIn(one.ID, "late", noon.Add(time.Minute)) })
		same(f, read(f, ask(one.ID)), one)
		one.EndedBy, one.EndedAt = "operator:me", ptr(noon.Add(2*time.Hour))
		f.write(func(tx *storage.Tx) { tx.EndSignIn(one.ID, one.EndedBy, *one.EndedAt) })
		f.write(func(tx *storage.Tx) {
			tx.EndSignIn(one.ID, "operator:you", noon.Add(3*time.Hour))
			tx.UseSignIn(one.ID, "late", noon.Add(3*time.Hour))
		})
		same(f, read(f, ask(one.ID)), one)
		same(f, []bool{holds(one.ID), holds(theirs.ID)}, []bool{false, true})

		// What was not used for long is forgotten with the next.
		f.write(func(tx *storage.Tx) { tx.InsertSignIn(begun(k.ID), noon.Add(30*time.Minute)) })
		missing(f, ask(theirs.ID))
		same(f, holds(theirs.ID), false)
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.InsertSignIn(begun("none"), noon) })
	},
	"end with their key": func(t *testing.T, f *fixture) {
		const me, you = "operator:me", "operator:you"
		for name, c := range map[string]struct {
			end  func(tx *storage.Tx, key string)
			by   string
			over time.Duration // after noon
		}{
			"which is revoked": {func(tx *storage.Tx, key string) {
				tx.RevokeKey(key, noon.Add(time.Hour))
				tx.InsertAudit(parley.AuditEntry{At: noon, Actor: me, Action: "key.revoke", Resource: "key", ResourceID: key})
			}, me, time.Hour},
			"which is rotated": {func(tx *storage.Tx, key string) {
				tx.EndKey(key, noon, noon.Add(2*time.Hour))
				tx.InsertAudit(parley.AuditEntry{At: noon, Actor: me, Action: "key.rotate", Resource: "key", ResourceID: key})
			}, me, 2 * time.Hour},
			"which is revoked after it was rotated": {func(tx *storage.Tx, key string) {
				tx.EndKey(key, noon, noon.Add(2*time.Hour))
				tx.RevokeKey(key, noon.Add(time.Hour))
				tx.InsertAudit(parley.AuditEntry{At: noon, Actor: me, Action: "key.rotate", Resource: "key", ResourceID: key})
				tx.InsertAudit(parley.AuditEntry{At: noon, Actor: you, Action: "key.revoke", Resource: "key", ResourceID: key})
			}, you, time.Hour},
			"which is revoked after its end": {func(tx *storage.Tx, key string) {
				tx.EndKey(key, noon, noon.Add(time.Hour))
				tx.RevokeKey(key, noon.Add(2*time.Hour))
				tx.InsertAudit(parley.AuditEntry{At: noon.Add(2 * time.Hour), Actor: you, Action: "key.revoke", Resource: "key", ResourceID: key})
			}, "", time.Hour},
			"which ends by itself": {func(tx *storage.Tx, key string) { tx.EndKey(key, noon, noon.Add(time.Hour)) }, "", time.Hour},
		} {
			k := f.key(parley.RoleOperator)
			k.ExpiresAt = nil
			begun := parley.SignIn{ID: f.id(parley.PrefixSignIn), KeyID: k.ID, At: noon, UsedAt: noon}
			f.write(func(tx *storage.Tx) { tx.InsertKey(k); tx.InsertSignIn(begun, noon) })
			f.write(func(tx *storage.Tx) { c.end(tx, k.ID) })
			at := func(now time.Time) []parley.SignIn {
				one := read(f, func(r *storage.Reader) *storage.Pending[parley.SignIn] { return r.SignIn(begun.ID, now) })
				return append(read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.SignIn]] {
					return r.SignIns(storage.SignInFilter{KeyID: k.ID}, now)
				}).Items, one)
			}
			ended := begun
			ended.EndedAt, ended.EndedBy = ptr(noon.Add(c.over)), c.by
			t.Log(name)
			same(f, at(noon.Add(c.over-time.Second)), []parley.SignIn{begun, begun})
			same(f, at(noon.Add(c.over)), []parley.SignIn{ended, ended})
		}
	},
	"of people hold by their own secret until their end": func(t *testing.T, f *fixture) {
		first, second := f.key(parley.RoleOperator), f.key(parley.RoleOperator)
		mara := parley.Person{Issuer: "https://login.example.com", Subject: "1001"}
		keyOf := func(p parley.Person) *parley.Key {
			return read(f, func(r *storage.Reader) *storage.Pending[*parley.Key] { return r.PersonKey(p.Issuer, p.Subject) })
		}
		same(f, keyOf(mara), nil)
		f.write(func(tx *storage.Tx) {
			tx.LockPerson(mara.Issuer, mara.Subject)
			tx.InsertKey(first)
			tx.InsertKey(second)
			tx.PutPerson(mara, first.ID, noon)
			tx.PutPerson(mara, second.ID, noon.Add(time.Hour))
		})
		same(f, keyOf(mara), &second)
		same(f, keyOf(parley.Person{Issuer: "https://other.example.com", Subject: mara.Subject}), nil)
		f.write(func(tx *storage.Tx) { tx.MovePerson(second.ID, first.ID) })
		same(f, keyOf(mara), &first)
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.MovePerson(second.ID, first.ID) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.MovePerson(first.ID, "none") })
		f.write(func(tx *storage.Tx) { tx.MovePerson(first.ID, second.ID) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.PutPerson(parley.Person{Issuer: "i", Subject: "s"}, "none", noon) })

		s := parley.SignIn{
			ID: f.id(parley.PrefixSignIn), KeyID: second.ID, At: noon, UsedAt: noon, SecretHash: parley.HashSecret("of a session"), ExpiresAt: ptr(noon.Add(time.Hour)),
		}
		f.write(func(tx *storage.Tx) { tx.InsertSignIn(s, noon) })
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.SignIn] { return r.SignIn(s.ID, noon) }), s)
		holds := func(keyID, hash string, now time.Time) bool {
			return read(f, func(r *storage.Reader) *storage.Pending[bool] { return r.PersonHolds(s.ID, keyID, hash, now) })
		}
		same(f, []bool{
			holds(second.ID, s.SecretHash, noon), holds(second.ID, s.SecretHash, noon.Add(time.Hour)), holds(first.ID, s.SecretHash, noon), holds(second.ID, "", noon),
			read(f, func(r *storage.Reader) *storage.Pending[bool] { return r.SignInHolds(s.ID) }),
		}, []bool{true, false, false, false, false})
		f.write(func(tx *storage.Tx) { tx.EndSignIn(s.ID, "operator:me", noon) })
		same(f, holds(second.ID, s.SecretHash, noon), false)
	},
}
