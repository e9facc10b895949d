package admanager

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"parley"
	"parley/activation"
)

// Mode is what a deal becomes in Ad Manager.
type Mode string

// The modes.
const (
	HeaderBidding  Mode = "header_bidding"  // an order with a line item that the deal's key-value is targeted by
	PrivateAuction Mode = "private_auction" // a private auction with a deal for one buyer
)

// Settings are what a publisher decides about a network. Ids are those that Ad Manager shows, as digits.
type Settings struct {
	Network  string          `json:"network"`        // the network's code
	Mode     Mode            `json:"mode,omitempty"` // empty: header_bidding
	Currency parley.Currency `json:"currency"`       // of the network, or one of its secondary ones
	// Trafficker is the user who answers for the orders, and Salesperson who sold them; the latter may be empty.
	Trafficker  string `json:"trafficker,omitempty"`
	Salesperson string `json:"salesperson,omitempty"`
	// Advertiser is the company of deals that name no advertiser; empty: such deals are not sent.
	Advertiser string `json:"advertiser,omitempty"`
	// DealKey is the key whose value is the deal's id, as header bidding sends it with a bid, and DealKeyID its id.
	DealKey   string `json:"deal_key,omitempty"`
	DealKeyID string `json:"deal_key_id,omitempty"`
	// OrderName is what orders are called, before the deal's id; empty: {advertiser}, {product}, {flight}.
	OrderName string `json:"order_name,omitempty"`
	// GeoTargets are the ids of places, by the ISO 3166 codes that products are sold in.
	GeoTargets         map[string]string `json:"geo_targets,omitempty"`
	CreateAdvertisers  bool              `json:"create_advertisers,omitempty"` // those without a mapping, by their names
	Approve            bool              `json:"approve,omitempty"`            // without it somebody approves each order in Ad Manager
	ContractedUnits    bool              `json:"contracted_units,omitempty"`   // whether the network has that field of standard line items
	AllowOverbook      bool              `json:"allow_overbook,omitempty"`
	SkipInventoryCheck bool              `json:"skip_inventory_check,omitempty"`
	AllowRootAdUnit    bool              `json:"allow_root_ad_unit,omitempty"` // whether a deal may run everywhere
}

const (
	defaultOrderName = "{advertiser}, {product}, {flight}"
	longestKey       = 20 // letters
	longestTemplate  = 200
	mostListed       = 500
)

var (
	plainID  = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)
	plainKey = regexp.MustCompile(`^[^"'=!+#*~;^()<>\[\]\s]{1,20}$`)
	plainISO = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]{1,3})?$`)
)

// finder collects what is wrong.
type finder struct {
	prefix   string
	problems []activation.Problem
}

func (f *finder) wrong(field, format string, args ...any) {
	f.problems = append(f.problems, activation.Problem{Code: "invalid", Field: f.prefix + field, Text: fmt.Sprintf(format, args...)})
}

// id finds what is no id; needed tells that there has to be one.
func (f *finder) id(field, value string, needed bool) {
	if (value != "" || needed) && !plainID.MatchString(value) {
		f.wrong(field, "must be the id that Ad Manager shows, as digits")
	}
}

func (f *finder) ids(field string, values []string) {
	if len(values) > mostListed || slices.ContainsFunc(values, func(id string) bool { return !plainID.MatchString(id) }) {
		f.wrong(field, "must be at most %d ids that Ad Manager shows, as digits", mostListed)
	}
}

// read takes settings apart and finds what is wrong with them.
func read(raw json.RawMessage) (Settings, []activation.Problem) {
	var s Settings
	f := finder{prefix: "settings."}
	if misread := activation.Read(raw, &s, "settings", "network, currency and others"); misread != nil {
		return s, misread
	}
	if s.Mode == "" {
		s.Mode = HeaderBidding
	}
	if s.Mode != HeaderBidding && s.Mode != PrivateAuction {
		f.wrong("mode", "must be %s or %s", HeaderBidding, PrivateAuction)
	}
	f.id("network", s.Network, true)
	if !s.Currency.Valid() {
		f.wrong("currency", "must be the network's currency, such as USD")
	}
	heads := s.Mode == HeaderBidding
	f.id("trafficker", s.Trafficker, heads)
	f.id("salesperson", s.Salesperson, false)
	f.id("advertiser", s.Advertiser, false)
	f.id("deal_key_id", s.DealKeyID, heads)
	if heads && !plainKey.MatchString(s.DealKey) || s.DealKey != "" && utf8.RuneCountInString(s.DealKey) > longestKey {
		f.wrong("deal_key", "must be the key that bids send the deal's id in, of 1 to %d letters without blanks", longestKey)
	}
	if s.OrderName == "" {
		s.OrderName = defaultOrderName
	}
	if utf8.RuneCountInString(s.OrderName) > longestTemplate || !utf8.ValidString(s.OrderName) {
		f.wrong("order_name", "must be at most %d letters", longestTemplate)
	}
	if len(s.GeoTargets) > mostListed {
		f.wrong("geo_targets", "must be at most %d", mostListed)
	}
	for place, id := range s.GeoTargets {
		if !plainISO.MatchString(place) || !plainID.MatchString(id) {
			f.wrong("geo_targets", "must be ids of places by their ISO 3166 codes in capitals, such as {\"US\": \"2840\"}")
			break
		}
	}
	return s, f.problems
}

// resource is the name of something in the network.
func (s Settings) resource(collection, id string) string {
	return "networks/" + s.Network + "/" + collection + "/" + id
}

// ours tells whether a name is of something of a collection in the network.
func (s Settings) ours(collection, name string) bool {
	id, is := strings.CutPrefix(name, "networks/"+s.Network+"/"+collection+"/")
	return is && plainID.MatchString(id)
}
