package console

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"parley"
	"parley/seller"
)

// effect is what a drafted change of prices would do, as the page shows it before the change is put in force.
type effect struct {
	Preview  seller.PricingPreview
	Products []effectRow
	Tiers    []parley.Tier
	Hidden   int    // products that are not listed
	Draft    string // fingerprint of the form that was previewed
	Money    []moneyMoved
	AtMost   bool          // the money is at most so much
	Far      bool          // something becomes more than three times what it was, less than a third, or nothing
	Facts    []fieldChange // numbers that become others
}

// effectRow is a product with its price for each tier.
type effectRow struct {
	Product parley.Product
	Cells   []effectCell
	Money   moneyMoved
	worst   parley.BasisPoints // the largest cut of a price; below 0
}

type effectCell struct {
	Moves         bool
	Before, After string
	Up            bool
}

// shownEffects is how many products a preview lists.
const shownEffects = 50

// The fields of a form with a preview: what was pressed, and which draft had been previewed.
const (
	actionField  = "_do"
	draftField   = "_draft"
	actionCommit = "commit"
)

// confirmed tells whether the form asks to put in force exactly what its preview showed. shown is what the form says, as it
// is shown again.
func (x *exchange) confirmed(shown url.Values) bool {
	draft, ok := strings.CutSuffix(x.PostForm.Get(draftField), farDraft)
	return x.PostForm.Get(actionField) == actionCommit && draft == draftOf(shown) && (!ok || x.PostForm.Get(sureField) != "")
}

// farDraft marks the fingerprint of a draft that is put in force only with a tick.
const farDraft = "!"

// draftOf is a fingerprint of what a form drafts. Fields that are empty say nothing: a form that is shown again has more
// rows to fill in.
func draftOf(shown url.Values) string {
	drafted := url.Values{}
	for name, values := range shown {
		if name != actionField && name != draftField && name != sureField && strings.Join(values, "") != "" {
			drafted[name] = values
		}
	}
	return fingerprint(drafted)
}

// effectOf asks what a draft would move, for the form that says it.
func (x *exchange) effectOf(draft seller.PricingDraft, form url.Values) (*effect, error) {
	preview, err := x.service.PreviewPricing(x.Context(), x.call, draft)
	if err != nil {
		return nil, err
	}
	shown := &effect{Preview: preview, Tiers: parley.Tiers[:], AtMost: preview.AtMost}
	var rows []effectRow
	var all []moneyMoved
	for _, move := range preview.Moves {
		if len(rows) == 0 || rows[len(rows)-1].Product.ID != move.Product.ID {
			rows = append(rows, effectRow{Product: move.Product, Cells: make([]effectCell, len(parley.Tiers)), Money: moneyMoved{Currency: move.Product.Currency}})
		}
		row := &rows[len(rows)-1]
		cell := effectCell{Moves: true, Before: priceOf(move.Before), After: priceOf(move.After)}
		if move.Before != nil && move.After != nil && move.Before.Currency == move.After.Currency {
			was, is := move.Before.FinalCPM, move.After.FinalCPM
			cell.Up = is > was
			shown.Far = shown.Far || farFrom(is, was)
			row.Money.Micros += valueMoved(was, is, move.Volume)
			row.worst = min(row.worst, cutOf(was, is))
		}
		row.Cells[move.Tier] = cell
	}
	slices.SortStableFunc(rows, func(a, b effectRow) int {
		return cmp.Or(cmp.Compare(a.Money.Micros, b.Money.Micros), cmp.Compare(a.worst, b.worst))
	})
	for _, row := range rows {
		all = append(all, row.Money)
	}
	shown.Money = totalMoved(all)
	shown.Hidden = max(len(rows)-shownEffects, 0)
	shown.Products = rows[:len(rows)-shown.Hidden]
	shown.Draft = markedDraft(form, shown.Far)
	return shown, nil
}

// floors adds to what a form would change the floors that become others. One that is gone, or 0, needs a tick whatever moves by it now, since
// it keeps what is sold later.
func (e *effect) floors(was, now []parley.Money, form url.Values) {
	before, after := byCurrency(was), byCurrency(now)
	both := maps.Clone(before)
	maps.Copy(both, after)
	for _, currency := range slices.Sorted(maps.Keys(both)) {
		old, becomes := before[currency], after[currency]
		if old == becomes {
			continue
		}
		e.Facts = append(e.Facts, fieldChange{"Floor in " + string(currency), floorText(old, currency), floorText(becomes, currency)})
		e.Far = e.Far || old > 0 && becomes == 0 || farFrom(becomes, old)
	}
	e.Draft = markedDraft(form, e.Far)
}

// byCurrency are amounts of which each has a currency of its own, micros.
func byCurrency(amounts []parley.Money) map[parley.Currency]int64 {
	of := make(map[parley.Currency]int64, len(amounts))
	for _, amount := range amounts {
		of[amount.Currency] = amount.Micros
	}
	return of
}

func floorText(micros int64, currency parley.Currency) string {
	if micros == 0 {
		return "none"
	}
	return money(micros, currency)
}

// markedDraft is the fingerprint of a draft, with a mark when it needs a tick.
func markedDraft(form url.Values, far bool) string {
	if far {
		return draftOf(form) + farDraft
	}
	return draftOf(form)
}

// Moved is how many products would get another price.
func (e *effect) Moved() int { return len(e.Products) + e.Hidden }

func priceOf(d *parley.PriceDecision) string {
	if d == nil {
		return "no price"
	}
	return money(d.FinalCPM, d.Currency)
}
