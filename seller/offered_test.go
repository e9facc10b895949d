package seller_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// unsold are products that nothing new is agreed on, with the code that a request about each is refused with.
var unsold = map[string]struct {
	change func(*parley.Product)
	code   parley.Code
	says   string
}{
	"paused":    {func(p *parley.Product) { p.Status = parley.ProductPaused }, parley.CodeValidation, "not offered"},
	"retired":   {func(p *parley.Product) { p.Status = parley.ProductRetired }, parley.CodeNotFound, "no product"},
	"linear_tv": {func(p *parley.Product) { p.InventoryType = "linear_tv" }, parley.CodeUnsupportedCapability, "linear television"},
	"linear":    {func(p *parley.Product) { p.InventoryType = "linear" }, parley.CodeUnsupportedCapability, "linear television"},
	"tv":        {func(p *parley.Product) { p.InventoryType = "tv" }, parley.CodeUnsupportedCapability, "linear television"},
}

func TestNothingIsAgreedOnWhatIsNotForSale(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		buyer := d.buyer(acme)
		from, to := days("2026-06-10", "2026-06-19")
		for name, c := range unsold {
			d.sell(video(c.change))
			asked := map[string]func(call seller.Call) error{
				"quote": func(call seller.Call) error {
					_, err := d.service.RequestQuote(ctx, call, ask(100_000), keep(new(parley.Quote)))
					return err
				},
				"quote with media_type digital": func(call seller.Call) error {
					digital := ask(100_000)
					digital.MediaType = "digital"
					_, err := d.service.RequestQuote(ctx, call, digital, keep(new(parley.Quote)))
					return err
				},
				"proposal": func(call seller.Call) error {
					_, err := d.service.SubmitProposal(ctx, call, seller.ProposalRequest{
						ProductID: "video-home", DealType: "PG", Price: parley.Money{Micros: 12_000_000}, Impressions: 100_000, Start: from, End: to,
					}, keep(new(parley.Proposal)))
					return err
				},
				"price": func(call seller.Call) error {
					_, err := d.service.Price(ctx, call, seller.PriceRequest{ProductID: "video-home"})
					return err
				},
			}
			for flow, run := range asked {
				for who, call := range map[string]seller.Call{"a buyer": buyer, "nobody": {Address: "192.0.2.7"}} {
					err := run(call)
					if !parley.Is(err, c.code) || !strings.Contains(err.Error(), c.says) {
						t.Errorf("%s, %s by %s: %v, want %s that says %q", name, flow, who, err, c.code, c.says)
					}
				}
			}
			for who, call := range map[string]seller.Call{"a buyer": buyer, "nobody": {Address: "192.0.2.7"}} {
				if _, err := d.service.Product(ctx, call, "video-home"); !parley.Is(err, parley.CodeNotFound) {
					t.Errorf("%s: reading it by %s: %v", name, who, err)
				}
				listing, err := d.service.Products(ctx, call, seller.ProductFilter{Search: "video"})
				if err != nil || listing.Total != 0 || len(listing.Items) != 0 {
					t.Errorf("%s: %s lists %d products, %v", name, who, listing.Total, err)
				}
				_, err = d.service.ProductAvails(ctx, call, seller.AvailsRequest{ProductIDs: []string{"video-home"}})
				if !parley.Is(err, parley.CodeNotFound) {
					t.Errorf("%s: avails by %s: %v", name, who, err)
				}
			}
			admin := d.operator(parley.ScopeViewer)
			if p, err := d.service.Product(ctx, admin, "video-home"); err != nil || p.Product.ID != "video-home" {
				t.Errorf("%s: the publisher reads %v, %v", name, p.Product, err)
			}
			if listing, err := d.service.Products(ctx, admin, seller.ProductFilter{}); err != nil || listing.Total != 1 {
				t.Errorf("%s: the publisher lists %d products, %v", name, listing.Total, err)
			}
		}
	})
}

func TestTheMediumIsTheProductsOwn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(), video(func(p *parley.Product) { p.ID, p.InventoryType = "ctv", "ctv" }),
			video(func(p *parley.Product) { p.ID, p.InventoryType = "connected", "connected_tv" }))
		buyer := d.buyer(acme)
		for _, c := range []struct {
			product, asked string
			want           parley.MediaType // empty: refused
			path           string
		}{
			{"video-home", "", parley.MediaDigital, ""},
			{"video-home", "digital", parley.MediaDigital, ""},
			{"video-home", "ctv", "", "$.media_type"},
			{"ctv", "", parley.MediaDigital, ""},
			{"ctv", "digital", parley.MediaDigital, ""},
			{"ctv", "ctv", parley.MediaCTV, ""},
			{"connected", "ctv", parley.MediaCTV, ""},
			{"ctv", "linear_tv", "", "$.media_type"},
			{"video-home", "linear_tv", "", "$.media_type"},
			{"video-home", "print", "", "$.media_type"},
		} {
			request := ask(100_000)
			request.ProductID, request.MediaType = c.product, c.asked
			var quote parley.Quote
			_, err := d.service.RequestQuote(ctx, buyer, request, keep(&quote))
			if c.want == "" {
				e := wantError(t, err, parley.CodeUnsupportedCapability)
				if len(e.Unsupported) != 1 || e.Unsupported[0].Path != c.path || e.Unsupported[0].Reason == "" {
					t.Errorf("%+v: unsupported = %+v", c, e.Unsupported)
				}
				continue
			}
			if err != nil || quote.MediaType != c.want {
				t.Errorf("%+v: %q, %v", c, quote.MediaType, err)
				continue
			}
			deal, err := d.book(buyer, quote.ID)
			if err != nil || deal.MediaType != c.want {
				t.Errorf("%+v: the deal is %q, %v", c, deal.MediaType, err)
			}
		}
	})
}
