package storagetest

import (
	"slices"
	"testing"

	"parley"
	"parley/storage"
)

func askAliases(ids ...string) func(*storage.Reader) *storage.Pending[[]parley.DealAlias] {
	return func(r *storage.Reader) *storage.Pending[[]parley.DealAlias] { return r.AliasesOfDeals(ids) }
}

var aliases = map[string]func(*testing.T, *fixture){
	"are found by deal, and by what they are": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, one := f.booked("buyer/a//")
		_, two := f.booked("buyer/a//")
		of := func(d parley.Deal, system, id string) parley.DealAlias {
			return parley.DealAlias{DealID: d.ID, System: system, ID: id, DestinationID: "dst-1", Seat: "seat-1"}
		}
		first, second, third := of(one, "google", f.id("7")), of(one, "other", f.id("8")), of(two, "google", f.id("9"))
		f.write(func(tx *storage.Tx) { tx.InsertDealAlias(second); tx.InsertDealAlias(first); tx.InsertDealAlias(third) })
		if found := read(f, askAliases(one.ID, two.ID, "none")); len(found) != 3 || !slices.Contains(found, first) || !slices.Contains(found, third) {
			t.Errorf("found %v", found)
		}
		if found := read(f, askAliases(one.ID)); !slices.Equal(found, []parley.DealAlias{first, second}) {
			t.Errorf("found %v", found)
		}
		by := func(system, id string) []parley.DealAlias {
			return read(f, func(r *storage.Reader) *storage.Pending[[]parley.DealAlias] { return r.DealsByAlias(system, id) })
		}
		if found := by("google", third.ID); !slices.Equal(found, []parley.DealAlias{third}) {
			t.Errorf("found %v", found)
		}
		if found := by("other", third.ID); len(found) > 0 {
			t.Errorf("found %v", found)
		}
	},
	"are one deal's": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, one := f.booked("buyer/a//")
		_, two := f.booked("buyer/a//")
		a := parley.DealAlias{DealID: one.ID, System: "google", ID: f.id("7")}
		f.write(func(tx *storage.Tx) { tx.InsertDealAlias(a) })
		a.DealID = two.ID
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertDealAlias(a) })
		a.DealID, a.System = "none", "other"
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.InsertDealAlias(a) })
		a.DealID, a.ID = two.ID, ""
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.InsertDealAlias(a) })
	},
}
