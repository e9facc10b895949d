package seller_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestASeatWithoutADSPIsApart has seats of one id trade at two DSPs, and a key that says no DSP, for an agency of its own and for none, before
// them, between them and after them: each is of its own account, whoever came first, in what an account links, lists, exports, erases and adds up.
func TestASeatWithoutADSPIsApart(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, here := t.Context(), seller.Terminal("test")
		d.sell(video())
		var erase, gone, stay []string
		for agency, places := range map[string][]int{"": {0, 2}, "evil": {0, 1, 2}} {
			for _, third := range places {
				set := fmt.Sprintf("4711-%s%d", agency, third)
				identities := slices.Insert([]parley.Identity{{SeatID: set, DSPPlatform: "Amazon DSP"}, {SeatID: set, DSPPlatform: "TTD"}}, third, parley.Identity{SeatID: set})
				if agency != "" {
					identities[third].AgencyID = set
				}
				seats, calls := make([]parley.Account, 3), make([]seller.Call, 3)
				name := func(i int) string { return fmt.Sprintf("Quintessa-%s-%d.", set, i) }
				for i, identity := range identities {
					calls[i] = d.trades(name(i), identity)
				}
				found := must(d.service.Accounts(ctx, here, seller.AccountFilter{Kind: parley.AccountSeat, Search: set})).Items
				if len(found) != 3 {
					t.Fatalf("%s: there are %+v", set, found)
				}
				for i, identity := range identities {
					seats[i] = found[slices.IndexFunc(found, func(a parley.Account) bool { return parley.DSP(a.DSP) == parley.DSP(identity.DSPPlatform) })]
					if has := seats[i].ParentID != ""; has != (identity.AgencyID != "") {
						t.Errorf("%s at %q belongs to %q", set, identity.DSPPlatform, seats[i].ParentID)
					}
				}
				accounts := []string{seats[0].ID, seats[1].ID, seats[2].ID}
				of := []int{0, 1, 2}
				if agency != "" {
					accounts, of = append(accounts, seats[third].ParentID), append(of, third)
				}
				for n, id := range accounts {
					record := must(d.service.BuyerRecord(ctx, here, id))
					if len(record.Keys) != 1 || record.Keys[0].ID != d.keyID(calls[of[n]]) {
						t.Errorf("%s: account %d has the keys %+v", set, n, record.Keys)
					}
					for i := range identities {
						if names := strings.Contains(fmt.Sprint(record), name(i)); names != (i == of[n]) {
							t.Errorf("%s: the record of account %d names %s: %v", set, n, name(i), names)
						}
					}
					business := must(d.service.AccountBusiness(ctx, here, id))
					if len(business.Deals) != 1 || business.Deals[0].Owner != d.ownerOf(calls[of[n]]) {
						t.Fatalf("%s: account %d has the deals %+v", set, n, business.Deals)
					}
					deal := business.Deals[0]
					err := d.store.Read(ctx, func(r *storage.Reader) error {
						value, err := r.BookedValue(parley.Payer(deal.Owner), parley.USD, parley.DateOf(noon, time.UTC)).Get(ctx)
						if want := must(parley.DealValue(deal.Price.FinalCPM, deal.Impressions)); value.Today != want {
							t.Errorf("%s: %s has booked %d, want %d", set, deal.Owner, value.Today, want)
						}
						return err
					})
					if err != nil {
						t.Fatal(err)
					}
				}

				// A state of a seat is that of every key which may be its, and one of whoever is above it is no other seat's.
				blocks := func(what, id string, whom ...int) {
					d.setStanding(id, parley.AccountBlocked)
					for i, call := range calls {
						_, err := d.service.RequestQuote(ctx, call, ask(2000), keep(new(parley.Quote)))
						if parley.Is(err, parley.CodeForbidden) != slices.Contains(whom, i) {
							t.Errorf("%s: %s is blocked, and key %d: %v", set, what, i, err)
						}
					}
					d.setStanding(id, parley.AccountActive)
				}
				for i := range seats {
					key := must(d.service.Identify(ctx, d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "of the account", AccountID: seats[i].ID})))
					if key.Identity.AgencyID != identities[i].AgencyID {
						t.Errorf("%s: a key of seat %d is of the agency %q", set, i, key.Identity.AgencyID)
					}
					if i == third {
						blocks("the seat without a DSP", seats[i].ID, 0, 1, 2)
					} else {
						blocks("a seat at a DSP", seats[i].ID, i, third)
					}
				}
				if agency != "" {
					blocks("the agency", seats[third].ParentID, third)
				}

				erased := seats[third].ID
				if agency != "" {
					erased = seats[third].ParentID
				}
				erase = append(erase, erased)
				for i := range identities {
					if i == third {
						gone = append(gone, name(i))
					} else {
						stay = append(stay, name(i))
					}
				}
			}
		}
		before := stores.Dump(t, d.store)
		for _, id := range erase {
			if _, err := d.service.EraseBuyer(ctx, here, id, true); err != nil {
				t.Fatal(err)
			}
		}
		after := stores.Dump(t, d.store)
		for _, name := range gone {
			if left := rowsWith(after, name); len(left) > 0 {
				t.Errorf("%s is left in\n%s", name, strings.Join(left, "\n"))
			}
		}
		for _, name := range stay {
			if was := rowsWith(before, name); len(was) == 0 || !slices.Equal(rowsWith(after, name), was) {
				t.Errorf("the rows of %s are others", name)
			}
		}
	})
}

