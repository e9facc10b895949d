package dealsapi

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"time"

	"parley"
	"parley/activation"
	"parley/outbound"
)

// Settings are what a publisher decides about a receiver.
type Settings struct {
	PushURL   string `json:"push_url"`             // where deals are posted to
	StatusURL string `json:"status_url,omitempty"` // where a deal's status is asked; empty: a person says how it stands
	Auth      string `json:"auth,omitempty"`       // none, bearer or header; empty: none
	Header    string `json:"header,omitempty"`     // that the credential is sent in, with the auth header
	Origin    string `json:"origin"`               // the domain that bid responses go to
	Seller    string `json:"seller,omitempty"`     // the domain of who sold the deal
	// SellerName begins a deal's name, for the buyer's people; empty: Seller, or Origin.
	SellerName      string `json:"seller_name,omitempty"`
	Updates         string `json:"updates,omitempty"`      // repost or none; empty: repost
	CountryForm     string `json:"country_form,omitempty"` // alpha3 or alpha2; empty: alpha3
	AnySeat         bool   `json:"any_seat,omitempty"`     // whether a deal without a seat may be sent, which any seat can buy
	StaticInventory bool   `json:"static_inventory,omitempty"`
	// AcceptedWhen are the buyer's statuses with which a deal can serve, by deal type; without one: PG 3 and 4, others 1, 3 and 4.
	AcceptedWhen map[parley.DealType][]int `json:"accepted_when,omitempty"`
	// StatusEvery is how often a deal's status is asked, such as 15m; empty: every five minutes for a day, and then every hour.
	StatusEvery string `json:"status_every,omitempty"`
}

// The words of settings.
const (
	AuthNone   = "none"
	AuthBearer = "bearer"
	AuthHeader = "header"
	Repost     = "repost"
	NoUpdates  = "none"
	Alpha3     = "alpha3"
	Alpha2     = "alpha2"
)

var (
	plainHeader = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	plainDomain = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
	// notHeaders are what the request itself decides.
	notHeaders = []string{"host", "content-length", "content-type", "transfer-encoding", "connection", "accept", "cookie"}
)

// How often a receiver is asked for a deal's status: at the least and at the most, and where nobody says.
const (
	mostOften  = time.Minute
	leastOften = 24 * time.Hour
	askAtFirst = 5 * time.Minute
	askLater   = time.Hour
	firstDay   = 24 * time.Hour
)

// every is after how long a deal is asked about again that has stood as it does for some time.
func (s Settings) every(stands time.Duration) time.Duration {
	if every, err := time.ParseDuration(s.StatusEvery); err == nil {
		return every
	}
	if stands < firstDay {
		return askAtFirst
	}
	return askLater
}

const (
	longestURL  = 2000
	longestName = 100
	mostListed  = 1000
	longestItem = 255
)

// read takes settings apart and finds what is wrong with them. private allows addresses without TLS.
func read(raw json.RawMessage, private bool) (Settings, []activation.Problem) {
	var s Settings
	var problems []activation.Problem
	wrong := func(field, format string, args ...any) {
		problems = append(problems, activation.Problem{Code: "invalid", Field: "settings." + field, Text: fmt.Sprintf(format, args...)})
	}
	if misread := activation.Read(raw, &s, "settings", "push_url, origin and others"); misread != nil {
		return s, misread
	}
	address := func(field, text string) {
		target, err := url.Parse(text)
		switch {
		case err != nil || len(text) > longestURL || outbound.CheckURL(target) != nil || target.Fragment != "" || target.Scheme != "https" && !private:
			wrong(field, "must be an https URL without a user and a password")
		case target.RawQuery != "" || target.ForceQuery:
			wrong(field, "must have no query, which whoever sees the settings could read: what the receiver knows you by is the credential")
		case !private && outbound.CheckHost(target) != nil:
			wrong(field, "must be at a public address, unless the setting private-destinations allows others")
		}
	}
	address("push_url", s.PushURL)
	if s.StatusURL != "" {
		address("status_url", s.StatusURL)
	}
	one := func(field string, value *string, words ...string) {
		if *value == "" {
			*value = words[0]
		}
		if !slices.Contains(words, *value) {
			wrong(field, "must be one of %q", words)
		}
	}
	one("auth", &s.Auth, AuthNone, AuthBearer, AuthHeader)
	one("updates", &s.Updates, Repost, NoUpdates)
	one("country_form", &s.CountryForm, Alpha3, Alpha2)
	if s.Auth == AuthHeader && (!plainHeader.MatchString(s.Header) || slices.Contains(notHeaders, parley.Folded(s.Header))) {
		wrong("header", "must be the name of the header that the credential is sent in")
	}
	if s.Auth != AuthHeader && s.Header != "" {
		wrong("header", "is for the auth header alone")
	}
	if !plainDomain.MatchString(s.Origin) {
		wrong("origin", "must be the domain that bid responses go to, such as exchange.example")
	}
	if s.Seller != "" && !plainDomain.MatchString(s.Seller) {
		wrong("seller", "must be a domain, such as publisher.example")
	}
	if len(s.SellerName) > longestName {
		wrong("seller_name", "must be at most %d bytes", longestName)
	}
	if every, err := time.ParseDuration(s.StatusEvery); s.StatusEvery != "" && (err != nil || every < mostOften || every > leastOften) {
		wrong("status_every", "must be 1m to 24h, such as 15m")
	}
	for dealType, statuses := range s.AcceptedWhen {
		if !slices.Contains(parley.DealTypes[:], dealType) || len(statuses) == 0 || len(statuses) > longestName {
			wrong("accepted_when", "must be lists of the buyer's statuses by PG, PD and PA")
		}
	}
	return s, problems
}

