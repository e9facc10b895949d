package dealsapi

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"parley"
	"parley/activation"
)

// The document of a deal, with the members that are sent. Each is by the standard's table of that object.
type deal struct {
	ID           string     `json:"id"`
	Name         string     `json:"name"`
	Created      string     `json:"created"`
	SellerStatus int        `json:"sellerstatus"`
	Origin       string     `json:"origin"`
	Seller       string     `json:"seller,omitempty"`
	Desc         string     `json:"desc"`
	WSeat        []string   `json:"wseat,omitempty"`
	AdTypes      []int      `json:"adtypes,omitempty"`
	AuxData      int        `json:"auxdata"`
	PubCount     int        `json:"pubcount"`
	DInventory   int        `json:"dinventory"`
	Terms        terms      `json:"terms"`
	Inventory    *inventory `json:"inventory,omitempty"`
	Ext          extension  `json:"ext"`
}

type terms struct {
	StartDate string      `json:"startdate"`
	EndDate   string      `json:"enddate"`
	Countries []string    `json:"countries,omitempty"`
	DealFloor json.Number `json:"dealfloor"`
	Cur       string      `json:"cur"`
	Guar      int         `json:"guar"`
	PriceType int         `json:"pricetype"`
	Units     int64       `json:"units,omitempty"`
	TotalCost json.Number `json:"totalcost,omitempty"`
}

type inventory struct {
	InclInventory []int    `json:"inclinventory,omitempty"`
	DeviceType    []int    `json:"devicetype,omitempty"`
	SellerIDs     []string `json:"sellerids,omitempty"`
	SiteDomains   []string `json:"sitedomains,omitempty"`
	AppBundles    []string `json:"appbundles,omitempty"`
	Cat           []string `json:"cat,omitempty"`
	CatTax        int      `json:"cattax,omitempty"`
}

type extension struct {
	Parley ours `json:"parley"`
}

// ours is what tells one push of a deal from another.
type ours struct {
	Revision int64    `json:"revision"`
	Digest   string   `json:"digest"` // SHA-256 of terms
	OrderID  string   `json:"order_id,omitempty"`
	Geo      []string `json:"geo,omitempty"` // places within countries, which the standard has no member for
}

// The standard's numbers.
const (
	sellerActive   = 0
	sellerPaused   = 1
	sellerArchived = 4

	firstPrice = 1
	fixedPrice = 3
)

var adTypes = map[string]int{"banner": 1, "display": 1, "video": 2, "audio": 3, "native": 4}

var inventoryTypes = map[string]int{"display": 1, "native": 1, "video": 1, "mobile_app": 2, "ctv": 2, "dooh": 3, "audio": 4}

const (
	otherInventory = 6
	mostDesc       = 250 // bytes
)

// dealOf writes what a receiver is to hold.
func dealOf(want activation.Want, s Settings, m ProductMapping) (deal, error) {
	d := want.Deal
	flight := want.Starts.Format(time.DateOnly) + " to " + want.Ends.Format(time.DateOnly)
	document := deal{
		ID: d.ID, Name: short(cmp.Or(s.SellerName, s.Seller, s.Origin) + ", " + d.ProductName + ", " + flight), Created: stamp(d.CreatedAt),
		Desc: short(string(d.DealType) + ", " + d.ProductName + ", " + flight), Origin: s.Origin, Seller: s.Seller,
		AuxData: m.AuxData, PubCount: 1, DInventory: m.DInventory,
		Terms: terms{
			StartDate: stamp(want.Starts), EndDate: stamp(want.Ends), DealFloor: decimal(d.Price.FinalCPM), Cur: string(d.Price.Currency), PriceType: fixedPrice,
		},
	}
	switch want.Intent {
	case parley.IntentRun:
	case parley.IntentPause:
		document.SellerStatus = sellerPaused
	case parley.IntentEnd:
		document.SellerStatus = sellerArchived
	}
	if m.PubCount != nil {
		document.PubCount = *m.PubCount
	}
	if seat := d.Seat(); seat != "" {
		document.WSeat = []string{seat}
	}
	if d.DealType == parley.PrivateAuction {
		document.Terms.PriceType = firstPrice
	}
	if d.DealType.Guaranteed() {
		document.Terms.Guar, document.Terms.Units = 1, d.Impressions
		document.Terms.TotalCost = cost(d.Impressions, d.Price.FinalCPM)
	}
	for _, format := range want.Product.AdFormats {
		number, known := adTypes[parley.Folded(format)]
		if !known {
			document.AdTypes = nil // what is not named is any type
			break
		}
		document.AdTypes = append(document.AdTypes, number)
	}
	slices.Sort(document.AdTypes)
	document.AdTypes = slices.Compact(document.AdTypes)
	document.Terms.Countries, document.Ext.Parley.Geo = countries(want.Product.GeoTargets, s.CountryForm)
	if s.StaticInventory {
		document.DInventory = 1
		kind, known := inventoryTypes[parley.Folded(d.InventoryType)]
		if !known {
			kind = otherInventory
		}
		document.Inventory = &inventory{
			InclInventory: []int{kind}, DeviceType: m.DeviceTypes, SellerIDs: m.SellerIDs, SiteDomains: m.SiteDomains, AppBundles: m.AppBundles,
			Cat: m.Categories, CatTax: m.CategoryTaxonomy,
		}
		if len(m.InventoryTypes) > 0 {
			document.Inventory.InclInventory = m.InventoryTypes
		}
	}
	raw, err := json.Marshal(document.Terms)
	if err != nil {
		return document, err
	}
	sum := sha256.Sum256(raw)
	document.Ext.Parley.Revision, document.Ext.Parley.Digest, document.Ext.Parley.OrderID = want.Revision, hex.EncodeToString(sum[:]), want.OrderID
	return document, nil
}

// stamp is an instant as the standard writes it.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }

// decimal is an amount of micros in units, exactly.
func decimal(micros int64) json.Number {
	text := fmt.Sprintf("%d.%06d", micros/parley.MicrosPerUnit, micros%parley.MicrosPerUnit)
	return json.Number(strings.TrimSuffix(strings.TrimRight(text, "0"), "."))
}

// cost is what impressions come to at a CPM, rounded half up to micros.
func cost(impressions, cpm int64) json.Number {
	total := new(big.Int).Mul(big.NewInt(impressions), big.NewInt(cpm))
	total.Add(total, big.NewInt(500)).Quo(total, big.NewInt(1000))
	units, micros := new(big.Int).QuoRem(total, big.NewInt(parley.MicrosPerUnit), new(big.Int))
	text := fmt.Sprintf("%s.%06d", units, micros.Int64())
	return json.Number(strings.TrimSuffix(strings.TrimRight(text, "0"), "."))
}

// short is a text of at most 250 bytes.
func short(text string) string {
	text = activation.Shown(text)
	for len(text) > mostDesc {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}

// countries are the countries of places, in one form, and the places that are narrower than one. Where a place is in no country
// that is known in that form, none are named, and all places are narrower.
func countries(places []string, form string) (named, narrower []string) {
	unknown := false
	for _, place := range places {
		code, part, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(place)), "-")
		if form != Alpha2 {
			var known bool
			if code, known = alpha3[code]; !known {
				unknown = true
				continue
			}
		}
		named = append(named, code)
		if part != "" {
			narrower = append(narrower, place)
		}
	}
	if unknown {
		return nil, slices.Clone(places)
	}
	slices.Sort(named)
	return slices.Compact(named), narrower
}
