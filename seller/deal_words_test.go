package seller_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/seller"
)

// TestDealsAreFoundInAnyCase books a deal of each of several buyers, whose ids are spellings of a few, and finds it by every spelling: by
// its words, by its buyer and by the desk's search, also as programs before stored it, as far as these spellings go.
func TestDealsAreFoundInAnyCase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	names := [][]string{
		{"ÉCOLE", "École", "école"}, {"MÜLLER", "Müller", "müller"}, {"STRASSE", "straße", "STRAẞE"}, {"ΣΑΣ", "σας", "σασ"},
		{"İZMİR", "i̇zmi̇r"}, {"Å ring", "å RING", "A\u030a ring"}, {"ŒUVRE", "œuvre"}, {"ŁÓDŹ-1", "Łódź-1", "łódź-1"}, {"plain", "PLAIN"},
	}
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		viewer := d.operator(parley.ScopeViewer)
		deals := make([][]string, len(names))
		for i, spellings := range names {
			for _, id := range spellings {
				// At more than one place of an owner.
				for _, identity := range []parley.Identity{{AgencyID: id, SeatID: "e-1"}, {SeatID: "e-2", AdvertiserID: id}} {
					buyer := d.buyer(identity)
					deals[i] = append(deals[i], must(d.book(buyer, d.quote(buyer, ask(2000)).ID)).ID)
				}
			}
			slices.Sort(deals[i])
		}
		find := func(earlier bool) {
			for i, spellings := range names {
				for _, asked := range spellings {
					by := map[string][]string{}
					for how, filter := range map[string]seller.DealFilter{"words": {Search: asked}, "buyer": {Buyer: asked}} {
						filter.Page = seller.Page{Limit: 100}
						for _, found := range must(d.service.Deals(ctx, viewer, filter)).Items {
							by[how] = append(by[how], found.ID)
						}
					}
					for _, found := range must(d.service.Find(ctx, viewer, asked)).Found {
						if found.Kind == seller.FoundDeal {
							by["desk"] = append(by["desk"], found.ID)
						}
					}
					for _, how := range []string{"words", "buyer", "desk"} {
						slices.Sort(by[how])
						sharp := earlier && strings.ContainsAny(strings.Join(spellings, ""), "ẞ") // no program before knew it as ss
						if !slices.Equal(by[how], deals[i]) && !sharp {
							t.Errorf("%s %q, stored earlier %t: %v, want %v", how, asked, earlier, by[how], deals[i])
						}
					}
				}
			}
		}
		find(false)
		for how, filter := range map[string]seller.DealFilter{"words": {Search: "\u200b"}, "buyer": {Buyer: "\u200b"}} {
			if found := must(d.service.Deals(ctx, viewer, filter)); len(found.Items) > 0 {
				t.Errorf("%s of nothing that is seen: %d deals", how, len(found.Items))
			}
		}
		// Programs before stored the owner's words with the letters A to Z in one case, and no owner in what is searched.
		again := []string{`UPDATE deals SET search = lower(id)`, `DELETE FROM deal_words`, `INSERT INTO deal_words (place, words) SELECT seq, words_of(search || ' ' || owner) FROM deals`}
		if strings.Contains(t.Name(), "sqlite") {
			again[1], again[2] = `INSERT INTO deal_words (deal_words) VALUES ('delete-all')`, `INSERT INTO deal_words (rowid, words) SELECT seq, search || ' ' || owner FROM deals`
		}
		stores.Run(t, d.store, again...)
		find(true)
	})
}
