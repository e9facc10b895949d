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
}
