package wire

import (
	"cmp"
	"context"

	"parley"
	"parley/pricing"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// MediaKitOf writes everything that is packaged.
func MediaKitOf(v View, offers []seller.OfferedPackage) document.MediaKit {
	kit := document.MediaKit{
		SellerName: v.Settings.SellerName, TotalPackages: len(offers), Featured: []document.OfferedPackage{}, AllPackages: Each(v, offers, OfferOf),
		MediaKit: contract.MediaKit{
			MediaKitID: v.Settings.SellerID + "-media-kit", SellerOrganizationID: v.Settings.SellerID, Name: v.Settings.SellerName,
			Currency: parley.USD, Packages: []contract.Package{},
		},
	}
	for i, offer := range offers {
		shown := kit.AllPackages[i]
		kit.Packages = append(kit.Packages, shown.Package)
		if offer.Package.Featured {
			kit.Featured = append(kit.Featured, shown)
		}
		// The kit is as old as its first package, and as new as the last change of one.
		if kit.CreatedAt.IsZero() || shown.CreatedAt.Before(kit.CreatedAt) {
			kit.CreatedAt = shown.CreatedAt
		}
		if changed := offer.Package.UpdatedAt; kit.UpdatedAt == nil || changed.After(*kit.UpdatedAt) {
			kit.UpdatedAt = &changed
		}
	}
	if len(offers) > 0 {
		kit.Currency = offers[0].Products[0].Product.Currency
	}
	kit.FeaturedCount = len(kit.Featured)
	return kit
}

// OfferOf writes a package on offer.
func OfferOf(v View, o seller.OfferedPackage) document.OfferedPackage {
	rendered := document.OfferedPackage{
		Package:  shownPackage(o.Package),
		Currency: o.Products[0].Product.Currency, RateType: contract.PricingModel, BuyerTier: o.Tier,
		NegotiationEnabled:       v.Caller.Role != parley.RoleAnonymous || v.Settings.Anonymous.Proposals,
		VolumeDiscountsAvailable: o.Tier >= parley.TierAgency,
	}
	rendered.ContentCategories, rendered.AdFormats = contract.Listed(o.ContentCategories()), contract.Listed(o.AdFormats())
	rendered.GeoTargets, rendered.DeviceTypes = contract.Listed(o.GeoTargets()), contract.Listed(o.DeviceTypes())
	rendered.Placements = []contract.Placement{}
	for _, product := range o.Products {
		rendered.Placements = append(rendered.Placements, contract.Placement{
			ProductID: product.Product.ID, ProductName: product.Product.Name, AdFormats: contract.Listed(product.Product.AdFormats),
			DeviceTypes: product.Product.Devices(), Weight: weightOf(product.Weight),
		})
	}
	rendered.PriceRange = "Price on request"
	if o.Price != nil {
		rendered.PricingType = "fixed"
	}
	switch {
	case o.Price == nil:
	case o.Exact:
		rendered.PriceRange = cpmText(*o.Price)
		rendered.ExactPrice, rendered.BasePrice = contract.DecimalOf(*o.Price), contract.MoneyOf(*o.Price)
	default:
		around := pricing.Range(*o.Price)
		rendered.PriceRange = rangeText(around.Low, around.High)
	}
	return rendered
}

// shownPackage is a package as the shared contract writes it, without a price.
func shownPackage(p parley.Package) contract.Package {
	rendered := contract.Package{
		PackageID: p.ID, Name: p.Name, Description: contract.Optional(p.Description), Layer: string(p.Layer), Status: string(p.Status),
		Placements: []contract.Placement{}, PricingModel: contract.PricingModel, PricingType: "on_request",
		AdFormats: contract.Listed(p.AdFormats), DeviceTypes: contract.Listed(p.DeviceTypes), GeoTargets: contract.Listed(p.GeoTargets),
		ContentCategories: contract.Listed(p.ContentCategories), ContentTaxonomy: p.ContentTaxonomy, Tags: contract.Listed(p.Tags),
		SeasonalLabel: contract.Optional(p.SeasonalLabel), IsFeatured: p.Featured, CreatedAt: p.CreatedAt,
	}
	if p.Version > 1 {
		rendered.UpdatedAt = &p.UpdatedAt
	}
	return rendered
}

// weightOf is a weight as the contract writes it: 10,000 basis points are 1.
func weightOf(weight parley.BasisPoints) float64 {
	return float64(weight) / float64(parley.OneHundredPercent)
}

func cpmText(price parley.Money) string { return unitText(price) + " CPM" }

func rangeText(low, high parley.Money) string { return unitText(low) + "-" + unitText(high) + " CPM" }

// unitText writes an amount as people read it: $12.50, or EUR 12.50.
func unitText(amount parley.Money) string {
	digits := parley.FormatMicros(amount.Micros, amount.Currency.MinorDigits())
	if amount.Currency == parley.USD {
		return "$" + digits
	}
	return string(amount.Currency) + " " + digits
}

// What is asked of the media kit.
var (
	GetMediaKit = Question[struct{}, []seller.OfferedPackage, document.MediaKit]{
		Find: func(ctx context.Context, x *Exchange, _ struct{}) ([]seller.OfferedPackage, error) {
			kit, err := x.Service.MediaKit(ctx, x.Call, seller.MediaKitFilter{})
			return kit.Items, err
		},
		Render: MediaKitOf,
	}
	SearchMediaKit = Question[*document.MediaKitSearch, document.MediaKitResults, document.MediaKitResults]{
		Find: func(ctx context.Context, x *Exchange, body *document.MediaKitSearch) (document.MediaKitResults, error) {
			found, err := x.Service.SearchMediaKit(ctx, x.Call, body.Query)
			shown := found[:min(cmp.Or(body.Limit, DefaultLimit), len(found))]
			return document.MediaKitResults{TotalCount: len(found), Results: Each(x.View, shown, OfferOf)}, err
		},
		Render: asFound[document.MediaKitResults],
	}
	GetOfferedPackage   = Lookup[seller.OfferedPackage, document.OfferedPackage]{(*seller.Service).OfferedPackage, OfferOf}
	ListOfferedPackages = List[document.MediaKitFilter, seller.OfferedPackage, document.OfferedPackage]{
		Plural: "packages", Render: OfferOf, ID: func(o seller.OfferedPackage) string { return o.Package.ID },
		Find: func(ctx context.Context, x *Exchange, f document.MediaKitFilter, page seller.Page) (seller.Listing[seller.OfferedPackage], error) {
			return x.Service.MediaKit(ctx, x.Call, seller.MediaKitFilter{
				Layer: f.Layer, Featured: f.FeaturedOnly == "true", Page: page,
			})
		},
	}
)
