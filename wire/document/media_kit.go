package document

import (
	"encoding/json"

	"parley"
	"parley/wire/contract"
)

// MediaKitResults are the packages that a search found, best first.
type MediaKitResults struct {
	Results    []OfferedPackage `json:"results"`
	TotalCount int              `json:"total_count"`
}

// MediaKit is what the seller shows of its packages: the members that buyer agents read, and those of the shared contract's
// MediaKit.
type MediaKit struct {
	SellerName    string           `json:"seller_name"`
	TotalPackages int              `json:"total_packages"`
	FeaturedCount int              `json:"featured_count"`
	Featured      []OfferedPackage `json:"featured"`
	AllPackages   []OfferedPackage `json:"all_packages"`

	contract.MediaKit
}

// OfferedPackage is a package as the caller is shown it: the shared contract's Package, and what buyer agents read beside it.
type OfferedPackage struct {
	contract.Package
	PriceRange string            `json:"price_range" doc:"A text: the price, with a key; without one, 20% to either side of it."`
	ExactPrice *contract.Decimal `json:"exact_price,omitempty" doc:"CPM for this buyer: the mean of its products' prices by their weights. Only with a key, and when every product has a price."`
	Currency   parley.Currency   `json:"currency"`
	RateType   string            `json:"rate_type"`
	BuyerTier  parley.Tier       `json:"buyer_tier"`

	NegotiationEnabled       bool `json:"negotiation_enabled"`
	VolumeDiscountsAvailable bool `json:"volume_discounts_available"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *OfferedPackage) UnmarshalJSON(raw []byte) error {
	type plain OfferedPackage
	err := json.Unmarshal(raw, (*plain)(o))
	in(o.Currency, o.ExactPrice)
	return err
}

// MediaKitSearch is the body that searches packages.
type MediaKitSearch struct {
	Query        string `json:"query,omitempty" maxLength:"1000"`
	Limit        int    `json:"limit,omitempty" minimum:"1" maximum:"500" doc:"Of results; 50 when absent."`
	BuyerTier    string `json:"buyer_tier,omitempty" maxLength:"64" doc:"Taken and not used: the credential says who asks."`
	AgencyID     string `json:"agency_id,omitempty" maxLength:"128" doc:"Taken and not used."`
	AdvertiserID string `json:"advertiser_id,omitempty" maxLength:"128" doc:"Taken and not used."`
	SeatID       string `json:"seat_id,omitempty" maxLength:"128" doc:"Taken and not used."`
}

// MediaKitFilter narrows a list of media kits.
type MediaKitFilter struct {
	Layer        parley.PackageLayer `json:"layer,omitempty" query:"layer" enum:"synced,curated,dynamic"`
	FeaturedOnly string              `json:"featured_only,omitempty" query:"featured_only" enum:"true,false"`
	Paging
}
