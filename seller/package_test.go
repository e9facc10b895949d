package seller_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"parley"
	"parley/seller"
)

// bundled puts products and packages of them into the shop: sports of two weights, and news of one product.
func (d *desk) bundled() {
	d.t.Helper()
	d.sell(video(), video(func(p *parley.Product) {
		base := int64(20_000_000)
		p.ID, p.Name, p.InventoryType, p.BaseCPM, p.DealTypes = "ctv-live", "Live games", "ctv", &base, []parley.DealType{parley.PreferredDeal, parley.ProgrammaticGuaranteed}
	}), video(func(p *parley.Product) {
		p.ID, p.Name, p.BaseCPM = "unpriced", "On request", nil
	}), video(func(p *parley.Product) { p.ID, p.Currency = "euro", "EUR" }))
	d.importPackages(
		parley.Package{ID: "sports", Name: "Sports", Tags: []string{"live"}, Featured: true, Products: []parley.PackageProduct{
			{ProductID: "ctv-live", Weight: 7_000}, {ProductID: "video-home", Weight: 3_000},
		}},
		parley.Package{ID: "news", Name: "News", Layer: parley.PackageSynced, Products: []parley.PackageProduct{{ProductID: "video-home"}}},
		parley.Package{ID: "request", Name: "On request", Products: []parley.PackageProduct{{ProductID: "video-home"}, {ProductID: "unpriced"}}},
		parley.Package{ID: "draft", Name: "Draft", Status: parley.PackageDraft, Products: []parley.PackageProduct{{ProductID: "video-home"}}},
	)
}

func (d *desk) importPackages(packages ...parley.Package) seller.ImportReport {
	d.t.Helper()
	report, err := d.service.ImportPackages(context.Background(), seller.Terminal("test"), packages, false)
	if err != nil {
		d.t.Fatalf("import packages: %v", err)
	}
	return report
}

func ids(offers []seller.OfferedPackage) []string {
	names := []string{}
	for _, o := range offers {
		names = append(names, o.Package.ID)
	}
	return names
}

// TestTheMediaKitShowsWhatQuotingGives holds the price of a package to the quotes of its products, for every tier: the same
// prices, and the blended one what the whole volume costs.
func TestTheMediaKitShowsWhatQuotingGives(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.bundled()
		ctx := context.Background()
		for name, call := range map[string]seller.Call{
			"anonymous": {Address: "192.0.2.9"}, "agency": d.buyer(acme), "advertiser": d.buyer(zenith),
		} {
			kit, err := d.service.MediaKit(ctx, call, seller.MediaKitFilter{})
			if err != nil || !slices.Equal(ids(kit.Items), []string{"news", "request", "sports"}) || kit.Total != 3 {
				t.Fatalf("%s: %v %v", name, ids(kit.Items), err)
			}
			offer := kit.Items[2]
			if alone, err := d.service.OfferedPackage(ctx, call, "sports"); err != nil || *alone.Price != *offer.Price {
				t.Errorf("%s: read alone %+v, %v", name, alone.Price, err)
			}
			if kit.Items[1].Price != nil {
				t.Errorf("%s: a package with a product without a price costs %v", name, kit.Items[1].Price)
			}
			var quoted seller.PackageQuotes
			request := seller.PackageQuoteRequest{PackageID: "sports", Each: seller.QuoteRequest{DealType: "PD"}, Impressions: 1_000_000}
			if _, err := d.service.QuotePackage(ctx, call, request, keep(&quoted)); err != nil {
				t.Fatal(err)
			}
			cost := int64(0)
			for i, quote := range quoted.Quotes {
				if quote.ProductID != offer.Products[i].Product.ID || quote.Price.FinalCPM != offer.Products[i].Price.FinalCPM {
					t.Errorf("%s: quoted %s at %d, shown %d", name, quote.ProductID, quote.Price.FinalCPM, offer.Products[i].Price.FinalCPM)
				}
				cost += quote.Impressions / 1000 * quote.Price.FinalCPM
			}
			if off := cost - 1000*offer.Price.Micros; len(quoted.Quotes) != 2 || off > 5_000_000 || off < -5_000_000 {
				t.Errorf("%s: %d quotes cost %d, shown at %d", name, len(quoted.Quotes), cost, offer.Price.Micros)
			}
		}
	})
}

func TestThePackageIsQuotedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.bundled()
		ctx, call := context.Background(), d.buyer(acme)
		quotes := func() int64 {
			list, err := d.service.Quotes(ctx, call, seller.QuoteFilter{})
			if err != nil {
				t.Fatal(err)
			}
			return list.Total
		}
		for _, c := range []struct {
			request seller.PackageQuoteRequest
			code    parley.Code
			path    string
		}{
			{seller.PackageQuoteRequest{PackageID: "none"}, parley.CodeNotFound, ""},
			{seller.PackageQuoteRequest{PackageID: "draft"}, parley.CodeNotFound, ""},
			{seller.PackageQuoteRequest{PackageID: "sports", Each: seller.QuoteRequest{DealType: "XX"}}, parley.CodeValidation, "deal_type"},
			{seller.PackageQuoteRequest{PackageID: "sports", Each: seller.QuoteRequest{DealType: "PA"}}, parley.CodeValidation, "deal_type"},
			{seller.PackageQuoteRequest{PackageID: "sports", Each: seller.QuoteRequest{DealType: "PG"}}, parley.CodeValidation, "impressions"},
			{seller.PackageQuoteRequest{PackageID: "sports", Impressions: 2_000}, parley.CodeValidation, "impressions"},
			{seller.PackageQuoteRequest{PackageID: "sports", Impressions: -1}, parley.CodeValidation, "impressions"},
			{seller.PackageQuoteRequest{PackageID: "request"}, parley.CodeValidation, ""}, // a product has no price
		} {
			_, err := d.service.QuotePackage(ctx, call, c.request, keep(new(seller.PackageQuotes)))
			if !parley.Is(err, c.code) || c.path != "" && fieldOf(err) != c.path {
				t.Errorf("%+v: %v, want %s of %q", c.request, err, c.code, c.path)
			}
		}
		if n := quotes(); n != 0 {
			t.Fatalf("%d quotes of packages that could not be quoted", n)
		}
		call.IdempotencyKey, call.Path, call.Fingerprint = "once", "/packages/sports/quotes", "f"
		var first seller.PackageQuotes
		request := seller.PackageQuoteRequest{PackageID: "sports", Each: seller.QuoteRequest{DealType: "PG"}, Impressions: 100_001}
		kept, err := d.service.QuotePackage(ctx, call, request, keep(&first))
		if err != nil {
			t.Fatal(err)
		}
		again, err := d.service.QuotePackage(ctx, call, request, keep(new(seller.PackageQuotes)))
		if err != nil || !again.Replayed || string(again.Body) != string(kept.Body) || quotes() != 2 {
			t.Errorf("repeated: %v, %v; %d quotes", again.Replayed, err, quotes())
		}
		if first.Quotes[0].Impressions != 70_001 || first.Quotes[1].Impressions != 30_000 {
			t.Errorf("shares %d and %d", first.Quotes[0].Impressions, first.Quotes[1].Impressions)
		}
		for i, quote := range first.Quotes { // each books by the ordinary flow
			booking := seller.Call{Secret: call.Secret, Address: call.Address}
			var deal parley.Deal
			if _, err := d.service.BookDeal(ctx, booking, seller.BookingRequest{QuoteID: quote.ID}, keep(&deal)); err != nil || deal.Impressions != quote.Impressions {
				t.Errorf("quote %d: %+v, %v", i, deal.ID, err)
			}
		}
	})
}

func fieldOf(err error) string {
	var refused *parley.Error
	if !errors.As(err, &refused) || len(refused.Fields) == 0 {
		return ""
	}
	return refused.Fields[0].Path
}

