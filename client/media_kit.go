package client

import (
	"context"
	"encoding/json"
	"iter"

	"parley"
)

// MediaKit is everything that the seller has packaged.
type MediaKit struct {
	SellerName string           `json:"seller_name"`
	Featured   []OfferedPackage `json:"featured"`
	Packages   []OfferedPackage `json:"all_packages"` // with the featured ones
}

// OfferedPackage is a package of products, as this buyer sees it.
type OfferedPackage struct {
	PackageID         string               `json:"package_id"`
	Name              string               `json:"name"`
	Description       string               `json:"description"`
	Layer             parley.PackageLayer  `json:"layer"`
	Status            parley.PackageStatus `json:"status"`
	Products          []PackagedProduct    `json:"placements"`
	PriceRange        string               `json:"price_range"` // a text, such as "$26.48-$39.72 CPM"
	ExactPrice        *Price               `json:"exact_price"` // CPM for this buyer; nil without a key, or on request
	Currency          parley.Currency      `json:"currency"`
	BuyerTier         string               `json:"buyer_tier"`
	AdFormats         []string             `json:"ad_formats"`
	DeviceTypes       []int                `json:"device_types"` // AdCOM's numbers
	GeoTargets        []string             `json:"geo_targets"`
	ContentCategories []string             `json:"cat"`
	ContentTaxonomy   int                  `json:"cattax"` // AdCOM's number of it
	Tags              []string             `json:"tags"`
	SeasonalLabel     string               `json:"seasonal_label"`
	IsFeatured        bool                 `json:"is_featured"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *OfferedPackage) UnmarshalJSON(raw []byte) error {
	type wire OfferedPackage
	if err := json.Unmarshal(raw, (*wire)(p)); err != nil {
		return err
	}
	p.ExactPrice.in(p.Currency)
	return nil
}

// PackagedProduct is a product's part in a package.
type PackagedProduct struct {
	ProductID   string      `json:"product_id"`
	Name        string      `json:"product_name"`
	AdFormats   []string    `json:"ad_formats"`
	DeviceTypes []int       `json:"device_types"`
	Weight      json.Number `json:"weight"` // of the volume, in relation to the others
}

// MediaKit reads everything that the seller has packaged.
func (c *Client) MediaKit(ctx context.Context) (MediaKit, error) {
	return get[MediaKit](ctx, c, "/media-kit", nil)
}

// PackageFilter narrows a list of packages; empty members match all.
type PackageFilter struct {
	Layer    parley.PackageLayer
	Featured bool // only the featured ones
	Page
}

// Packages lists a page of the packages on offer.
func (c *Client) Packages(ctx context.Context, filter PackageFilter) (Listing[OfferedPackage], error) {
	q := query{}
	q.set("layer", string(filter.Layer))
	if filter.Featured {
		q.set("featured_only", "true")
	}
	filter.into(q)
	return list[OfferedPackage](ctx, c, "/media-kit/packages", "packages", q)
}

// AllPackages walks the packages on offer, page by page.
func (c *Client) AllPackages(ctx context.Context, filter PackageFilter) iter.Seq2[OfferedPackage, error] {
	return each(&filter.Page, func() (Listing[OfferedPackage], error) { return c.Packages(ctx, filter) })
}

// Package reads a package on offer.
func (c *Client) Package(ctx context.Context, packageID string) (OfferedPackage, error) {
	return get[OfferedPackage](ctx, c, at("/media-kit/packages/", packageID), nil)
}

// MediaKitSearch looks for packages by words.
type MediaKitSearch struct {
	Query string `json:"query,omitempty"` // without words it finds everything
	Limit int    `json:"limit,omitempty"` // of packages, at most 500; 0: the seller's choice
}

// MediaKitResults are the packages that a search found, best first.
type MediaKitResults struct {
	Packages []OfferedPackage `json:"results"`
	Total    int              `json:"total_count"` // found, whatever the limit
}

// SearchMediaKit looks for packages by words in their names, tags, formats, categories, places, products and descriptions.
func (c *Client) SearchMediaKit(ctx context.Context, search MediaKitSearch) (MediaKitResults, error) {
	return post[MediaKitResults](ctx, c, "/media-kit/search", search)
}
