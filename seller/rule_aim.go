package seller

import (
	"context"
	"slices"

	"parley"
	"parley/condition"
	"parley/storage"
)

// aim is what a rule is meant for, whatever its kind.
type aim struct {
	products, inventoryTypes []string        // as selectors have them; empty: all
	currency                 parley.Currency // of its products, as the field named by priced says; empty: any
	priced                   string
	until                    map[string]*parley.Date // the last days that it can match on, by field
	vocabulary               *condition.Vocabulary
	condition                string
	only                     map[condition.Variable][]string // values that selectors leave to the condition
}

// mostLookedThrough is how many products a condition is weighed with; of a larger catalog it is those that it names, and any other.
const mostLookedThrough = 1_000

// met refuses a rule that nothing can meet: neither a day that comes, nor a product that there is, nor anything that could be asked
// for. What it names has been found to be there.
func (n names) met(ctx context.Context, a aim, today parley.Date) error {
	var problems parley.Problems
	for field, last := range a.until {
		if last != nil && *last < today {
			problems.Add(field, "is past: the rule would match nothing from %s on", today)
		}
	}
	subjects, err := n.subjects(ctx, a, &problems)
	if err != nil {
		return err
	}
	if a.currency != "" && len(a.products) == 0 {
		there, err := n.currenciesOf(ctx, a.inventoryTypes)
		if err != nil {
			return err
		}
		if len(there) > 0 && !slices.Contains(there, a.currency) {
			problems.Add(a.priced, "is in %s, and the products that the rule is for are in %s", a.currency, listed(there))
		}
	}
	if err := problems.Err(); err != nil || a.condition == "" {
		return err
	}
	program, err := a.vocabulary.Compile(a.condition)
	if err != nil {
		return err
	}
	if program.Mentions(condition.ProductID) || program.Mentions(condition.InventoryType) {
		if len(a.products) == 0 {
			if subjects, err = n.catalogOf(ctx, a, program); err != nil {
				return err
			}
		}
	}
	if refused := program.Never(condition.World{Subjects: subjects, Only: a.only}); refused != nil {
		return refused
	}
	return nil
}

// subjects are the products that a rule names, with what keeps it from being about any of them.
func (n names) subjects(ctx context.Context, a aim, problems *parley.Problems) ([]condition.Subject, error) {
	if len(a.products) == 0 {
		return nil, nil
	}
	found, err := n.ProductsByID(a.products).Get(ctx)
	if err != nil {
		return nil, err
	}
	var subjects []condition.Subject
	var kinds []string
	priced, traded := a.currency == "", false
	for _, p := range found {
		if parley.MediaOf(p.InventoryType) == parley.MediaLinearTV {
			continue
		}
		kind := parley.Folded(p.InventoryType)
		traded, kinds = true, append(kinds, kind)
		if len(a.inventoryTypes) > 0 && !slices.Contains(a.inventoryTypes, kind) {
			continue
		}
		subjects = append(subjects, condition.Subject{ProductID: p.ID, InventoryType: p.InventoryType, Currency: string(p.Currency)})
		priced = priced || p.Currency == a.currency
	}
	switch {
	case !traded:
		problems.Add("product_ids", "names linear television alone, which is not traded")
	case len(subjects) == 0:
		slices.Sort(kinds)
		problems.Add("inventory_types", "has none of what the products named are: %s", slices.Compact(kinds))
	case !priced:
		problems.Add(a.priced, "is in %s, and none of the products named is", a.currency)
	}
	return subjects, nil
}

// catalogOf is what there is of the kinds of inventory that a rule is for: products, and the field's usual kinds, which may come.
func (n names) catalogOf(ctx context.Context, a aim, program *condition.Program) ([]condition.Subject, error) {
	found, err := n.Products(storage.ProductFilter{Page: storage.Page{Limit: mostLookedThrough + 1, CountTo: 1}}).Get(ctx)
	if err != nil {
		return nil, err
	}
	large := len(found.Items) > mostLookedThrough
	if large {
		var named []string
		for _, l := range program.Literals() {
			if l.Variable == condition.ProductID {
				named = append(named, l.Text)
			}
		}
		if found.Items, err = n.ProductsByID(named).Get(ctx); err != nil {
			return nil, err
		}
	}
	var subjects []condition.Subject
	add := func(id, inventoryType string, currency parley.Currency) {
		meant := len(a.inventoryTypes) == 0 || slices.Contains(a.inventoryTypes, parley.Folded(inventoryType))
		if meant && parley.MediaOf(inventoryType) != parley.MediaLinearTV {
			subjects = append(subjects, condition.Subject{ProductID: id, InventoryType: inventoryType, Currency: string(currency)})
		}
	}
	for _, p := range found.Items {
		add(p.ID, p.InventoryType, p.Currency)
	}
	if large {
		return append(subjects, condition.Subject{}), nil
	}
	for _, usual := range parley.UsualInventoryTypes {
		add("", usual, "")
	}
	return subjects, nil
}

func pricingAim(r parley.PricingRule) aim {
	a := aim{
		products: r.ProductIDs, inventoryTypes: r.InventoryTypes, vocabulary: condition.Pricing, condition: r.Condition,
		only: map[condition.Variable][]string{},
	}
	if r.Enabled { // one that has had its time is still switched off
		a.until = map[string]*parley.Date{"valid_to": r.ValidTo, "flight_to": r.FlightTo}
	}
	a.currency, a.priced = r.PricedIn()
	for _, tier := range r.Tiers {
		a.only[condition.BuyerTier] = append(a.only[condition.BuyerTier], tier.String())
	}
	for _, dealType := range r.DealTypes {
		a.only[condition.DealType] = append(a.only[condition.DealType], string(dealType))
	}
	return a
}
