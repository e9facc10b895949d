package parley

import "time"

// PackageLayer tells how a package came to be.
type PackageLayer string

// The layers of packages.
const (
	PackageSynced  PackageLayer = "synced"  // taken over from an ad server
	PackageCurated PackageLayer = "curated" // put together by the publisher's people
	PackageDynamic PackageLayer = "dynamic" // put together by a program for an occasion
)

// PackageLayers are all layers.
var PackageLayers = [...]PackageLayer{PackageSynced, PackageCurated, PackageDynamic}

// PackageStatus tells whether a package is shown to buyers.
type PackageStatus string

// A package is shown while it is active. An archived one is kept for the record, and can be made active again.
const (
	PackageDraft    PackageStatus = "draft"
	PackageActive   PackageStatus = "active"
	PackageArchived PackageStatus = "archived"
)

// PackageStatuses are all statuses.
var PackageStatuses = [...]PackageStatus{PackageDraft, PackageActive, PackageArchived}

// Package groups products that a publisher shows and sells together. It has no price of its own: what it costs follows from
// its products.
type Package struct {
	ID          string
	Name        string
	Description string
	Layer       PackageLayer
	Status      PackageStatus
	Products    []PackageProduct // in the order in which they are shown; each product once

	// What buyers look for. Where a list is empty, that of the products counts.
	ContentCategories []string // of the taxonomy that ContentTaxonomy names
	ContentTaxonomy   int      // AdCOM's number of it; 2 is IAB Content Taxonomy 2.0
	AdFormats         []string
	DeviceTypes       []int // AdCOM's numbers
	GeoTargets        []string
	Tags              []string

	Featured      bool
	SeasonalLabel string
	Version       int64 // counts up with each change
	CreatedAt     time.Time
	UpdatedAt     time.Time
	UpdatedBy     string // actor
}

// PackageProduct is a product's part in a package.
type PackageProduct struct {
	ProductID string
	// Weight is the product's part of the package's volume, in relation to the weights of the others: 10,000 is a weight of 1.
	Weight BasisPoints
}

// Bounds of packages.
const (
	MaxPackages        = 500 // that are not archived
	MaxPackageProducts = 50
	MaxPackageWeight   = 100 * OneHundredPercent
)