// accepts tells whether a deal of a type can serve with a buyer's status.
func (s Settings) accepts(dealType parley.DealType, status int) bool {
	if statuses, decided := s.AcceptedWhen[dealType]; decided {
		return slices.Contains(statuses, status)
	}
	return status == buyerReady || status == buyerActive || status == buyerApproved && !dealType.Guaranteed()
}

// ProductMapping is what a receiver is told of a product beside its deals' terms. The numbers are the standard's.
type ProductMapping struct {
	AuxData          int      `json:"auxdata,omitempty"`
	PubCount         *int     `json:"pubcount,omitempty"` // nil: 1, a single publisher
	DInventory       int      `json:"dinventory,omitempty"`
	InventoryTypes   []int    `json:"inclinventory,omitempty"` // of static inventory, like all below
	DeviceTypes      []int    `json:"devicetype,omitempty"`
	SellerIDs        []string `json:"sellerids,omitempty"`
	SiteDomains      []string `json:"sitedomains,omitempty"`
	AppBundles       []string `json:"appbundles,omitempty"`
	Categories       []string `json:"cat,omitempty"`
	CategoryTaxonomy int      `json:"cattax,omitempty"`
}

// readMapping takes a product's mapping apart.
func readMapping(refs json.RawMessage) (ProductMapping, []activation.Problem) {
	var m ProductMapping
	var problems []activation.Problem
	wrong := func(field, format string, args ...any) {
		problems = append(problems, activation.Problem{Code: "invalid", Field: field, Text: fmt.Sprintf(format, args...)})
	}
	const members = "auxdata, pubcount, dinventory, inclinventory, devicetype, sellerids, sitedomains, appbundles, cat and cattax"
	if misread := activation.Read(refs, &m, "refs", members); misread != nil {
		return m, misread
	}
	within := func(field string, most int, numbers ...int) {
		if slices.ContainsFunc(numbers, func(n int) bool { return n < 0 || n > most }) || len(numbers) > mostListed {
			wrong("refs."+field, "must be 0 to %d", most)
		}
	}
	within("auxdata", 4, m.AuxData)
	if m.PubCount != nil {
		within("pubcount", 2, *m.PubCount)
	}
	within("dinventory", 2, m.DInventory)
	within("inclinventory", 6, m.InventoryTypes...)
	within("devicetype", 1000, m.DeviceTypes...)
	within("cattax", 1000, m.CategoryTaxonomy)
	for field, list := range map[string][]string{"sellerids": m.SellerIDs, "sitedomains": m.SiteDomains, "appbundles": m.AppBundles, "cat": m.Categories} {
		if len(list) > mostListed || slices.ContainsFunc(list, func(v string) bool { return v == "" || len(v) > longestItem }) {
			wrong("refs."+field, "must be at most %d texts of 1 to %d bytes", mostListed, longestItem)
		}
	}
	return m, problems
}
