package storagetest

import (
	"fmt"
	"slices"
	"testing"

	"parley"
	"parley/storage"
)

// account is one that is not stored.
func (f *fixture) account(kind parley.AccountKind, code, parentID string) parley.Account {
	return parley.Account{
		ID: f.id(parley.PrefixAccount), Kind: kind, Name: "Näme " + code, Code: code, ParentID: parentID, Status: parley.AccountActive, Names: []string{code},
		Contacts: []parley.Contact{}, Clients: []string{}, Version: 1, CreatedAt: noon, UpdatedAt: noon,
	}
}

func (f *fixture) keep(a parley.Account, parent parley.AccountKind) parley.Account {
	f.Helper()
	f.write(func(tx *storage.Tx) { tx.LockAccounts(); tx.InsertAccount(a, parent) })
	return a
}

func askAccount(id string) func(*storage.Reader) *storage.Pending[parley.Account] {
	return func(r *storage.Reader) *storage.Pending[parley.Account] { return r.Account(id) }
}

// named asks whom an identity names, as a credential would.
func (f *fixture) named(i parley.Identity) []parley.AccountRef {
	f.Helper()
	version := read(f, func(r *storage.Reader) *storage.Pending[int64] { return r.AccountVersion() })
	return read(f, func(r *storage.Reader) *storage.Pending[[]parley.AccountRef] { return r.AccountsOf(i, version) })
}

// owning are the accounts that an identity names, and those above them, whose its things are: those but for seats elsewhere.
func (f *fixture) owning(i parley.Identity) (owning []parley.AccountRef) {
	f.Helper()
	for _, a := range f.named(i) {
		if a.Named && !a.Elsewhere || slices.ContainsFunc(owning, func(below parley.AccountRef) bool { return below.ParentID == a.ID }) {
			owning = append(owning, a)
		}
	}
	return owning
}

