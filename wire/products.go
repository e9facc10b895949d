package wire

import (
	"cmp"
	"context"
	"encoding/json"

	"parley"
	"parley/pricing"
	"parley/seller"
	"parley/wire/contract"
)

// ProductFilter narrows a list of products.
type ProductFilter struct {
	InventoryType string `json:"inventory_type,omitempty" query:"inventory_type" maxLength:"64" doc:"Such as ctv."`
	DealType      string `json:"deal_type,omitempty" query:"deal_type" enum:"PG,PD,PA"`
	Search        string `json:"search,omitempty" query:"search" maxLength:"200" doc:"Part of the id or the name."`
	Paging
}

// Product is a product for sale: the documented members together with those of the shared contract's Product.
type Product struct {
	ProductID          string            `json:"product_id"`
	Name               string            `json:"name"`
	Description        *string           `json:"description"`
	InventoryType      string            `json:"inventory_type"`
	DealTypes          []parley.DealType `json:"deal_types"`
	Currency           parley.Currency   `json:"currency"`
	Price              *contract.Decimal `json:"price" doc:"CPM for this buyer, without a volume; null without a key, and when the product has no price."`
	PriceRange         *PriceRange       `json:"price_range" doc:"In place of price, without a key."`
	BuyerTier          parley.Tier       `json:"buyer_tier"`
	MinimumImpressions int64             `json:"minimum_impressions"`
	DeviceTypes        []string          `json:"device_types"`
	GeoTargets         []string          `json:"geo_targets"`
	ContentCategories  []string          `json:"content_categories"`

	AdFormats            []string                  `json:"ad_formats"`
	PricingModel         string                    `json:"pricing_model"`
	PricingType          string                    `json:"pricing_type" doc:"fixed; floor for a product that is sold in private auctions first; on_request when it has no price."`
	BasePrice            *contract.Money           `json:"base_price" doc:"price as the shared contract writes it."`
	DeliveryType         string                    `json:"delivery_type" doc:"Guaranteed when it is sold as PG, else PMP."`
	CommercialTerms      *contract.CommercialTerms `json:"commercial_terms"`
	AvailableImpressions *int64                    `json:"available_impressions" doc:"Always null here; POST /products/avails answers for a flight."`
	SellerOrganizationID string                    `json:"seller_organization_id"`
	AdProductTargeting   json.RawMessage           `json:"ad_product_targeting"`
	AudienceTargeting    *contract.Segments        `json:"audience_targeting" doc:"The standard segments that a deal can be limited to by its audience plan; null when there are none."`
	ContentTargeting     json.RawMessage           `json:"content_targeting"`
	Domain               *string                   `json:"domain"`
	Ext                  json.RawMessage           `json:"ext" doc:"creative_specs, what creatives have to be; null where nothing is required."`
}

// PriceRange is what callers without a key see of a price, in currency units.
type PriceRange struct {
	Low      *contract.Decimal `json:"low"`
	High     *contract.Decimal `json:"high"`
	Currency parley.Currency   `json:"currency"`
}

// shownPrice is what the caller may see of a product's price: the price, a range around it, or neither.
func shownPrice(p seller.PricedProduct) (*parley.Money, *PriceRange) {
	if p.Price == nil {
		return nil, nil
	}
	public := p.Price.Public()
	price := parley.Money{Micros: public.FinalCPM, Currency: public.Currency}
	if p.Exact {
		return &price, nil
	}
	around := pricing.Range(price)
	return nil, &PriceRange{
		Low: contract.DecimalOf(around.Low), High: contract.DecimalOf(around.High), Currency: price.Currency,
	}
}

// publicPrice is a product's price where the contract has room for one number alone: what the caller would be quoted. For a
// caller without a key that is the list price in the middle of the range it is shown.
func publicPrice(p seller.PricedProduct) *parley.Money {
	if p.Price == nil {
		return nil
	}
	return &parley.Money{Micros: p.Price.FinalCPM, Currency: p.Price.Currency}
}

