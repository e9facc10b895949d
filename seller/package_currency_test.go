package seller_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// TestAPackageOfSeveralCurrenciesIsNotOffered moves a product of a package to another currency by each way that there is. The
// way says which packages that breaks, the media kit does not show them, and quoting one names the products; while the product
// is not for sale, or once the other follows, the package is offered again.
func TestAPackageOfSeveralCurrenciesIsNotOffered(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.bundled()
		ctx, call, admin := context.Background(), d.buyer(acme), seller.Terminal("test")
		dollars, err := d.service.CatalogProduct(ctx, admin, "ctv-live")
		if err != nil {
			t.Fatal(err)
		}
		euros := dollars
		euros.Currency = "EUR"
		patch := func(p parley.Product, given parley.ProductField) []seller.MixedPackage {
			t.Helper()
			var written seller.WrittenProduct
			if _, err := d.service.WriteProduct(ctx, admin, seller.ProductWrite{Change: parley.ProductChange{Product: p, Given: given}}, keep(&written)); err != nil {
				t.Fatal(err)
			}
			return written.MixedPackages
		}
		const priced = parley.FieldCurrency | parley.FieldBaseCPM | parley.FieldFloorCPM
		for name, way := range map[string]func(parley.Product) []seller.MixedPackage{
			"a change": func(p parley.Product) []seller.MixedPackage { return patch(p, priced) },
			"an import": func(p parley.Product) []seller.MixedPackage {
				preview, err := d.service.PreviewImport(ctx, admin, feed(p), 10)
				if err != nil {
					t.Fatal(err)
				}
				done, err := d.service.ImportCatalog(ctx, admin, feed(p))
				if err != nil || !slices.Equal(preview.MixedPackages, done.MixedPackages) {
					t.Errorf("previewed %v, done %v, %v", preview.MixedPackages, done.MixedPackages, err)
				}
				return done.MixedPackages
			},
			"a return to sale": func(p parley.Product) []seller.MixedPackage {
				p.Status = parley.ProductPaused
				d.sell(p)
				p.Status = parley.ProductActive
				return patch(p, parley.FieldStatus)
			},
		} {
			mixed := way(euros)
			const named = "ctv-live in EUR, video-home in USD"
			if len(mixed) != 1 || mixed[0].ID != "sports" || mixed[0].Products != named {
				t.Errorf("%s names %+v", name, mixed)
			}
			if all, err := d.service.MixedPackages(ctx, admin); err != nil || !slices.Equal(all, mixed) {
				t.Errorf("%s: %+v, %v", name, all, err)
			}
			kit, err := d.service.MediaKit(ctx, call, seller.MediaKitFilter{})
			if err != nil || !slices.Equal(ids(kit.Items), []string{"news", "request"}) {
				t.Errorf("%s: the media kit has %v, %v", name, ids(kit.Items), err)
			}
			if found, err := d.service.SearchMediaKit(ctx, call, "sports"); err != nil || len(found) != 0 {
				t.Errorf("%s: found %v, %v", name, ids(found), err)
			}
			if _, err := d.service.OfferedPackage(ctx, call, "sports"); !parley.Is(err, parley.CodeNotFound) {
				t.Errorf("%s: offered: %v", name, err)
			}
			request := seller.PackageQuoteRequest{PackageID: "sports", Each: seller.QuoteRequest{DealType: "PD"}, Impressions: 1_000_000}
			_, err = d.service.QuotePackage(ctx, call, request, keep(new(seller.PackageQuotes)))
			if !parley.Is(err, parley.CodeValidation) || !strings.Contains(err.Error(), named) {
				t.Errorf("%s: quoted: %v", name, err)
			}
			paused := euros
			paused.Status = parley.ProductPaused
			if mixed := patch(paused, parley.FieldStatus); len(mixed) != 0 {
				t.Errorf("%s: paused, it mixes %v", name, mixed)
			}
			if offer, err := d.service.OfferedPackage(ctx, call, "sports"); err != nil || offer.Price == nil || offer.Price.Currency != parley.USD {
				t.Errorf("%s: without the product: %+v, %v", name, offer.Price, err)
			}
			d.sell(dollars)
			if _, err := d.service.QuotePackage(ctx, call, request, keep(new(seller.PackageQuotes))); err != nil {
				t.Errorf("%s: in one currency again: %v", name, err)
			}
		}
	})
}
