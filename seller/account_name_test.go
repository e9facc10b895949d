package seller_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"parley"
	"parley/seller"
	"parley/storage"
)

// tryKey makes a buyer's key.
func (d *desk) tryKey(i parley.Identity) (seller.Call, error) {
	var created seller.CreatedKey
	_, err := d.service.CreateKey(context.Background(), seller.Terminal("test"), seller.KeyRequest{Role: parley.RoleBuyer, Label: "k", Identity: i}, keep(&created))
	return seller.Call{Secret: created.Secret}, err
}

// TestANameFindsItsAccountWhereverItIsWritten has a key say each kind of name of a blocked account in each field that can have it, with an id
// that nobody has: the key is the account's and does not buy, or it is refused for that field.
func TestANameFindsItsAccountWhereverItIsWritten(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		n := 0
		for _, kind := range []parley.AccountKind{parley.AccountAgency, parley.AccountAdvertiser, parley.AccountHolding, parley.AccountSeat} {
			for what, name := range map[string]func(code string) string{
				"its id": func(code string) string { return code }, "a further name": func(code string) string { return "also-" + code },
				"what it is called": func(code string) string { return "Called-" + code }, "in other letters": func(code string) string { return strings.ToUpper("also-" + code) },
			} {
				for field, write := range map[string]func(i *parley.Identity, name string){
					"agency_id":              func(i *parley.Identity, name string) { i.AgencyID = name },
					"agency_name":            func(i *parley.Identity, name string) { i.AgencyID, i.AgencyName = "new-"+name, name },
					"advertiser_id":          func(i *parley.Identity, name string) { i.AdvertiserID = name },
					"advertiser_name":        func(i *parley.Identity, name string) { i.AdvertiserID, i.AdvertiserName = "new-"+name, name },
					"seat_id":                func(i *parley.Identity, name string) { i.SeatID = name },
					"seat_name":              func(i *parley.Identity, name string) { i.SeatID, i.SeatName = "new-"+name, name },
					"agency_holding_company": func(i *parley.Identity, name string) { i.AgencyID, i.AgencyHoldingCompany = "of-"+name, name },
					"agency_name alone":      func(i *parley.Identity, name string) { i.SeatID, i.AgencyName = "seat-"+name, name },
					"advertiser_name alone":  func(i *parley.Identity, name string) { i.SeatID, i.AdvertiserName = "seat-"+name, name },
					"seat_name alone":        func(i *parley.Identity, name string) { i.AgencyID, i.SeatName = "of-"+name, name },
					"agency_holding_company alone": func(i *parley.Identity, name string) {
						i.AdvertiserID, i.AgencyHoldingCompany = "of-"+name, name
					},
				} {
					path, alone := strings.CutSuffix(field, " alone")
					of, _, _ := strings.Cut(strings.Replace(path, "agency_holding", "holding", 1), "_")
					if of != string(kind) {
						continue
					}
					n++
					code := fmt.Sprintf("%s-é-%d", kind, n)
					account := parley.Account{Kind: kind, Code: code, Name: "Called-" + code, Names: []string{"also-" + code}}
					var made parley.Account
					if _, err := d.service.CreateAccount(context.Background(), seller.Terminal("test"), account, keep(&made)); err != nil {
						t.Fatal(err)
					}
					d.setStanding(made.ID, parley.AccountBlocked)
					var i parley.Identity
					write(&i, name(code))
					buyer, err := d.tryKey(i)
					seatCalled := kind == parley.AccountSeat && what == "what it is called"
					if alone || seatCalled {
						refused := wantError(t, err, parley.CodeConflict)
						if refused.Facts["field"] != path || refused.Facts["account_id"] != made.ID || !strings.Contains(refused.Message, code) {
							t.Errorf("%s of a %s in %s: refused with %v", what, kind, field, refused)
						}
						continue
					}
					if err != nil {
						t.Errorf("%s of a %s in %s: %v", what, kind, field, err)
						continue
					}
					_, err = d.service.RequestQuote(context.Background(), buyer, ask(2000), keep(new(parley.Quote)))
					if !parley.Is(err, parley.CodeForbidden) {
						t.Errorf("%s of a %s in %s: it buys (%v)", what, kind, field, err)
					}
				}
			}
		}
	})
}

