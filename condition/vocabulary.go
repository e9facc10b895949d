package condition

import (
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
)

// Variable is a word that conditions may use. Its name in expressions is String.
type Variable uint8

// The variables of all vocabularies.
const (
	DealValue      Variable = iota // number: price x impressions / 1000, in currency units
	Price                          // number: the CPM on the table, in currency units
	Ask                            // number: the seller's CPM for this buyer, in currency units
	BaseCPM                        // number: the CPM that the waterfall starts from, in currency units
	DiscountPct                    // number: how far the price is under the ask, in percent
	Impressions                    // number: 0 when a request names no volume; see package approval for deals without one
	FlightDays                     // number: both days included
	DealType                       // string: PG, PD or PA
	BuyerTier                      // string: public, seat, agency or advertiser
	ProductID                      // string
	InventoryType                  // string
	Currency                       // string: the ISO 4217 code of the amounts, such as USD
	ValueToday                     // number: what else the buyer has booked today, in currency units
	ValueOpen                      // number: the value of the buyer's other running deals, in currency units
	Recommendation                 // string: accept, counter or reject; empty where nothing is recommended
	SeatID                         // string
	AgencyID                       // string
	AdvertiserID                   // string
	DSPPlatform                    // string: parley.DSP of the platform, and so is a text that it is compared with by ==, != or in
	GeoTargets                     // list of strings
	AdFormats                      // list of strings
	DeviceTypes                    // list of strings
	variableCount  = iota
)

type kind uint8

const (
	number kind = iota
	text
	list
)

var variables = [variableCount]struct {
	name string
	kind kind
}{
	DealValue:      {"deal_value", number},
	Price:          {"price", number},
	Ask:            {"ask", number},
	BaseCPM:        {"base_cpm", number},
	DiscountPct:    {"discount_pct", number},
	Impressions:    {"impressions", number},
	FlightDays:     {"flight_days", number},
	DealType:       {"deal_type", text},
	BuyerTier:      {"buyer_tier", text},
	ProductID:      {"product_id", text},
	InventoryType:  {"inventory_type", text},
	Currency:       {"currency", text},
	ValueToday:     {"value_today", number},
	ValueOpen:      {"value_open", number},
	Recommendation: {"recommendation", text},
	SeatID:         {"seat_id", text},
	AgencyID:       {"agency_id", text},
	AdvertiserID:   {"advertiser_id", text},
	DSPPlatform:    {"dsp_platform", text},
	GeoTargets:     {"geo_targets", list},
	AdFormats:      {"ad_formats", list},
	DeviceTypes:    {"device_types", list},
}

var variableByName = func() map[string]Variable {
	byName := make(map[string]Variable, variableCount)
	for v, declared := range variables {
		byName[declared.name] = Variable(v)
	}
	return byName
}()

// String is the variable's name in expressions.
func (v Variable) String() string { return variables[v].name }

var celTypes = [...]*cel.Type{number: cel.DoubleType, text: cel.StringType, list: cel.ListType(cel.StringType)}

// Vocabulary is the set of variables that the expressions of one kind of rule may use.
type Vocabulary struct {
	names []string // sorted
	env   *cel.Env

	// The first check that fails has the library list the names that there are, in a field that others read unguarded
	// meanwhile (cel-go 0.33, checker.Env.cloneWithDecls). Checks are short, and rules are compiled once.
	checking sync.Mutex
}

// Names are the names of the vocabulary's variables, sorted.
func (v *Vocabulary) Names() []string { return slices.Clone(v.names) }

// Pricing is the vocabulary of pricing rules.
var Pricing = vocabulary(Impressions, FlightDays, BaseCPM, DealType, BuyerTier, ProductID, InventoryType, SeatID, AgencyID,
	AdvertiserID, DSPPlatform, GeoTargets, AdFormats, DeviceTypes)

// Approval is the vocabulary of approval rules.
var Approval = vocabulary(DealValue, Price, Ask, DiscountPct, Impressions, FlightDays, DealType, BuyerTier, ProductID,
	InventoryType, Recommendation, Currency, ValueToday, ValueOpen)

func vocabulary(words ...Variable) *Vocabulary {
	v := &Vocabulary{}
	options := languageOptions()
	for _, word := range words {
		v.names = append(v.names, word.String())
		options = append(options, cel.Variable(word.String(), celTypes[variables[word].kind]))
	}
	slices.SortFunc(v.names, strings.Compare)
	var err error
	if v.env, err = cel.NewCustomEnv(options...); err != nil {
		panic("condition: the vocabulary does not fit the language: " + err.Error())
	}
	return v
}