// firstDealType is the way that a product is sold when nobody names another; empty for one that is not sold.
func firstDealType(p parley.Product) parley.DealType {
	if len(p.DealTypes) == 0 {
		return ""
	}
	return p.DealTypes[0]
}

// pricingType is the word for a product's price, the same to every caller and in every list: what a quote of it will say, or
// on_request for one that has no price.
func pricingType(p seller.PricedProduct) string {
	if p.Price == nil {
		return contract.PriceOnRequest
	}
	return contract.PricingType(firstDealType(p.Product))
}

// ProductOf writes a product.
func ProductOf(v View, p seller.PricedProduct) Product {
	price, around := shownPrice(p)
	rendered := Product{
		ProductID:            p.Product.ID,
		Name:                 p.Product.Name,
		Description:          contract.Optional(p.Product.Description),
		InventoryType:        p.Product.InventoryType,
		DealTypes:            contract.Listed(p.Product.DealTypes),
		Currency:             p.Product.Currency,
		PriceRange:           around,
		BuyerTier:            p.Tier,
		MinimumImpressions:   p.Product.MinimumImpressions,
		DeviceTypes:          contract.Listed(p.Product.DeviceTypes),
		GeoTargets:           contract.Listed(p.Product.GeoTargets),
		ContentCategories:    contract.Listed(p.Product.ContentCategories),
		AdFormats:            contract.Listed(p.Product.AdFormats),
		PricingModel:         contract.PricingModel,
		PricingType:          pricingType(p),
		DeliveryType:         contract.DeliveryType(p.Product),
		CommercialTerms:      contract.CommercialTermsOf(p.Product),
		AudienceTargeting:    contract.SegmentsOf(p.Product),
		Ext:                  contract.ProductExtOf(p.Product),
		SellerOrganizationID: v.Settings.SellerID,
	}
	if price != nil {
		rendered.Price, rendered.BasePrice = contract.DecimalOf(*price), contract.MoneyOf(*price)
	}
	return rendered
}

// PriceRequest asks what a volume of a product costs.
type PriceRequest struct {
	ProductID   string `json:"product_id" maxLength:"128"`
	Volume      *int64 `json:"volume,omitempty" minimum:"1" doc:"Impressions; decides the volume discount."`
	Impressions *int64 `json:"impressions,omitempty" minimum:"1" doc:"The same as volume."`
	DealType    string `json:"deal_type,omitempty" enum:"PG,PD,PA" doc:"The first way that the product is sold, when absent."`
}

// PriceResponse is a price that nothing is promised by.
type PriceResponse struct {
	ProductID  string      `json:"product_id"`
	Volume     *int64      `json:"volume"`
	BuyerTier  parley.Tier `json:"buyer_tier"`
	Pricing    *Pricing    `json:"pricing" doc:"Null without a key."`
	PriceRange *PriceRange `json:"price_range" doc:"In place of pricing, without a key."`
}

// PriceOf writes what a volume costs.
func PriceOf(p seller.PricedProduct, asked seller.PriceRequest) PriceResponse {
	rendered := PriceResponse{ProductID: p.Product.ID, Volume: contract.Count(asked.Impressions), BuyerTier: p.Tier}
	_, rendered.PriceRange = shownPrice(p)
	if p.Exact && p.Price != nil {
		shown := pricingOf(*p.Price, cmp.Or(asked.DealType, firstDealType(p.Product)))
		rendered.Pricing = &shown
	}
	return rendered
}

// What is asked of products.
var (
	GetProduct   = Lookup[seller.PricedProduct, Product]{(*seller.Service).Product, ProductOf}
	ListProducts = List[ProductFilter, seller.PricedProduct, Product]{
		Plural: "products", Render: ProductOf, ID: func(p seller.PricedProduct) string { return p.Product.ID },
		Find: func(ctx context.Context, x *Exchange, f ProductFilter, page seller.Page) (seller.Listing[seller.PricedProduct], error) {
			return x.Service.Products(ctx, x.Call, seller.ProductFilter{
				InventoryType: f.InventoryType, DealType: parley.DealType(f.DealType), Search: f.Search, Page: page,
			})
		},
	}
)
