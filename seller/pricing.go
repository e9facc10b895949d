package seller

import (
	"context"

	"parley"
	"parley/inventory"
	"parley/pricing"
	"parley/storage"
)

// engine answers the pricing engine of the version that this transaction sees.
func (s *Service) engine(ctx context.Context, r *storage.Reader, version *storage.Pending[int64]) (*pricing.Engine, error) {
	return s.priced.of(ctx, "pricing rules", version, r.Pricing, func(stored storage.PricingConfig) (*pricing.Engine, int64, error) {
		engine, err := pricing.Compile(stored.RateCard, stored.Rules, stored.Version)
		return engine, stored.Version, err
	})
}

// waterfall computes a price by the rules of a version, for the accounts of the buyer, which are looked up where a rule picks by them.
func (s *Service) waterfall(ctx context.Context, r *storage.Reader, version *storage.Pending[int64], input parley.PriceInput) (parley.PriceDecision, error) {
	engine, err := s.engine(ctx, r, version)
	if err != nil {
		return parley.PriceDecision{}, err
	}
	if input.Accounts, err = accountsFor(ctx, r, engine, input.Identity); err != nil {
		return parley.PriceDecision{}, err
	}
	return engine.CalculatePrice(input)
}

// PriceRequest asks what a product costs, without a quote.
type PriceRequest struct {
	ProductID   string
	DealType    parley.DealType // empty: the first way the product is sold
	Impressions int64           // 0: none named
}

// PricedProduct is a product with its price for one buyer.
type PricedProduct struct {
	Product parley.Product
	// Price is nil when the product has no price.
	Price *parley.PriceDecision
	// Exact tells whether the buyer sees the price itself, rather than a range around it.
	Exact bool
	Tier  parley.Tier
}

// Price answers what a product costs the caller at a volume.
func (s *Service) Price(ctx context.Context, call Call, request PriceRequest) (PricedProduct, error) {
	var problems parley.Problems
	if request.ProductID == "" {
		problems.Add("product_id", "is required")
	}
	checkImpressions(&problems, "volume", request.Impressions)
	if err := problems.Err(); err != nil {
		return PricedProduct{}, err
	}
	return read(ctx, s, call, func(v *view) (PricedProduct, error) {
		today := s.today(v.now)
		flight := defaultFlight(today)
		pendingProduct, version, days := v.Product(request.ProductID), storage.PricingRules.Version(v.Reader), v.Capacity(request.ProductID, flight)
		who, err := v.authorize(ctx, needCatalogAccess)
		if err != nil {
			return PricedProduct{}, err
		}
		product, err := pendingProduct.Get(ctx)
		if err != nil {
			return PricedProduct{}, unknownProduct(err, request.ProductID)
		}
		if !who.IsOperator() {
			if err := offered(product); err != nil {
				return PricedProduct{}, err
			}
		}
		capacity, err := days.Get(ctx)
		if err != nil {
			return PricedProduct{}, err
		}
		decision, err := s.waterfall(ctx, v.Reader, version, parley.PriceInput{
			Product: product, Tier: who.Tier(), Identity: who.Identity, DealType: dealTypeOr(request.DealType, product),
			Flight: flight, Impressions: request.Impressions, Available: inventory.Available(capacity, flight), Today: today,
		})
		if err != nil {
			return PricedProduct{}, err
		}
		return PricedProduct{Product: product, Price: &decision, Exact: seesExact(who), Tier: who.Tier()}, nil
	})
}

// priceForList prices a product as a catalog shows it: no volume, the first way it is sold. A product without a price is
// listed without one.
func (s *Service) priceForList(engine *pricing.Engine, product parley.Product, who parley.Principal, today parley.Date) (PricedProduct, error) {
	listed := PricedProduct{Product: product, Exact: seesExact(who), Tier: who.Tier()}
	decision, err := engine.CalculatePrice(parley.PriceInput{
		Product: product, Tier: who.Tier(), Identity: who.Identity, Accounts: who.Accounts, DealType: dealTypeOr("", product),
		Flight: defaultFlight(today), Today: today,
	})
	switch {
	case err == nil:
		listed.Price = &decision
	case !parley.Is(err, parley.CodeValidation):
		return PricedProduct{}, err
	}
	return listed, nil
}

func dealTypeOr(asked parley.DealType, product parley.Product) parley.DealType {
	if asked != "" || len(product.DealTypes) == 0 {
		return asked
	}
	return product.DealTypes[0]
}

// seesExact tells whether a caller sees prices rather than ranges: everyone with a key whose tier is above public.
func seesExact(who parley.Principal) bool {
	return who.Role == parley.RoleOperator || who.Tier() > parley.TierPublic
}
