package seller_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// writtenPlatforms are the ways in which each common platform is written, and one that is not common, as people write them; none is said
// by the last of each.
func writtenPlatforms() map[string][]string {
	written := map[string][]string{"other": {"Some DSP", "some-dsp", "SOMEDSP"}}
	for key, spellings := range parley.DSPSpellings {
		written[key] = append(written[key], spellings...)
		written[key] = append(written[key], strings.ToUpper(spellings[1]))
	}
	written["ttd"] = append(written["ttd"], "The Trade Desk", "the_trade-desk", "The Trade Desk (TTD)", "The Trade Desk™")
	written["dv360"] = append(written["dv360"], "Display & Video 360", "Google / DV 360")
	written["xandr"] = append(written["xandr"], "Microsoft Invest (DSP)")
	written["amazon"] = append(written["amazon"], "Amazon Ads: DSP")
	for key := range written {
		written[key] = append(written[key], "")
	}
	return written
}

// TestASeatIsOneAccountHoweverItsDSPIsWritten has keys name seats with every spelling of their platforms, and with none: whatever an account
// does to its buyers (a state, a rule) it does to all of them alike, whichever key came first; a bound of holds is
// of those at its platform.
func TestASeatIsOneAccountHoweverItsDSPIsWritten(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]int{"a platform said first": 0, "none said first": -1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, d *desk) {
				ctx, here := context.Background(), seller.Terminal("test")
				d.sell(video(at120))
				seats, ids := map[string][]seller.Call{}, map[string][]string{}
				written := writtenPlatforms()
				for key, spellings := range written {
					at := (first + len(spellings)) % len(spellings)
					for i := range spellings {
						dsp := spellings[(i+at)%len(spellings)]
						seats[key] = append(seats[key], d.buyer(parley.Identity{SeatID: "seat-" + key, DSPPlatform: dsp}))
					}
				}
				found, err := d.service.Accounts(ctx, here, seller.AccountFilter{Kind: parley.AccountSeat})
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range found.Items {
					key := strings.TrimPrefix(a.Code, "seat-")
					ids[key] = append(ids[key], a.ID)
				}
				for key := range written {
					if len(ids[key]) != 2 { // one where a platform was said, and one where none was
						t.Errorf("%d accounts of the seat at %s", len(ids[key]), key)
					}
				}
				for n := range 2 { // by each of the accounts of a seat
					var of []string
					for _, accounts := range ids {
						of = append(of, accounts[n])
					}
					d.pickAll(ctx, of, seats)
					for _, status := range []parley.AccountStatus{parley.AccountPaused, parley.AccountBlocked, parley.AccountActive} {
						for _, id := range of {
							d.setStanding(id, status)
						}
						for key, calls := range seats {
							again := d.buyer(parley.Identity{SeatID: "SEAT-" + key, DSPPlatform: written[key][1]}) // a key made since
							for i, call := range append([]seller.Call{again}, calls...) {
								_, err := d.service.RequestQuote(ctx, call, ask(2000), keep(new(parley.Quote)))
								if parley.Is(err, parley.CodeForbidden) != (status != parley.AccountActive) {
									t.Errorf("the seat at %s is %s; key %d: %v", key, status, i, err)
								}
							}
						}
					}
				}
				for key, calls := range seats {
					held := 0
					for _, call := range calls {
						if _, err := d.hold(call, d.quote(call, ask(1000)).ID, 0); err == nil {
							held++
						}
					}
					if held != 3 { // two at the platform, and the one that the key without it asked for
						t.Errorf("%d holds by the seat at %s", held, key)
					}
				}
			})
		})
	}
}

