package seller

import (
	"context"
	"errors"
	"maps"
	"slices"

	"parley"
	"parley/inventory"
	"parley/pricing"
	"parley/storage"
)

// WhatIfRequest asks what a product would cost a buyer that the publisher has in mind.
type WhatIfRequest struct {
	ProductID   string
	DealType    parley.DealType // empty: the first way the product is sold
	Identity    parley.Identity // decides the tier, as that of a credential would
	Impressions int64           // 0: none named
	FlightStart *parley.Date
	FlightEnd   *parley.Date
}

// WhatIf answers the price that such a buyer would be quoted now, with every step of it, for the publisher. It stores
// nothing.
func (s *Service) WhatIf(ctx context.Context, call Call, request WhatIfRequest) (PricedProduct, error) {
	var problems parley.Problems
	if request.ProductID == "" {
		problems.Add("product_id", "is required")
	}
	checkImpressions(&problems, "impressions", request.Impressions)
	flight := checkFlight(&problems, request.FlightStart, request.FlightEnd, s.today(s.clock()))
	if err := problems.Err(); err != nil {
		return PricedProduct{}, err
	}
	return read(ctx, s, call, func(v *view) (PricedProduct, error) {
		pending, days, version := v.Product(request.ProductID), v.Capacity(request.ProductID, flight), storage.PricingRules.Version(v.Reader)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return PricedProduct{}, err
		}
		product, err := pending.Get(ctx)
		if err != nil {
			return PricedProduct{}, unknownProduct(err, request.ProductID)
		}
		capacity, err := days.Get(ctx)
		if err != nil {
			return PricedProduct{}, err
		}
		tier := request.Identity.Tier()
		decision, err := s.waterfall(ctx, v.Reader, version, parley.PriceInput{
			Product: product, Tier: tier, Identity: request.Identity, DealType: dealTypeOr(request.DealType, product),
			Flight: flight, Impressions: request.Impressions, Available: inventory.Available(capacity, flight), Today: s.today(v.now),
		})
		return PricedProduct{Product: product, Price: &decision, Exact: true, Tier: tier}, err
	})
}

// PricingDraft is a change of prices that is not in force: another rate card, one rule added, replaced or taken out, or one product sold
// otherwise.
type PricingDraft struct {
	RateCard    *parley.RateCard
	Rule        *parley.PricingRule   // without an ID: a new one
	WithoutRule string                // id of a rule
	Product     *parley.ProductChange // of a product that there is
	// Impressions is the volume to price at, as if all of it were available; 0 is each product's minimum.
	Impressions int64
}

// previewProducts is how many products a preview prices.
const previewProducts = 500

// PriceMove is a price that a draft would change. A nil price is none: the product could not be quoted.
type PriceMove struct {
	Product parley.Product
	Tier    parley.Tier
	Before  *parley.PriceDecision
	After   *parley.PriceDecision
	// Volume is what buyers of the tier, whom the draft can be about, have booked of the product over the last 30 days, in
	// impressions.
	Volume int64
}

// PricingPreview says what a draft would change.
type PricingPreview struct {
	Moves    []PriceMove // by product, then by tier
	Compared int         // products that were priced
	Products int64       // products there are
	// OpenQuotes is how many quotes are open of the products whose prices would move. They keep theirs.
	OpenQuotes int64
	// AtMost tells that the volumes count deals that the draft may not be about: it asks for more than what tells them apart.
	AtMost bool
}

// PreviewPricing prices the catalog (its first 500 products) for a buyer of each tier by the rules in force and by the
// draft, and answers where the prices differ. Where a drafted rule names agencies or advertisers, the buyers are of the
// first of them. A draft that cannot be priced by is a validation error, as it would be when it is put in force.
func (s *Service) PreviewPricing(ctx context.Context, call Call, draft PricingDraft) (PricingPreview, error) {
	var problems parley.Problems
	checkImpressions(&problems, "impressions", draft.Impressions)
	if err := errors.Join(problems.Err(), draft.check()); err != nil {
		return PricingPreview{}, err
	}
	return read(ctx, s, call, func(v *view) (PricingPreview, error) {
		pending := v.Pricing()
		listing := v.Products(storage.ProductFilter{Page: storage.Page{Limit: previewProducts}})
		var one *storage.Pending[parley.Product]
		if draft.Product != nil {
			one = v.Product(draft.Product.Product.ID)
		}
		booked := v.SoldVolumes(v.now.Add(-soldWithin))
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return PricingPreview{}, err
		}
		deals, err := booked.Get(ctx)
		if err != nil {
			return PricingPreview{}, err
		}
		present, err := pending.Get(ctx)
		if err != nil {
			return PricingPreview{}, err
		}
		products, err := listing.Get(ctx)
		if one != nil && err == nil {
			products.Items, products.Total = make([]parley.Product, 1), 1
			products.Items[0], err = one.Get(ctx)
		}
		if err != nil {
			return PricingPreview{}, err
		}
		before, err := pricing.Compile(present.RateCard, present.Rules, present.Version)
		if err != nil {
			return PricingPreview{}, parley.Internal(err)
		}
		drafted := draft.over(present)
		after, err := pricing.Compile(drafted.RateCard, drafted.Rules, present.Version+1)
		if err != nil {
			return PricingPreview{}, err
		}
		moved := map[string]bool{}
		about, atMost := draft.about(present)
		sold := soldTo(deals, about)
		preview := PricingPreview{Compared: len(products.Items), Products: products.Total, AtMost: atMost}
		for _, product := range products.Items {
			would, err := draft.sold(product)
			if err != nil {
				return PricingPreview{}, err
			}
			for _, input := range draft.inputs(product, s.today(v.now)) {
				if draft.Product != nil && draft.Impressions == 0 {
					input.Impressions = max(input.Impressions, would.MinimumImpressions)
				}
				move := PriceMove{Product: product, Tier: input.Tier, Volume: sold[soldAs{product.ID, input.Tier, product.Currency}]}
				if move.Before, err = priceOrNone(before, input); err != nil {
					return PricingPreview{}, err
				}
				input.Product = would
				if move.After, err = priceOrNone(after, input); err != nil {
					return PricingPreview{}, err
				}
				if move.differs() {
					preview.Moves = append(preview.Moves, move)
					moved[product.ID] = true
				}
			}
		}
		open, err := v.OpenQuotes(slices.Collect(maps.Keys(moved)), v.now).Get(ctx)
		for _, quotes := range open {
			preview.OpenQuotes += quotes.Count
		}
		return preview, err
	})
}

