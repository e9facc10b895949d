package console

import (
	"cmp"
	"net/url"
	"slices"

	"parley"
	"parley/seller"
)

// limitsEffect is what a drafted negotiation profile would change, as the page shows it before the profile is put in force.
type limitsEffect struct {
	Preview seller.LimitsPreview
	Sets    string // in words
	Rows    []limitsRow
	Moved   int // products
	Hidden  int // rows that are not listed
	Draft   string
	Money   []moneyMoved // if every buyer got the lowest price
	AtMost  bool
	Far     bool
}

// limitsRow is a product and a tier with the lowest price before and after.
type limitsRow struct {
	Product            parley.Product
	Tier               parley.Tier
	Ask, Before, After string
	Same, Up           bool
	Money              moneyMoved
	cut                parley.BasisPoints
}

// limitsEffectOf asks what a profile would move, for the form that says it.
func (x *exchange) limitsEffectOf(profile parley.NegotiationProfile, form url.Values) (*limitsEffect, error) {
	preview, err := x.service.PreviewLimits(x.Context(), x.call, profile)
	if err != nil {
		return nil, err
	}
	shown := &limitsEffect{Preview: preview, Sets: profileSets(profile) + " for " + profileMatches(profile), AtMost: true}
	var all []moneyMoved
	products := map[string]bool{}
	for _, move := range preview.Moves {
		currency := move.Product.Currency
		row := limitsRow{
			Product: move.Product, Tier: move.Tier, Ask: money(move.Ask, currency), Before: money(move.LowestBefore, currency),
			After: money(move.LowestAfter, currency), Same: move.LowestBefore == move.LowestAfter, Up: move.LowestAfter > move.LowestBefore,
			Money: moneyMoved{valueMoved(move.LowestBefore, move.LowestAfter, move.Volume), currency}, cut: cutOf(move.LowestBefore, move.LowestAfter),
		}
		shown.Far = shown.Far || farFrom(int64(move.After.TotalCap), int64(move.Before.TotalCap))
		products[move.Product.ID] = true
		shown.Rows = append(shown.Rows, row)
		all = append(all, row.Money)
	}
	slices.SortStableFunc(shown.Rows, func(a, b limitsRow) int {
		return cmp.Or(cmp.Compare(a.Money.Micros, b.Money.Micros), cmp.Compare(a.cut, b.cut))
	})
	shown.Money, shown.Moved = totalMoved(all), len(products)
	shown.Hidden = max(len(shown.Rows)-shownEffects, 0)
	shown.Rows = shown.Rows[:len(shown.Rows)-shown.Hidden]
	shown.Draft = markedDraft(form, shown.Far)
	return shown, nil
}
