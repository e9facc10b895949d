package filedrop

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"parley"
	"parley/activation"
)

// ProductMapping is what sheets say of a product beside what its deals do.
type ProductMapping struct {
	AdUnits    []string          `json:"ad_units,omitempty"`
	Placements []string          `json:"placements,omitempty"`
	KeyValues  map[string]string `json:"key_values,omitempty"`
	Sizes      []string          `json:"sizes,omitempty"`     // such as 300x250
	Durations  []int             `json:"durations,omitempty"` // in seconds
	Priority   string            `json:"priority,omitempty"`
}

// PartyMapping is what sheets call a party.
type PartyMapping struct {
	Name string `json:"name"`
}

const (
	mostNames   = 200 // in each list
	longestName = 200 // bytes
	longestSpot = 24 * 60 * 60
)

// ValidateMapping implements activation.Adapter.
func (a *Adapter) ValidateMapping(about parley.MappingAbout, refs json.RawMessage) []activation.Problem {
	var problems []activation.Problem
	wrong := func(field, format string, args ...any) {
		problems = append(problems, activation.Problem{Code: "invalid", Field: field, Text: fmt.Sprintf(format, args...)})
	}
	if about != parley.MapsProduct {
		var m PartyMapping
		if misread := activation.Read(refs, &m, "refs", "name"); misread != nil {
			return misread
		}
		if m.Name == "" || len(m.Name) > longestName {
			wrong("refs.name", "must be 1 to %d bytes", longestName)
		}
		return problems
	}
	var m ProductMapping
	const members = "ad_units, placements, key_values, sizes, durations and priority"
	if misread := activation.Read(refs, &m, "refs", members); misread != nil {
		return misread
	}
	named := func(field string, names []string) {
		if len(names) > mostNames || slices.ContainsFunc(names, func(n string) bool { return n == "" || len(n) > longestName }) {
			wrong(field, "must be at most %d names of 1 to %d bytes", mostNames, longestName)
		}
	}
	named("refs.ad_units", m.AdUnits)
	named("refs.placements", m.Placements)
	named("refs.key_values", slices.Concat(slices.Collect(maps.Keys(m.KeyValues)), slices.Collect(maps.Values(m.KeyValues))))
	named("refs.sizes", m.Sizes)
	if len(m.Durations) > mostNames || slices.ContainsFunc(m.Durations, func(n int) bool { return n < 1 || n > longestSpot }) {
		wrong("refs.durations", "must be at most %d numbers of seconds, of at most a day", mostNames)
	}
	if len(m.Priority) > longestName {
		wrong("refs.priority", "must be at most %d bytes", longestName)
	}
	return problems
}

// mapped adds to a sheet what the product and the parties are called at the destination.
func (s sheet) mapped(want activation.Want) error {
	var product ProductMapping
	if err := activation.Decode(want.Mappings[parley.MapsProduct], &product); err != nil {
		return err
	}
	if specs := want.Product.CreativeSpecs; specs != nil { // of the product itself, unless it is mapped to others
		if len(product.Sizes) == 0 {
			product.Sizes = specs.Sizes
		}
		if len(product.Durations) == 0 {
			product.Durations = specs.Durations
		}
	}
	var pairs, durations []string
	for _, key := range slices.Sorted(maps.Keys(product.KeyValues)) {
		pairs = append(pairs, key+"="+product.KeyValues[key])
	}
	for _, seconds := range product.Durations {
		durations = append(durations, strconv.Itoa(seconds))
	}
	for column, text := range map[string]string{
		"ad_units": strings.Join(product.AdUnits, "; "), "placements": strings.Join(product.Placements, "; "), "key_values": strings.Join(pairs, "; "),
		"sizes": strings.Join(product.Sizes, "; "), "durations": strings.Join(durations, "; "), "priority": product.Priority,
	} {
		if text != "" {
			s[column] = text
		}
	}
	for about, column := range map[parley.MappingAbout]string{
		parley.MapsSeat: "seat", parley.MapsAgency: "agency", parley.MapsAdvertiser: "advertiser", parley.MapsDSP: "dsp",
	} {
		var party PartyMapping
		if err := activation.Decode(want.Mappings[about], &party); err != nil {
			return err
		}
		if party.Name != "" {
			s[column] = party.Name
		}
	}
	return nil
}
