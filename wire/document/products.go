package document

import (
	"encoding/json"

	"parley"
	"parley/wire/contract"
)

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
	PricingModel         string                    `json:"pricing_model" enum:"cpm"`
	PricingType          string                    `json:"pricing_type" enum:"fixed,floor,on_request" doc:"fixed; floor for a product that is sold in private auctions first; on_request when it has no price."`
	BasePrice            *contract.Money           `json:"base_price" doc:"price as the shared contract writes it."`
	DeliveryType         string                    `json:"delivery_type" enum:"Guaranteed,PMP" doc:"Guaranteed when it is sold as PG, else PMP."`
	CommercialTerms      *contract.CommercialTerms `json:"commercial_terms"`
	AvailableImpressions *int64                    `json:"available_impressions" doc:"Always null here; POST /products/avails answers for a flight."`
	SellerOrganizationID string                    `json:"seller_organization_id"`
	AdProductTargeting   json.RawMessage           `json:"ad_product_targeting"`
	AudienceTargeting    *contract.Segments        `json:"audience_targeting" doc:"The standard segments that a deal can be limited to by its audience plan; null when there are none."`
	ContentTargeting     json.RawMessage           `json:"content_targeting"`
	Domain               *string                   `json:"domain"`
	Ext                  json.RawMessage           `json:"ext" doc:"creative_specs, what creatives have to be; null where nothing is required."`
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *Product) UnmarshalJSON(raw []byte) error {
	type plain Product
	err := json.Unmarshal(raw, (*plain)(p))
	in(p.Currency, p.Price)
	return err
}

// CreativeSpecs are what creatives have to be; nil where nothing is required.
func (p *Product) CreativeSpecs() (*parley.CreativeSpecs, error) {
	var ext struct {
		CreativeSpecs *parley.CreativeSpecs `json:"creative_specs"`
	}
	if len(p.Ext) == 0 {
		return nil, nil
	}
	err := json.Unmarshal(p.Ext, &ext)
	return ext.CreativeSpecs, err
}

// PriceRange is what callers without a key see of a price, in currency units.
type PriceRange struct {
	Low      *contract.Decimal `json:"low"`
	High     *contract.Decimal `json:"high"`
	Currency parley.Currency   `json:"currency"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *PriceRange) UnmarshalJSON(raw []byte) error {
	type plain PriceRange
	err := json.Unmarshal(raw, (*plain)(p))
	in(p.Currency, p.Low, p.High)
	return err
}

// PriceResponse is a price that nothing is promised by.
type PriceResponse struct {
	ProductID  string      `json:"product_id"`
	Volume     *int64      `json:"volume"`
	BuyerTier  parley.Tier `json:"buyer_tier"`
	Pricing    *Pricing    `json:"pricing" doc:"Null without a key."`
	PriceRange *PriceRange `json:"price_range" doc:"In place of pricing, without a key."`
}

// PriceRequest asks what a volume of a product costs.
type PriceRequest struct {
	ProductID   string          `json:"product_id" maxLength:"128"`
	Volume      int64           `json:"volume,omitempty" minimum:"1" doc:"Impressions; decides the volume discount."`
	Impressions int64           `json:"impressions,omitempty" minimum:"1" doc:"The same as volume."`
	DealType    parley.DealType `json:"deal_type,omitempty" enum:"PG,PD,PA" doc:"The first way that the product is sold, when absent."`
}

// ProductFilter narrows a list of products.
type ProductFilter struct {
	InventoryType string          `json:"inventory_type,omitempty" query:"inventory_type" maxLength:"64" doc:"Such as ctv."`
	DealType      parley.DealType `json:"deal_type,omitempty" query:"deal_type" enum:"PG,PD,PA"`
	Search        string          `json:"search,omitempty" query:"search" maxLength:"200" doc:"Part of the id or the name."`
	Paging
}
