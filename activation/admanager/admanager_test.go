package admanager_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/admanager"
	"parley/internal/adaptersuite"
	fake "parley/internal/fake/admanager"
)

var update = flag.Bool("update", false, "write the golden plans anew")

// TestPlansAreGolden holds what would be sent to what was looked at.
func TestPlansAreGolden(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]activation.Want{
		"guaranteed": want(admanager.HeaderBidding, `, "approve": true, "contracted_units": true`),
		"preferred": func() activation.Want {
			w := want(admanager.HeaderBidding, `, "salesperson": "2001", "order_name": "{type} {agency} {seat}"`)
			w.Deal.DealType, w.Deal.InventoryType = parley.PreferredDeal, "display"
			w.Mappings[parley.MapsAgency], w.Mappings[parley.MapsAdvertiser] = json.RawMessage(`{"company": "71"}`), json.RawMessage(`{"company": "72"}`)
			w.Mappings[parley.MapsProduct] = product(`, "priority": 13`)
			return w
		}(),
		"private_auction": want(admanager.PrivateAuction, ""),
	} {
		plan, problems := admanager.New(parley.SystemClock).Plan(w)
		if len(problems) > 0 {
			t.Fatalf("%s: %v", name, problems)
		}
		var text strings.Builder
		for _, step := range plan.Steps {
			body, err := json.MarshalIndent(step.Body, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&text, "%s %s\n%s\n", step.Name, step.Anchor, body)
		}
		file := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(file)
		if err != nil || string(golden) != text.String() {
			t.Errorf("%s, %v: the plan is\n%s", name, err, text.String())
		}
	}
}

func TestWhatCannotBePlanned(t *testing.T) {
	t.Parallel()
	adapter := admanager.New(parley.SystemClock)
	for name, test := range map[string]struct {
		mode        admanager.Mode
		more        string
		change      func(*activation.Want)
		code, field string
	}{
		"no mapping of the product":        {change: func(w *activation.Want) { delete(w.Mappings, parley.MapsProduct) }, code: "mapping_missing", field: "product"},
		"no advertiser":                    {change: func(w *activation.Want) { w.Deal.Identity.AdvertiserID, w.Deal.Identity.AdvertiserName = "", "" }, code: "mapping_missing", field: "advertiser"},
		"an advertiser that no filter has": {change: func(w *activation.Want) { w.Deal.Identity.AdvertiserName = "All * of us" }, code: "mapping_missing", field: "advertiser"},
		"another currency":                 {change: func(w *activation.Want) { w.Deal.Price.Currency = "EUR" }, code: "invalid", field: "currency"},
		"a place without an id":            {change: func(w *activation.Want) { w.Product.GeoTargets = []string{"US", "FR"} }, code: "mapping_missing", field: "settings.geo_targets"},
		"a video without a length": {change: func(w *activation.Want) {
			w.Mappings[parley.MapsProduct] = json.RawMessage(`{"ad_units": ["1"], "sizes": ["1x1"]}`)
		}, code: "mapping_missing", field: "product refs.max_seconds"},
		"a type of another kind of deal": {change: func(w *activation.Want) {
			w.Mappings[parley.MapsProduct] = product(`, "line_item_type": "PRICE_PRIORITY"`)
		}, code: "invalid", field: "product refs.line_item_type"},
		"a priority of another type": {change: func(w *activation.Want) { w.Mappings[parley.MapsProduct] = product(`, "priority": 12`) }, code: "invalid", field: "product refs.priority"},
		"a size that creatives must not have": {change: func(w *activation.Want) {
			w.Product.CreativeSpecs = &parley.CreativeSpecs{Sizes: []string{"300x250"}}
		}, code: "invalid", field: "product refs.sizes"},
		"a guaranteed private auction": {mode: admanager.PrivateAuction, change: func(w *activation.Want) {
			w.Deal.DealType = parley.ProgrammaticGuaranteed
		}, code: "invalid", field: "deal_type"},
		"a seat that is nobody": {mode: admanager.PrivateAuction, change: func(w *activation.Want) { delete(w.Mappings, parley.MapsSeat) }, code: "seat_unknown", field: "seat"},
		"settings of nothing":   {change: func(w *activation.Want) { w.Settings = json.RawMessage(`{}`) }, code: "invalid", field: "settings.network"},
	} {
		mode := test.mode
		if mode == "" {
			mode = admanager.HeaderBidding
		}
		w := want(mode, test.more)
		test.change(&w)
		_, problems := adapter.Plan(w)
		if !slices.ContainsFunc(problems, func(p activation.Problem) bool { return p.Code == test.code && p.Field == test.field }) {
			t.Errorf("%s: %v", name, problems)
		}
	}
	w := want(admanager.HeaderBidding, "")
	w.Product.CreativeSpecs = &parley.CreativeSpecs{Sizes: []string{"640x480"}, MaxDuration: 20}
	w.Mappings[parley.MapsProduct] = json.RawMessage(`{"ad_units": ["1"], "sizes": ["640x480"]}`)
	if plan, problems := adapter.Plan(w); len(problems) > 0 || !strings.Contains(string(plan.Steps[3].Body), `"maxVideoCreativeDuration":"20s"`) {
		t.Errorf("with creative specs: %v, %v", plan, problems)
	}
	w = want(admanager.HeaderBidding, `, "advertiser": "5000"`)
	w.Deal.Identity.AdvertiserID, w.Deal.Identity.AdvertiserName = "", ""
	if plan, problems := adapter.Plan(w); len(problems) > 0 || plan.Steps[0].Name != "order" {
		t.Errorf("with an advertiser for such deals: %v, %v", plan, problems)
	}
}