// TestKeysThatNameTwoAccounts has keys name two accounts where one is meant, and what is nobody else's.
func TestKeysThatNameTwoAccounts(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		create := func(a parley.Account) parley.Account {
			var made parley.Account
			if _, err := d.service.CreateAccount(context.Background(), seller.Terminal("test"), a, keep(&made)); err != nil {
				t.Fatal(err)
			}
			return made
		}
		group, other := create(parley.Account{Kind: parley.AccountHolding, Name: "Group"}), create(parley.Account{Kind: parley.AccountHolding, Name: "Other"})
		one := create(parley.Account{Kind: parley.AccountAgency, Code: "ag1", Name: "Acme", ParentID: group.ID})
		// Names could be two accounts' once, and are where they were.
		twin := parley.Account{ID: "acct-twin", Kind: parley.AccountAgency, Code: "ag2", Name: "ACME", Version: 1, CreatedAt: noon, UpdatedAt: noon}.Tidied()
		if err := d.store.Tx(context.Background(), func(tx *storage.Tx) error {
			tx.LockAccounts()
			tx.InsertAccount(twin, "")
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		create(parley.Account{Kind: parley.AccountAgency, Code: "ag3", Name: "Solo"})
		brand := create(parley.Account{Kind: parley.AccountAdvertiser, Code: "adv", Name: "Brand", ParentID: group.ID})
		create(parley.Account{Kind: parley.AccountSeat, Code: "s1", DSP: "TTD", Name: "Solo"})
		create(parley.Account{Kind: parley.AccountSeat, Code: "s2", DSP: "TTD", Name: "Solo"})
		for name, c := range map[string]struct {
			identity parley.Identity
			field    string // of the refusal; empty: there is none
		}{
			"a name of two, with a new id":           {parley.Identity{AgencyID: "ag9", AgencyName: "acme"}, "agency_name"},
			"a name of two, as the id":               {parley.Identity{AgencyID: "acme"}, "agency_id"},
			"a name of two, with the id of one":      {parley.Identity{AgencyID: "ag2", AgencyName: "Acme"}, ""},
			"the id of one with the name of another": {parley.Identity{AgencyID: "ag1", AgencyName: "Solo"}, "agency_name"},
			"an id with a name of nobody's":          {parley.Identity{AgencyID: "ag1", AgencyName: "Acme Worldwide"}, ""},
			"another holding than the agency's":      {parley.Identity{AgencyID: "ag1", AgencyHoldingCompany: "Other"}, "agency_holding_company"},
			"the agency's holding":                   {parley.Identity{AgencyID: "ag1", AgencyHoldingCompany: "GROUP"}, ""},
			"a holding that nobody is":               {parley.Identity{AgencyID: "ag1", AgencyHoldingCompany: "Former Group"}, ""},
			"a holding of an agency without one":     {parley.Identity{AgencyID: "ag3", AgencyHoldingCompany: "Other"}, ""},
			"the advertiser's holding, no agency":    {parley.Identity{AdvertiserID: "adv", AgencyHoldingCompany: "Group"}, ""},
			"another seat of one name":               {parley.Identity{SeatID: "s9", DSPPlatform: "ttd", SeatName: "Solo"}, ""},
			"the id of one seat, another's as name":  {parley.Identity{SeatID: "s1", DSPPlatform: "The Trade Desk", SeatName: "s2"}, "seat_name"},
			"another seat's name at another DSP":     {parley.Identity{SeatID: "s1", DSPPlatform: "dv360", SeatName: "s2"}, ""},
		} {
			_, err := d.tryKey(c.identity)
			if c.field == "" {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if refused := wantError(t, err, parley.CodeConflict); refused.Facts["field"] != c.field || refused.Facts["account_id"] == nil {
				t.Errorf("%s: %v", name, refused)
			}
		}
		if a := d.accountNamed(parley.AccountAgency, "ag3"); a.ParentID != other.ID {
			t.Errorf("the agency without a holding has %q", a.ParentID)
		}
		if a, b := d.accountNamed(parley.AccountAgency, "ag1"), d.accountNamed(parley.AccountAdvertiser, "adv"); a.ParentID != one.ParentID || b.ParentID != brand.ParentID {
			t.Errorf("they belong to %q and %q", a.ParentID, b.ParentID)
		}
		if s := d.accountNamed(parley.AccountSeat, "s9"); s.Name != "Solo" {
			t.Errorf("the other seat is %+v", s)
		}
	})
}

// TestNoTwoAccountsOfAKindShareAName makes, renames and names accounts as another is called or written, in ways that nobody can tell apart: the
// second is refused, with the field and the account, and a key that says the name is the first's.
func TestNoTwoAccountsOfAKindShareAName(t *testing.T) {
	t.Parallel()
	ctx, terminal := context.Background(), seller.Terminal("test")
	onEach(t, func(t *testing.T, d *desk) {
		create := func(kind parley.AccountKind, code, name string, names ...string) (made parley.Account, err error) {
			_, err = d.service.CreateAccount(ctx, terminal, parley.Account{Kind: kind, Code: code, Name: name, Names: names}, keep(&made))
			return made, err
		}
		for _, kind := range []parley.AccountKind{parley.AccountHolding, parley.AccountAgency, parley.AccountAdvertiser} {
			one, two := must(create(kind, "one", "Omega Média", "also one")), must(create(kind, "two", "Two"))
			change := func(c seller.AccountChange) error {
				_, err := d.service.ChangeAccount(ctx, terminal, two.ID, c, keep(new(parley.Account)))
				return err
			}
			for _, alike := range []string{"Omega Média", "OMEGA  Me\u0301dia", "omega m\u00e9dia\u2122", "also ONE", "One"} {
				_, made := create(kind, "xx", alike)
				_, written := create(kind, "xx", "Another", alike)
				_, coded := create(kind, alike, "Another")
				for what, err := range map[string]error{
					"made": made, "made, written so": written, "made with the code": coded,
					"renamed": change(seller.AccountChange{Name: &alike}), "written so": change(seller.AccountChange{Names: &[]string{alike}}),
				} {
					refused := wantError(t, err, parley.CodeConflict)
					if path := refused.Facts["field"]; what == "made" && (path != "name" || refused.Facts["account_id"] != one.ID) {
						t.Errorf("%s %s as %q: %v", kind, what, alike, refused)
					}
				}
			}
			same, notes := "omega  MéDIA", "theirs"
			if d.changeAccount(one.ID, seller.AccountChange{Name: &same}); change(seller.AccountChange{Notes: &notes}) != nil {
				t.Errorf("a %s cannot keep its own name", kind)
			}
		}
		// A name of one kind tells nothing of another, and seats are told by their ids.
		for _, code := range []string{"s1", "s2"} {
			must(create(parley.AccountSeat, code, "Omega Média"))
		}
		if _, err := d.tryKey(parley.Identity{AgencyID: "new", AgencyName: "Omega Média"}); err != nil {
			t.Errorf("a key with the name: %v", err)
		}
		if _, err := d.tryKey(parley.Identity{AgencyID: "NEW"}); err != nil || len(must(d.service.Account(ctx, terminal, d.accountNamed(parley.AccountAgency, "one").ID)).Names) != 3 {
			t.Errorf("the key is not the first's: %v", err)
		}
	})
}
