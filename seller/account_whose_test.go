package seller_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/seller"
)

// TestWhoseAThingIsIsOneAnswer has keys write accounts of each kind in every case of their letters, takes the names away that look redundant,
// has other accounts take names, moves accounts, and holds after each step whose the deals are against whose they should be, everywhere.
func TestWhoseAThingIsIsOneAnswer(t *testing.T) {
	t.Parallel()
	ctx, here := context.Background(), seller.Terminal("test")
	request := ask(100_000)
	request.DealType = string(parley.PrivateAuction)
	seat := ""
	kinds := map[parley.AccountKind]func(written string) parley.Identity{
		parley.AccountAgency: func(written string) parley.Identity {
			return parley.Identity{AgencyID: written, SeatID: seat, DSPPlatform: "ttd"}
		},
		parley.AccountAdvertiser: func(written string) parley.Identity {
			return parley.Identity{AdvertiserID: written, AgencyID: "through"}
		},
		parley.AccountSeat: func(written string) parley.Identity { return parley.Identity{SeatID: written, DSPPlatform: "ttd"} },
	}
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		type written struct {
			buyer seller.Call
			payer string
		}
		book := func(i parley.Identity) written {
			t.Helper()
			buyer := d.buyer(i)
			return written{buyer, parley.Payer(must(d.book(buyer, d.quote(buyer, request).ID)).Owner)}
		}
		// check holds whose deals are: the code and the id of the account, or the payer where they are nobody's.
		check := func(what string, want map[string]string) {
			t.Helper()
			whose, _ := d.whose(t, false)
			for payer, account := range want {
				if whose[payer] != account {
					t.Errorf("%s: what %s bought is %q's, want %q", what, payer, whose[payer], account)
				}
			}
		}
		want := map[string]string{}
		of := func(a parley.Account) string { return string(a.Kind) + "/" + a.Code + " " + a.ID }
		create := func(a parley.Account) (made parley.Account) {
			t.Helper()
			if _, err := d.service.CreateAccount(ctx, here, a, keep(&made)); err != nil {
				t.Fatal(err)
			}
			return made
		}
		holding := create(parley.Account{Kind: parley.AccountHolding, Name: "Group"})
		accounts, calls := map[string]parley.Account{}, map[string][]seller.Call{}
		for kind, identity := range kinds {
			written := [][]string{
				{"École", "ÉCOLE", "école"}, {"STRASSE", "Straße"}, {"İZMİR", "i\u0307zmi\u0307r"}, {"ΣΊΣΥΦΟΣ", "σίσυφος", "Σίσυφοσ"}, {"aga", "AGA"},
			}
			if kind != parley.AccountAgency {
				written = written[:2] // they are found in the same way
			}
			for _, spellings := range written {
				var account parley.Account
				seat = fmt.Sprint("seat", len(accounts)) // the agency's
				for _, spelling := range spellings {
					w := book(identity(spelling))
					if account.ID == "" {
						account = d.accountNamed(kind, spelling)
					}
					want[w.payer] = of(account)
					calls[account.ID] = append(calls[account.ID], w.buyer)
				}
				accounts[account.ID] = account
			}
		}
		check("as they were made", want)
		for id, account := range accounts {
			// A name besides the code, that nobody writes: none of the spellings is left but the code.
			if changed := d.changeAccount(id, seller.AccountChange{Names: &[]string{"zet" + account.Code}}); len(changed.Names) != 2 {
				t.Errorf("%s has the names %q", account.Code, changed.Names)
			}
			if stored := must(d.service.Account(ctx, here, id)); len(stored.Names) != 2 {
				t.Errorf("%s is stored with the names %q", account.Code, stored.Names)
			}
		}
		check("without the names that say nothing new", want)
		for id := range accounts {
			d.changeAccount(id, seller.AccountChange{Names: &[]string{}})
			erased := must(d.service.EraseBuyer(ctx, here, id, false))
			labels := slices.IndexFunc(erased, func(w seller.BuyerWords) bool { return w.Column == "keys.label" })
			if labels < 0 || len(erased[labels].Rows) != len(calls[id]) { // of what is exported
				t.Errorf("%s would have %+v erased, of %d keys", accounts[id].Code, erased, len(calls[id]))
			}
			d.setStanding(id, parley.AccountBlocked)
			for i, call := range calls[id] {
				if _, err := d.service.RequestQuote(ctx, call, ask(2000), keep(new(parley.Quote))); !parley.Is(err, parley.CodeForbidden) {
					t.Errorf("key %d of %s, which is blocked: %v", i, accounts[id].Code, err)
				}
			}
			d.setStanding(id, parley.AccountActive)
		}

		// Names that are truly taken away, by the name and in whatever case.
		ones, twos := map[parley.AccountKind]parley.Account{}, map[parley.AccountKind]parley.Account{}
		bought, nobodys, others := map[string]string{}, map[string]string{}, map[string]string{}
		for kind, identity := range kinds {
			seat = "seat-one"
			ones[kind] = create(parley.Account{Kind: kind, Code: "one", Names: []string{"Élan", "nid"}, DSP: dspOf(kind)})
			twos[kind] = create(parley.Account{Kind: kind, Code: "two", DSP: dspOf(kind)})
			for _, spelling := range []string{"ÉLAN", "élan", "NID", "nid"} {
				payer := book(identity(spelling)).payer
				bought[payer], others[payer] = of(ones[kind]), of(twos[kind])
				if kind != parley.AccountSeat { // of which people do not read the DSP
					nobodys[payer] = payer + " "
				}
			}
		}
		check("by further names", bought)
		for _, one := range ones {
			d.changeAccount(one.ID, seller.AccountChange{Names: &[]string{}})
		}
		check("after these were taken away", nobodys)
		for kind, two := range twos {
			d.changeAccount(two.ID, seller.AccountChange{Names: &[]string{"éLAN", "Nid"}})
			if kind != parley.AccountSeat {
				d.changeAccount(two.ID, seller.AccountChange{ParentID: &holding.ID})
			}
		}
		check("once they are another's, under a holding", others)
	})
}

