package console

import "parley"

// mappingForms are what mappings say at the kinds of destinations whose mappings have fields here; those of others are typed as JSON.
var mappingForms = map[string]map[bool][]member{ // by whether it is about a product
	"file_drop": {
		true: {
			{Name: "ad_units", Label: "Ad units", Hint: "One on each line, or between commas.", Kind: texts},
			{Name: "placements", Label: "Placements", Kind: texts},
			{Name: "key_values", Label: "Key-values", Hint: "name=value, one on each line.", Kind: pairs},
			{Name: "sizes", Label: "Sizes", Hint: "Such as 300x250.", Kind: texts},
			{Name: "durations", Label: "Durations, seconds", Hint: "Such as 15, 30.", Kind: numbers},
			{Name: "priority", Label: "Priority"},
		},
		false: {{Name: "name", Label: "Name there"}},
	},
	"ad_manager": {
		true: {
			{Name: "ad_units", Label: "Ad units", Hint: "One on each line, or between commas; with all below them.", Kind: texts},
			{Name: "placements", Label: "Placements", Kind: texts},
			{Name: "sizes", Label: "Sizes", Hint: "Such as 300x250.", Kind: texts},
			{Name: "key_values", Label: "Key-values", Hint: "key=value, value on each line.", Kind: keyValues},
			{Name: "max_seconds", Label: "Longest video, seconds", Hint: "Empty: as the product has it.", Kind: aNumber},
			{Name: "line_item_type", Label: "Line item type", Hint: "STANDARD, BULK or PRICE_PRIORITY. Empty: that of the deal's type."},
			{Name: "priority", Label: "Priority", Hint: "Empty: that of the deal's type.", Kind: aNumber},
		},
		false: {
			{Name: "company", Label: "Company", Hint: "Of an agency or an advertiser."},
			{Name: "buyer_account", Label: "Buyer account", Hint: "Of a seat or a DSP."},
		},
	},
	"deals_api": {
		true: {
			{Name: "auxdata", Label: "Auxiliary data", Hint: "The standard's number, 0 to 4.", Kind: aNumber},
			{Name: "pubcount", Label: "Publishers", Hint: "The standard's number: 1 is a single one.", Kind: aNumber},
			{Name: "dinventory", Label: "Dynamic inventory", Hint: "The standard's number, 0 to 2.", Kind: aNumber},
			{Name: "inclinventory", Label: "Inventory types", Hint: "Of static inventory, like all below: the standard's numbers.", Kind: numbers},
			{Name: "devicetype", Label: "Device types", Hint: "AdCOM's numbers: 3 is connected TV.", Kind: numbers},
			{Name: "sellerids", Label: "Seller ids", Kind: texts},
			{Name: "sitedomains", Label: "Site domains", Kind: texts},
			{Name: "appbundles", Label: "App bundles", Kind: texts},
			{Name: "cat", Label: "Content categories", Kind: texts},
			{Name: "cattax", Label: "Their taxonomy", Hint: "AdCOM's number.", Kind: aNumber},
		},
	},
}

// mappingObject is what a mapping at a kind of destination is typed as.
func mappingObject(kind string, about parley.MappingAbout) object {
	return object{"refs", mappingForms[kind][about == parley.MapsProduct]}
}
