package seller

import (
	"context"
	"fmt"
	"slices"

	"parley"
)

// currenciesOf are the currencies of the products of these kinds of inventory, of all kinds when none is named; none when there is
// no such product.
func (n names) currenciesOf(ctx context.Context, kinds []string) ([]parley.Currency, error) {
	priced, err := n.PricedKinds().Get(ctx)
	var found []parley.Currency
	for _, kind := range priced {
		if len(kinds) == 0 || slices.Contains(kinds, parley.Folded(kind.InventoryType)) {
			found = append(found, kind.Currency)
		}
	}
	slices.Sort(found)
	return slices.Compact(found), err
}

// priced refuses the entries of a rate card in a currency that none of the products of their inventory type has. Of a type without
// products an entry may be in any: its products may come. So may one that the present card has, and that nobody puts now.
func (n names) priced(ctx context.Context, card, present parley.RateCard) error {
	var problems parley.Problems
	for i, entry := range card.Entries {
		if slices.ContainsFunc(present.Entries, func(e parley.RateCardEntry) bool {
			return e.InventoryType == entry.InventoryType && e.BaseCPM.Currency == entry.BaseCPM.Currency
		}) {
			continue
		}
		there, err := n.currenciesOf(ctx, []string{parley.Folded(entry.InventoryType)})
		if err != nil {
			return err
		}
		if len(there) > 0 && !slices.Contains(there, entry.BaseCPM.Currency) {
			problems.Add(fmt.Sprintf("entries[%d].currency", i), "is %s, and the products of the type %s are in %s",
				entry.BaseCPM.Currency, entry.InventoryType, listed(there))
		}
	}
	return problems.Err()
}

// listed are currencies in words.
func listed(currencies []parley.Currency) string {
	text := ""
	for i, currency := range currencies {
		switch {
		case i > 0 && i == len(currencies)-1:
			text += " and "
		case i > 0:
			text += ", "
		}
		text += string(currency)
	}
	return text
}
