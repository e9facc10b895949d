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
			return func(r *storage.Reader) *storage.Pending[parley.SignIn] { return r.SignIn(id) }
		}
		holds := func(id string) bool {
			return read(f, func(r *storage.Reader) *storage.Pending[bool] { return r.SignInHolds(id) })
		}
		same(f, read(f, ask(one.ID)), one)
		same(f, []bool{holds(one.ID), holds(theirs.ID), holds("none")}, []bool{true, true, false})
		of := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.SignIn]] {
			return r.SignIns(storage.SignInFilter{KeyID: other.ID})
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
		is := func(id string) bool {
			return read(f, func(r *storage.Reader) *storage.Pending[bool] { return r.KeyIsPerson(id) })
		}
		same(f, []bool{is(first.ID), is(second.ID)}, []bool{false, true})
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.PutPerson(parley.Person{Issuer: "i", Subject: "s"}, "none", noon) })

		s := parley.SignIn{
			ID: f.id(parley.PrefixSignIn), KeyID: second.ID, At: noon, UsedAt: noon, SecretHash: parley.HashSecret("of a session"), ExpiresAt: ptr(noon.Add(time.Hour)),
		}
		f.write(func(tx *storage.Tx) { tx.InsertSignIn(s, noon) })
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.SignIn] { return r.SignIn(s.ID) }), s)
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
