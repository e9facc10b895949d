package seller

import (
	"context"
	"slices"

	"parley"
	"parley/inventory"
	"parley/storage"
)

// Product answers one product with its price for the caller.
func (s *Service) Product(ctx context.Context, call Call, id string) (PricedProduct, error) {
	return look(ctx, s, call, func(v *view) (PricedProduct, error) {
		pending, version := v.Product(id), v.PricingVersion()
		who, err := v.authorize(ctx, needCatalogAccess)
		if err != nil {
			return PricedProduct{}, err
		}
		product, err := pending.Get(ctx)
		if err != nil {
			return PricedProduct{}, unknownProduct(err, id)
		}
		if !shows(who, product) {
			return PricedProduct{}, unknownProduct(parley.Errorf(parley.CodeNotFound, ""), id)
		}
		engine, err := s.engine(ctx, v, version)
		if err != nil {
			return PricedProduct{}, err
		}
		return s.priceForList(engine, product, who, s.today(v.now))
	})
}

// Products lists the catalog with the caller's prices.
func (s *Service) Products(ctx context.Context, call Call, filter storage.ProductFilter) (storage.Listing[PricedProduct], error) {
	return look(ctx, s, call, func(v *view) (storage.Listing[PricedProduct], error) {
		var listing storage.Listing[PricedProduct]
		version := v.PricingVersion()
		who, err := v.authorize(ctx, needCatalogAccess)
		if err != nil {
			return listing, err
		}
		filter.ForSale = filter.ForSale || !who.IsOperator()
		products, err := v.Products(filter).Get(ctx)
		if err != nil {
			return listing, err
		}
		engine, err := s.engine(ctx, v, version)
		if err != nil {
			return listing, err
		}
		listing.Total, listing.Items = products.Total, make([]PricedProduct, 0, len(products.Items))
		for _, product := range products.Items {
			priced, err := s.priceForList(engine, product, who, s.today(v.now))
			if err != nil {
				return listing, err
			}
			listing.Items = append(listing.Items, priced)
		}
		return listing, nil
	})
}

// AvailsRequest asks what is free of some products over a flight.
type AvailsRequest struct {
	ProductIDs  []string
	FlightStart *parley.Date
	FlightEnd   *parley.Date
	Impressions int64 // 0: none named
}

// ProductAvails is what is free of one product, and what it would cost the caller.
type ProductAvails struct {
	PricedProduct
	Avails parley.Avails
}

// maxAvailsProducts is how many products one question may name.
const maxAvailsProducts = 100

// ProductAvails answers the question for each product, in the order asked. One unknown product fails it all.
func (s *Service) ProductAvails(ctx context.Context, call Call, request AvailsRequest) ([]ProductAvails, error) {
	var problems parley.Problems
	flight := checkFlight(&problems, request.FlightStart, request.FlightEnd, s.today(s.clock()))
	checkImpressions(&problems, "impressions", request.Impressions)
	switch n := len(request.ProductIDs); {
	case n == 0:
		problems.Add("product_id", "is required")
	case n > maxAvailsProducts:
		problems.Add("product_ids", "must name at most %d products", maxAvailsProducts)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return look(ctx, s, call, func(v *view) ([]ProductAvails, error) {
		pending, version := v.ProductsByID(request.ProductIDs), v.PricingVersion()
		days := make([]storage.Pending[[]parley.DayCapacity], len(request.ProductIDs))
		for i, id := range request.ProductIDs {
			days[i] = v.Capacity(id, flight)
		}
		who, err := v.authorize(ctx, needCatalogAccess)
		if err != nil {
			return nil, err
		}
		products, err := pending.Get(ctx)
		if err != nil {
			return nil, err
		}
		products = slices.DeleteFunc(products, func(p parley.Product) bool { return !shows(who, p) })
		if len(products) < len(request.ProductIDs) {
			return nil, firstMissing(products, request.ProductIDs)
		}
		engine, err := s.engine(ctx, v, version)
		if err != nil {
			return nil, err
		}
		answers := make([]ProductAvails, len(products))
		for i, product := range products {
			capacity, err := days[i].Get(ctx)
			if err != nil {
				return nil, err
			}
			available := inventory.Available(capacity, flight)
			answers[i].Avails = parley.Avails{ProductID: product.ID, Flight: flight, Available: available, Days: capacity}
			decision, err := engine.CalculatePrice(parley.PriceInput{
				Product: product, Tier: who.Tier(), Identity: who.Identity, DealType: dealTypeOr("", product),
				Flight: flight, Impressions: request.Impressions, Available: available, Today: s.today(v.now),
			})
			answers[i].PricedProduct = PricedProduct{Product: product, Exact: seesExact(who), Tier: who.Tier()}
			switch {
			case err == nil:
				answers[i].Price = &decision
			case parley.CodeOf(err) != parley.CodeValidation:
				return nil, err
			}
		}
		return answers, nil
	})
}

func firstMissing(found []parley.Product, asked []string) error {
	there := make(map[string]bool, len(found))
	for _, p := range found {
		there[p.ID] = true
	}
	for _, id := range asked {
		if !there[id] {
			return unknownProduct(parley.Errorf(parley.CodeNotFound, ""), id)
		}
	}
	return parley.Invalid("product_ids", "must not name a product twice")
}

// Feed gives an import its rows, one call of stage for each.
type Feed func(stage func(line int, p parley.Product) error) error

// ImportCatalog upserts products, all or none of them.
func (s *Service) ImportCatalog(ctx context.Context, call Call, feed Feed) (storage.ImportReport, error) {
	who, err := s.operator(ctx, call, needScope(parley.ScopeAdmin))
	if err != nil {
		return storage.ImportReport{}, err
	}
	now := s.clock()
	return s.store.ImportProducts(ctx, now, feed, func(tx storage.Tx, report storage.ImportReport) error {
		w := &work{Tx: tx, service: s, now: now, who: who, caller: caller{call: call}}
		if report.Added+report.Changed == 0 {
			return nil
		}
		counts := map[string]any{"added": report.Added, "changed": report.Changed, "unchanged": report.Unchanged}
		return w.record(parley.Event{Type: parley.EventCatalogChanged, Data: data(counts)}, "catalog.import", "catalog", "", nil, counts)
	})
}

// ExportCatalog streams every product to fn.
func (s *Service) ExportCatalog(ctx context.Context, call Call, fn func(parley.Product) error) error {
	if _, err := s.operator(ctx, call, needScope(parley.ScopeViewer)); err != nil {
		return err
	}
	return s.store.EachProduct(ctx, fn)
}

// operator authorizes a call whose work does not fit in one transaction function.
func (s *Service) operator(ctx context.Context, call Call, need need) (parley.Principal, error) {
	return look(ctx, s, call, func(v *view) (parley.Principal, error) { return v.authorize(ctx, need) })
}
