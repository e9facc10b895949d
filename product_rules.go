package parley

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a product's texts, in characters, and of its lists, in entries.
const (
	MaxProductID          = 128
	MaxProductName        = 200
	MaxProductDescription = 2000
	MaxInventoryType      = 40
	MaxProductEntries     = 100
	MaxProductEntry       = 64
)

// ProductIDProblem says what is wrong with the id of a product; empty when nothing is. The same goes for the problems below.
func ProductIDProblem(id string) string {
	valid := id != "" && len(id) <= MaxProductID
	for i := 0; i < len(id) && valid; i++ {
		valid = isLetter(id[i]) || isDigit(id[i]) || strings.IndexByte("._:-", id[i]) >= 0
	}
	if !valid {
		return "must be 1 to 128 letters, digits and . _ : -"
	}
	return ""
}

// ProductNameProblem is of a name, which is not empty.
func ProductNameProblem(name string) string {
	if name == "" {
		return "must not be empty"
	}
	return proseProblem(name, MaxProductName, false)
}

// ProductDescriptionProblem is of a description, which may have lines.
func ProductDescriptionProblem(description string) string {
	return proseProblem(description, MaxProductDescription, true)
}

// proseProblem is of a text for people, which is printable.
func proseProblem(text string, longest int, lines bool) string {
	switch {
	case !utf8.ValidString(text):
		return "must be UTF-8"
	case utf8.RuneCountInString(text) > longest:
		return fmt.Sprintf("must not be longer than %d characters", longest)
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && (!lines || r != '\n' && r != '\t') }):
		return "must not hold control characters"
	}
	return ""
}

// InventoryTypeProblem is of an inventory type in lower case.
func InventoryTypeProblem(inventoryType string) string {
	valid := inventoryType != "" && len(inventoryType) <= MaxInventoryType
	for i := 0; i < len(inventoryType) && valid; i++ {
		valid = inventoryType[i] >= 'a' && inventoryType[i] <= 'z' || isDigit(inventoryType[i]) || inventoryType[i] == '_'
	}
	if !valid {
		return "must be 1 to 40 letters, digits and _, such as ctv or mobile_app"
	}
	return ""
}

// ProductEntryProblem is of an entry of one of a product's lists.
func ProductEntryProblem(entry string) string {
	switch {
	case !utf8.ValidString(entry):
		return "must be UTF-8"
	case utf8.RuneCountInString(entry) > MaxProductEntry:
		return fmt.Sprintf("must not have an entry longer than %d characters", MaxProductEntry)
	case strings.ContainsRune(entry, '|') || strings.ContainsFunc(entry, unicode.IsControl):
		return "must not have an entry with | or a control character"
	}
	return ""
}

// BaseUnderFloor is the problem of a base price below its product's floor.
func BaseUnderFloor(floor int64) string {
	return "must not be below the floor of " + FormatMicros(floor, 2)
}

// Problems are what is wrong with a product, by the names that catalogs have for its facts. It is for what did not come from
// a file, whose cells are judged one by one.
func (p Product) Problems() Problems {
	var problems Problems
	add := func(path, problem string) {
		if problem != "" {
			problems.Add(path, "%s", problem)
		}
	}
	add("product_id", ProductIDProblem(p.ID))
	add("name", ProductNameProblem(p.Name))
	add("inventory_type", InventoryTypeProblem(p.InventoryType))
	if len(p.DealTypes) == 0 {
		add("deal_types", "must name at least one of PG, PD and PA")
	}
	if slices.ContainsFunc(p.DealTypes, func(t DealType) bool { return !slices.Contains(DealTypes[:], t) }) {
		add("deal_types", "must be of PG, PD and PA, or their long forms")
	}
	amount := func(path string, micros int64) bool {
		switch {
		case micros < 0:
			add(path, "must not be negative")
		case micros > MaxCPM:
			add(path, "must not be more than "+FormatMicros(MaxCPM, 0))
		default:
			if micros > 0 && p.Currency.Valid() {
				add(path, CPMProblem(micros, p.Currency))
			}
			return true
		}
		return false
	}
	floored := amount("floor_cpm", p.FloorCPM)
	if p.BaseCPM != nil && amount("base_cpm", *p.BaseCPM) {
		switch {
		case *p.BaseCPM == 0:
			add("base_cpm", "must be more than 0, or null for a product without a price of its own")
		case floored && *p.BaseCPM < p.FloorCPM:
			add("base_cpm", BaseUnderFloor(p.FloorCPM))
		}
	}
	if !p.Currency.Valid() {
		add("currency", "must be an ISO 4217 currency such as USD")
	}
	count := func(path string, n int64) {
		switch {
		case n < 0:
			add(path, "must not be negative")
		case n > MaxImpressions:
			add(path, fmt.Sprintf("must not be more than %d", MaxImpressions))
		}
	}
	count("minimum_impressions", p.MinimumImpressions)
	if p.DailyImpressions != nil {
		count("daily_impressions", *p.DailyImpressions)
	}
	for _, list := range []struct {
		path    string
		entries []string
	}{
		{"ad_formats", p.AdFormats}, {"device_types", p.DeviceTypes}, {"geo_targets", p.GeoTargets},
		{"content_categories", p.ContentCategories}, {"audience_segments", p.AudienceSegments},
	} {
		if len(list.entries) > MaxProductEntries {
			add(list.path, fmt.Sprintf("must not have more than %d entries", MaxProductEntries))
			continue
		}
		for _, entry := range list.entries {
			add(list.path, ProductEntryProblem(entry))
		}
	}
	add("creative_specs", p.CreativeSpecs.Problem())
	add("description", ProductDescriptionProblem(p.Description))
	if !slices.Contains(ProductStatuses[:], p.status()) {
		add("status", "must be active, paused or retired")
	}
	return problems
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
