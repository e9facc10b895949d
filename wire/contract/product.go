package contract

import (
	"encoding/json"

	"parley"
)

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

// ProductExtOf is what is said of a product beyond the contract; nil when nothing is.
func ProductExtOf(p parley.Product) json.RawMessage {
	if p.CreativeSpecs == nil {
		return nil
	}
	return json.RawMessage(`{"creative_specs":` + p.CreativeSpecs.String() + `}`)
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
