package iabfile

import (
	"encoding/json"
	"math/big"
	"strings"

	"parley"
)

// pack reads a package. Its price is not kept: it follows from its products.
func (c *Contents) pack(id string, value []byte) {
	var p struct {
		Name        string   `json:"name"`
		Description string   `json:"description"`
		Layer       string   `json:"layer"`
		Status      string   `json:"status"`
		Categories  []string `json:"cat"`
		Taxonomy    int      `json:"cattax"`
		AdFormats   []string `json:"ad_formats"`
		DeviceTypes []int    `json:"device_types"`
		GeoTargets  []string `json:"geo_targets"`
		Tags        []string `json:"tags"`
		IsFeatured  bool     `json:"is_featured"`
		Season      string   `json:"seasonal_label"`
		Placements  []struct {
			ProductID string      `json:"product_id"`
			Weight    json.Number `json:"weight"`
		} `json:"placements"`
	}
	if err := json.Unmarshal(value, &p); err != nil {
		c.refuse("package", id, unreadable(err))
		return
	}
	kept := Package{Package: parley.Package{
		ID: id, Name: p.Name, Description: p.Description, Layer: parley.PackageLayer(p.Layer), Status: parley.PackageStatus(p.Status),
		ContentCategories: p.Categories, ContentTaxonomy: p.Taxonomy, AdFormats: p.AdFormats, DeviceTypes: p.DeviceTypes,
		GeoTargets: p.GeoTargets, Tags: p.Tags, Featured: p.IsFeatured, SeasonalLabel: p.Season,
	}, Note: "its price follows from its products"}
	if len(p.Placements) == 0 {
		c.refuse("package", id, "it has no products")
		return
	}
	for _, placement := range p.Placements {
		kept.Products = append(kept.Products, parley.PackageProduct{ProductID: placement.ProductID, Weight: weightOf(placement.Weight)})
	}
	c.Packages = append(c.Packages, kept)
}

// weightOf is a weight in basis points, rounded, at least one; without one it is 1.
func weightOf(weight json.Number) parley.BasisPoints {
	exact, is := new(big.Rat).SetString(weight.String())
	if !is || weight == "" || exact.Sign() <= 0 {
		return parley.OneHundredPercent
	}
	exact.Mul(exact, big.NewRat(int64(parley.OneHundredPercent), 1))
	points := new(big.Int)
	points.SetString(exact.FloatString(0), 10)
	if !points.IsInt64() || points.Int64() > int64(parley.MaxPackageWeight) {
		return parley.MaxPackageWeight
	}
	return max(1, parley.BasisPoints(points.Int64()))
}

// rateCard reads the rate card in force.
func (c *Contents) rateCard(value []byte) {
	var card struct {
		Entries []json.RawMessage `json:"entries"`
	}
	if err := json.Unmarshal(value, &card); err != nil {
		c.refuse("rate card", "current", unreadable(err))
		return
	}
	for _, entry := range card.Entries {
		c.entry(entry)
	}
}

func (c *Contents) entry(value []byte) {
	var entry struct {
		InventoryType string      `json:"inventory_type"`
		BaseCPM       json.Number `json:"base_cpm"`
		Currency      string      `json:"currency"`
		EffectiveDate string      `json:"effective_date"`
		Notes         string      `json:"notes"`
	}
	if err := json.Unmarshal(value, &entry); err != nil {
		c.refuse("rate card", "entry", unreadable(err))
		return
	}
	currency := parley.Currency(entry.Currency)
	if currency == "" {
		currency = parley.USD
	}
	amount, _ := rounded(entry.BaseCPM, currency)
	micros, err := parley.ParseMicros(amount.String())
	switch {
	case entry.InventoryType == "":
		c.leave("rate card", "entry", "prices by product or format are not rate card entries here; use pricing rules")
	case err != nil || micros <= 0 || micros > parley.MaxCPM || !currency.Valid():
		c.refuse("rate card", entry.InventoryType, "has no price that can be used")
	default:
		kept := parley.RateCardEntry{InventoryType: entry.InventoryType, BaseCPM: parley.Money{Micros: micros, Currency: currency}, Notes: entry.Notes}
		if day, err := parley.ParseDate(entry.EffectiveDate[:min(len(entry.EffectiveDate), len("2006-01-02"))]); err == nil {
			kept.EffectiveDate = &day
		} else if entry.EffectiveDate != "" {
			kept.Notes = strings.TrimSpace("since " + entry.EffectiveDate + " " + kept.Notes)
		}
		c.Entries = append(c.Entries, kept)
	}
}
