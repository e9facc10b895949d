package seller_test

import (
	"context"
	"testing"

	"parley"
	"parley/seller"
)

// lookAlikes are ways to write a name of two words that nobody can tell from it.
func lookAlikes(one, two string) []string {
	return []string{
		one + "  " + two, one + "\u00a0" + two, one + "\u3000" + two, one + "\u200b " + two, " " + one + "\t" + two, one + " " + two + "\u200d", one + "\u00ad " + two + "™",
		fullWidth(one) + " " + fullWidth(two),
	}
}

func fullWidth(text string) string {
	wide := []rune(text)
	for i, r := range wide {
		wide[i] = r + 0xFEE0
	}
	return string(wide)
}

// TestNoLookAlikeGoesAroundABlock blocks an agency and an advertiser, and has keys, and claims beside keys, name them by what looks the same:
// no account is made of it, what such a key buys is theirs, and nothing begins.
func TestNoLookAlikeGoesAroundABlock(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.buyer(parley.Identity{SeatID: "s1", AgencyID: "Acme Media", AdvertiserID: "Bold Brand"})
		var calls []seller.Call
		for i, agency := range lookAlikes("Acme", "Media") {
			calls = append(calls, d.buyer(parley.Identity{AgencyID: agency, AgencyName: lookAlikes("Acme", "Group")[i]}),
				d.buyer(parley.Identity{AdvertiserID: lookAlikes("Bold", "Brand")[i]}))
		}
		blocked := map[parley.AccountKind]parley.Account{}
		for kind, code := range map[parley.AccountKind]string{parley.AccountAgency: "Acme Media", parley.AccountAdvertiser: "Bold Brand"} {
			found := must(d.service.Accounts(ctx, seller.Terminal("test"), seller.AccountFilter{Kind: kind}))
			if len(found.Items) != 1 {
				t.Errorf("%d accounts of one %s: %+v", len(found.Items), kind, found.Items)
			}
			blocked[kind] = d.accountNamed(kind, code)
		}
		for _, call := range calls {
			if _, err := d.service.RequestQuote(ctx, call, ask(2000), keep(new(parley.Quote))); err != nil {
				t.Fatal(err)
			}
		}
		for _, account := range blocked {
			d.setStanding(account.ID, parley.AccountBlocked)
		}
		for i, call := range calls {
			_, err := d.service.RequestQuote(ctx, call, ask(2000), keep(new(parley.Quote)))
			if !parley.Is(err, parley.CodeForbidden) {
				t.Errorf("key %d: %v", i, err)
			}
		}
	})
}
