package contract

import (
	"time"

	"parley"
)

// RateCard is a price list between one seller and one buyer. Quote requests name one by its id.
type RateCard struct {
	RateCardID           string          `json:"rate_card_id"`
	SellerOrganizationID string          `json:"seller_organization_id"`
	BuyerOrganizationID  string          `json:"buyer_organization_id"`
	AccountID            *string         `json:"account_id"`
	Status               string          `json:"status"`
	EffectiveFrom        parley.Date     `json:"effective_from"`
	EffectiveTo          *parley.Date    `json:"effective_to" doc:"Null: until further notice."`
	Entries              []RateCardEntry `json:"entries"`
	Notes                *string         `json:"notes"`
	CreatedAt            time.Time       `json:"created_at"`
	UpdatedAt            *time.Time      `json:"updated_at"`
}

// RateCardEntry is the rate of a product, a package or an ad format.
type RateCardEntry struct {
	ProductID    *string `json:"product_id"`
	PackageID    *string `json:"package_id"`
	AdFormat     *string `json:"ad_format"`
	PricingModel string  `json:"pricing_model"`
	Rate         Money   `json:"rate"`
	Notes        *string `json:"notes"`
}
