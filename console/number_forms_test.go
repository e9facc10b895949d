package console_test

import (
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/internal/racedetector"
	"parley/internal/stores"
)

// place is a form of a page.
type place struct {
	page, action string
	fields       int // that it has: the largest of several with the same action
}

// in is the form on its page; false when it is not there any more.
func (p place) in(body string) (pageForm, bool) {
	for _, f := range formsOn(body) {
		if f.action == p.action && len(f.labels) == p.fields {
			return f, true
		}
	}
	return pageForm{}, false
}

// postForms are the forms of all pages that do something, one for each that has its like.
func (w *world) postForms(b *browser) map[string]place {
	w.t.Helper()
	forms := map[string]place{}
	pages := w.everyPage()
	pages["availability"] = "/availability?" + url.Values{
		"product_id": {"ctv-drama-premiere"}, "deal_type": {"PD"}, "flight_start": {in(30).String()}, "flight_end": {in(39).String()}, "impressions": {"1000000"},
	}.Encode()
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		path := pages[name]
		_, body := b.get("/console" + path)
		for _, f := range formsOn(body) {
			if f.method == "post" && !slices.Contains([]string{"/console/signout", "/console/theme", "/console/keyboard"}, f.action) {
				shape := oneOfMany.ReplaceAllString(f.action, "/{id}")
				if known, there := forms[shape]; !there || known.fields < len(f.labels) {
					forms[shape] = place{"/console" + path, f.action, len(f.labels)}
				}
			}
		}
	}
	return forms
}

// pressed are the buttons of forms that have several.
var pressed = map[string]url.Values{
	"/console/orders/{id}/transition": {"to_status": {"cancelled"}}, "/console/inbox/{id}/decide": {"decision": {"counter"}},
}

// endings are of forms after which others of the same page are not there any more.
var endings = regexp.MustCompile(`/(cancel|end|revoke|pause|status|decide|transition)$`)

// numberField is a field of numbers, as a form with it is sent.
type numberField struct {
	typed string // a number that is far from what stands, or is asked
	shown string // as it is echoed before anything is done
	with  url.Values
	not   string            // why it is not echoed
	free  map[string]string // why 0 or nothing in it needs no tick, though what is far from what stands does
}

const (
	noTrade  = "it is of no price and no volume, and the page that follows says it"
	withRest = "it moves prices with the rest of its form, which are shown"

	newProduct = "nothing stands that it could be beside, and nobody has bought it"
	withFile   = "what it makes of each product is shown with the file"
)

var (
	atAsk      = map[string]string{"": "what is not named is as it was asked for"}
	asProduct  = map[string]string{"": "the days have the product's own capacity again"}
	asPriced   = map[string]string{"": "what prices come to without it is shown, with a tick where that is far"}
	concedesNo = map[string]string{"": "other limits hold", "0": "nothing is given away by it"}
)

