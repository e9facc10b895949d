package parley

import (
	"slices"
	"strings"
	"time"
)

// DealType is how a deal is bought.
type DealType string

// The deal types of the field.
const (
	ProgrammaticGuaranteed DealType = "PG" // fixed price, guaranteed volume
	PreferredDeal          DealType = "PD" // fixed price, no volume guarantee
	PrivateAuction         DealType = "PA" // auction among invited buyers over a floor
)

// DealTypes are all deal types.
var DealTypes = [...]DealType{ProgrammaticGuaranteed, PreferredDeal, PrivateAuction}

// ParseDealType reads a deal type in its short or long form.
func ParseDealType(name string) (DealType, bool) {
	switch name {
	case "PG", "programmatic_guaranteed":
		return ProgrammaticGuaranteed, true
	case "PD", "preferred_deal":
		return PreferredDeal, true
	case "PA", "private_auction":
		return PrivateAuction, true
	}
	return "", false
}

// Guaranteed tells whether the type promises a volume, and so reserves inventory.
func (d DealType) Guaranteed() bool { return d == ProgrammaticGuaranteed }

// Product is one sellable piece of inventory.
type Product struct {
	ID                 string
	Name               string
	Description        string
	InventoryType      string // ctv, video, display, audio, native, mobile_app, ...
	DealTypes          []DealType
	BaseCPM            *int64 // micros; nil: no price of its own, which only a rate card can mend
	FloorCPM           int64  // micros; 0: no floor of its own
	Currency           Currency
	MinimumImpressions int64
	DailyImpressions   *int64 // capacity of a day without one of its own; nil: capacity not declared
	AdFormats          []string
	DeviceTypes        []string
	GeoTargets         []string
	ContentCategories  []string
	AudienceSegments   []string       // ids of AudienceTaxonomy that a deal can be limited to
	CreativeSpecs      *CreativeSpecs // what creatives have to be; nil: nothing is required
	Status             ProductStatus  // empty is active
	Version            int64          // counts up with each change
	CreatedAt          time.Time
	UpdatedAt          time.Time
}

// LeastVolume is the fewest impressions that a deal of a type can state: the product's minimum, and of a deal that guarantees none what a
// CPM is for. No platform ends such a deal at its volume, so that a few impressions say nothing of what it is worth.
func (p Product) LeastVolume(d DealType) int64 {
	if d.Guaranteed() {
		return p.MinimumImpressions
	}
	return max(p.MinimumImpressions, 1000)
}

// AudienceTaxonomy and its version are what the ids of AudienceSegments are of: the IAB Tech Lab's Audience Taxonomy.
const (
	AudienceTaxonomy        = "iab-audience"
	AudienceTaxonomyVersion = "1.1"
)

// Sells tells whether the product is sold that way.
func (p Product) Sells(dealType DealType) bool {
	for _, d := range p.DealTypes {
		if d == dealType {
			return true
		}
	}
	return false
}

// SoldAs lists the ways in which the product is sold, for people.
func (p Product) SoldAs() string {
	names := make([]string, len(p.DealTypes))
	for i, d := range p.DealTypes {
		names[i] = string(d)
	}
	return strings.Join(names, ", ")
}

// ForSale tells whether buyers are offered the product: it is active, and of a medium that is traded.
func (p Product) ForSale() bool {
	return (p.Status == ProductActive || p.Status == "") && MediaOf(p.InventoryType) != MediaLinearTV
}

// DayCapacity is what one day of a product can carry and what of it is taken.
type DayCapacity struct {
	Day      Date
	Capacity *int64 // impressions; nil: not declared
	Reserved int64  // impressions
	Declared bool   // set for this day by an operator, rather than taken from the product
}

// Avails answers how much of a product is free over a flight.
type Avails struct {
	ProductID string
	Flight    Flight
	// Available is the number of impressions that an evenly spread booking over the flight can still get; nil when
	// capacity is not declared, which means no limit is known.
	Available *int64
	Days      []DayCapacity
	// Version is how often the product's capacity was declared or taken back, on whichever days; set where the publisher reads it.
	Version int64
}

// Covers tells whether a volume can be had.
func (a Avails) Covers(impressions int64) bool {
	return a.Available == nil || *a.Available >= impressions
}

// Reaches tells whether the product is sold in any of some places, which are ISO 3166 codes: a country has its parts in it. A
// product that names none is sold everywhere, and somebody who names none wants no place in particular.
func (p Product) Reaches(places []string) bool {
	if len(places) == 0 || len(p.GeoTargets) == 0 {
		return true
	}
	return slices.ContainsFunc(places, func(place string) bool {
		return slices.ContainsFunc(p.GeoTargets, func(sold string) bool { return within(place, sold) || within(sold, place) })
	})
}

// within tells whether a place is another, or a part of it.
func within(place, whole string) bool {
	place, whole = strings.ToUpper(place), strings.ToUpper(whole)
	return place == whole || strings.HasPrefix(place, whole+"-")
}
