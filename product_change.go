package parley

import (
	"strconv"
	"strings"
)

// ProductField is one fact of a product, or several of them together: a set of bits. The id is none of them.
type ProductField uint32

// The facts of a product, in the order that catalogs write them.
const (
	FieldName ProductField = 1 << iota
	FieldInventoryType
	FieldDealTypes
	FieldBaseCPM
	FieldFloorCPM
	FieldCurrency
	FieldMinimumImpressions
	FieldDailyImpressions
	FieldAdFormats
	FieldDeviceTypes
	FieldGeoTargets
	FieldContentCategories
	FieldDescription
	FieldStatus
	FieldAudienceSegments
	FieldCreativeSpecs

	AllProductFields = FieldCreativeSpecs<<1 - 1
)

var productFieldNames = [...]string{
	"name", "inventory_type", "deal_types", "base_cpm", "floor_cpm", "currency", "minimum_impressions", "daily_impressions",
	"ad_formats", "device_types", "geo_targets", "content_categories", "description", "status",
	"audience_segments", "creative_specs",
}

// Each are the facts of the set, one by one.
func (f ProductField) Each() []ProductField {
	var each []ProductField
	for bit := FieldName; bit <= FieldCreativeSpecs; bit <<= 1 {
		if f&bit != 0 {
			each = append(each, bit)
		}
	}
	return each
}

// Has tells whether the set holds a fact.
func (f ProductField) Has(fact ProductField) bool { return f&fact != 0 }

