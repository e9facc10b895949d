package seller_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// TestRulesPickBuyersByTheirAccounts has a price rule, an approval rule and a negotiation profile each pick by an account of each kind,
// and buyers of every relation to it ask.
func TestRulesPickBuyersByTheirAccounts(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, here := context.Background(), seller.Terminal("test")
		d.sell(video(at120))
		all := parley.Identity{SeatID: "s1", DSPPlatform: "ttd", AgencyID: "ag", AgencyHoldingCompany: "Group", AdvertiserID: "adv"}
		buyers := map[string]parley.Identity{
			"agency": {AgencyID: "ag"}, "agency in capitals": {AgencyID: "AG"}, "another agency of the holding": {AgencyID: "ag2", AgencyHoldingCompany: "Group"},
			"advertiser": {AdvertiserID: "adv"}, "seat": {SeatID: "s1", DSPPlatform: "ttd"}, "stranger": {SeatID: "s9", AgencyID: "ag9", AdvertiserID: "adv9"},
		}
		calls := map[string]seller.Call{"nobody": {Address: "192.0.2.77"}, "all": d.buyer(all)} // who names the accounts first
		for name, identity := range buyers {
			calls[name] = d.buyer(identity)
		}
		// What the first key to name the seat said of its agency has it belong to that.
		picked := map[parley.AccountKind]string{
			parley.AccountHolding: "all, agency, agency in capitals, another agency of the holding, seat", parley.AccountAgency: "all, agency, agency in capitals, seat",
			parley.AccountAdvertiser: "all, advertiser", parley.AccountSeat: "all, seat",
		}
		codes := map[parley.AccountKind]string{parley.AccountHolding: "Group", parley.AccountAgency: "ag", parley.AccountAdvertiser: "adv", parley.AccountSeat: "s1"}
		for kind, code := range codes {
			account := d.accountNamed(kind, code)
			seat := d.accountNamed(parley.AccountSeat, "s1")
			if seat.ParentID != d.accountNamed(parley.AccountAgency, "ag").ID {
				parent := d.accountNamed(parley.AccountAgency, "ag").ID
				d.changeAccount(seat.ID, seller.AccountChange{ParentID: &parent})
			}
			ids := []string{account.ID}
			var price parley.PricingRule
			if _, err := d.service.PricingRules().Create(ctx, here, parley.PricingRule{Name: "theirs", Enabled: true, Selector: parley.Selector{AccountIDs: ids}, Discount: 1_000}, keep(&price)); err != nil {
				t.Fatal(err)
			}
			gate := d.gate(parley.ApprovalRule{Name: "theirs", Gate: parley.GateDealBooking, AccountIDs: ids})
			var profile parley.NegotiationProfile
			tolerance := parley.BasisPoints(1_500)
			if _, err := d.service.NegotiationProfiles().Create(ctx, here, parley.NegotiationProfile{Name: "theirs", Enabled: true, Selector: parley.Selector{AccountIDs: ids}, Tolerance: &tolerance}, keep(&profile)); err != nil {
				t.Fatal(err)
			}
			for name, call := range calls {
				want := false
				for _, one := range strings.Split(picked[kind], ", ") {
					want = want || one == name
				}
				quote := d.quote(call, ask(2000))
				if got := quote.Price.RuleDiscount > 0; got != want {
					t.Errorf("a price rule for the %s, asked by %s: picked %t", kind, name, got)
				}
				if strings.Contains(quote.Price.Rationale, string(kind)+" "+code) {
					t.Errorf("the buyer reads %q", quote.Price.Rationale)
				}
				told := fmt.Sprint(quote.Price.Steps)
				if want != strings.Contains(told, string(kind)+" "+code) {
					t.Errorf("why %s has this price: %s", name, told)
				}
				if name == "nobody" {
					continue
				}
				if deal, err := d.book(call, quote.ID); err != nil && !parley.Is(err, parley.CodeValidation) || err == nil && (deal.Status == parley.DealProposed) != want {
					t.Errorf("an approval rule for the %s, booked by %s: %s (%v)", kind, name, deal.Status, err)
				}
				proposal := d.submit(call, propose(quote.Price.FinalCPM*9/10/10_000*10_000, 2000))
				if got := proposal.Status == parley.ProposalAccepted; got != want {
					t.Errorf("a profile for the %s, proposed by %s: %s", kind, name, proposal.Status)
				}
			}
			for _, err := range []error{
				func() error {
					_, err := d.service.PricingRules().Delete(ctx, here, price.ID, nil, keep(&price))
					return err
				}(),
				func() error {
					_, err := d.service.ApprovalRules().Delete(ctx, here, gate.ID, nil, keep(new(parley.ApprovalRule)))
					return err
				}(),
				func() error {
					_, err := d.service.NegotiationProfiles().Delete(ctx, here, profile.ID, nil, keep(&profile))
					return err
				}(),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, err := range []error{
			func() error {
				_, err := d.service.PricingRules().Create(ctx, here, parley.PricingRule{Name: "x", Selector: parley.Selector{AccountIDs: []string{"acct-none"}}, Discount: 100}, keep(new(parley.PricingRule)))
				return err
			}(),
			func() error {
				_, err := d.service.ApprovalRules().Create(ctx, here, parley.ApprovalRule{Name: "x", Gate: parley.GateDealBooking, AccountIDs: []string{"acct-none"}}, keep(new(parley.ApprovalRule)))
				return err
			}(),
			func() error {
				_, err := d.service.NegotiationProfiles().Create(ctx, here, parley.NegotiationProfile{Name: "x", Selector: parley.Selector{AccountIDs: []string{"acct-none"}}}, keep(new(parley.NegotiationProfile)))
				return err
			}(),
		} {
			if e := wantError(t, err, parley.CodeValidation); !strings.Contains(e.Error(), "account_ids[0]") {
				t.Errorf("an account that there is not: %v", e)
			}
		}
	})
}
