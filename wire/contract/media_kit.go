package contract

import (
	"encoding/json"
	"time"

	"parley"
)

// MediaKit is what a seller shows of its packages.
type MediaKit struct {
	MediaKitID           string          `json:"media_kit_id"`
	SellerOrganizationID string          `json:"seller_organization_id"`
	Name                 string          `json:"name"`
	Description          *string         `json:"description"`
	Contact              *string         `json:"contact"`
	Currency             parley.Currency `json:"currency"`
	Packages             []Package       `json:"packages"`
	CreatedAt            time.Time       `json:"created_at"`
	UpdatedAt            *time.Time      `json:"updated_at"`
}

// Package is several products sold as one.
type Package struct {
	PackageID            string          `json:"package_id"`
	Name                 string          `json:"name"`
	Description          *string         `json:"description"`
	Layer                string          `json:"layer" enum:"synced,curated,dynamic" doc:"Such as curated or dynamic."`
	Status               string          `json:"status" enum:"draft,active,archived"`
	Placements           []Placement     `json:"placements"`
	PricingModel         string          `json:"pricing_model" enum:"cpm"`
	PricingType          string          `json:"pricing_type" enum:"fixed,on_request"`
	BasePrice            *Money          `json:"base_price"`
	AdFormats            []string        `json:"ad_formats"`
	DeviceTypes          []int           `json:"device_types" doc:"AdCOM device types."`
	GeoTargets           []string        `json:"geo_targets"`
	ContentCategories    []string        `json:"cat" doc:"Of the taxonomy that cattax names."`
	ContentTaxonomy      int             `json:"cattax"`
	AudienceCapabilities json.RawMessage `json:"audience_capabilities"`
	Tags                 []string        `json:"tags"`
	SeasonalLabel        *string         `json:"seasonal_label"`
	IsFeatured           bool            `json:"is_featured"`
	CreatedAt            time.Time       `json:"created_at"`
	UpdatedAt            *time.Time      `json:"updated_at"`
}

// Placement is one product of a package.
type Placement struct {
	ProductID   string   `json:"product_id"`
	ProductName string   `json:"product_name"`
	AdFormats   []string `json:"ad_formats"`
	DeviceTypes []int    `json:"device_types"`
	Weight      float64  `json:"weight" doc:"Share of the package's delivery, 0 to 1."`
}