var accounts = map[string]func(*testing.T, *fixture){
	"are known by their names and platforms": func(t *testing.T, f *fixture) {
		seat := f.account(parley.AccountSeat, "Seat-9", "")
		seat.DSP = "North DSP"
		f.keep(seat, "")
		f.keep(f.account(parley.AccountAgency, "seat-8", ""), "")
		known := read(f, func(r *storage.Reader) *storage.Pending[[]string] {
			return r.NamesOfAccounts(parley.AccountSeat, []string{"seat-9", "seat-8", "seat-7"})
		})
		if !slices.Equal(known, []string{"seat-9"}) {
			t.Errorf("seats are %v", known)
		}
		known = read(f, func(r *storage.Reader) *storage.Pending[[]string] {
			return r.PlatformsOfAccounts([]string{"northdsp", "southdsp"})
		})
		if !slices.Equal(known, []string{"northdsp"}) {
			t.Errorf("platforms are %v", known)
		}
	},
	"are kept as they are": func(_ *testing.T, f *fixture) {
		brand := f.keep(f.account(parley.AccountAdvertiser, "brand", ""), "")
		a := f.account(parley.AccountAgency, "agency", "")
		a.Contacts, a.Notes, a.Steward = []parley.Contact{{Name: "Ö", Email: "o@x.example"}}, "A\nB", "Kim"
		a.Names, a.Clients = []string{"agency", "The Agency"}, []string{brand.ID}
		f.keep(a, "")
		same(f, read(f, askAccount(a.ID)), a)
		over := f.keep(f.account(parley.AccountHolding, "Holding", ""), "")
		a.ParentID, a.Status, a.Names, a.Clients, a.Version = over.ID, parley.AccountBlocked, []string{"agency"}, []string{}, 2
		f.write(func(tx *storage.Tx) { tx.LockAccounts(); tx.UpdateAccount(a, parley.AccountHolding) })
		same(f, read(f, askAccount(a.ID)), a)
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.UpdateAccount(a, parley.AccountHolding) })
		missing(f, askAccount("acct-none"))
	},
	"have parents of the kinds above alone": func(_ *testing.T, f *fixture) {
		by := map[parley.AccountKind]parley.Account{}
		for _, kind := range parley.AccountKinds {
			by[kind] = f.keep(f.account(kind, "top", ""), "")
		}
		for _, above := range parley.AccountKinds {
			for _, below := range parley.AccountKinds {
				a := f.account(below, string(above)+" has", by[above].ID)
				if above.MayHave(below) {
					f.keep(a, above)
					continue
				}
				f.refused(parley.CodeValidation, func(tx *storage.Tx) { tx.InsertAccount(a, above) })
				for _, lie := range parley.AccountKinds { // nor by another kind than the parent is of
					if lie != above {
						f.refused(parley.CodeValidation, func(tx *storage.Tx) { tx.InsertAccount(a, lie) })
					}
				}
			}
		}
	},
	"act for advertisers alone": func(_ *testing.T, f *fixture) {
		agency := f.keep(f.account(parley.AccountAgency, "a", ""), "")
		other := f.keep(f.account(parley.AccountAgency, "b", ""), "")
		brand := f.keep(f.account(parley.AccountAdvertiser, "c", ""), "")
		f.write(func(tx *storage.Tx) { tx.ServeAdvertiser(agency.ID, brand.ID); tx.ServeAdvertiser(agency.ID, brand.ID) })
		f.refused(parley.CodeValidation, func(tx *storage.Tx) { tx.ServeAdvertiser(agency.ID, other.ID) })
		f.refused(parley.CodeValidation, func(tx *storage.Tx) { tx.ServeAdvertiser(brand.ID, brand.ID) })
		found := read(f, func(r *storage.Reader) *storage.Pending[[]parley.Account] { return r.AgenciesFor(brand.ID) })
		if len(found) != 1 || found[0].ID != agency.ID {
			f.Errorf("act for it: %v", found)
		}
	},
	"have names of their own in their kind, and seats at their DSP": func(t *testing.T, f *fixture) {
		seat := func(dsp, code string) parley.Account {
			a := f.account(parley.AccountSeat, code, "")
			a.DSP = dsp
			return a
		}
		one := f.keep(seat("ttd", "S1"), "")
		other := f.keep(seat("dv360", "S1"), "")
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertAccount(seat("TTD", "s1"), "") })
		f.keep(f.account(parley.AccountAgency, "S1", ""), "")
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertAccount(f.account(parley.AccountAgency, "s1", ""), "") })
		for dsp, want := range map[string]string{"Ttd": one.ID, "dv360": other.ID, "": "", "other": ""} {
			found := read(f, func(r *storage.Reader) *storage.Pending[parley.Account] {
				return r.AccountNamed(parley.AccountSeat, dsp, " s1")
			})
			if found.ID != want {
				t.Errorf("%q is %q, want %q", dsp, found.ID, want)
			}
		}
	},
	"are those that an identity names, and those above": func(t *testing.T, f *fixture) {
		holding := f.keep(f.account(parley.AccountHolding, "H", ""), "")
		agency := f.keep(f.account(parley.AccountAgency, "A", holding.ID), parley.AccountHolding)
		brand := f.keep(f.account(parley.AccountAdvertiser, "B", ""), "")
		seat := f.keep(f.account(parley.AccountSeat, "S", agency.ID), parley.AccountAgency)
		ids := func(i parley.Identity) []string {
			var ids []string
			for _, a := range f.named(i) {
				ids = append(ids, a.ID)
			}
			return ids
		}
		for name, c := range map[string]struct {
			identity parley.Identity
			want     []string
		}{
			"nobody":          {parley.Identity{AgencyName: "A"}, nil},
			"somebody else":   {parley.Identity{AgencyID: "B", AdvertiserID: "A"}, nil},
			"an agency":       {parley.Identity{AgencyID: "a"}, []string{agency.ID, holding.ID}},
			"an advertiser":   {parley.Identity{AdvertiserID: "b"}, []string{brand.ID}},
			"a seat":          {parley.Identity{SeatID: "s"}, []string{seat.ID, agency.ID, holding.ID}},
			"a seat at a DSP": {parley.Identity{SeatID: "s", DSPPlatform: "ttd"}, []string{seat.ID, agency.ID, holding.ID}},
			"all of them":     {parley.Identity{SeatID: "S", AgencyID: "A", AdvertiserID: "B"}, []string{agency.ID, brand.ID, seat.ID, holding.ID}},
		} {
			for range 2 { // from the database, and from what is kept
				if got := ids(c.identity); !sameStrings(got, c.want) {
					t.Errorf("%s: %v, want %v", name, got, c.want)
				}
			}
		}
		holding.Status, holding.Version = parley.AccountPaused, 2
		f.write(func(tx *storage.Tx) { tx.LockAccounts(); tx.UpdateAccount(holding, "") })
		if got := parley.Standing(f.named(parley.Identity{SeatID: "s"})); got != parley.AccountPaused {
			t.Errorf("below a paused holding: %s", got)
		}
	},
	"are seats of a platform however it is written": func(t *testing.T, f *fixture) {
		written := []string{"", "Ä DSP", "Ä-DSP", "ä dsp", "other", "ttd\"'", " !#$%&()*+,-./:;<=>?@[\\]^_`{|}~t\t\n\r\u00a0\u00ae\u2013\u2014\u2122td"}
		for _, spellings := range parley.DSPSpellings {
			written = append(written, spellings...)
		}
		seats, keys := map[string]parley.Account{}, map[string]parley.Key{}
		for i, dsp := range written {
			if platform := parley.DSP(dsp); seats[platform].ID == "" {
				a := f.account(parley.AccountSeat, "S", "")
				a.DSP = dsp
				seats[platform] = f.keep(a, "")
			}
			k := f.key(parley.RoleBuyer)
			k.Identity = parley.Identity{SeatID: "s", DSPPlatform: dsp, AgencyID: fmt.Sprintf("agency-%d", i)}.Plain() // owns by itself
			f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
			keys[dsp] = read(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(k.ID) })
		}
		for platform, seat := range seats {
			var want, owners []string
			for other, a := range seats {
				if other == platform || other == "" || platform == "" {
					want = append(want, a.ID)
				}
			}
			for dsp, k := range keys {
				of := parley.DSP(dsp)
				if of == platform {
					owners = append(owners, k.Principal("").Owner())
				}
				var got []string
				for _, a := range f.named(k.Identity) {
					got = append(got, a.ID)
				}
				if of == platform && !sameStrings(got, want) {
					t.Errorf("%q names %v, want %v", dsp, got, want)
				}
			}
			if got := read(f, func(r *storage.Reader) *storage.Pending[[]string] { return r.OwnersOf(seat.ID, 100) }); !sameStrings(got, owners) {
				t.Errorf("at %q: owners %q, want %q", platform, got, owners)
			}
		}
	},
	"own what keys that name them own": func(t *testing.T, f *fixture) {
		holding := f.keep(f.account(parley.AccountHolding, "H", ""), "")
		agency := f.keep(f.account(parley.AccountAgency, "A", holding.ID), parley.AccountHolding)
		brand := f.keep(f.account(parley.AccountAdvertiser, "B/%", ""), "")
		seat := f.keep(f.account(parley.AccountSeat, "S", agency.ID), parley.AccountAgency)
		owners, keysOf := map[string][]string{}, map[string][]string{}
		for _, c := range []struct {
			identity parley.Identity
			of       []string
		}{
			{parley.Identity{}, nil},
			{parley.Identity{AgencyID: "a"}, []string{agency.ID, holding.ID}},
			{parley.Identity{AdvertiserID: "b/%"}, []string{brand.ID}},
			{parley.Identity{AgencyID: "A", AdvertiserID: "B/%"}, []string{agency.ID, holding.ID, brand.ID}},
			{parley.Identity{SeatID: "S"}, []string{seat.ID, agency.ID, holding.ID}},
		} {
			k := f.key(parley.RoleBuyer)
			k.Identity = c.identity
			f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
			for _, id := range c.of {
				owners[id] = append(owners[id], k.Principal("").Owner())
				keysOf[id] = append(keysOf[id], k.ID)
			}
		}
		for _, a := range []parley.Account{holding, agency, brand, seat} {
			got := read(f, func(r *storage.Reader) *storage.Pending[[]string] { return r.OwnersOf(a.ID, 100) })
			if !sameStrings(got, owners[a.ID]) {
				t.Errorf("%s owns as %q, want %q", a.Code, got, owners[a.ID])
			}
			pages(f, keysOf[a.ID], func(k parley.Key) string { return k.ID }, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Key]] {
				return r.Keys(storage.KeyFilter{Account: a.ID, Page: p})
			})
		}
	},
	"are listed": func(_ *testing.T, f *fixture) {
		holding := f.keep(f.account(parley.AccountHolding, "H", ""), "")
		agency := f.keep(f.account(parley.AccountAgency, "one", holding.ID), parley.AccountHolding)
		brand := f.account(parley.AccountAdvertiser, "two", holding.ID)
		brand.Names, brand.Status = []string{"two", "Zwei 100%"}, parley.AccountBlocked
		f.keep(brand, parley.AccountHolding)
		for _, c := range []struct {
			filter storage.AccountFilter
			want   []string
		}{
			{storage.AccountFilter{}, []string{holding.ID, agency.ID, brand.ID}},
			{storage.AccountFilter{ParentID: holding.ID}, []string{agency.ID, brand.ID}},
			{storage.AccountFilter{Kind: parley.AccountAgency}, []string{agency.ID}},
			{storage.AccountFilter{Status: parley.AccountBlocked}, []string{brand.ID}},
			{storage.AccountFilter{Search: "ZWEI 100%"}, []string{brand.ID}},
			{storage.AccountFilter{Search: "me o"}, []string{agency.ID}},
			{storage.AccountFilter{Search: "%"}, []string{brand.ID}},
		} {
			pages(f, c.want, func(a parley.Account) string { return a.ID },
				func(r *storage.Reader, page storage.Page) *storage.Pending[storage.Listing[parley.Account]] {
					filter := c.filter
					filter.Page = page
					return r.Accounts(filter)
				})
		}
	},
}

// sameStrings tells whether two lists hold the same, in whatever order.
func sameStrings(a, b []string) bool {
	counts := map[string]int{}
	for _, s := range a {
		counts[s]++
	}
	for _, s := range b {
		counts[s]--
	}
	for _, n := range counts {
		if n != 0 {
			return false
		}
	}
	return true
}