func TestPackagesAreKeptByTheirRules(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.bundled()
		ctx, admin := context.Background(), d.operator()
		good := func(change func(*parley.Package)) parley.Package {
			p := parley.Package{Name: "New", Products: []parley.PackageProduct{{ProductID: "video-home"}}}
			change(&p)
			return p
		}
		for path, p := range map[string]parley.Package{
			"name":                   good(func(p *parley.Package) { p.Name = " " }),
			"package_id":             good(func(p *parley.Package) { p.ID = "a b" }),
			"layer":                  good(func(p *parley.Package) { p.Layer = "hand made" }),
			"status":                 good(func(p *parley.Package) { p.Status = "gone" }),
			"cattax":                 good(func(p *parley.Package) { p.ContentTaxonomy = -1 }),
			"device_types":           good(func(p *parley.Package) { p.DeviceTypes = []int{0} }),
			"products":               good(func(p *parley.Package) { p.Products = nil }),
			"products[0].product_id": good(func(p *parley.Package) { p.Products[0].ProductID = "none" }),
			"products[0].weight":     good(func(p *parley.Package) { p.Products[0].Weight = -1 }),
			"products[1].product_id": good(func(p *parley.Package) { p.Products = append(p.Products, parley.PackageProduct{ProductID: "euro"}) }),
		} {
			if _, err := d.service.CreatePackage(ctx, admin, p, keep(new(parley.Package))); fieldOf(err) != path {
				t.Errorf("%+v: %v, want a problem with %s", p, err, path)
			}
		}
		var made parley.Package
		if _, err := d.service.CreatePackage(ctx, admin, good(func(*parley.Package) {}), keep(&made)); err != nil {
			t.Fatal(err)
		}
		if _, err := d.service.CreatePackage(ctx, admin, made, keep(new(parley.Package))); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("made twice: %v", err)
		}
		old := made.Version
		made.Name = "Newer"
		if _, err := d.service.ReplacePackage(ctx, admin, made, &old, keep(&made)); err != nil || made.Version != 2 {
			t.Fatalf("%+v, %v", made, err)
		}
		if _, err := d.service.ReplacePackage(ctx, admin, made, &old, keep(new(parley.Package))); !parley.Is(err, parley.CodePreconditionFailed) {
			t.Errorf("replaced from an old copy: %v", err)
		}
		if _, err := d.service.ArchivePackage(ctx, admin, made.ID, nil, keep(&made)); err != nil || made.Status != parley.PackageArchived {
			t.Errorf("%+v, %v", made, err)
		}
		if _, err := d.service.OfferedPackage(ctx, seller.Call{}, made.ID); !parley.Is(err, parley.CodeNotFound) {
			t.Errorf("an archived package is offered: %v", err)
		}
		audit, err := d.service.Audits(ctx, admin, seller.AuditFilter{Resource: "package", ResourceID: made.ID})
		if err != nil || audit.Total != 3 {
			t.Errorf("%d audit entries, %v", audit.Total, err)
		}
	})
}

func TestAnImportOfPackagesIsWholeAndCanBeTried(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.bundled()
		ctx, terminal := context.Background(), seller.Terminal("test")
		file := func() []parley.Package {
			return []parley.Package{
				{ID: "news", Name: "News", Layer: parley.PackageSynced, Products: []parley.PackageProduct{{ProductID: "video-home"}}},
				{ID: "sports", Name: "Sport", Products: []parley.PackageProduct{{ProductID: "ctv-live"}}},
				{Name: "Another", Products: []parley.PackageProduct{{ProductID: "video-home"}}},
			}
		}
		want := seller.ImportReport{Added: 1, Changed: 1, Unchanged: 1}
		tried, err := d.service.ImportPackages(ctx, terminal, file(), true)
		if err != nil || tried != want {
			t.Fatalf("tried: %+v, %v", tried, err)
		}
		if found, _ := d.service.Package(ctx, terminal, "sports"); found.Name != "Sports" {
			t.Errorf("a dry run renamed it %q", found.Name)
		}
		if done := d.importPackages(file()...); done != want {
			t.Errorf("done: %+v", done)
		}
		broken := file()
		broken[0].Name, broken[1].Products[0].ProductID = "Changed", "none"
		if _, err := d.service.ImportPackages(ctx, terminal, broken, false); fieldOf(err) != "packages[1].products[0].product_id" {
			t.Errorf("with an unknown product: %v", err)
		}
		if found, _ := d.service.Package(ctx, terminal, "news"); found.Name != "News" {
			t.Errorf("half an import renamed it %q", found.Name)
		}
		twice := file()
		twice[1].ID = "news"
		if _, err := d.service.ImportPackages(ctx, terminal, twice, false); fieldOf(err) != "packages[1].package_id" {
			t.Errorf("with an id twice: %v", err)
		}
		many := make([]parley.Package, parley.MaxPackages)
		for i := range many {
			many[i] = parley.Package{ID: fmt.Sprintf("many-%d", i), Name: "Many", Products: []parley.PackageProduct{{ProductID: "video-home"}}}
		}
		if _, err := d.service.ImportPackages(ctx, terminal, many, false); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("more than there can be: %v", err)
		}
	})
}

