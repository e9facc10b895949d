package seller

import (
	"context"
	"slices"

	"parley"
	"parley/mediakit"
	"parley/storage"
)

// PackagedProduct is a product of a package, with its price for one buyer.
type PackagedProduct struct {
	PricedProduct
	Weight parley.BasisPoints
}

// OfferedPackage is a package as one buyer is shown it.
type OfferedPackage struct {
	Package  parley.Package
	Products []PackagedProduct // the ones that are for sale
	// Price is the CPM that the products' prices come to by their weights; nil when one of them has no price.
	Price *parley.Money
	// Exact tells whether the buyer sees the price itself, rather than a range around it.
	Exact bool
	Tier  parley.Tier
}

// MediaKitFilter says which packages are wanted. Zero values match all.
type MediaKitFilter struct {
	Layer    parley.PackageLayer
	Featured bool // only those
	Page     Page
}

// MediaKit lists the packages that buyers are offered, with the caller's prices: the active ones of which a product is for
// sale, all of them in one currency, in the order of their ids.
func (s *Service) MediaKit(ctx context.Context, call Call, filter MediaKitFilter) (Listing[OfferedPackage], error) {
	return read(ctx, s, call, func(v *view) (Listing[OfferedPackage], error) {
		offers, err := v.mediaKit(ctx)
		if err != nil {
			return Listing[OfferedPackage]{}, err
		}
		offers = slices.DeleteFunc(offers, func(o OfferedPackage) bool {
			return filter.Layer != "" && o.Package.Layer != filter.Layer || filter.Featured && !o.Package.Featured
		})
		return paged(offers, filter.Page), nil
	})
}

// paged cuts a page out of a whole list, which is in the order of its ids.
func paged(offers []OfferedPackage, page Page) Listing[OfferedPackage] {
	listing := Listing[OfferedPackage]{Total: int64(len(offers)), Items: []OfferedPackage{}}
	if page.Newest {
		slices.Reverse(offers)
	}
	if page.After != "" {
		offers = slices.DeleteFunc(offers, func(o OfferedPackage) bool {
			return o.Package.ID == page.After || (o.Package.ID < page.After) != page.Newest
		})
	} else {
		offers = offers[min(page.Offset, len(offers)):]
	}
	if page.Limit > 0 {
		offers = offers[:min(page.Limit, len(offers))]
	}
	listing.Items = append(listing.Items, offers...)
	return listing
}

// SearchMediaKit answers the packages that a search finds, best first; see mediakit.Search for the rule.
func (s *Service) SearchMediaKit(ctx context.Context, call Call, text string) ([]OfferedPackage, error) {
	return read(ctx, s, call, func(v *view) ([]OfferedPackage, error) {
		offers, err := v.mediaKit(ctx)
		if err != nil {
			return nil, err
		}
		entries := make([]mediakit.Entry, len(offers))
		for i, offer := range offers {
			entries[i] = offer.entry()
		}
		found := []OfferedPackage{}
		for _, at := range mediakit.Search(entries, text) {
			found = append(found, offers[at])
		}
		return found, nil
	})
}

// OfferedPackage answers one package as the caller is shown it. One that is not offered is CodeNotFound.
func (s *Service) OfferedPackage(ctx context.Context, call Call, id string) (OfferedPackage, error) {
	return read(ctx, s, call, func(v *view) (OfferedPackage, error) {
		pending := v.Package(id)
		who, err := v.authorize(ctx, needCatalogAccess)
		if err != nil {
			return OfferedPackage{}, err
		}
		found, err := pending.Get(ctx)
		if err != nil {
			return OfferedPackage{}, unknownPackage(err, id)
		}
		offers, err := v.offers(ctx, who, []parley.Package{found})
		if err != nil {
			return OfferedPackage{}, err
		}
		if len(offers) == 0 {
			return OfferedPackage{}, unknownPackage(parley.Errorf(parley.CodeNotFound, ""), id)
		}
		return offers[0], nil
	})
}

// mediaKit answers all packages that the caller is offered.
func (v *view) mediaKit(ctx context.Context) ([]OfferedPackage, error) {
	pending := activePackages(v.Reader)
	who, err := v.authorize(ctx, needCatalogAccess)
	if err != nil {
		return nil, err
	}
	active, err := pending.Get(ctx)
	if err != nil {
		return nil, err
	}
	return v.offers(ctx, who, active.Items)
}