func TestSettingsAndMappingsAreChecked(t *testing.T) {
	t.Parallel()
	adapter := admanager.New(parley.SystemClock)
	right := func(more string) string {
		return `{"network": "1", "currency": "USD", "trafficker": "2", "deal_key": "hb_deal", "deal_key_id": "3"` + more + `}`
	}
	for settings, field := range map[string]string{
		right(""): "", right(`, "geo_targets": {"US-NY": "21167"}`): "", `{"network": "1", "mode": "private_auction", "currency": "USD"}`: "",
		`{"network": "1/../2", "mode": "private_auction", "currency": "USD"}`: "settings.network", `{"network": "1", "mode": "proposal", "currency": "USD"}`: "settings.mode",
		`{"network": "1", "mode": "private_auction"}`: "settings.currency", right(`, "salesperson": "x"`): "settings.salesperson",
		right(`, "geo_targets": {"usa": "1"}`): "settings.geo_targets", right(`, "token": "x"`): "settings", right(`, "order_name": "` + strings.Repeat("x", 201) + `"`): "settings.order_name",
		`{"network": "1", "currency": "USD", "trafficker": "2", "deal_key": "hb_deal_longer_than_20", "deal_key_id": "3"}`: "settings.deal_key",
		`{"network": "1", "currency": "USD"}`: "settings.trafficker",
	} {
		problems := adapter.Validate(json.RawMessage(settings))
		if field == "" && len(problems) > 0 || field != "" && (len(problems) == 0 || problems[0].Field != field) {
			t.Errorf("%s: %v, want %q", settings, problems, field)
		}
	}
	for _, test := range []struct {
		about parley.MappingAbout
		refs  string
		field string
	}{
		{parley.MapsProduct, `{"ad_units": ["1"], "sizes": ["300x250"]}`, ""}, {parley.MapsProduct, `{"sizes": ["300x250"]}`, "refs.ad_units"},
		{parley.MapsProduct, `{"ad_units": ["1"]}`, "refs.sizes"}, {parley.MapsProduct, `{"ad_units": ["1"], "sizes": ["0x250"]}`, "refs.sizes"},
		{parley.MapsProduct, `{"ad_units": ["1"], "sizes": ["300 x 250"]}`, "refs.sizes"}, {parley.MapsProduct, `{"ad_units": ["sport"], "sizes": ["1x1"]}`, "refs.ad_units"},
		{parley.MapsProduct, `{"placements": ["1"], "sizes": ["1x1"], "key_values": [{"key": "1"}]}`, "refs.key_values.values"},
		{parley.MapsProduct, `{"placements": ["1"], "sizes": ["1x1"], "line_item_type": "HOUSE"}`, "refs.line_item_type"},
		{parley.MapsProduct, `{"placements": ["1"], "sizes": ["1x1"], "line_item_type": "BULK", "priority": 8}`, "refs.priority"},
		{parley.MapsProduct, `{"placements": ["1"], "sizes": ["1x1"], "max_seconds": -1}`, "refs.max_seconds"}, {parley.MapsProduct, `{"x": 1}`, "refs"},
		{parley.MapsAdvertiser, `{"company": "1"}`, ""}, {parley.MapsAdvertiser, `{"buyer_account": "1"}`, "refs.company"},
		{parley.MapsSeat, `{"buyer_account": "1"}`, ""}, {parley.MapsDSP, `{"company": "1"}`, "refs.buyer_account"},
	} {
		problems := adapter.ValidateMapping(test.about, json.RawMessage(test.refs))
		if test.field == "" && len(problems) > 0 || test.field != "" && (len(problems) == 0 || problems[0].Field != test.field) {
			t.Errorf("%s %s: %v, want %q", test.about, test.refs, problems, test.field)
		}
	}
}