// TestASeatWithoutADSPGetsItsAccount has a key that says no DSP as programs before stored it, without an account where there was one of a seat
// with its id at a DSP. Afterwards it has one, of whom its keys name.
func TestASeatWithoutADSPGetsItsAccount(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, here := t.Context(), seller.Terminal("test")
		d.buyer(parley.Identity{SeatID: "4711", DSPPlatform: "TTD"})
		d.buyer(parley.Identity{AgencyID: "aga"})
		k := parley.Key{ID: "key-06fhv372001pr228mmfkkra4n593", Role: parley.RoleBuyer, Label: "k", Identity: parley.Identity{SeatID: "4711", AgencyID: "AGA"}, CreatedAt: noon, CreatedBy: "test"}
		k.Hash = parley.HashSecret(k.ID)
		if err := d.store.Tx(ctx, func(tx *storage.Tx) error { tx.InsertKey(k); return nil }); err != nil {
			t.Fatal(err)
		}
		for i := range 2 { // the second time nothing is left to do
			if looked := must(d.service.SettleSeats(ctx)); looked != 1-i {
				t.Errorf("it looked at %d", looked)
			}
			seats := must(d.service.Accounts(ctx, here, seller.AccountFilter{Kind: parley.AccountSeat, Search: "4711"})).Items
			if len(seats) != 2 || seats[0].DSP != "TTD" || seats[0].ParentID != "" || seats[1].DSP != "" || seats[1].ParentID != d.accountNamed(parley.AccountAgency, "aga").ID {
				t.Fatalf("the seats are %+v", seats)
			}
			if record := must(d.service.BuyerRecord(ctx, here, seats[1].ID)); len(record.Keys) != 1 || record.Keys[0].ID != k.ID {
				t.Errorf("its keys are %+v", record.Keys)
			}
		}
	})
}

