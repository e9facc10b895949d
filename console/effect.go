package console

import (
	"net/url"
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
}

// effectRow is a product with its price for each tier.
type effectRow struct {
	Product parley.Product
	Cells   []effectCell
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
	return x.PostForm.Get(actionField) == actionCommit && x.PostForm.Get(draftField) == draftOf(shown)
}

// draftOf is a fingerprint of what a form drafts. Fields that are empty say nothing: a form that is shown again has more
// rows to fill in.
func draftOf(shown url.Values) string {
	drafted := url.Values{}
	for name, values := range shown {
		if name != actionField && name != draftField && strings.Join(values, "") != "" {
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
	shown := &effect{Preview: preview, Tiers: parley.Tiers[:], Draft: draftOf(form)}
	var row *effectRow
	for _, move := range preview.Moves {
		if row == nil || row.Product.ID != move.Product.ID {
			if len(shown.Products) == shownEffects {
				row = &effectRow{Product: move.Product}
				shown.Hidden++
				continue
			}
			shown.Products = append(shown.Products, effectRow{Product: move.Product, Cells: make([]effectCell, len(parley.Tiers))})
			row = &shown.Products[len(shown.Products)-1]
		}
		if row.Cells != nil {
			row.Cells[move.Tier] = effectCell{
				Moves: true, Before: priceOf(move.Before), After: priceOf(move.After),
				Up: move.Before != nil && move.After != nil && move.After.FinalCPM > move.Before.FinalCPM,
			}
		}
	}
	return shown, nil
}

// Moved is how many products would get another price.
func (e *effect) Moved() int { return len(e.Products) + e.Hidden }

func priceOf(d *parley.PriceDecision) string {
	if d == nil {
		return "no price"
	}
	return money(d.FinalCPM, d.Currency)
}
