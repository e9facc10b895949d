package seller

import (
	"context"

	"parley"
	"parley/storage"
)

// Product answers one product with its price for the caller.
func (s *Service) Product(ctx context.Context, call Call, id string) (PricedProduct, error) {
	return read(ctx, s, call, func(v *view) (PricedProduct, error) {
		pending, version := v.Product(id), storage.PricingRules.Version(v.Reader)
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
		engine, err := s.engine(ctx, v.Reader, version)
		if err != nil {
			return PricedProduct{}, err
		}
		if who.Accounts, err = accountsFor(ctx, v.Reader, engine, who.Identity); err != nil {
			return PricedProduct{}, err
		}
		return s.priceForList(engine, product, who, s.today(v.now))
	})
}

// Products lists the catalog with the caller's prices.
func (s *Service) Products(ctx context.Context, call Call, filter storage.ProductFilter) (storage.Listing[PricedProduct], error) {
	return read(ctx, s, call, func(v *view) (storage.Listing[PricedProduct], error) {
		var listing storage.Listing[PricedProduct]
		version := storage.PricingRules.Version(v.Reader)
		who, err := v.authorize(ctx, needCatalogAccess)
		if err != nil {
			return listing, err
		}
		filter.ForSale = filter.ForSale || !who.IsOperator()
		products, err := v.Products(filter).Get(ctx)
		if err != nil {
			return listing, err
		}
		engine, err := s.engine(ctx, v.Reader, version)
		if err != nil {
			return listing, err
		}
		if who.Accounts, err = accountsFor(ctx, v.Reader, engine, who.Identity); err != nil {
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

// ExportCatalog streams every product to fn.
func (s *Service) ExportCatalog(ctx context.Context, call Call, fn func(parley.Product) error) error {
	if _, err := s.operator(ctx, call, needScope(parley.ScopeViewer)); err != nil {
		return err
	}
	return s.store.EachProduct(ctx, fn)
}

// operator authorizes a call whose work does not fit in one transaction function.
func (s *Service) operator(ctx context.Context, call Call, need need) (parley.Principal, error) {
	return read(ctx, s, call, func(v *view) (parley.Principal, error) { return v.authorize(ctx, need) })
}
