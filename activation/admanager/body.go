package admanager

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parley"
)

// The resources of the API, with the members that are sent or read. Whole numbers of 64 bits are texts there.

type company struct {
	Name        string `json:"name,omitempty"`
	DisplayName string `json:"displayName"`
	Type        string `json:"type"`
}

type order struct {
	Name        string `json:"name,omitempty"`
	DisplayName string `json:"displayName"`
	Advertiser  any    `json:"advertiser"` // a name, or activation.RefOf until it is known
	Agency      string `json:"agency,omitempty"`
	Trafficker  string `json:"trafficker"`
	Salesperson string `json:"salesperson,omitempty"`
	PONumber    string `json:"poNumber"`
	Notes       string `json:"notes,omitempty"`
	Archived    bool   `json:"archived,omitempty"` // read only, as what is below
	Status      string `json:"status,omitempty"`
}

type keyValue struct {
	Name      string `json:"name,omitempty"`
	Key       string `json:"customTargetingKey"`
	AdTagName string `json:"adTagName"`
	MatchType string `json:"matchType"`
	Status    string `json:"status,omitempty"` // read only
}

type lineItem struct {
	Name             string        `json:"name,omitempty"`
	Order            any           `json:"order"`
	DisplayName      string        `json:"displayName"`
	ExternalID       string        `json:"externalLineItemId"`
	StartTime        string        `json:"startTime"`
	TargetEndTime    string        `json:"targetEndTime"`
	CreativeRotation string        `json:"creativeRotationType"`
	DeliveryRate     string        `json:"deliveryRateType"`
	Roadblocking     string        `json:"roadblockingType"`
	Type             string        `json:"lineItemType"`
	Priority         int           `json:"priority,omitempty"`
	Rate             money         `json:"rate"`
	CostType         string        `json:"costType"`
	Goal             goal          `json:"goal"`
	ContractedUnits  string        `json:"contractedUnitsBought,omitempty"`
	Environment      string        `json:"environmentType"`
	MaxDuration      string        `json:"maxVideoCreativeDuration,omitempty"`
	Placeholders     []placeholder `json:"creativePlaceholders"`
	Targeting        targeting     `json:"targeting"`
	Notes            string        `json:"notes,omitempty"`
	AllowOverbook    bool          `json:"allowOverbook,omitempty"`
	SkipCheck        bool          `json:"skipInventoryCheck,omitempty"`
	Archived         bool          `json:"archived,omitempty"` // read only, as what is below
	Status           string        `json:"status,omitempty"`
	MissingCreatives bool          `json:"missingCreatives,omitempty"`
}

type privateAuction struct {
	Name        string `json:"name,omitempty"`
	DisplayName string `json:"displayName"`
	Archived    bool   `json:"archived,omitempty"` // read only
}

type auctionDeal struct {
	Name           string    `json:"name,omitempty"`
	PrivateAuction any       `json:"privateAuctionId"` // the auction's name when it is planned, its id when it is sent
	BuyerAccount   string    `json:"buyerAccountId"`
	Targeting      targeting `json:"targeting"`
	StartTime      string    `json:"startTime"`
	EndTime        string    `json:"endTime"`
	FloorPrice     money     `json:"floorPrice"`
	CreativeSizes  []size    `json:"creativeSizes"`
	AuctionName    string    `json:"privateAuctionDisplayName,omitempty"` // read only, as what is below
	ExternalDealID string    `json:"externalDealId,omitempty"`
	Archived       bool      `json:"archived,omitempty"`
	Status         string    `json:"status,omitempty"`
}

type money struct {
	Currency parley.Currency `json:"currencyCode"`
	Units    string          `json:"units"`
	Nanos    int64           `json:"nanos,omitempty"`
}

type goal struct {
	Type  string `json:"goalType"`
	Unit  string `json:"unitType,omitempty"`
	Units string `json:"units,omitempty"`
}

type size struct {
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Type   string `json:"sizeType"`
}

type placeholder struct {
	Size size `json:"size"`
}

type targeting struct {
	Geo       *geoTargeting      `json:"geoTargeting,omitempty"`
	Inventory inventoryTargeting `json:"inventoryTargeting"`
	Custom    *customTargeting   `json:"customTargeting,omitempty"`
}

type geoTargeting struct {
	Targeted []string `json:"targetedGeos"`
}

type inventoryTargeting struct {
	AdUnits    []adUnit `json:"targetedAdUnits,omitempty"`
	Placements []string `json:"targetedPlacements,omitempty"`
}

type adUnit struct {
	Name        string `json:"adUnit"`
	Descendants bool   `json:"includeDescendants"`
}

// customTargeting are clauses of which one has to be met, and of a clause all literals, and of a literal one value.
type customTargeting struct {
	Clauses []clause `json:"customTargetingClauses"`
}

type clause struct {
	Literals []literal `json:"customTargetingLiterals"`
}

type literal struct {
	Key    string `json:"customTargetingKey"`
	Values []any  `json:"customTargetingValues"` // names, or activation.RefOf
}

// moneyOf is an amount of micros.
func moneyOf(micros int64, currency parley.Currency) money {
	return money{
		Currency: currency, Units: strconv.FormatInt(micros/parley.MicrosPerUnit, 10),
		Nanos: micros % parley.MicrosPerUnit * (1_000_000_000 / parley.MicrosPerUnit),
	}
}

// stamp is an instant as the API writes it.
func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

const mostName = 255 // letters

// named is what a deal's objects are called: a text, and the deal's id at its end. A text that is too long loses its middle.
func named(text, dealID string) string {
	text = strings.Join(strings.Fields(text), " ")
	room := mostName - utf8.RuneCountInString(dealID) - 1
	if runes := []rune(text); len(runes) > room {
		const gap = "..."
		left := (room - len(gap)) / 2
		text = string(runes[:left]) + gap + string(runes[len(runes)-(room-len(gap)-left):])
	}
	return strings.TrimSpace(text + " " + dealID)
}
