package iabfile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"parley"
	"parley/catalogfile"
)

// product is a product as the agent keeps it.
type product struct {
	ProductID    string          `json:"product_id"`
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	Inventory    string          `json:"inventory_type"`
	DealTypes    []string        `json:"supported_deal_types"`
	BaseCPM      json.Number     `json:"base_cpm"`
	FloorCPM     json.Number     `json:"floor_cpm"`
	Minimum      json.Number     `json:"minimum_impressions"`
	Currency     string          `json:"currency"`
	Content      json.RawMessage `json:"content_targeting"`
	Audience     json.RawMessage `json:"audience_targeting"`
	PricingModel []string        `json:"supported_pricing_models"`
	Terms        struct {
		DealTypes []string `json:"supported_deal_types"`
	} `json:"commercial_terms"`
	// The shared contract's product, which the agent's list of products answers, has the price as an object, and in ext what it
	// has no member for.
	BasePrice json.RawMessage `json:"base_price"`
	Ext       json.RawMessage `json:"ext"`
}

// whole takes what the contract's form has elsewhere for what is not where the agent itself keeps it.
func (p *product) whole() {
	var ext struct {
		Inventory string      `json:"inventory_type"`
		FloorCPM  json.Number `json:"floor_cpm"`
		Minimum   json.Number `json:"minimum_impressions"`
	}
	if json.Unmarshal(p.Ext, &ext) == nil {
		p.Inventory, p.FloorCPM, p.Minimum = cmp.Or(p.Inventory, ext.Inventory), cmp.Or(p.FloorCPM, ext.FloorCPM), cmp.Or(p.Minimum, ext.Minimum)
	}
	if p.BaseCPM != "" {
		return
	}
	var price struct {
		Micros   *int64 `json:"amount_micros"`
		Currency string `json:"currency"`
	}
	var plain json.Number
	switch {
	case json.Unmarshal(p.BasePrice, &price) == nil && price.Micros != nil:
		p.BaseCPM, p.Currency = json.Number(parley.FormatMicros(*price.Micros, 0)), cmp.Or(p.Currency, price.Currency)
	case json.Unmarshal(p.BasePrice, &plain) == nil:
		p.BaseCPM = plain
	}
}

// unreadable says what is wrong with a row's JSON in the row's own words.
func unreadable(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return fmt.Sprintf("cannot be read: its %s cannot be of the kind %s", kind.Field, kind.Value)
	}
	if errors.As(err, &kind) {
		return "cannot be read: it is of the kind " + kind.Value
	}
	return "cannot be read: it is no JSON"
}

// classes are the formats and AdCOM device types that the agent takes an inventory type for.
var classes = map[string]struct{ formats, devices []string }{
	"display":    {[]string{"banner"}, []string{"2", "4", "5"}},
	"video":      {[]string{"video"}, []string{"2", "4", "5"}},
	"ctv":        {[]string{"video"}, []string{"3", "7"}},
	"mobile_app": {[]string{"banner", "video"}, []string{"4", "5"}},
	"native":     {[]string{"native"}, []string{"2", "4", "5"}},
	"audio":      {[]string{"audio"}, []string{"2", "4", "5", "6"}},
}

// catalogued is a product as catalogfile reads it.
type catalogued struct {
	ProductID   string      `json:"product_id"`
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"`
	Inventory   string      `json:"inventory_type"`
	DealTypes   []string    `json:"deal_types"`
	BaseCPM     json.Number `json:"base_cpm,omitempty"`
	FloorCPM    json.Number `json:"floor_cpm,omitempty"`
	Minimum     json.Number `json:"minimum_impressions,omitempty"`
	Currency    string      `json:"currency,omitempty"`
	Formats     []string    `json:"ad_formats,omitempty"`
	Devices     []string    `json:"device_types,omitempty"`
	Categories  []string    `json:"content_categories,omitempty"`
	Segments    []string    `json:"audience_segments,omitempty"`
}

