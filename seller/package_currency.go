package seller

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"parley"
	"parley/storage"
)

// MixedPackage is an active package whose products for sale are priced in several currencies. It has no price, is not offered
// and cannot be quoted until they are in one.
type MixedPackage struct {
	ID, Name string
	Products string // with their currencies: "a in USD, b in EUR"
}

// String says what is wrong with the package.
func (p MixedPackage) String() string {
	return fmt.Sprintf("the package %s is not offered while its products are in several currencies: %s", p.ID, p.Products)
}

// inSeveralCurrencies names the products with their currencies, when they are not all in one; else it is empty.
func inSeveralCurrencies(products []parley.Product) string {
	const named = 10
	if !slices.ContainsFunc(products, func(p parley.Product) bool { return p.Currency != products[0].Currency }) {
		return ""
	}
	var words []string
	for _, p := range products[:min(named, len(products))] {
		words = append(words, p.ID+" in "+string(p.Currency))
	}
	if more := len(products) - named; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, ", ")
}

// MixedPackages answers all of them, for the publisher.
func (s *Service) MixedPackages(ctx context.Context, call Call) ([]MixedPackage, error) {
	return read(ctx, s, call, func(v *view) ([]MixedPackage, error) {
		pending := activePackages(v.Reader)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		return mixedAmong(ctx, v.Reader, pending, nil, func(parley.PackageProduct) bool { return true })
	})
}

// mixedBy are those that hold one of these products, with products that are not stored yet as they will be.
func mixedBy(ctx context.Context, r *storage.Reader, products map[string]bool, after map[string]parley.Product) ([]MixedPackage, error) {
	if len(products) == 0 {
		return nil, nil
	}
	return mixedAmong(ctx, r, activePackages(r), after, func(part parley.PackageProduct) bool { return products[part.ProductID] })
}

func activePackages(r *storage.Reader) *storage.Pending[storage.Listing[parley.Package]] {
	return r.Packages(storage.PackageFilter{Status: parley.PackageActive, Page: storage.Page{Limit: parley.MaxPackages}})
}

func mixedAmong(
	ctx context.Context, r *storage.Reader, pending *storage.Pending[storage.Listing[parley.Package]], after map[string]parley.Product,
	wanted func(parley.PackageProduct) bool,
) ([]MixedPackage, error) {
	active, err := pending.Get(ctx)
	if err != nil {
		return nil, err
	}
	holding := slices.DeleteFunc(active.Items, func(p parley.Package) bool { return !slices.ContainsFunc(p.Products, wanted) })
	found, err := r.ProductsByID(productsOf(holding)).Get(ctx)
	if err != nil {
		return nil, err
	}
	for i, p := range found {
		if changed, is := after[p.ID]; is {
			found[i] = changed
		}
	}
	mixed := []MixedPackage{}
	for _, p := range holding {
		if products := inSeveralCurrencies(soldIn(p, found)); products != "" {
			mixed = append(mixed, MixedPackage{p.ID, p.Name, products})
		}
	}
	return mixed, nil
}

// soldIn are those of the products that a package holds and that can be had, in its order.
func soldIn(p parley.Package, products []parley.Product) []parley.Product {
	var sold []parley.Product
	for _, part := range p.Products {
		at := slices.IndexFunc(products, func(product parley.Product) bool { return product.ID == part.ProductID })
		if at >= 0 && forSale(products[at]) {
			sold = append(sold, products[at])
		}
	}
	return sold
}

// mixing tells whether a product's change can bring currencies together in a package.
func mixing(before *parley.Product, after parley.Product) bool {
	return before != nil && before.Differences(after)&(parley.FieldCurrency|parley.FieldStatus|parley.FieldDealTypes) != 0
}