// String is the names of the facts as catalogs write them.
func (f ProductField) String() string {
	var names []string
	for i, name := range productFieldNames {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// ProductChange is what a file or a request says about a product. The facts that are given are stated, also where they are
// nothing; the others are left as they are, and are those of Product for a product that is new.
type ProductChange struct {
	Product Product
	Given   ProductField
	// RaiseBase has the base price follow where a floor is given above it, for forms that state floors alone.
	RaiseBase bool
}

// Tidied is the change in the form that catalogs keep: texts without the space around them, the inventory type in lower case,
// each entry of a list once, and USD and active where currency and status are nothing.
func (c ProductChange) Tidied() ProductChange {
	p := &c.Product
	p.Name, p.InventoryType = strings.TrimSpace(p.Name), strings.ToLower(strings.TrimSpace(p.InventoryType))
	p.Description = strings.TrimSpace(strings.ReplaceAll(p.Description, "\r\n", "\n"))
	if p.Currency == "" {
		p.Currency = USD
	}
	p.Status = p.status()
	p.DealTypes = once(p.DealTypes)
	if p.CreativeSpecs != nil {
		p.CreativeSpecs = p.CreativeSpecs.Normal()
	}
	for _, list := range []*[]string{&p.AdFormats, &p.DeviceTypes, &p.GeoTargets, &p.ContentCategories, &p.AudienceSegments} {
		var entries []string
		for _, entry := range *list {
			if entry = strings.TrimSpace(entry); entry != "" {
				entries = append(entries, entry)
			}
		}
		*list = once(entries)
	}
	return c
}

// once is a list with each of its entries where it comes first.
func once[E comparable](list []E) []E {
	var entries []E
	seen := make(map[E]bool, len(list))
	for _, entry := range list {
		if !seen[entry] {
			seen[entry] = true
			entries = append(entries, entry)
		}
	}
	return entries
}

// Over is a product with the change made.
func (c ProductChange) Over(p Product) Product {
	for _, field := range c.Given.Each() {
		switch from := &c.Product; field { //nolint:exhaustive // all of them together are no field of their own
		case FieldName:
			p.Name = from.Name
		case FieldInventoryType:
			p.InventoryType = from.InventoryType
		case FieldDealTypes:
			p.DealTypes = from.DealTypes
		case FieldBaseCPM:
			p.BaseCPM = from.BaseCPM
		case FieldFloorCPM:
			p.FloorCPM = from.FloorCPM
		case FieldCurrency:
			p.Currency = from.Currency
		case FieldMinimumImpressions:
			p.MinimumImpressions = from.MinimumImpressions
		case FieldDailyImpressions:
			p.DailyImpressions = from.DailyImpressions
		case FieldAdFormats:
			p.AdFormats = from.AdFormats
		case FieldDeviceTypes:
			p.DeviceTypes = from.DeviceTypes
		case FieldGeoTargets:
			p.GeoTargets = from.GeoTargets
		case FieldContentCategories:
			p.ContentCategories = from.ContentCategories
		case FieldDescription:
			p.Description = from.Description
		case FieldStatus:
			p.Status = from.Status
		case FieldAudienceSegments:
			p.AudienceSegments = from.AudienceSegments
		case FieldCreativeSpecs:
			p.CreativeSpecs = from.CreativeSpecs
		}
	}
	if c.RaiseBase && p.BaseCPM != nil && *p.BaseCPM < p.FloorCPM {
		floor := p.FloorCPM
		p.BaseCPM = &floor
	}
	return p
}

// CurrencyProblem says what keeps the change from putting a product into another currency: prices that it leaves as they are
// would be other amounts, 12.00 USD become 12 JPY. It is "" when nothing does.
func (c ProductChange) CurrencyProblem(before Product) string {
	if !c.Given.Has(FieldCurrency) || c.Product.Currency == before.Currency || !c.Product.Currency.Valid() {
		return ""
	}
	var left ProductField
	if before.BaseCPM != nil && !c.Given.Has(FieldBaseCPM) {
		left |= FieldBaseCPM
	}
	if before.FloorCPM > 0 && !c.Given.Has(FieldFloorCPM) {
		left |= FieldFloorCPM
	}
	if left == 0 {
		return ""
	}
	return "would go from " + string(before.Currency) + " to " + string(c.Product.Currency) + " without the prices: state " + left.String() +
		" with it"
}

// Differences are the facts that two products do not share.
func (p Product) Differences(other Product) ProductField {
	var different ProductField
	for _, field := range AllProductFields.Each() {
		if p.Text(field) != other.Text(field) {
			different |= field
		}
	}
	// The same digits are another amount in another currency.
	if p.FloorCPM != other.FloorCPM {
		different |= FieldFloorCPM
	}
	if (p.BaseCPM == nil) != (other.BaseCPM == nil) || p.BaseCPM != nil && *p.BaseCPM != *other.BaseCPM {
		different |= FieldBaseCPM
	}
	return different
}

// Text is a fact as catalogs write it: amounts in currency units, lists with | between their entries, nothing as nothing.
func (p Product) Text(field ProductField) string {
	amount := func(micros int64) string { return FormatMicros(micros, p.Currency.MinorDigits()) }
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	optional := func(n *int64, write func(int64) string) string {
		if n == nil {
			return ""
		}
		return write(*n)
	}
	switch field {
	case FieldName:
		return p.Name
	case FieldInventoryType:
		return p.InventoryType
	case FieldDealTypes:
		names := make([]string, len(p.DealTypes))
		for i, t := range p.DealTypes {
			names[i] = string(t)
		}
		return strings.Join(names, "|")
	case FieldBaseCPM:
		return optional(p.BaseCPM, amount)
	case FieldFloorCPM:
		return amount(p.FloorCPM)
	case FieldCurrency:
		return string(p.Currency)
	case FieldMinimumImpressions:
		return count(p.MinimumImpressions)
	case FieldDailyImpressions:
		return optional(p.DailyImpressions, count)
	case FieldAdFormats:
		return strings.Join(p.AdFormats, "|")
	case FieldDeviceTypes:
		return strings.Join(p.DeviceTypes, "|")
	case FieldGeoTargets:
		return strings.Join(p.GeoTargets, "|")
	case FieldContentCategories:
		return strings.Join(p.ContentCategories, "|")
	case FieldDescription:
		return p.Description
	case FieldStatus:
		return string(p.status())
	case FieldAudienceSegments:
		return strings.Join(p.AudienceSegments, "|")
	case FieldCreativeSpecs:
		if p.CreativeSpecs == nil {
			return ""
		}
		return p.CreativeSpecs.String()
	default:
		return ""
	}
}

func (p Product) status() ProductStatus {
	if p.Status == "" {
		return ProductActive
	}
	return p.Status
}
