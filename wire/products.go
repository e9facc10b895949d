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

// shownPrice is what the caller may see of a product's price: the price, a range around it, or neither.
func shownPrice(p seller.PricedProduct) (*parley.Money, *document.PriceRange) {
	if p.Price == nil {
		return nil, nil
	}
	public := p.Price.Public()
	price := parley.Money{Micros: public.FinalCPM, Currency: public.Currency}
	if p.Exact {
		return &price, nil
	}
	around := pricing.Range(price)
	return nil, &document.PriceRange{
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
func ProductOf(v View, p seller.PricedProduct) document.Product {
	price, around := shownPrice(p)
	rendered := document.Product{
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

// PriceOf writes what a volume costs.
func PriceOf(p seller.PricedProduct, asked seller.PriceRequest) document.PriceResponse {
	rendered := document.PriceResponse{ProductID: p.Product.ID, Volume: contract.Count(asked.Impressions), BuyerTier: p.Tier}
	_, rendered.PriceRange = shownPrice(p)
	if p.Exact && p.Price != nil {
		shown := pricingOf(*p.Price, cmp.Or(asked.DealType, firstDealType(p.Product)))
		rendered.Pricing = &shown
	}
	return rendered
}

// What is asked of products.
var (
	GetPrice = Question[*document.PriceRequest, document.PriceResponse, document.PriceResponse]{
		Find: func(ctx context.Context, x *Exchange, body *document.PriceRequest) (answer document.PriceResponse, err error) {
			request := seller.PriceRequest{ProductID: body.ProductID, DealType: body.DealType, Impressions: cmp.Or(body.Volume, body.Impressions)}
			priced, err := x.Service.Price(ctx, x.Call, request)
			if err != nil && body.Volume == 0 {
				err = CalledSo(err, map[string]string{"volume": "impressions"})
			}
			if err != nil {
				return answer, err
			}
			return PriceOf(priced, request), nil
		},
		Render: asFound[document.PriceResponse],
	}
	GetProduct   = Lookup[seller.PricedProduct, document.Product]{(*seller.Service).Product, ProductOf}
	ListProducts = List[document.ProductFilter, seller.PricedProduct, document.Product]{
		Plural: "products", Render: ProductOf, ID: func(p seller.PricedProduct) string { return p.Product.ID },
		Find: func(ctx context.Context, x *Exchange, f document.ProductFilter, page seller.Page) (seller.Listing[seller.PricedProduct], error) {
			return x.Service.Products(ctx, x.Call, seller.ProductFilter{
				InventoryType: f.InventoryType, DealType: f.DealType, Search: f.Search, Page: page,
			})
		},
	}
)
