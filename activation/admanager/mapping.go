package admanager

import (
	"encoding/json"

	"parley"
	"parley/activation"
)

// ProductMapping is where a product's deals run in a network, and with which creatives.
type ProductMapping struct {
	AdUnits    []string   `json:"ad_units,omitempty"` // with all below them
	Placements []string   `json:"placements,omitempty"`
	Sizes      []string   `json:"sizes"` // WIDTHxHEIGHT in pixels
	KeyValues  []KeyValue `json:"key_values,omitempty"`
	// MaxSeconds is how long a video may be, of video and ctv; 0: as the product's creative requirements have it.
	MaxSeconds int `json:"max_seconds,omitempty"`
	// LineItemType and Priority are instead of those that the deal's type has; empty and 0: those.
	LineItemType string `json:"line_item_type,omitempty"`
	Priority     int    `json:"priority,omitempty"`
}

// KeyValue is a key that a request must have one of some values of.
type KeyValue struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// PartyMapping is what a party to deals is in a network: a company, of an agency or an advertiser, or an account, of a seat or a
// DSP.
type PartyMapping struct {
	Company string `json:"company,omitempty"`
	Buyer   string `json:"buyer_account,omitempty"`
}

const (
	mostSeconds  = 24 * 3600
	typeStandard = "STANDARD"
	typeBulk     = "BULK"
	typePriced   = "PRICE_PRIORITY"
)

// priorities are those that a type of line item can have, from the first to the last.
var priorities = map[string][2]int{typeStandard: {6, 10}, typeBulk: {11, 14}, typePriced: {11, 14}}

// ValidateMapping implements activation.Adapter.
func (a *Adapter) ValidateMapping(about parley.MappingAbout, refs json.RawMessage) []activation.Problem {
	if about == parley.MapsProduct {
		_, problems := readProduct(refs)
		return problems
	}
	_, problems := readParty(about, refs)
	return problems
}

func readProduct(refs json.RawMessage) (ProductMapping, []activation.Problem) {
	var m ProductMapping
	f := finder{prefix: "refs."}
	const members = "ad_units, placements, sizes, key_values, max_seconds, line_item_type and priority"
	if misread := activation.Read(refs, &m, "refs", members); misread != nil {
		return m, misread
	}
	f.ids("ad_units", m.AdUnits)
	f.ids("placements", m.Placements)
	if len(m.AdUnits)+len(m.Placements) == 0 {
		f.wrong("ad_units", "or placements must say where the product's deals run")
	}
	if len(m.Sizes) == 0 || len(m.Sizes) > mostListed {
		f.wrong("sizes", "must be at least one size of a creative, such as 300x250")
	}
	for _, text := range m.Sizes {
		if _, _, ok := parley.CreativeSize(text); !ok {
			f.wrong("sizes", "must be sizes such as 300x250")
			break
		}
	}
	if len(m.KeyValues) > mostListed {
		f.wrong("key_values", "must be at most %d", mostListed)
	}
	for _, kv := range m.KeyValues {
		f.id("key_values.key", kv.Key, true)
		if f.ids("key_values.values", kv.Values); len(kv.Values) == 0 {
			f.wrong("key_values.values", "must be at least one id")
		}
	}
	if m.MaxSeconds < 0 || m.MaxSeconds > mostSeconds {
		f.wrong("max_seconds", "must be 1 to %d", mostSeconds)
	}
	span, known := priorities[m.LineItemType]
	if m.LineItemType != "" && !known {
		f.wrong("line_item_type", "must be %s, %s or %s", typeStandard, typeBulk, typePriced)
	}
	if m.LineItemType == "" {
		span = [2]int{priorities[typeStandard][0], priorities[typePriced][1]}
	}
	if m.Priority != 0 && (m.Priority < span[0] || m.Priority > span[1]) {
		f.wrong("priority", "must be %d to %d", span[0], span[1])
	}
	return m, f.problems
}

func readParty(about parley.MappingAbout, refs json.RawMessage) (PartyMapping, []activation.Problem) {
	var m PartyMapping
	f := finder{prefix: "refs."}
	if misread := activation.Read(refs, &m, "refs", "company or buyer_account"); misread != nil {
		return m, misread
	}
	company := about == parley.MapsAgency || about == parley.MapsAdvertiser
	f.id("company", m.Company, company)
	f.id("buyer_account", m.Buyer, !company)
	if company && m.Buyer != "" {
		f.wrong("buyer_account", "is what a seat or a DSP is called")
	}
	if !company && m.Company != "" {
		f.wrong("company", "is what an agency or an advertiser is called")
	}
	return m, f.problems
}