// offers prices packages for a caller, and leaves out those that are not offered. A product is priced once, however many
// packages hold it.
func (v *view) offers(ctx context.Context, who parley.Principal, packages []parley.Package) ([]OfferedPackage, error) {
	packages = slices.DeleteFunc(packages, func(p parley.Package) bool { return p.Status != parley.PackageActive })
	pending, version := v.ProductsByID(productsOf(packages)), storage.PricingRules.Version(v.Reader)
	products, err := pending.Get(ctx)
	if err != nil {
		return nil, err
	}
	engine, err := v.service.engine(ctx, v.Reader, version)
	if err != nil {
		return nil, err
	}
	if who.Accounts, err = accountsFor(ctx, v.Reader, engine, who.Identity); err != nil {
		return nil, err
	}
	priced := make(map[string]PricedProduct, len(products))
	for _, product := range products {
		if !forSale(product) {
			continue
		}
		if priced[product.ID], err = v.service.priceForList(engine, product, who, v.service.today(v.now)); err != nil {
			return nil, err
		}
	}
	offers := []OfferedPackage{}
	for _, p := range packages {
		offer := OfferedPackage{Package: p, Exact: seesExact(who), Tier: who.Tier()}
		for _, part := range p.Products {
			if product, there := priced[part.ProductID]; there {
				offer.Products = append(offer.Products, PackagedProduct{PricedProduct: product, Weight: part.Weight})
			}
		}
		if len(offer.Products) == 0 || inSeveralCurrencies(soldIn(p, products)) != "" {
			continue
		}
		offer.Price = blended(offer.Products)
		offers = append(offers, offer)
	}
	return offers, nil
}

// forSale tells whether a product can be had at all.
func forSale(product parley.Product) bool { return product.ForSale() && len(product.DealTypes) > 0 }

// productsOf are the products of packages, each once.
func productsOf(packages []parley.Package) []string {
	var ids []string
	for _, p := range packages {
		for _, product := range p.Products {
			ids = append(ids, product.ProductID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// blended is what the prices of a package's products come to.
func blended(products []PackagedProduct) *parley.Money {
	parts := make([]mediakit.Part, len(products))
	currency := products[0].Product.Currency
	for i, p := range products {
		if p.Price == nil {
			return nil
		}
		parts[i] = mediakit.Part{CPM: p.Price.FinalCPM, Weight: p.Weight}
	}
	return &parley.Money{Micros: mediakit.Blend(parts, currency.MinorUnit()), Currency: currency}
}

// ContentCategories are the package's own, or else those of its products.
func (o OfferedPackage) ContentCategories() []string {
	return o.orProducts(o.Package.ContentCategories, func(p parley.Product) []string { return p.ContentCategories })
}

// AdFormats are the package's own, or else those of its products.
func (o OfferedPackage) AdFormats() []string {
	return o.orProducts(o.Package.AdFormats, func(p parley.Product) []string { return p.AdFormats })
}

// GeoTargets are the package's own, or else those of its products.
func (o OfferedPackage) GeoTargets() []string {
	return o.orProducts(o.Package.GeoTargets, func(p parley.Product) []string { return p.GeoTargets })
}

// DeviceTypes are AdCOM's numbers of the package's own, or else those of its products.
func (o OfferedPackage) DeviceTypes() []int {
	if len(o.Package.DeviceTypes) > 0 {
		return o.Package.DeviceTypes
	}
	var devices []int
	for _, product := range o.Products {
		devices = append(devices, product.Product.Devices()...)
	}
	slices.Sort(devices)
	return slices.Compact(devices)
}

func (o OfferedPackage) orProducts(own []string, of func(parley.Product) []string) []string {
	if len(own) > 0 {
		return own
	}
	var all []string
	for _, product := range o.Products {
		for _, one := range of(product.Product) {
			if !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	return all
}

// entry is what a search compares.
func (o OfferedPackage) entry() mediakit.Entry {
	entry := mediakit.Entry{
		ID: o.Package.ID, Name: o.Package.Name, Tags: slices.Concat(o.Package.Tags, []string{o.Package.SeasonalLabel}),
		Codes:       slices.Concat(o.AdFormats(), o.ContentCategories(), o.GeoTargets()),
		Description: o.Package.Description, Featured: o.Package.Featured,
	}
	for _, product := range o.Products {
		entry.Products = append(entry.Products, product.Product.Name)
	}
	return entry
}

// unknownPackage turns a missing row into the answer for a missing package.
func unknownPackage(err error, id string) error {
	if parley.Is(err, parley.CodeNotFound) {
		return parley.Errorf(parley.CodeNotFound, "There is no package %q. GET /media-kit/packages lists what is offered.", id)
	}
	return err
}