// product reads a product by catalogfile's rules. A product with only a floor sells at it, as it does at the agent.
func (c *Contents) product(id string, value []byte) {
	var p product
	if err := json.Unmarshal(value, &p); err != nil {
		c.refuse("product", id, unreadable(err))
		return
	}
	p.whole()
	var notes []string
	kept := catalogued{
		ProductID: p.ProductID, Name: p.Name, Description: p.Description, Currency: p.Currency,
		Inventory: strings.ReplaceAll(strings.ToLower(strings.TrimSpace(p.Inventory)), "-", "_"),
	}
	if kept.ProductID == "" {
		kept.ProductID = id
	}
	for _, name := range append(p.DealTypes, p.Terms.DealTypes...) {
		if dealType, known := dealTypeOf(name); known {
			kept.DealTypes = append(kept.DealTypes, dealType)
		} else {
			notes = append(notes, "deal type "+name+" is not traded here")
		}
	}
	if len(p.DealTypes)+len(p.Terms.DealTypes) == 0 {
		kept.DealTypes = []string{"PG", "PD", "PA"}
	}
	kept.DealTypes = unique(kept.DealTypes)
	kept.Formats, kept.Devices = classes[kept.Inventory].formats, classes[kept.Inventory].devices
	currency := parley.Currency(p.Currency)
	if currency == "" {
		currency = parley.USD
	}
	var moved bool
	if kept.FloorCPM, moved = rounded(p.FloorCPM, currency); moved {
		notes = append(notes, "the floor is rounded to the minor unit")
	}
	if kept.BaseCPM, moved = rounded(p.BaseCPM, currency); moved {
		notes = append(notes, "the base price is rounded to the minor unit")
	}
	if kept.BaseCPM == "" && kept.FloorCPM != "" {
		kept.BaseCPM = kept.FloorCPM
		notes = append(notes, "it has only a floor, and sells at it")
	}
	if n, err := p.Minimum.Int64(); err == nil && n > 0 {
		kept.Minimum = p.Minimum
	}
	var content struct {
		Categories []string `json:"cat"`
	}
	if json.Unmarshal(p.Content, &content) == nil {
		kept.Categories = content.Categories
	}
	var audience struct {
		Segments []string `json:"segment_ids"`
	}
	if json.Unmarshal(p.Audience, &audience) == nil {
		kept.Segments = audience.Segments
	}
	raw, err := json.Marshal(kept)
	if err != nil {
		c.refuse("product", id, err.Error())
		return
	}
	var change parley.ProductChange
	report, err := catalogfile.Read(bytes.NewReader(raw), catalogfile.Options{}, func(_ int, read parley.ProductChange) error {
		change = read
		return nil
	})
	var rows *catalogfile.RowErrors
	switch {
	case errors.As(err, &rows):
		c.refuse("product", id, strings.ReplaceAll(strings.ReplaceAll(rows.Error(), "line 1, column ", ""), "\n", "; "))
		return
	case err != nil:
		c.refuse("product", id, err.Error())
		return
	}
	for _, warning := range report.Warnings {
		notes = append(notes, warning.Message)
	}
	c.Products = append(c.Products, Product{ProductChange: change, Note: strings.Join(notes, "; ")})
}

// dealTypeOf reads the agent's names of deal types, old and new.
func dealTypeOf(name string) (string, bool) {
	switch strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name)) {
	case "pg", "programmaticguaranteed":
		return "PG", true
	case "pd", "preferreddeal":
		return "PD", true
	case "pa", "privateauction":
		return "PA", true
	}
	return "", false
}

func unique(names []string) []string {
	var kept []string
	seen := map[string]bool{}
	for _, name := range names {
		if !seen[name] {
			kept = append(kept, name)
			seen[name] = true
		}
	}
	return kept
}

// rounded is an amount in whole minor units, half up; the agent keeps binary fractions. Not a number is nothing.
func rounded(amount json.Number, currency parley.Currency) (whole json.Number, moved bool) {
	exact, is := new(big.Rat).SetString(amount.String())
	if !is || amount == "" {
		return "", false
	}
	text := exact.FloatString(currency.MinorDigits())
	kept, _ := new(big.Rat).SetString(text)
	return json.Number(text), kept.Cmp(exact) != 0
}