// TestAKeyOfAnAccountHasWhatTheAccountHas makes keys with the ids of accounts whose keys have bought before, in one spelling or another: each
// reads what the account's own key asked for, at that one's tier, whoever the account belongs to by then.
func TestAKeyOfAnAccountHasWhatTheAccountHas(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, here := t.Context(), seller.Terminal("test")
		d.sell(video())
		cases := map[string]struct {
			first parley.Identity // bought before
			later parley.Identity // of a key that comes then; none: nobody
			of    parley.AccountKind
			named string // as keys write the account of the new key
		}{
			"a seat that an agency got":     {parley.Identity{SeatID: "s1", DSPPlatform: "The Trade Desk"}, parley.Identity{SeatID: "s1", DSPPlatform: "ttd", AgencyID: "a1"}, parley.AccountSeat, "s1"},
			"one that an advertiser got":    {parley.Identity{SeatID: "s2", DSPPlatform: "dv360"}, parley.Identity{SeatID: "s2", DSPPlatform: "dv360", AdvertiserID: "v2"}, parley.AccountSeat, "s2"},
			"one without a DSP":             {parley.Identity{SeatID: "s3"}, parley.Identity{SeatID: "s3", AgencyID: "a3"}, parley.AccountSeat, "s3"},
			"one that is written otherwise": {parley.Identity{SeatID: "S4", DSPPlatform: "ttd"}, parley.Identity{SeatID: "s4", DSPPlatform: "ttd", AgencyID: "a4"}, parley.AccountSeat, "S4"},
			"one that an agency had first":  {parley.Identity{SeatID: "s5", DSPPlatform: "ttd", AgencyID: "A5"}, parley.Identity{AgencyID: "a5"}, parley.AccountSeat, "s5"},
			"one that is nobody's":          {parley.Identity{SeatID: "s6", DSPPlatform: "ttd"}, parley.Identity{}, parley.AccountSeat, "s6"},
			"an agency":                     {parley.Identity{AgencyID: "a7"}, parley.Identity{AgencyID: "a7", SeatID: "s7", DSPPlatform: "ttd"}, parley.AccountAgency, "a7"},
			"an advertiser bought for":      {parley.Identity{AdvertiserID: "v8"}, parley.Identity{AdvertiserID: "v8", AgencyID: "a8"}, parley.AccountAdvertiser, "v8"},
		}
		for name, c := range cases {
			// Keys write it by a name that is not its id.
			account := parley.Account{Kind: c.of, Code: "the-" + c.named, Names: []string{c.named}}
			if c.of == parley.AccountSeat {
				account.DSP = c.first.DSPPlatform
			}
			if _, err := d.service.CreateAccount(ctx, here, account, keep(&account)); err != nil {
				t.Fatal(err)
			}
			first := d.buyer(c.first)
			quote := d.quote(first, ask(2000))
			if c.later != (parley.Identity{}) {
				d.buyer(c.later)
			}
			made := d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: name, AccountID: account.ID})
			if _, err := d.service.Quote(ctx, made, quote.ID); err != nil {
				t.Errorf("%s: the account's own quote: %v", name, err)
			}
			was, is := must(d.service.Identify(ctx, first)), must(d.service.Identify(ctx, made))
			if is.Tier() != was.Tier() || is.Owner() != was.Owner() {
				t.Errorf("%s: a key of the account is %s of the tier %v, not %s of %v", name, is.Owner(), is.Tier(), was.Owner(), was.Tier())
			}
		}
		// Whoever the key says to be besides is who it is, by any of the names.
		seat := d.accountNamed(parley.AccountSeat, "the-s1")
		made := must(d.service.Identify(ctx, d.key(seller.KeyRequest{
			Role: parley.RoleBuyer, Label: "of the agency", AccountID: seat.ID, Identity: parley.Identity{SeatID: "S1", AgencyID: "A1"},
		})))
		if made.Tier() != parley.TierAgency || made.Identity.AgencyID != "a1" {
			t.Errorf("a key of the agency and its seat is %+v", made.Identity)
		}
		_, err := d.service.CreateKey(ctx, here, seller.KeyRequest{
			Role: parley.RoleBuyer, Label: "at another DSP", AccountID: seat.ID, Identity: parley.Identity{DSPPlatform: "dv360"},
		}, keep(new(seller.CreatedKey)))
		if told := wantError(t, err, parley.CodeValidation); len(told.Fields) != 1 || told.Fields[0].Path != "dsp_platform" {
			t.Errorf("a seat at another DSP: %v", err)
		}
	})
}
