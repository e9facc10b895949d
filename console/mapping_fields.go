package console

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"parley"
)

// mappingKind is how a field of a mapping is typed.
type mappingKind int

const (
	mapText mappingKind = iota
	mapNumber
	mapTexts   // between commas or on lines of their own
	mapNumbers // likewise
	mapPairs   // name=value, on lines of their own
	mapKeys    // name=value, value, on lines of their own: a list of objects with key and values
)

// mappingField is one thing that a mapping says.
type mappingField struct {
	Name, Label, Hint string
	Kind              mappingKind
}

// mappingForms are what mappings say at the kinds of destinations whose mappings have fields here; those of others are typed as JSON.
var mappingForms = map[string]map[bool][]mappingField{ // by whether it is about a product
	"file_drop": {
		true: {
			{"ad_units", "Ad units", "One on each line, or between commas.", mapTexts},
			{"placements", "Placements", "", mapTexts},
			{"key_values", "Key-values", "name=value, one on each line.", mapPairs},
			{"sizes", "Sizes", "Such as 300x250.", mapTexts},
			{"durations", "Durations, seconds", "Such as 15, 30.", mapNumbers},
			{"priority", "Priority", "", mapText},
		},
		false: {{"name", "Name there", "", mapText}},
	},
	"ad_manager": {
		true: {
			{"ad_units", "Ad units", "One on each line, or between commas; with all below them.", mapTexts},
			{"placements", "Placements", "", mapTexts},
			{"sizes", "Sizes", "Such as 300x250.", mapTexts},
			{"key_values", "Key-values", "key=value, value on each line.", mapKeys},
			{"max_seconds", "Longest video, seconds", "Empty: as the product has it.", mapNumber},
			{"line_item_type", "Line item type", "STANDARD, BULK or PRICE_PRIORITY. Empty: that of the deal's type.", mapText},
			{"priority", "Priority", "Empty: that of the deal's type.", mapNumber},
		},
		false: {
			{"company", "Company", "Of an agency or an advertiser.", mapText},
			{"buyer_account", "Buyer account", "Of a seat or a DSP.", mapText},
		},
	},
	"deals_api": {
		true: {
			{"auxdata", "Auxiliary data", "The standard's number, 0 to 4.", mapNumber},
			{"pubcount", "Publishers", "The standard's number: 1 is a single one.", mapNumber},
			{"dinventory", "Dynamic inventory", "The standard's number, 0 to 2.", mapNumber},
			{"inclinventory", "Inventory types", "Of static inventory, like all below: the standard's numbers.", mapNumbers},
			{"devicetype", "Device types", "AdCOM's numbers: 3 is connected TV.", mapNumbers},
			{"sellerids", "Seller ids", "", mapTexts},
			{"sitedomains", "Site domains", "", mapTexts},
			{"appbundles", "App bundles", "", mapTexts},
			{"cat", "Content categories", "", mapTexts},
			{"cattax", "Their taxonomy", "AdCOM's number.", mapNumber},
		},
	},
}

// rawRefs is the field of a mapping that is typed as JSON.
const rawRefs = "refs"

// mappingFields are the fields of a mapping at a kind of destination; none: it is typed as JSON.
func mappingFields(kind string, about parley.MappingAbout) []mappingField {
	return mappingForms[kind][about == parley.MapsProduct]
}

// mappingValues are the fields of a form for what is mapped.
func mappingValues(fields []mappingField, refs json.RawMessage) url.Values {
	values := url.Values{}
	if len(fields) == 0 {
		values.Set(rawRefs, "{}")
		if len(refs) > 0 {
			values.Set(rawRefs, pretty(refs))
		}
		return values
	}
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(refs))
	decoder.UseNumber()
	if decoder.Decode(&members) != nil {
		return values
	}
	for _, f := range fields {
		switch member := members[f.Name].(type) {
		case nil:
		case []any:
			lines := make([]string, len(member))
			for i, item := range member {
				lines[i] = shownMember(item)
			}
			separator := "\n"
			if f.Kind == mapNumbers {
				separator = ", "
			}
			values.Set("refs."+f.Name, strings.Join(lines, separator))
		case map[string]any:
			var lines []string
			for _, name := range slices.Sorted(maps.Keys(member)) {
				lines = append(lines, name+"="+shownMember(member[name]))
			}
			values.Set("refs."+f.Name, strings.Join(lines, "\n"))
		default:
			values.Set("refs."+f.Name, shownMember(member))
		}
	}
	return values
}

func shownMember(member any) string {
	switch value := member.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case map[string]any: // a key with its values
		values, _ := value["values"].([]any)
		shown := make([]string, len(values))
		for i, v := range values {
			shown[i] = shownMember(v)
		}
		return shownMember(value["key"]) + "=" + strings.Join(shown, ", ")
	}
	return pretty(member)
}

// mapping reads what a form says that something is called at a destination.
func (r *reader) mapping(fields []mappingField) json.RawMessage {
	if len(fields) == 0 {
		return json.RawMessage(r.text(rawRefs))
	}
	members := map[string]any{}
	for _, f := range fields {
		name := "refs." + f.Name
		if r.text(name) == "" {
			continue
		}
		switch f.Kind {
		case mapText:
			members[f.Name] = r.text(name)
		case mapNumber:
			members[f.Name] = r.number(name)
		case mapTexts:
			members[f.Name] = r.list(name)
		case mapNumbers:
			numbers := []int64{}
			for _, text := range r.list(name) {
				n, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					r.problems.Add(name, "must be whole numbers: %q is none", text)
				}
				numbers = append(numbers, n)
			}
			members[f.Name] = numbers
		case mapPairs:
			pairs := map[string]string{}
			for _, pair := range r.pairs(name) {
				pairs[pair[0]] = pair[1]
			}
			members[f.Name] = pairs
		case mapKeys:
			type keyed struct {
				Key    string   `json:"key"`
				Values []string `json:"values"`
			}
			keys := []keyed{}
			for _, pair := range r.pairs(name) {
				key := keyed{Key: pair[0], Values: []string{}}
				for value := range strings.SplitSeq(pair[1], ",") {
					if value = strings.TrimSpace(value); value != "" {
						key.Values = append(key.Values, value)
					}
				}
				keys = append(keys, key)
			}
			members[f.Name] = keys
		}
	}
	raw, err := json.Marshal(members)
	if err != nil {
		r.problems.Add(rawRefs, "cannot be written: %v", err)
	}
	return raw
}

// pairs reads name=value on lines of their own.
func (r *reader) pairs(name string) [][2]string {
	var pairs [][2]string
	for line := range strings.Lines(r.values.Get(name)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			r.problems.Add(name, "must be name=value on each line: %q is not", line)
		}
		pairs = append(pairs, [2]string{strings.TrimSpace(key), strings.TrimSpace(value)})
	}
	return pairs
}