func (d PricingDraft) check() error {
	switch {
	case d.RateCard != nil:
		return pricing.ValidateCard(*d.RateCard)
	case d.Rule != nil:
		return pricing.ValidateRule(*d.Rule)
	}
	return nil
}

// sold is a product as it would be with the draft in force.
func (d PricingDraft) sold(product parley.Product) (parley.Product, error) {
	if d.Product == nil {
		return product, nil
	}
	after := d.Product.Tidied().Over(product)
	return after, after.Problems().Err()
}

// over is what prices would follow from with the draft in force.
func (d PricingDraft) over(present storage.PricingConfig) storage.PricingConfig {
	drafted := storage.PricingConfig{RateCard: present.RateCard}
	if d.RateCard != nil {
		drafted.RateCard = *d.RateCard
	}
	for _, rule := range present.Rules {
		if rule.ID != d.WithoutRule && (d.Rule == nil || rule.ID != d.Rule.ID) {
			drafted.Rules = append(drafted.Rules, rule)
		}
	}
	if d.Rule != nil {
		rule := *d.Rule
		if rule.ID == "" {
			rule.ID = parley.PrefixPricingRule + "draft"
		}
		drafted.Rules = append(drafted.Rules, rule)
	}
	return drafted
}

// inputs are the requests of a buyer of each tier for a product.
func (d PricingDraft) inputs(product parley.Product, today parley.Date) []parley.PriceInput {
	buyer := parley.Identity{SeatID: "seat", AgencyID: "agency", AdvertiserID: "advertiser"}
	dealType, flight := dealTypeOr("", product), defaultFlight(today)
	var accounts []parley.AccountRef
	if rule := d.Rule; rule != nil {
		buyer.AgencyID = firstOr(rule.AgencyIDs, buyer.AgencyID)
		buyer.AdvertiserID = firstOr(rule.AdvertiserIDs, buyer.AdvertiserID)
		buyer.AgencyHoldingCompany = firstOr(rule.HoldingCompanies, "")
		if len(rule.AccountIDs) > 0 {
			accounts = []parley.AccountRef{{ID: rule.AccountIDs[0]}}
		}
		dealType = firstOr(rule.DealTypes, dealType)
		if rule.FlightFrom != nil && *rule.FlightFrom > flight.Start {
			flight = defaultFlight(*rule.FlightFrom)
		}
		if rule.FlightTo != nil && *rule.FlightTo < flight.End {
			flight.End = max(flight.Start, *rule.FlightTo)
		}
		if rule.ValidFrom != nil {
			today = max(today, *rule.ValidFrom)
		}
	}
	impressions := d.Impressions
	if impressions == 0 {
		impressions = product.MinimumImpressions
	}
	inputs := make([]parley.PriceInput, 0, len(parley.Tiers))
	for _, tier := range parley.Tiers {
		identity := buyer
		if tier < parley.TierAdvertiser {
			identity.AdvertiserID = ""
		}
		if tier < parley.TierAgency {
			identity.AgencyID, identity.AgencyHoldingCompany = "", ""
		}
		if tier < parley.TierSeat {
			identity.SeatID = ""
		}
		inputs = append(inputs, parley.PriceInput{
			Product: product, Tier: tier, Identity: identity, Accounts: accounts, DealType: dealType, Flight: flight,
			Impressions: impressions, Today: today,
		})
	}
	return inputs
}

func firstOr[T any](list []T, otherwise T) T {
	if len(list) > 0 {
		return list[0]
	}
	return otherwise
}

// priceOrNone answers nil for a product that has no price.
func priceOrNone(engine *pricing.Engine, input parley.PriceInput) (*parley.PriceDecision, error) {
	decision, err := engine.CalculatePrice(input)
	if parley.Is(err, parley.CodeValidation) {
		return nil, nil
	}
	return &decision, err
}

// differs tells whether a buyer would notice.
func (m PriceMove) differs() bool {
	if m.Before == nil || m.After == nil {
		return m.Before != m.After
	}
	return m.Before.FinalCPM != m.After.FinalCPM || m.Before.Currency != m.After.Currency
}
