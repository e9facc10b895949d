package seller_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
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

// TestNoCaseOfALetterGoesAroundABlock blocks accounts whose names have letters beyond A to Z, and has keys and claims beside keys write them
// in another case: it is the same account, also one that an earlier program has stored, and nothing begins.
func TestNoCaseOfALetterGoesAroundABlock(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		bySeat, byAgency := d.buyer(parley.Identity{SeatID: "broker"}), d.buyer(parley.Identity{AgencyID: "broker"})
		for _, spellings := range [][]string{
			{"müller", "MÜLLER", "MüLLER"}, {"ÉLOÏSE Média", "éloïse média", "Éloïse MÉDIA"}, {"Straße 1", "STRASSE 1", "strasse 1"},
			{"МЕДИА", "медиа", "мЕДИа"}, {"ΟΔΟΣ", "οδοσ", "οδος"},
		} {
			for kind, identity := range map[parley.AccountKind]func(code string) parley.Identity{
				parley.AccountAgency:     func(code string) parley.Identity { return parley.Identity{AgencyID: code} },
				parley.AccountAdvertiser: func(code string) parley.Identity { return parley.Identity{AdvertiserID: code} },
				parley.AccountSeat:       func(code string) parley.Identity { return parley.Identity{SeatID: code, DSPPlatform: "ttd"} },
			} {
				broker := bySeat
				if kind == parley.AccountSeat {
					if broker = byAgency; strings.Contains(spellings[0], " ") {
						continue
					}
				}
				calls := []seller.Call{d.buyer(identity(spellings[0]))}
				account := d.accountNamed(kind, spellings[0])
				calls = append(calls, d.buyer(identity(spellings[1])), d.buyer(identity(spellings[2])))
				for _, call := range calls {
					if _, err := d.service.RequestQuote(ctx, call, ask(2000), keep(new(parley.Quote))); err != nil {
						t.Fatalf("%s: %v", spellings, err)
					}
				}
				d.setStanding(account.ID, parley.AccountBlocked)
				for i, call := range calls {
					if _, err := d.service.RequestQuote(ctx, call, ask(2000), keep(new(parley.Quote))); !parley.Is(err, parley.CodeForbidden) {
						t.Errorf("the %s %s as %s: %v", kind, spellings[0], spellings[i], err)
					}
				}
				for _, spelling := range spellings {
					claimed := ask(2000)
					claimed.Identity = identity(spelling)
					if _, err := d.service.RequestQuote(ctx, broker, claimed, keep(new(parley.Quote))); !parley.Is(err, parley.CodeForbidden) {
						t.Errorf("the %s %s claimed as %s: %v", kind, spellings[0], spelling, err)
					}
				}
				owners := 0
				must(0, d.store.Read(ctx, func(r *storage.Reader) error {
					owned, err := r.OwnersOf(account.ID, 10).Get(ctx)
					owners = len(owned)
					return err
				}))
				if owners != len(calls) {
					t.Errorf("the %s %s has what %d owners bought", kind, spellings[0], owners)
				}
			}
		}
	})
}

// TestNamesOfEarlierProgramsAreFoundInAnyCase: accounts of which nothing is stored but what databases know of case are found once they have
// been settled, by what they are written and by what they are called, and nothing is stored twice.
func TestNamesOfEarlierProgramsAreFoundInAnyCase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.buyer(parley.Identity{AgencyID: "MÜLLER", AgencyName: "ÉLOÏSE MÉDIA"})
		d.buyer(parley.Identity{AgencyID: "plain", AgencyName: "Plain"})
		d.buyer(parley.Identity{AgencyID: "straße"})
		stores.Run(t, d.store, `UPDATE account_names SET alike = ''`, `UPDATE accounts SET alike = ''`)
		// Three that are written (an agency is by what it is called too), and two that are called so.
		for i, want := range []int{5, 0} {
			if stored := must(d.service.SettleNames(ctx)); stored != want {
				t.Errorf("time %d: %d spellings", i, stored)
			}
		}
		account := d.accountNamed(parley.AccountAgency, "MÜLLER")
		d.setStanding(account.ID, parley.AccountBlocked)
		_, err := d.service.RequestQuote(ctx, d.buyer(parley.Identity{AgencyID: "müller"}), ask(2000), keep(new(parley.Quote)))
		wantCode(t, err, parley.CodeForbidden)
		if _, err := d.tryKey(parley.Identity{SeatID: "s", AgencyName: "Éloïse Média"}); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("by what it is called: %v", err)
		}
		found := must(d.service.Accounts(ctx, seller.Terminal("test"), seller.AccountFilter{Search: "ïse méd"}))
		if len(found.Items) != 1 || found.Items[0].ID != account.ID {
			t.Errorf("found %+v", found.Items)
		}
	})
}

// TestNoNameGoesAroundABlock blocks an agency, an advertiser and a holding, and has a claim beside another's key mean them by what they are
// called, as the id or as the name: nothing begins for it.
func TestNoNameGoesAroundABlock(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.buyer(parley.Identity{AgencyID: "ag-bl", AgencyName: "Müller Media", AdvertiserID: "adv-bl", AdvertiserName: "Blocked Brand"})
		d.buyer(parley.Identity{AgencyID: "ag-held", AgencyHoldingCompany: "Große Gruppe"})
		broker := d.buyer(parley.Identity{SeatID: "broker"})
		claims := map[string]parley.Identity{
			"an agency's id": {AgencyID: "AG-BL"}, "an agency's name": {AgencyName: "MÜLLER MEDIA"}, "an agency's name as an id": {AgencyID: "müller media"},
			"an advertiser's id": {AdvertiserID: "ADV-bl"}, "an advertiser's name": {AdvertiserName: "blocked brand"},
			"an advertiser's name as an id": {AdvertiserID: "Blocked Brand"}, "a holding's name": {AgencyHoldingCompany: "GROSSE GRUPPE"},
		}
		try := func(claimed parley.Identity) error {
			request := ask(2000)
			request.Identity = claimed
			_, err := d.service.RequestQuote(ctx, broker, request, keep(new(parley.Quote)))
			return err
		}
		for what, claimed := range claims {
			if err := try(claimed); err != nil {
				t.Errorf("by %s, before the block: %v", what, err)
			}
		}
		for kind, code := range map[parley.AccountKind]string{
			parley.AccountAgency: "ag-bl", parley.AccountAdvertiser: "adv-bl", parley.AccountHolding: "Große Gruppe",
		} {
			d.setStanding(d.accountNamed(kind, code).ID, parley.AccountBlocked)
		}
		for what, claimed := range claims {
			if err := try(claimed); !parley.Is(err, parley.CodeForbidden) {
				t.Errorf("by %s: %v", what, err)
			}
		}
	})
}