// pickAll has a rule of each kind pick some accounts, and every caller be picked by it.
func (d *desk) pickAll(ctx context.Context, ids []string, seats map[string][]seller.Call) {
	d.t.Helper()
	here := seller.Terminal("test")
	var price parley.PricingRule
	if _, err := d.service.PricingRules().Create(ctx, here, parley.PricingRule{Name: "theirs", Enabled: true, Selector: parley.Selector{AccountIDs: ids}, Discount: 1_000}, keep(&price)); err != nil {
		d.t.Fatal(err)
	}
	gate := d.gate(parley.ApprovalRule{Name: "theirs", Gate: parley.GateDealBooking, AccountIDs: ids})
	var profile parley.NegotiationProfile
	tolerance := parley.BasisPoints(1_500)
	if _, err := d.service.NegotiationProfiles().Create(ctx, here, parley.NegotiationProfile{Name: "theirs", Enabled: true, Selector: parley.Selector{AccountIDs: ids}, Tolerance: &tolerance}, keep(&profile)); err != nil {
		d.t.Fatal(err)
	}
	for key, calls := range seats {
		for i, call := range calls {
			quote := d.quote(call, ask(1000))
			deal, err := d.book(call, quote.ID)
			proposal := d.submit(call, propose(quote.Price.FinalCPM*9/10/10_000*10_000, 1000))
			if quote.Price.RuleDiscount == 0 || err != nil || deal.Status != parley.DealProposed || proposal.Status != parley.ProposalAccepted {
				d.t.Errorf("key %d of the seat at %s: a discount of %d, a deal that is %s (%v), a proposal that is %s",
					i, key, quote.Price.RuleDiscount, deal.Status, err, proposal.Status)
			}
		}
	}
	_, err := d.service.PricingRules().Delete(ctx, here, price.ID, nil, keep(&price))
	if err == nil {
		_, err = d.service.ApprovalRules().Delete(ctx, here, gate.ID, nil, keep(new(parley.ApprovalRule)))
	}
	if err == nil {
		_, err = d.service.NegotiationProfiles().Delete(ctx, here, profile.ID, nil, keep(&profile))
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// TestASeatBelongsToWhomItsKeysName has the agency's or the advertiser's key come before and after the seat's own.
func TestASeatBelongsToWhomItsKeysName(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		one, other := parley.Identity{SeatID: "s", AgencyID: "ag1"}, parley.Identity{SeatID: "s", AgencyID: "ag2"}
		for name, c := range map[string]struct {
			keys []parley.Identity
			want string
		}{
			"its agency's after it":               {[]parley.Identity{{SeatID: "s"}, one}, "agency ag1"},
			"its agency's before it":              {[]parley.Identity{one, {SeatID: "s"}}, "agency ag1"},
			"after it, at a DSP":                  {[]parley.Identity{{SeatID: "s", DSPPlatform: "TTD"}, {SeatID: "S", DSPPlatform: "The Trade Desk", AgencyID: "ag1"}}, "agency ag1"},
			"none's after it, without the DSP":    {[]parley.Identity{{SeatID: "s", DSPPlatform: "TTD"}, one}, ""},
			"its advertiser's after it":           {[]parley.Identity{{SeatID: "s"}, {SeatID: "s", AdvertiserID: "adv"}}, "advertiser adv"},
			"an agency's and an advertiser's":     {[]parley.Identity{{SeatID: "s"}, {SeatID: "s", AgencyID: "ag1", AdvertiserID: "adv"}}, "agency ag1"},
			"the same agency's, twice":            {[]parley.Identity{{SeatID: "s"}, one, {SeatID: "s", AgencyID: "AG1", AdvertiserID: "adv"}}, "agency ag1"},
			"another agency's, after its own":     {[]parley.Identity{{SeatID: "s"}, one, other}, "agency ag1"},
			"nobody's":                            {[]parley.Identity{{SeatID: "s"}, {AgencyID: "ag1"}}, ""},
			"those of two advertisers, taken out": {[]parley.Identity{{SeatID: "s", AdvertiserID: "adv"}, {}, {SeatID: "s", AdvertiserID: "adv2"}}, ""},
		} {
			in := func(text string) string {
				if text == "" {
					return ""
				}
				return text + "-" + strings.NewReplacer(" ", "-", ",", "", "'", "").Replace(name)
			}
			for _, i := range c.keys {
				if i == (parley.Identity{}) { // a person has it belong to nobody
					d.changeAccount(d.accountNamed(parley.AccountSeat, in("s")).ID, seller.AccountChange{ParentID: new(string)})
					continue
				}
				i.SeatID, i.AgencyID, i.AdvertiserID = in(i.SeatID), in(i.AgencyID), in(i.AdvertiserID)
				d.buyer(i)
			}
			got := ""
			if parent := d.accountNamed(parley.AccountSeat, in("s")).ParentID; parent != "" {
				account, err := d.service.Account(context.Background(), seller.Terminal("test"), parent)
				if err != nil {
					t.Fatal(err)
				}
				got = string(account.Kind) + " " + account.Code
			}
			if got != in(c.want) {
				t.Errorf("%s: it is %q", name, got)
			}
		}
	})
}