func dspOf(kind parley.AccountKind) string {
	if kind == parley.AccountSeat {
		return "ttd"
	}
	return ""
}

// TestKeysOfEarlierProgramsAreFoundInAnyCase: keys and accounts of which nothing is stored but what databases know of case are each other's once
// they have been settled, also where the account was written as no key is since.
func TestKeysOfEarlierProgramsAreFoundInAnyCase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	request := ask(100_000)
	request.DealType = string(parley.PrivateAuction)
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		want := map[string]string{}
		for _, spellings := range [][]string{{"École", "ÉCOLE", "école"}, {"Straße", "STRASSE"}, {"weiss", "Weiß"}} {
			for _, written := range spellings {
				buyer := d.buyer(parley.Identity{AgencyID: written})
				deal := must(d.book(buyer, d.quote(buyer, request).ID))
				account := d.accountNamed(parley.AccountAgency, spellings[0])
				want[parley.Payer(deal.Owner)] = "agency/" + account.Code + " " + account.ID
			}
		}
		// By one that knew of no spellings, and by one that wrote accounts anew beside this.
		for _, before := range [][]string{{`DELETE FROM account_names WHERE implied = 1`, `DELETE FROM spellings`}, {`DELETE FROM account_names WHERE implied = 1`}} {
			stores.Run(t, d.store, before...)
			settled := must(d.service.SettleNames(ctx))
			if again := must(d.service.SettleNames(ctx)); settled == 0 || again != 0 {
				t.Errorf("%d spellings were stored, and %d the second time", settled, again)
			}
			whose, _ := d.whose(t, false)
			for payer, account := range want {
				if whose[payer] != account {
					t.Errorf("what %s bought is %q's, want %q", payer, whose[payer], account)
				}
			}
		}
	})
}

// TestHoldsCountForWhomTheirBuyersBelongToNow moves an agency, and a name of one, after it has held, and has each side hold as much as it may.
func TestHoldsCountForWhomTheirBuyersBelongToNow(t *testing.T) {
	t.Parallel()
	ctx, here := context.Background(), seller.Terminal("test")
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		account := func(kind parley.AccountKind, code, parent string) (made parley.Account) {
			t.Helper()
			if _, err := d.service.CreateAccount(ctx, here, parley.Account{Kind: kind, Code: code, Name: code, ParentID: parent}, keep(&made)); err != nil {
				t.Fatal(err)
			}
			return made
		}
		north, south := account(parley.AccountHolding, "north", ""), account(parley.AccountHolding, "south", "")
		moved := account(parley.AccountAgency, "moved", north.ID)
		account(parley.AccountAgency, "stays", north.ID)
		there := account(parley.AccountAgency, "there", south.ID)
		alias := "Élan"
		d.changeAccount(moved.ID, seller.AccountChange{Names: &[]string{alias}})
		keys := map[string]seller.Call{}
		for i, agency := range []string{"moved", "stays", "there", "ÉLAN"} {
			keys[agency] = d.buyer(parley.Identity{AgencyID: agency, SeatID: fmt.Sprint("seat", i), DSPPlatform: "ttd"})
		}
		hold := func(agency string) error {
			_, err := d.hold(keys[agency], d.quote(keys[agency], ask(10_000)).ID, time.Hour)
			return err
		}
		// may says how often agencies can hold once more, one after the other.
		may := func(when string, agency string, times int) {
			t.Helper()
			for n := range times {
				if err := hold(agency); err != nil {
					t.Errorf("%s: hold %d of %q: %v", when, n+1, agency, err)
				}
			}
			if err := hold(agency); !parley.Is(err, parley.CodeContention) {
				t.Errorf("%s: one hold more of %q: %v", when, agency, err)
			}
		}
		if err := hold("ÉLAN"); err != nil {
			t.Fatal(err)
		}
		may("at first", "moved", 1)
		may("at first", "stays", 0)
		d.changeAccount(moved.ID, seller.AccountChange{ParentID: &south.ID})
		may("where it went", "there", 0)
		may("where it went", "moved", 0)
		may("where it was", "stays", 2)
		d.changeAccount(moved.ID, seller.AccountChange{ParentID: &north.ID})
		may("where it has been", "there", 2)
		may("where it is again", "moved", 0)
		may("where it is again", "stays", 0)
		nobody := ""
		d.changeAccount(moved.ID, seller.AccountChange{ParentID: &nobody})
		may("alone", "moved", 0)
		for quote := range d.quotesHeldBy("moved") {
			must(d.release(keys["moved"], quote))
		}
		may("alone, after it gave one back", "moved", 1)
		d.changeAccount(moved.ID, seller.AccountChange{Names: &[]string{}})
		d.changeAccount(there.ID, seller.AccountChange{Names: &[]string{"élan"}})
		may("with the name of another", "ÉLAN", 0)
		may("without the name", "moved", 1)
	})
}

// quotesHeldBy are the quotes that an agency's keys hold.
func (d *desk) quotesHeldBy(agency string) map[string]bool {
	d.t.Helper()
	quotes := map[string]bool{}
	held := must(d.service.Holds(context.Background(), seller.Terminal("test"), seller.HoldFilter{Status: parley.HoldActive, Page: seller.Page{Limit: 100}}))
	for _, h := range held.Items {
		if _, of, _, _ := parley.OwnerParties(h.Owner); of == agency {
			quotes[h.QuoteID] = true
		}
	}
	return quotes
}
