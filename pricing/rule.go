package pricing

import (
	"math"
	"slices"

	"parley"
	"parley/condition"
)

// rule is a pricing rule in the form that is fast to match.
type rule struct {
	id       string
	name     string
	priority int

	tiers      uint8 // bit per tier; 0: any
	dealTypes  uint8 // bit per deal type; 0: any
	products   names
	inventory  names
	advertiser names
	agencies   names
	holdings   names
	accounts   []string
	flight     parley.Flight
	valid      parley.Flight
	currency   parley.Currency // of the products that it is for; empty: any
	condition  *condition.Program

	override int64 // micros, as are floor and ceiling; 0: none
	discount parley.BasisPoints
	floor    int64
	ceiling  int64
	brackets []parley.VolumeBracket
}

func compileRule(r parley.PricingRule, program *condition.Program) rule {
	compiled := rule{
		id:         r.ID,
		name:       r.Name,
		priority:   r.Priority,
		products:   newNames(r.ProductIDs),
		inventory:  newNames(each(r.InventoryTypes, parley.Folded)),
		advertiser: newNames(each(r.AdvertiserIDs, parley.AlikeName)),
		agencies:   newNames(each(r.AgencyIDs, parley.AlikeName)),
		holdings:   newNames(each(r.HoldingCompanies, parley.AlikeName)),
		accounts:   slices.Clone(r.AccountIDs),
		flight:     window(r.FlightFrom, r.FlightTo),
		valid:      window(r.ValidFrom, r.ValidTo),
		condition:  program,
		discount:   r.Discount,
		brackets:   slices.Clone(r.VolumeBrackets),
	}
	for _, tier := range r.Tiers {
		compiled.tiers |= 1 << tier
	}
	for _, dealType := range r.DealTypes {
		compiled.dealTypes |= dealTypeBit(dealType)
	}
	amount := func(m *parley.Money) int64 {
		if m == nil {
			return 0
		}
		return m.Micros
	}
	compiled.currency, _ = r.PricedIn()
	compiled.override, compiled.floor, compiled.ceiling = amount(r.BaseCPM), amount(r.FloorCPM), amount(r.CeilingCPM)
	return compiled
}

func window(from, to *parley.Date) parley.Flight {
	open := parley.Flight{Start: math.MinInt32, End: math.MaxInt32}
	if from != nil {
		open.Start = *from
	}
	if to != nil {
		open.End = *to
	}
	return open
}

// dealTypeBit is 0 for a price that is asked without a deal type; rules limited to deal types then do not match.
func dealTypeBit(dealType parley.DealType) uint8 {
	return uint8(1 << (slices.Index(parley.DealTypes[:], dealType) + 1) >> 1)
}

// matches tells whether everything but the condition holds. A rule that is for another currency than the
// product's, as its amounts or it says, does not match at all, with its discount neither. A rule for some days matches a flight that
// it spans, and with its floor one that has any of them: what must not be sold under a price on a day is not sold so among
// cheaper ones.
func (r *rule) matches(in *parley.PriceInput, by *parties, currency parley.Currency, dealType uint8) bool {
	if _, picked := parley.PickedBy(r.accounts, in.Accounts); !picked {
		return false
	}
	return (r.tiers == 0 || r.tiers&(1<<in.Tier) != 0) &&
		(r.dealTypes == 0 || r.dealTypes&dealType != 0) &&
		r.products.allow(in.Product.ID) &&
		r.inventory.allow(by.inventoryType) &&
		r.advertiser.allow(by.advertiser) &&
		r.agencies.allow(by.agency) &&
		r.holdings.allow(by.holding) &&
		r.flight.Start <= in.Flight.End && in.Flight.Start <= r.flight.End && (r.floor > 0 || r.spans(in.Flight)) &&
		r.valid.Start <= in.Today && in.Today <= r.valid.End &&
		(r.currency == "" || r.currency == currency)
}

// account is the one that the rule picked a buyer by, in words; empty where it is for every buyer.
func (r *rule) account(in *parley.PriceInput) string {
	by, _ := parley.PickedBy(r.accounts, in.Accounts)
	return by.String()
}

// spans tells whether a flight is within the days that the rule is for.
func (r *rule) spans(flight parley.Flight) bool {
	return r.flight.Start <= flight.Start && flight.End <= r.flight.End
}

// parties are the names of an input that rules select by, in the form in which both sides are compared.
type parties struct{ inventoryType, advertiser, agency, holding string }

func partiesOf(in *parley.PriceInput) parties {
	return parties{
		parley.Folded(in.Product.InventoryType), parley.AlikeName(in.Identity.AdvertiserID), parley.AlikeName(in.Identity.AgencyID),
		parley.AlikeName(in.Identity.AgencyHoldingCompany),
	}
}

// each brings names into the form in which they are compared.
func each(list []string, form func(string) string) []string {
	all := make([]string, len(list))
	for i, name := range list {
		all[i] = form(name)
	}
	return all
}

// names is a set of names that a rule is limited to; the zero value allows every name.
type names struct {
	few  []string
	many map[string]struct{} // instead of few, when a scan would be slower than hashing
}

func newNames(list []string) names {
	const few = 8
	if len(list) <= few {
		return names{few: slices.Clone(list)}
	}
	many := make(map[string]struct{}, len(list))
	for _, name := range list {
		many[name] = struct{}{}
	}
	return names{many: many}
}

func (n *names) allow(name string) bool {
	if n.many != nil {
		_, found := n.many[name]
		return found
	}
	return len(n.few) == 0 || slices.Contains(n.few, name)
}