// numberFields are all fields of numbers in forms that do something.
var numberFields = map[string]numberField{
	"/console/inbox/{id}/decide modifications.counter_cpm":    {typed: "900", shown: "900.00"},
	"/console/inbox/{id}/decide modifications.impressions":    {typed: "250,000", shown: "250,000", with: url.Values{"modifications.counter_cpm": {"31"}}, free: atAsk},
	"/console/deals/{id}/changes proposed_values.price":       {typed: "900", shown: "900.00"},
	"/console/deals/{id}/changes proposed_values.impressions": {typed: "1,000,000", shown: "1,000,000"},
	"/console/availability/quote offer_cpm":                   {typed: "900", shown: "900.00", free: atAsk},

	"/console/inventory/ctv-sports-live/capacity daily_impressions": {typed: "900,000,000", shown: "900,000,000", free: asProduct},
	"/console/inventory/ctv-sports-live/edit base_cpm":              {typed: "900", shown: "900.00"},
	"/console/inventory/ctv-sports-live/edit floor_cpm":             {typed: "0.01", shown: "0.01"},
	"/console/inventory/ctv-sports-live/edit minimum_impressions":   {typed: "900,000,000", shown: "900,000,000"},
	"/console/inventory/ctv-sports-live/edit daily_impressions":     {typed: "900,000,000", shown: "900,000,000"},
	"/console/inventory/new base_cpm":                               {not: newProduct},
	"/console/inventory/new floor_cpm":                              {not: newProduct},
	"/console/inventory/new minimum_impressions":                    {not: newProduct},
	"/console/inventory/new daily_impressions":                      {not: newProduct},
	"/console/inventory/import markup":                              {not: withFile},
	"/console/inventory/import daily_impressions":                   {not: withFile},

	"/console/pricing/card entries[].inventory_type":            {not: withRest}, // whose line lacks a price
	"/console/pricing/card global_floors[]":                     {typed: "900", shown: "900.00"},
	"/console/pricing/card volume_brackets[].impressions":       {not: withRest},
	"/console/pricing/card volume_brackets[].discount":          {not: withRest},
	"/console/pricing/rules/{id} base_cpm":                      {typed: "900", shown: "900.00", free: asPriced},
	"/console/pricing/rules/{id} ceiling_cpm":                   {not: withRest},
	"/console/pricing/rules/{id} floor_cpm":                     {typed: "900", shown: "900.00"},
	"/console/pricing/rules/{id} discount":                      {not: withRest},
	"/console/pricing/rules/{id} volume_brackets[].impressions": {not: withRest},
	"/console/pricing/rules/{id} priority":                      {not: noTrade},

	"/console/negotiation-profiles/{id} total_cap_pct":            {typed: "90", shown: "90%", free: concedesNo},
	"/console/negotiation-profiles/{id} buyer_share_pct":          {not: withRest},
	"/console/negotiation-profiles/{id} lowball_depth":            {not: withRest},
	"/console/negotiation-profiles/{id} max_rounds":               {not: withRest},
	"/console/negotiation-profiles/{id} round_cap_pct":            {not: withRest},
	"/console/negotiation-profiles/{id} tolerance_pct":            {not: withRest},
	"/console/negotiation-profiles/{id} acceptance_threshold_pct": {not: withRest},
	"/console/negotiation-profiles/{id} exponent":                 {not: withRest},
	"/console/negotiation-profiles/{id} priority":                 {not: noTrade},

	"/console/approval-rules/new priority":           {not: noTrade},
	"/console/destinations/new sends":                {not: noTrade},
	"/console/destinations/new requests_per_minute":  {not: noTrade},
	"/console/destinations/{id} sends":               {not: noTrade},
	"/console/destinations/{id} requests_per_minute": {not: noTrade},
	"/console/keys/new expires_in_days":              {not: noTrade},
	"/console/keys/{id}/rotate overlap_hours":        {not: noTrade},
	"/console/packages/new cattax":                   {not: noTrade},
	"/console/packages/pkg-live-sports cattax":       {not: noTrade},
}

// indexed is the line of a table that a field is in.
var indexed = regexp.MustCompile(`\[\d+\]`)

// TestNumbersAreEchoedBeforeTheyAreSent types into each field of numbers one that is far from what stands: nothing is done before it was shown
// as it was understood, and ticked; so are 0 and nothing in it, where they are not refused.
func TestNumbersAreEchoedBeforeTheyAreSent(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDeskOver(t, stores.SQLite(t)))
	b := w.signedIn(w.admin)
	forms := w.postForms(b)
	for _, name := range slices.Sorted(maps.Keys(numberFields)) {
		field := numberFields[name]
		if field.not != "" {
			continue
		}
		shape, of, _ := strings.Cut(name, " ")
		at, known := forms[shape]
		if !known {
			t.Errorf("there is no form %s", shape)
			continue
		}
		_, body := b.get(at.page)
		form, there := at.in(body)
		if !there {
			t.Errorf("%s is gone", shape)
			continue
		}
		sent := form.values
		maps.Copy(sent, pressed[shape])
		maps.Copy(sent, field.with)
		sent.Set(strings.ReplaceAll(of, "[]", "[0]"), field.typed)
		sent.Set("_once", rand.Text())
		status, body := b.post(at.action, sent)
		if status != http.StatusOK || !strings.Contains(body, `name="_draft"`) {
			t.Errorf("%s=%s is not shown before it is sent: %d %q", name, field.typed, status, told(body))
			continue
		}
		if !strings.Contains(wordsOf(body), field.shown) {
			t.Errorf("%s=%s is not echoed as %s", name, field.typed, field.shown)
		}
		if !strings.Contains(body, `name="_sure"`) {
			t.Errorf("%s=%s is not to be ticked", name, field.typed)
		}
		for _, nothing := range []string{"0", ""} {
			sent.Set(strings.ReplaceAll(of, "[]", "[0]"), nothing)
			sent.Set("_once", rand.Text())
			status, body := b.post(at.action, sent)
			refused := status >= http.StatusBadRequest
			if asks := refused || strings.Contains(body, `name="_sure"`); asks == (field.free[nothing] != "") {
				t.Errorf("%s=%q is refused or to be ticked: %t, %d %q", name, nothing, asks, status, told(body))
			}
		}
	}
}
