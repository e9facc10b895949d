package contract

import (
	"encoding/json"

	"parley"
)

// Product is a product of a catalog as the contract writes it.
type Product struct {
	ProductID            string           `json:"product_id"`
	SellerOrganizationID string           `json:"seller_organization_id"`
	Name                 string           `json:"name"`
	Description          *string          `json:"description"`
	DeliveryType         string           `json:"delivery_type" doc:"Guaranteed when it is sold as PG, else PMP."`
	AdFormats            []string         `json:"ad_formats"`
	PricingModel         string           `json:"pricing_model"`
	PricingType          string           `json:"pricing_type" doc:"fixed; floor for a product that is sold in private auctions first; on_request when it has no price."`
	BasePrice            *Money           `json:"base_price" doc:"CPM for this buyer; null when no exact price is shown."`
	AvailableImpressions *int64           `json:"available_impressions" doc:"Always null here; POST /products/avails answers for a flight."`
	CommercialTerms      *CommercialTerms `json:"commercial_terms"`
	AudienceTargeting    *Segments        `json:"audience_targeting"`
	ContentTargeting     json.RawMessage  `json:"content_targeting"`
	AdProductTargeting   json.RawMessage  `json:"ad_product_targeting"`
	Domain               *string          `json:"domain"`
	Ext                  json.RawMessage  `json:"ext"`
}

// Segments are ids of standard audiences.
type Segments struct {
	IDs []string `json:"segment_ids"`
}

// SegmentsOf are the segments that a product can be sold by; nil when there are none.
func SegmentsOf(p parley.Product) *Segments {
	if len(p.AudienceSegments) == 0 {
		return nil
	}
	return &Segments{IDs: p.AudienceSegments}
}

// ProductListRequest asks for a page of the catalog.
type ProductListRequest struct {
	Limit  int `json:"limit"`
	Offset int `json:"offset"`
}

// ProductListResponse is a page of the catalog.
type ProductListResponse struct {
	Products   []Product `json:"products"`
	TotalCount int64     `json:"total_count"`
	Limit      int       `json:"limit"`
	Offset     int       `json:"offset"`
}

// CommercialTerms are how a product may be bought.
type CommercialTerms struct {
	GuaranteeAllowed       bool              `json:"guarantee_allowed"`
	MakegoodAllowed        *bool             `json:"makegood_allowed"`
	MinimumDealValue       *Money            `json:"minimum_deal_value"`
	SupportedDealTypes     []parley.DealType `json:"supported_deal_types"`
	SupportedPricingModels []string          `json:"supported_pricing_models"`
}

// CommercialTermsOf maps a product's terms of sale. A minimum deal value would follow from a price and the minimum of
// impressions, and is left to quotes.
func CommercialTermsOf(p parley.Product) *CommercialTerms {
	return &CommercialTerms{
		GuaranteeAllowed:       p.Sells(parley.ProgrammaticGuaranteed),
		SupportedDealTypes:     append([]parley.DealType{}, p.DealTypes...),
		SupportedPricingModels: []string{PricingModel},
	}
}

// DeliveryType is the contract's word for how a product is delivered.
func DeliveryType(p parley.Product) string {
	if p.Sells(parley.ProgrammaticGuaranteed) {
		return "Guaranteed"
	}
	return "PMP"
}
