package seller_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestAccountsOfOneSeatBecomeOne has accounts as programs before made them: one for each spelling of a seat's DSP. Afterwards there is one,
// with what was known of each, as restricted as the most restricted; whatever named or picked one of them finds it, and who owns what is
// as before.
func TestAccountsOfOneSeatBecomeOne(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, here := context.Background(), seller.Terminal("test")
		d.sell(video())
		written := []string{"The Trade Desk", "ttd", "thetradedesk", "dv360", ""}
		former := make([]parley.Account, len(written))
		for i := range written {
			former[i] = parley.Account{
				ID: fmt.Sprintf("acct-06fhv372001pr228mmfkkra4n59%d", i), Kind: parley.AccountSeat, Name: "s1", Code: "s1", DSP: fmt.Sprintf("of before %d", i),
				Names: []string{"s1"}, Status: parley.AccountActive, Version: 1, CreatedAt: noon, UpdatedAt: noon,
			}
		}
		former[0].Notes, former[2].Notes = "slow to pay", "ask Kim"
		former[1].Status, former[1].Name, former[1].Names = parley.AccountPaused, "Seat One", []string{"s1", "s-one"}
		former[1].Contacts = []parley.Contact{{Name: "Kim"}}
		former[2].Status, former[2].Steward, former[2].Names = parley.AccountBlocked, "Lee", []string{"s1", "s-two"}
		former[3].Status, former[4].Status = parley.AccountActive, parley.AccountPaused
		err := d.store.Tx(ctx, func(tx *storage.Tx) error {
			tx.LockAccounts()
			for _, a := range former {
				tx.InsertAccount(a, "")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, dsp := range written { // names as they were written
			stores.Run(t, d.store, `UPDATE accounts SET dsp = '`+dsp+`' WHERE id = '`+former[i].ID+`'`)
			stores.Run(t, d.store, `UPDATE account_names SET dsp = '`+strings.ToLower(dsp)+`' WHERE account_id = '`+former[i].ID+`'`)
		}
		key := func(i parley.Identity) seller.Call {
			k := parley.Key{ID: fmt.Sprintf("key-06fhv372001pr228mmfkkra4n5%02d", len(i.SeatID+i.AgencyID)), Role: parley.RoleBuyer, Label: "k", Identity: i, CreatedAt: noon, CreatedBy: "test"}
			secret := "ask_live_" + k.ID
			k.Hash = parley.HashSecret(secret)
			if err := d.store.Tx(ctx, func(tx *storage.Tx) error { tx.InsertKey(k); return nil }); err != nil {
				t.Fatal(err)
			}
			return seller.Call{Secret: secret}
		}
		d.buyer(parley.Identity{AgencyID: "ag"})
		said := key(parley.Identity{SeatID: "s1", DSPPlatform: "the-trade-desk", AgencyID: "ag"})
		stores.Run(t, d.store, `UPDATE keys SET owner_dsp = ''`)
		ids := []string{former[0].ID, former[2].ID}
		var rule parley.PricingRule
		if _, err := d.service.PricingRules().Create(ctx, here, parley.PricingRule{Name: "theirs", Enabled: true, Selector: parley.Selector{AccountIDs: ids}, Discount: 1_000}, keep(&rule)); err != nil {
			t.Fatal(err)
		}
		gate := d.gate(parley.ApprovalRule{Name: "theirs", Gate: parley.GateDealBooking, AccountIDs: ids[1:]})
		for range 2 { // the second time nothing is left to do
			if _, err := d.service.SettleSeats(ctx); err != nil {
				t.Fatal(err)
			}
		}
		found, err := d.service.Accounts(ctx, here, seller.AccountFilter{Kind: parley.AccountSeat})
		if err != nil {
			t.Fatal(err)
		}
		if len(found.Items) != 3 { // at The Trade Desk, at DV360, and where nobody said
			t.Fatalf("there are %v", found.Items)
		}
		kept, err := d.service.Account(ctx, here, former[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if kept.Status != parley.AccountBlocked || kept.Name != "Seat One" || kept.Notes != "slow to pay\n\nask Kim" || kept.Steward != "Lee" || len(kept.Contacts) != 1 ||
			!slices.Equal(kept.Names, []string{"s-one", "s-two", "s1"}) || kept.ParentID != d.accountNamed(parley.AccountAgency, "ag").ID {
			t.Errorf("it is %+v", kept)
		}
		_, err = d.service.RequestQuote(ctx, said, ask(2000), keep(new(parley.Quote)))
		wantCode(t, err, parley.CodeForbidden)
		rules, err := d.service.PricingRules().List(ctx, here, seller.Page{Limit: 10})
		if err != nil || len(rules.Items) != 1 || !slices.Equal(rules.Items[0].AccountIDs, []string{kept.ID}) {
			t.Errorf("the rule picks %v (%v)", rules.Items, err)
		}
		for _, id := range []string{former[3].ID, former[4].ID, kept.ID} {
			d.setStanding(id, parley.AccountActive) // each can be changed
		}
		quote := d.quote(said, ask(2000))
		deal, err := d.book(said, quote.ID)
		if err != nil || quote.Price.RuleDiscount == 0 || deal.Status != parley.DealProposed || deal.Owner != "buyer/s1/ag/" {
			t.Errorf("a discount of %d, a deal that is %s of %s (%v), by %s", quote.Price.RuleDiscount, deal.Status, deal.Owner, err, gate.ID)
		}
	})
}