func TestTheMediaKitIsSearchedAndNarrowed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.bundled()
		ctx := context.Background()
		for text, want := range map[string][]string{
			"live": {"sports"}, "news sports": {"sports", "news"}, "video home": {"sports", "news", "request"}, "US nothing": {"sports", "news", "request"}, "draft": {},
		} {
			found, err := d.service.SearchMediaKit(ctx, seller.Call{}, text)
			if err != nil || !slices.Equal(ids(found), want) {
				t.Errorf("%q: %v %v, want %v", text, ids(found), err, want)
			}
		}
		for _, c := range []struct {
			filter seller.MediaKitFilter
			want   []string
			total  int64
		}{
			{seller.MediaKitFilter{Layer: parley.PackageSynced}, []string{"news"}, 1},
			{seller.MediaKitFilter{Featured: true}, []string{"sports"}, 1},
			{seller.MediaKitFilter{Page: seller.Page{Limit: 2}}, []string{"news", "request"}, 3},
			{seller.MediaKitFilter{Page: seller.Page{Limit: 2, Offset: 2}}, []string{"sports"}, 3},
			{seller.MediaKitFilter{Page: seller.Page{Limit: 2, Offset: 9}}, []string{}, 3},
			{seller.MediaKitFilter{Page: seller.Page{Limit: 2, After: "news"}}, []string{"request", "sports"}, 3},
			{seller.MediaKitFilter{Page: seller.Page{Limit: 1, After: "sports", Newest: true}}, []string{"request"}, 3},
		} {
			list, err := d.service.MediaKit(ctx, seller.Call{}, c.filter)
			if err != nil || !slices.Equal(ids(list.Items), c.want) || list.Total != c.total {
				t.Errorf("%+v: %v of %d, %v", c.filter, ids(list.Items), list.Total, err)
			}
		}
	})
}

// TestWithdrawnProductsDropOut of the packages that hold them, and a package without one for sale is not offered.
func TestWithdrawnProductsDropOut(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.bundled()
		ctx, call := context.Background(), d.buyer(acme)
		for _, status := range []parley.ProductStatus{parley.ProductPaused, parley.ProductRetired} {
			d.sell(video(func(p *parley.Product) { p.Status = status }))
			kit, err := d.service.MediaKit(ctx, call, seller.MediaKitFilter{})
			if err != nil || slices.Contains(ids(kit.Items), "news") || !slices.Contains(ids(kit.Items), "sports") {
				t.Fatalf("%s: %v, %v", status, ids(kit.Items), err)
			}
			sports, err := d.service.OfferedPackage(ctx, call, "sports")
			if err != nil || len(sports.Products) != 1 || sports.Products[0].Product.ID != "ctv-live" {
				t.Errorf("%s: %+v, %v", status, sports.Products, err)
			}
			var quoted seller.PackageQuotes
			request := seller.PackageQuoteRequest{PackageID: "sports", Each: seller.QuoteRequest{DealType: "PD"}, Impressions: 10_000}
			if _, err := d.service.QuotePackage(ctx, call, request, keep(&quoted)); err != nil || len(quoted.Quotes) != 1 || quoted.Quotes[0].Impressions != 10_000 {
				t.Errorf("%s: %d quotes, %v", status, len(quoted.Quotes), err)
			}
			if _, err := d.service.OfferedPackage(ctx, call, "news"); !parley.Is(err, parley.CodeNotFound) {
				t.Errorf("%s: a package of nothing else: %v", status, err)
			}
			d.sell(video())
		}
	})
}