// desk sends a deal to a network, one step at a time.
type desk struct {
	*testing.T
	adaptersuite.Bench
	server *fake.Server
	begun  []parley.ActivationStep
}

func openDesk(t *testing.T, mode admanager.Mode, more string) *desk {
	b, server, _ := bench(t, mode, more)
	return &desk{T: t, Bench: b, server: server}
}

// send sends all that is left, and answers the first failure.
func (d *desk) send() error {
	d.Helper()
	for {
		plan, problems := d.Plan(d.Want)
		if len(problems) > 0 {
			d.Fatal(problems)
		}
		step, verb := activation.Next(plan, d.begun)
		now := parley.ActivationStep{Name: step.Name, SentHash: step.Hash}
		for _, known := range d.begun {
			if known.Name == step.Name {
				now.Ref = known.Ref
			}
		}
		var err error
		switch verb {
		case activation.Done:
			return nil
		case activation.Update:
			now.Ref, err = d.Update(d.Context(), d.Account, now.Ref, step)
		case activation.Look:
			now.Ref, err = d.Create(d.Context(), d.Account, step)
		case activation.Pause:
			now.Ref, err = d.Pause(d.Context(), d.Account, now.Ref, step)
		case activation.End:
			now.Ref, err = d.End(d.Context(), d.Account, now.Ref, step)
		case activation.Create, activation.Stuck:
			d.Fatalf("%s %s", verb, step.Name)
		}
		if err != nil {
			return err
		}
		d.begun = activation.With(d.begun, now)
	}
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// stands checks how the deal stands.
func (d *desk) stands(state activation.State, text string) activation.Standing {
	d.Helper()
	var refs []string
	for _, s := range d.begun {
		refs = append(refs, s.Ref)
	}
	standing, err := d.Standing(d.Context(), d.Account, d.Want, refs)
	if err != nil || standing.State != state || !strings.Contains(standing.Text, text) {
		d.Fatalf("it stands as %+v, %v; want %s %s", standing, err, state, text)
	}
	return standing
}

func (d *desk) fails(err error, class parley.ActivationClass, code string) {
	d.Helper()
	if failure := activation.Failure(err); err == nil || failure.Class != class || failure.Code != code {
		d.Errorf("failed with %v, want %s %s", err, class, code)
	}
}

func TestALineItemStandsAsAdManagerSays(t *testing.T) {
	t.Parallel()
	d := openDesk(t, admanager.HeaderBidding, "")
	d.must(d.send())
	d.stands(activation.StateWaiting, "approval in Ad Manager")
	name := fmt.Sprint(d.server.Made("lineItems")[0]["name"])
	says := func(status string, more map[string]any) {
		change := map[string]any{"status": status, "missingCreatives": true}
		for k, v := range more {
			change[k] = v
		}
		d.server.Edits(name, change)
	}
	for status, text := range map[string]string{
		"PENDING_APPROVAL": "approval", "INACTIVE": "creatives", "PAUSED": "resume", "PAUSED_INVENTORY_RELEASED": "resume", "SOMETHING_NEW": "SOMETHING_NEW",
	} {
		says(status, nil)
		d.stands(activation.StateWaiting, text)
	}
	says("INACTIVE", map[string]any{"missingCreatives": false})
	d.stands(activation.StateWaiting, "activate")
	for _, status := range []string{"READY", "DELIVERING", "DELIVERY_EXTENDED"} {
		says(status, nil)
		d.stands(activation.StateLive, "")
	}
	says("COMPLETED", nil)
	d.stands(activation.StateEnded, "")
	stand := func() error {
		_, err := d.Standing(d.Context(), d.Account, d.Want, []string{name})
		return err
	}
	for _, status := range []string{"DISAPPROVED", "CANCELED"} {
		says(status, nil)
		d.fails(stand(), parley.ClassRefused, "disapproved")
	}
	says("READY", map[string]any{"archived": true})
	d.fails(stand(), parley.ClassGone, "missing")
	d.server.Forgets(name)
	d.fails(stand(), parley.ClassGone, "missing")
}

// TestWhatRestsIsKnownToRest has what was paused here stand in every way that Google tells of, and in one that it has added since.
func TestWhatRestsIsKnownToRest(t *testing.T) {
	t.Parallel()
	for mode, collection := range map[admanager.Mode]string{admanager.HeaderBidding: "lineItems", admanager.PrivateAuction: "privateAuctionDeals"} {
		d := openDesk(t, mode, "")
		d.must(d.send())
		name := fmt.Sprint(d.server.Made(collection)[0]["name"])
		d.Want.Intent = parley.IntentPause
		statuses := map[string]activation.State{
			"DRAFT": activation.StatePaused, "PENDING_APPROVAL": activation.StatePaused, "INACTIVE": activation.StatePaused, "PAUSED": activation.StatePaused,
			"PAUSED_INVENTORY_RELEASED": activation.StatePaused, "READY": activation.StateWaiting, "DELIVERING": activation.StateWaiting,
			"DELIVERY_EXTENDED": activation.StateWaiting, "COMPLETED": activation.StateEnded, "NOVEL": activation.StateWaiting,
		}
		if mode == admanager.PrivateAuction {
			statuses = map[string]activation.State{
				"PENDING": activation.StatePaused, "SELLER_PAUSED": activation.StatePaused, "BUYER_PAUSED": activation.StatePaused, "ACTIVE": activation.StateWaiting,
				"NOVEL": activation.StateWaiting,
			}
		}
		for status, state := range statuses {
			d.server.Edits(name, map[string]any{"status": status})
			text := ""
			if status == "NOVEL" {
				text = status
			}
			d.stands(state, text)
		}
	}
}

func TestAPrivateAuctionHasGooglesId(t *testing.T) {
	t.Parallel()
	d := openDesk(t, admanager.PrivateAuction, "")
	d.must(d.send())
	made := d.server.Made("privateAuctionDeals")[0]
	if s := d.stands(activation.StateWaiting, "the buyer to accept"); s.Alias != (activation.Alias{System: "google", ID: fmt.Sprint(made["externalDealId"]), Seat: fake.Buyer}) {
		t.Errorf("the alias is %v", s.Alias)
	}
	name := fmt.Sprint(made["name"])
	for status, want := range map[string]activation.State{
		"ACTIVE": activation.StateLive, "SELLER_PAUSED": activation.StateWaiting, "BUYER_PAUSED": activation.StateWaiting, "NEW": activation.StateWaiting,
	} {
		d.server.Edits(name, map[string]any{"status": status})
		d.stands(want, "")
	}
	d.server.Edits(name, map[string]any{"status": "ACTIVE", "buyerAccountId": "4711"})
	if s := d.stands(activation.StateWaiting, "for the buyer "+fake.Buyer+": there it is for 4711"); s.Accepted {
		t.Error("another buyer's acceptance counts")
	}
	d.server.Edits(name, map[string]any{"status": "CANCELED", "buyerAccountId": fake.Buyer})
	_, err := d.Standing(t.Context(), d.Account, d.Want, []string{name})
	d.fails(err, parley.ClassRefused, "buyer_rejected")

	d.server.Edits(name, map[string]any{"status": "PENDING"})
	d.Want.Intent = parley.IntentEnd
	plan, _ := d.Plan(d.Want)
	_, err = d.End(t.Context(), d.Account, name, plan.Steps[0])
	d.fails(err, parley.ClassRefused, activation.CannotChange)
}

// TestALineItemThatNoProgramMayMakeIsMadeByHand has a network that does not let programs make line items.
func TestALineItemThatNoProgramMayMakeIsMadeByHand(t *testing.T) {
	t.Parallel()
	for _, refusal := range []fake.Fault{"", fake.Answers + "404", fake.Answers + "501"} {
		d := openDesk(t, admanager.HeaderBidding, `, "approve": true`)
		if refusal == "" {
			d.server.Closes("lineItems")
		}
		d.server.Breaks(func(method, path string) fake.Fault {
			if method == "POST" && path == "lineItems" {
				return refusal
			}
			return fake.None
		})
		d.must(d.send())
		d.stands(activation.StateWaiting, "somebody to make the line item")
		d.Want.Deal.Impressions, d.Want.Revision = 6_000_000, 2
		d.must(d.send()) // nothing is there to be changed
		d.stands(activation.StateWaiting, dealID)
		order := fmt.Sprint(d.server.Made("orders")[0]["name"])
		d.server.Adds("lineItems", map[string]any{
			"order": order, "externalLineItemId": dealID, "displayName": "by hand", "status": "READY", "startTime": "2026-07-01T04:00:00Z", "notes": "",
			"creativeRotationType": "EVENLY", "costType": "CPM", "lineItemType": "STANDARD",
		})
		d.stands(activation.StateLive, "")
		d.Want.Deal.Impressions, d.Want.Revision = 7_000_000, 3
		d.must(d.send())
		if !strings.Contains(d.Text(), `"units":"7000000"`) {
			t.Errorf("the line item made by hand is not changed: %s", d.Text())
		}
		d.server.Adds("lineItems", map[string]any{"order": order, "externalLineItemId": dealID})
		_, err := d.Standing(t.Context(), d.Account, d.Want, []string{"by-hand:" + dealID})
		d.fails(err, parley.ClassRefused, "ambiguous_remote")
	}
}

func TestAnAccountThatIsShutOutIsNotTakenForOneThatMayNot(t *testing.T) {
	t.Parallel()
	d := openDesk(t, admanager.HeaderBidding, "")
	d.server.Breaks(func(method, path string) fake.Fault {
		if method == "POST" && path == "lineItems" || path == "/v1/networks/"+fake.Network {
			return fake.Answers + "403"
		}
		return fake.None
	})
	d.fails(d.send(), parley.ClassCredentials, "forbidden")
}

func TestForecasts(t *testing.T) {
	t.Parallel()
	d := openDesk(t, admanager.HeaderBidding, "")
	d.server.Forecasts(0, true)
	d.fails(d.send(), parley.ClassNotYet, "no_forecast")
	d.server.Forecasts(4_000_000, false)
	err := d.send()
	if d.fails(err, parley.ClassRefused, "forecast_short"); !strings.Contains(fmt.Sprint(err), "4000000") {
		t.Errorf("the available units are not told: %v", err)
	}
	over := openDesk(t, admanager.HeaderBidding, `, "allow_overbook": true`)
	over.server.Forecasts(4_000_000, false)
	over.must(over.send())
	over.Want.Deal.Impressions++
	over.must(over.send())
}

func TestFailuresHaveTheirClass(t *testing.T) {
	t.Parallel()
	d := openDesk(t, admanager.HeaderBidding, "")
	for _, test := range []struct {
		fault fake.Fault
		class parley.ActivationClass
		code  string
	}{
		{fake.Answers + "400", parley.ClassRefused, "refused"}, {fake.Answers + "404", parley.ClassRefused, "not_found"},
		{fake.Answers + "409", parley.ClassRefused, "conflict"}, {fake.Answers + "401", parley.ClassCredentials, "credential"},
		{fake.Answers + "403", parley.ClassCredentials, "forbidden"}, {fake.Answers + "429", parley.ClassTransient, "away"},
		{fake.Answers + "503", parley.ClassTransient, "away"}, {fake.Answers + "408", parley.ClassTransient, "away"},
		{fake.Answers + "500", parley.ClassUnsure, "failed"}, {fake.Answers + "504", parley.ClassUnsure, "failed"},
		{fake.DropsBefore, parley.ClassUnsure, "no_answer"}, {fake.Cuts, parley.ClassUnsure, "answer"}, {fake.Huge, parley.ClassUnsure, "answer"},
	} {
		d.server.Breaks(func(method, _ string) fake.Fault {
			if method == "POST" {
				return test.fault
			}
			return fake.None
		})
		d.begun = nil
		err := d.send()
		d.fails(err, test.class, test.code)
		if wait, _ := activation.Wait(err, 1); test.fault == fake.Answers+"503" && wait != 90*time.Second {
			t.Errorf("waits %s", wait)
		}
	}
	plan, _ := d.Plan(d.Want)
	for _, fault := range []fake.Fault{fake.DropsAfter, fake.Huge, fake.Cuts, fake.Answers + "500"} {
		d.server.Breaks(func(string, string) fake.Fault { return fault })
		if _, err := d.Look(t.Context(), d.Account, plan.Steps[0]); err == nil || activation.Failure(err).Class != parley.ClassTransient {
			t.Errorf("%s: %v", fault, err)
		}
	}
	d.server.Breaks(nil)
	reader, is := d.Adapter.(activation.CredentialReader)
	if !is {
		t.Fatal("nothing looks at a credential when it is set")
	}
	for _, credential := range []string{"", "{}", `{"client_email": "x", "private_key": "y"}`} {
		account := d.Account
		account.Credential = []byte(credential)
		_, err := d.Look(t.Context(), account, plan.Steps[0])
		d.fails(err, parley.ClassCredentials, "credential")
		if problems := reader.ValidateCredential(account.Credential); len(problems) != 1 || problems[0].Field != "credential" {
			t.Errorf("%q can be set: %v", credential, problems)
		}
	}
	if problems := reader.ValidateCredential(d.Account.Credential); len(problems) > 0 {
		t.Error(problems)
	}
	d.server.Close()
	_, err := admanager.NewAt(d.server.URL, d.server.TokenURL(), parley.SystemClock).Look(t.Context(), d.Account, plan.Steps[0])
	d.fails(err, parley.ClassTransient, "no_answer")
}

func TestATokenIsTakenUntilItEnds(t *testing.T) {
	t.Parallel()
	b, server, clock := bench(t, admanager.HeaderBidding, "")
	given := 0
	check := func(want int) {
		t.Helper()
		if findings := b.Check(t.Context(), b.Account); len(findings) > 0 {
			t.Fatal(findings)
		}
		if given = server.Tokens(); given != want {
			t.Errorf("%d tokens, want %d", given, want)
		}
	}
	check(1)
	clock.Move(54 * time.Minute)
	check(1)
	clock.Move(time.Minute) // five minutes are left
	check(2)
	server.Revokes()
	if findings := b.Check(t.Context(), b.Account); len(findings) != 1 || !strings.Contains(findings[0].Text, "401") {
		t.Error(findings)
	}
	check(1)
}

func TestListsAreReadToTheirEnd(t *testing.T) {
	t.Parallel()
	b, server, _ := bench(t, admanager.HeaderBidding, "")
	server.Pages(3)
	for range 10 {
		server.Adds("orders", map[string]any{"poNumber": dealID, "status": "DRAFT"})
	}
	step, _ := b.Plan(b.Want)
	found, err := b.Look(t.Context(), b.Account, step.Steps[1])
	if err != nil || len(found) != 10 {
		t.Errorf("found %d, %v", len(found), err)
	}
	for range 200 {
		server.Adds("orders", map[string]any{"poNumber": dealID, "status": "DRAFT"})
	}
	if _, err = b.Look(t.Context(), b.Account, step.Steps[1]); activation.Failure(err).Code != "ambiguous_remote" {
		t.Errorf("more than 50 pages: %v", err)
	}
}

func TestANetworkIsChecked(t *testing.T) {
	t.Parallel()
	b, server, _ := bench(t, admanager.HeaderBidding, "")
	mapped := func(about parley.MappingAbout, refs json.RawMessage) parley.Mapping {
		return parley.Mapping{About: about, Name: "x", Refs: refs}
	}
	b.Account.Mappings = []parley.Mapping{
		mapped(parley.MapsProduct, product("")), mapped(parley.MapsSeat, json.RawMessage(fmt.Sprintf(`{"buyer_account": %q}`, fake.Buyer))),
		mapped(parley.MapsAdvertiser, json.RawMessage(fmt.Sprintf(`{"company": %q}`, fake.Advertiser))),
	}
	if findings := b.Check(t.Context(), b.Account); len(findings) > 0 {
		t.Fatal(findings)
	}
	for _, call := range server.Calls() {
		if !strings.HasPrefix(call, "GET ") {
			t.Errorf("a check makes the call %s", call)
		}
	}
	for name, test := range map[string]struct {
		change  func(*activation.Account)
		problem bool
		text    string
	}{
		"another time zone": {func(a *activation.Account) { a.TimeZone = "UTC" }, false, "time zone"},
		"another currency": {func(a *activation.Account) {
			a.Settings = json.RawMessage(strings.Replace(string(a.Settings), `"USD"`, `"EUR"`, 1))
		}, true, "EUR"},
		"another key": {func(a *activation.Account) {
			a.Settings = json.RawMessage(strings.Replace(string(a.Settings), fake.DealKeyID, fake.KeyID, 1))
		}, true, "section"},
		"another country": {func(a *activation.Account) {
			a.Settings = json.RawMessage(strings.Replace(string(a.Settings), `"US"`, `"CA"`, 1))
		}, true, "is in US"},
		"no such trafficker": {func(a *activation.Account) {
			a.Settings = json.RawMessage(strings.Replace(string(a.Settings), fake.Trafficker, "2999", 1))
		}, true, "users/2999 is not there"},
		"no such buyer": {func(a *activation.Account) {
			a.Mappings = []parley.Mapping{mapped(parley.MapsDSP, json.RawMessage(`{"buyer_account": "9"}`))}
		}, true, "programmaticBuyers/9"},
		"everything": {func(a *activation.Account) {
			a.Mappings = []parley.Mapping{mapped(parley.MapsProduct, json.RawMessage(fmt.Sprintf(`{"ad_units": [%q]}`, fake.Root)))}
		}, true, "root"},
		"no credential": {func(a *activation.Account) { a.Credential = nil }, true, "credential"},
		"no such network": {func(a *activation.Account) {
			a.Settings = json.RawMessage(strings.Replace(string(a.Settings), fake.Network, "4712", 1))
		}, true, "403"},
	} {
		account := b.Account
		test.change(&account)
		findings := b.Check(t.Context(), account)
		if !slices.ContainsFunc(findings, func(f activation.Finding) bool {
			return f.Problem == test.problem && strings.Contains(f.Text, test.text)
		}) {
			t.Errorf("%s: %v", name, findings)
		}
	}
}

// TestNothingRunsEverywhereByAccident maps a product to the root ad unit.
func TestNothingRunsEverywhereByAccident(t *testing.T) {
	t.Parallel()
	root := func(d *desk) {
		d.Want.Mappings[parley.MapsProduct] = json.RawMessage(strings.Replace(string(product("")), fake.AdUnit, fake.Root, 1))
	}
	for _, mode := range []admanager.Mode{admanager.HeaderBidding, admanager.PrivateAuction} {
		d := openDesk(t, mode, "")
		root(d)
		d.fails(d.send(), parley.ClassRefused, "invalid")
		allowed := openDesk(t, mode, `, "allow_root_ad_unit": true`)
		root(allowed)
		allowed.must(allowed.send())
	}
}

// TestAStartThatIsPastIsSoon sends a deal whose flight has begun.
func TestAStartThatIsPastIsSoon(t *testing.T) {
	t.Parallel()
	b, server, clock := bench(t, admanager.HeaderBidding, "")
	clock.Move(35*24*time.Hour + 2*time.Minute + time.Second)
	d := &desk{T: t, Bench: b, server: server}
	d.must(d.send())
	if starts := server.Made("lineItems")[0]["startTime"]; starts != "2026-07-06T12:15:00Z" {
		t.Errorf("starts at %v", starts)
	}
	clock.Move(4 * time.Minute)
	d.Want.Deal.Impressions++
	d.must(d.send())
	if starts := server.Made("lineItems")[0]["startTime"]; starts != "2026-07-06T12:15:00Z" {
		t.Errorf("changed before it begins, it starts at %v", starts)
	}
	clock.Move(30 * 24 * time.Hour)
	late, again, now := bench(t, admanager.HeaderBidding, "")
	now.Move(90 * 24 * time.Hour)
	d = &desk{T: t, Bench: late, server: again}
	d.fails(d.send(), parley.ClassRefused, "invalid")
}

func TestSomebodyElsesPauseStays(t *testing.T) {
	t.Parallel()
	d := openDesk(t, admanager.HeaderBidding, `, "approve": true`)
	d.must(d.send())
	line := fmt.Sprint(d.server.Made("lineItems")[0]["name"])
	d.server.Edits(line, map[string]any{"status": "PAUSED"})
	d.Want.Deal.Impressions++
	d.must(d.send())
	d.stands(activation.StateWaiting, "resume")

	other := d.server.Adds("orders", map[string]any{"poNumber": "other"})
	d.server.Edits(line, map[string]any{"order": other})
	d.Want.Deal.Impressions++
	d.fails(d.send(), parley.ClassRefused, activation.CannotChange)
}

// TestAStatusThatIsNotKnownIsNotTakenForRest pauses, and ends, line items of a status that Google has added since: they may run.
func TestAStatusThatIsNotKnownIsNotTakenForRest(t *testing.T) {
	t.Parallel()
	for _, intent := range []parley.ActivationIntent{parley.IntentPause, parley.IntentEnd} {
		d := openDesk(t, admanager.HeaderBidding, `, "approve": true`)
		d.must(d.send())
		d.server.Edits(fmt.Sprint(d.server.Made("lineItems")[0]["name"]), map[string]any{"status": "NOVEL"})
		d.Want.Intent, d.Want.Revision = intent, 2
		d.must(d.send())
		if status := d.server.Made("lineItems")[0]["status"]; status != "PAUSED" {
			t.Errorf("to %s it is %v", intent, status)
		}
	}
}

// TestAnOrderThatHoldsMoreIsNotArchived has somebody put another line item into the deal's order.
func TestAnOrderThatHoldsMoreIsNotArchived(t *testing.T) {
	t.Parallel()
	d := openDesk(t, admanager.HeaderBidding, `, "approve": true`)
	d.must(d.send())
	order := fmt.Sprint(d.server.Made("orders")[0]["name"])
	d.server.Adds("lineItems", map[string]any{"order": order, "externalLineItemId": "another", "archived": false})
	d.Want.Intent = parley.IntentEnd
	plan, _ := d.Plan(d.Want)
	for i := range plan.Steps {
		step := plan.Steps[len(plan.Steps)-1-i]
		for _, known := range d.begun {
			if known.Name == step.Name {
				if _, err := d.End(t.Context(), d.Account, known.Ref, step); err != nil {
					t.Error(err)
				}
			}
		}
	}
	if d.server.Made("orders")[0]["archived"] == true || d.server.Made("lineItems")[0]["status"] != "PAUSED" {
		t.Errorf("%s", d.Text())
	}
}

// TestGoogleAloneIsReached has addresses that are in no setting and in no credential.
func TestGoogleAloneIsReached(t *testing.T) {
	t.Parallel()
	d := openDesk(t, admanager.HeaderBidding, "")
	if !strings.Contains(string(d.Account.Credential), "elsewhere.example") {
		t.Fatal("the credential does not lead elsewhere")
	}
	d.must(d.send())
}
