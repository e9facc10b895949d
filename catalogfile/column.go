package catalogfile

import "parley"

// column is one of the facts that a row states.
type column int

const (
	productID column = iota
	name
	inventoryType
	dealTypes
	baseCPM
	floorCPM
	currency
	minimumImpressions
	dailyImpressions
	adFormats
	deviceTypes
	geoTargets
	contentCategories
	description
	status
	audienceSegments
	creativeSpecs
	columnCount
)

// kind is how a column is written.
type kind int

const (
	text   kind = iota
	number      // an amount of money or a count
	list
	object
)

func (c column) kind() kind {
	switch c {
	case baseCPM, floorCPM, minimumImpressions, dailyImpressions:
		return number
	case dealTypes, adFormats, deviceTypes, geoTargets, contentCategories, audienceSegments:
		return list
	case creativeSpecs:
		return object
	default:
		return text
	}
}

// schema is one form of a file: what it calls the columns. An empty name is a column that it does not have.
type schema struct {
	format  Format
	names   [columnCount]string
	lenient bool // columns of other names are left out instead of refused
}

var productNames = [columnCount]string{
	productID:          "product_id",
	name:               "name",
	inventoryType:      "inventory_type",
	dealTypes:          "deal_types",
	baseCPM:            "base_cpm",
	floorCPM:           "floor_cpm",
	currency:           "currency",
	minimumImpressions: "minimum_impressions",
	dailyImpressions:   "daily_impressions",
	adFormats:          "ad_formats",
	deviceTypes:        "device_types",
	geoTargets:         "geo_targets",
	contentCategories:  "content_categories",
	description:        "description",
	status:             "status",
	audienceSegments:   "audience_segments",
	creativeSpecs:      "creative_specs",
}

// fields are the facts of a product that the columns state.
var fields = [columnCount]parley.ProductField{
	name:               parley.FieldName,
	inventoryType:      parley.FieldInventoryType,
	dealTypes:          parley.FieldDealTypes,
	baseCPM:            parley.FieldBaseCPM,
	floorCPM:           parley.FieldFloorCPM,
	currency:           parley.FieldCurrency,
	minimumImpressions: parley.FieldMinimumImpressions,
	dailyImpressions:   parley.FieldDailyImpressions,
	adFormats:          parley.FieldAdFormats,
	deviceTypes:        parley.FieldDeviceTypes,
	geoTargets:         parley.FieldGeoTargets,
	contentCategories:  parley.FieldContentCategories,
	description:        parley.FieldDescription,
	status:             parley.FieldStatus,
	audienceSegments:   parley.FieldAudienceSegments,
	creativeSpecs:      parley.FieldCreativeSpecs,
}

var (
	productCSV  = schema{format: CSV, names: productNames}
	productJSON = schema{format: JSON, names: productNames}
	iabCSV      = schema{
		format: IAB,
		names: [columnCount]string{
			productID:         "id",
			name:              "name",
			inventoryType:     "inventory_type",
			floorCPM:          "floor_price_cpm",
			currency:          "currency",
			adFormats:         "ad_formats",
			deviceTypes:       "device_types",
			geoTargets:        "geo_targets",
			contentCategories: "content_categories",
			description:       "description",
			status:            "status",
		},
		lenient: true,
	}
)

// find is the column of a name; false when the form has none of it.
func (s *schema) find(columnName string) (column, bool) {
	for c, n := range s.names {
		if n == columnName && n != "" {
			return column(c), true
		}
	}
	return 0, false
}

// columnNames are the names of the form's columns, in the order that they are written in.
func (s *schema) columnNames() []string {
	names := make([]string, 0, columnCount)
	for _, n := range s.names {
		if n != "" {
			names = append(names, n)
		}
	}
	return names
}
