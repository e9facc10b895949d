package rest_test

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"parley"
	"parley/activation/courier"
	"parley/rest"
	"parley/storage"
)

// told is a member of an answer as text, also within lists, whose rows are numbered.
func told(r reply, path string) string {
	var v any = r.body
	for name := range strings.SplitSeq(path, ".") {
		switch within := v.(type) {
		case map[string]any:
			v = within[name]
		case []any:
			if n, err := strconv.Atoi(name); err == nil && n < len(within) {
				v = within[n]
			} else {
				v = nil
			}
		}
	}
	return fmt.Sprint(v)
}

// send brings what is due to its destinations.
func (s *shop) send() {
	s.t.Helper()
	couriers := courier.New(s.service, s.clock.Read, slog.New(slog.NewTextHandler(io.Discard, nil)), courier.Limits{})
	for range 100 {
		due, _, err := s.service.DueActivations(s.t.Context(), 100)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
		for _, a := range due {
			if err := couriers.Deliver(s.t.Context(), "node", a.ID); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	s.t.Fatal("there is always something due")
}

// ordered has an order submitted and approved.
func (s *shop) ordered(orderID string) {
	s.t.Helper()
	move := "/api/v1/orders/" + orderID + "/transition"
	s.must(200, "POST", move, s.buyer, `{"to_status": "submitted"}`)
	s.must(200, "POST", move, s.operator, `{"to_status": "approved"}`)
}

// TestABookedDealGoesLive follows a deal to a trafficking sheet and back, as the desk and as its buyer see it.
func TestABookedDealGoesLive(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		to := s.must(201, "POST", "/api/v1/destinations", s.operator,
			`{"kind": "file_drop", "name": "Ad server", "settings": {"folder": "ad-server"}, "required": true}`)
		s.must(409, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "Ad server"}`)
		if told(to, "billing_source") != "<nil>" || told(to, "requests_per_minute") != "<nil>" || told(to, "sends") != "<nil>" {
			t.Errorf("nobody has decided: %s", to.text)
		}
		at := "/api/v1/destinations/" + to.word("destination_id")
		to = s.must(200, "PUT", at, s.operator,
			`{"name": "Ad server", "settings": {"folder": "ad-server"}, "required": true, "billing_source": "gam", "requests_per_minute": 90, "sends": 3}`)
		to = s.must(200, "PUT", at, s.operator, `{"name": "Ad server", "settings": {"folder": "ad-server"}, "required": true, "sends": 0}`)
		if to.word("billing_source") != "gam" || told(to, "requests_per_minute") != "90" || told(to, "sends") != "<nil>" {
			t.Errorf("what nobody spoke of stays: %s", to.text)
		}
		s.must(200, "PUT", at, s.operator, to.text) // what is read can be sent back
		touched := s.must(200, "POST", "/api/v1/destinations/preview", s.operator,
			`{"destination_id": "`+to.word("destination_id")+`", "name": "Ad server", "settings": {"folder": "elsewhere"}}`)
		if told(touched, "resent") != "true" || told(touched, "activations") != "0" || told(touched, "failing") != "[]" {
			t.Errorf("preview: %s", touched.text)
		}
		s.must(422, "POST", "/api/v1/destinations/preview", s.operator, `{"destination_id": "`+to.word("destination_id")+`", "name": "x", "settings": {"folder": "../x"}}`)
		s.must(404, "POST", "/api/v1/destinations/preview", s.operator, `{"destination_id": "dst-0", "name": "x"}`)
		s.must(403, "POST", "/api/v1/destinations/preview", s.viewer, `{"destination_id": "dst-0", "name": "x"}`)
		for _, wrong := range []string{`"requests_per_minute": -1`, `"requests_per_minute": 60001`, `"sends": 33`, `"sends": 1.5`, `"billing_source": 7`} {
			s.must(422, "PUT", at, s.operator, `{"name": "Ad server", `+wrong+`}`)
		}
		s.must(409, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "Other", "settings": {"folder": "AD-server", "format": "json"}}`)
		dealID, orderID := s.bookedDeal()
		s.ordered(orderID)

		preview := s.must(200, "GET", "/api/v1/deals/"+dealID+"/activations/preview?remote=true", s.operator, nil)
		if told(preview, "destinations.0.next") != "look sheet" || told(preview, "destinations.0.steps.0.body.deal_id") != dealID ||
			told(preview, "destinations.0.activation.status") != "queued" || told(preview, "destinations.0.remote.found.sheet") != "[]" {
			t.Errorf("preview: %s", preview.text)
		}
		moved := s.must(409, "POST", "/api/v1/orders/"+orderID+"/transition", s.operator, `{"to_status": "in_progress"}`)
		id := moved.word("detail.activation_id")
		if id == "" {
			t.Errorf("moved by hand: %s", moved.text)
		}
		s.send()
		found := s.must(200, "GET", "/api/v1/activations?status=waiting&deal_id="+dealID, s.viewer, nil)
		if told(found, "activations.0.activation_id") != id || told(found, "activations.0.steps.0.ref") != dealID+"_r1" || told(found, "activations.0.applied") != "false" {
			t.Errorf("sent: %s", found.text)
		}
		story := s.must(200, "GET", "/api/v1/activations/"+id, s.viewer, nil)
		if story.word("destination_name") != "Ad server" || told(story, "attempts.0.verb") != "create" || told(story, "attempts.0.class") != "<nil>" {
			t.Errorf("story: %s", story.text)
		}
		if got := s.must(200, "GET", "/api/v1/orders/"+orderID, s.buyer, nil).word("status"); got != "syncing" {
			t.Errorf("the order is %s", got)
		}

		buyers := s.must(200, "GET", "/api/v1/deals/"+dealID+"/activation", s.buyer, nil)
		if told(buyers, "activations.0.status") != "waiting" || told(buyers, "activations.0.system") != "file_drop" {
			t.Errorf("the buyer reads %s", buyers.text)
		}
		for _, secret := range []string{"dst-", "Ad server", "ad-server", "_r1"} {
			if strings.Contains(buyers.text, secret) {
				t.Errorf("the buyer reads %s in %s", secret, buyers.text)
			}
		}
		s.must(404, "GET", "/api/v1/deals/"+dealID+"/activation", s.rival, nil)
		s.must(403, "GET", "/api/v1/activations/"+id, s.buyer, nil)

		if got := s.must(422, "POST", "/api/v1/activations/"+id+"/acknowledge", s.operator, `{}`); !strings.Contains(got.text, `"ref"`) {
			t.Errorf("acknowledged without a word: %s", got.text)
		}
		s.must(200, "POST", "/api/v1/activations/"+id+"/acknowledge", s.operator, `{"ref": "Line item 4711"}`)
		s.must(409, "POST", "/api/v1/activations/"+id+"/acknowledge", s.operator, `{}`)
		if got := s.must(200, "GET", "/api/v1/orders/"+orderID, s.buyer, nil).word("status"); got != "booked" {
			t.Errorf("the order is %s", got)
		}
		figures := "day,line_item_ref,impressions\n2026-07-01,Line item 4711,7\n"
		s.must(200, "POST", "/api/v1/delivery/imports?source=ad+server", s.operator, figures, "Content-Type", "text/csv")
		if got := s.must(200, "GET", "/api/v1/deals/"+dealID+"/delivery", s.buyer, nil); told(got, "days.0.impressions") != "7" ||
			told(got, "days.0.outside_flight") != "true" || told(got, "total.impressions") != "0" { // a month before the flight
			t.Errorf("figures by what the deal is trafficked as: %s", got.text)
		}
		s.must(409, "POST", "/api/v1/activations/"+id+"/resume", s.operator, nil)
		s.must(422, "POST", "/api/v1/activations/"+id+"/pause", s.operator, `{"reason": " "}`)
		paused := s.must(200, "POST", "/api/v1/activations/"+id+"/pause", s.operator, `{"reason": "another creative"}`)
		if paused.word("intent") != "pause" || paused.word("status") != "queued" || told(paused, "applied") != "false" {
			t.Errorf("paused: %s", paused.text)
		}
		s.must(409, "POST", "/api/v1/activations/"+id+"/pause", s.operator, `{}`)
		s.must(403, "POST", "/api/v1/activations/"+id+"/pause", s.viewer, `{}`)
		s.send()
		if got := s.must(200, "POST", "/api/v1/activations/"+id+"/acknowledge", s.operator, `{}`); got.word("status") != "waiting" || told(got, "applied") != "true" {
			t.Errorf("paused: %s", got.text)
		}
		if buyers := s.must(200, "GET", "/api/v1/deals/"+dealID+"/activation", s.buyer, nil); told(buyers, "activations.0.paused") != "true" {
			t.Errorf("the buyer reads %s", buyers.text)
		}
		if got := s.must(200, "POST", "/api/v1/activations/"+id+"/resume", s.operator, nil).word("intent"); got != "run" {
			t.Errorf("resumed: %s", got)
		}
		s.send()
		s.must(200, "POST", "/api/v1/activations/"+id+"/acknowledge", s.operator, `{}`)
		s.must(409, "POST", "/api/v1/activations/"+id+"/release", s.operator, nil)
		s.must(409, "POST", "/api/v1/activations/"+id+"/retry", s.operator, nil)
		s.must(409, "POST", "/api/v1/activations/"+id+"/give-up", s.operator, `{}`)
		s.must(409, "POST", "/api/v1/activations/"+id+"/adopt", s.operator, `{"ref": "line/1"}`)
		if got := s.must(200, "POST", "/api/v1/activations/"+id+"/withdraw", s.operator, `{"reason": "elsewhere"}`).word("status"); got != "withdrawing" {
			t.Errorf("withdrawn: %s", got)
		}
		// What deals were for is kept with them, and can be paused.
		s.send()
		s.must(200, "POST", "/api/v1/activations/"+id+"/acknowledge", s.operator, `{}`)
		if kept := s.must(409, "DELETE", at, s.operator, nil); !strings.Contains(kept.text, "Pause it instead") {
			t.Errorf("removed: %s", kept.text)
		}
		s.must(403, "DELETE", at, s.viewer, nil)
		if left := s.must(200, "GET", "/api/v1/activations/"+id, s.viewer, nil); left.word("destination_name") != "Ad server" || left.word("status") != "withdrawn" {
			t.Errorf("what is left is %s", left.text)
		}
		s.must(200, "POST", at+"/pause", s.operator, `{"reason": "not used any more"}`)
	})
}

func TestDestinationsArePausedAndReplaced(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		to := s.must(201, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "Ad server", "trigger": "deal_booked"}`)
		path, etag := "/api/v1/destinations/"+to.word("destination_id"), `"v1"`
		if got := s.must(200, "GET", path+"/check", s.operator, nil); told(got, "ok") != "true" {
			t.Errorf("checked: %s", got.text)
		}
		paused := s.must(200, "POST", path+"/pause", s.operator, `{"reason": "it moves"}`)
		s.must(200, "GET", "/readyz", "", nil) // a program serves whatever its destinations do
		if paused.word("status") != "paused" || paused.word("paused_because") != "it moves" {
			t.Errorf("paused: %s", paused.text)
		}
		dealID, _ := s.bookedDeal()
		s.send()
		waits := func(want string) {
			t.Helper()
			if got := s.must(200, "GET", "/api/v1/activations?deal_id="+dealID, s.operator, nil); told(got, "activations.0.status") != want {
				t.Errorf("want %s: %s", want, got.text)
			}
		}
		waits("queued")
		s.must(200, "POST", path+"/resume", s.operator, nil)
		s.send()
		waits("waiting")
		s.must(412, "PUT", path, s.operator, `{"name": "Other"}`, "If-Match", etag)
		replaced := s.must(200, "PUT", path, s.operator, `{"name": "Other", "match": {"deal_types": ["PD"]}}`, "If-Match", `"v3"`)
		if replaced.word("name") != "Other" || told(replaced, "match.deal_types.0") != "PD" || replaced.word("version") != "4" || replaced.word("kind") != "file_drop" {
			t.Errorf("replaced: %s", replaced.text)
		}
		s.must(409, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "spare"}`)
		spare := s.must(201, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "spare", "settings": {"folder": "spare"}}`)
		s.must(409, "PUT", "/api/v1/destinations/"+spare.word("destination_id"), s.operator, `{"name": "spare"}`)
		another := `{"kind": "deals_api", "name": "spare", "settings": {"folder": "spare"}, "destination_id": "` + spare.word("destination_id") + `"}`
		s.must(422, "PUT", "/api/v1/destinations/"+spare.word("destination_id"), s.operator, strings.Replace(another, `, "destination_id": "`+spare.word("destination_id")+`"`, "", 1))
		s.must(422, "POST", "/api/v1/destinations/preview", s.operator, another)
		s.must(200, "PUT", "/api/v1/destinations/"+spare.word("destination_id"), s.operator, `{"name": "spare", "settings": {"folder": "spare", "format": "json"}}`)
		s.must(200, "DELETE", "/api/v1/destinations/"+spare.word("destination_id"), s.operator, nil)
		s.must(404, "GET", "/api/v1/destinations/"+spare.word("destination_id"), s.operator, nil)
	})
}

func TestDestinationsAreChecked(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	for body, field := range map[string]string{
		`{"name": "x"}`: "kind", `{"kind": "fax", "name": "x"}`: "kind", `{"kind": "file_drop", "name": " "}`: "name",
		`{"kind": "file_drop", "name": "x", "settings": {"folder": "../x"}}`:        "settings.folder",
		`{"kind": "file_drop", "name": "x", "settings": {"folder": "/etc"}}`:        "settings.folder",
		`{"kind": "file_drop", "name": "x", "settings": {"secret": 1}}`:             "settings",
		`{"kind": "file_drop", "name": "x", "match": {"seat_ids": [""]}}`:           "match.seat_ids",
		`{"kind": "file_drop", "name": "x", "match": {"product_ids": ["no-such"]}}`: "match.product_ids",
		`{"kind": "file_drop", "name": "x", "trigger": "never"}`:                    "trigger",
		fmt.Sprintf(`{"kind": "file_drop", "name": %q}`, strings.Repeat("é", 101)):  "name",
	} {
		if got := s.must(422, "POST", "/api/v1/destinations", s.operator, body); !strings.Contains(got.text, `"`+field+`"`) {
			t.Errorf("%s: %s", body, got.text)
		}
	}
}

func TestMappingsReachTheSheet(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		to := s.must(201, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "Ad server"}`).word("destination_id")
		path := "/api/v1/destinations/" + to + "/mappings"
		dealID, orderID := s.bookedDeal()
		first := s.must(200, "GET", "/api/v1/deals/"+dealID+"/activations/preview", s.operator, nil)
		productID := told(first, "destinations.0.steps.0.body.product_id")
		missing := s.must(200, "GET", path+"/missing?limit=500", s.viewer, nil)
		if !strings.Contains(missing.text, `"`+productID+`"`) {
			t.Errorf("missing: %s", missing.text)
		}
		set := s.must(200, "PUT", path, s.operator, fmt.Sprintf(`{"about": "product", "name": %q, "refs": {"ad_units": ["1/ctv", "=2"], "key_values": {"pos": "pre"}}}`, productID))
		if set.word("version") != "1" || told(set, "refs.ad_units.0") != "1/ctv" {
			t.Errorf("set: %s", set.text)
		}
		again := s.must(200, "PUT", path, s.operator, fmt.Sprintf(`{"about": "product", "name": %q, "refs": {"key_values": {"pos": "pre"}, "ad_units": ["1/ctv", "=2"]}}`, productID))
		if again.word("version") != "1" || again.word("mapping_id") != set.word("mapping_id") {
			t.Errorf("set as it was: %s", again.text)
		}
		if missing := s.must(200, "GET", path+"/missing?limit=500", s.viewer, nil); strings.Contains(missing.text, `"`+productID+`"`) {
			t.Errorf("missing: %s", missing.text)
		}
		many := `{"mappings": [{"about": "seat", "name": " SEAT-1 ", "refs": {"name": "Seat one"}}, {"about": "agency", "name": "a", "refs": {"name": "Agency"}}]`
		for _, dry := range []string{`, "dry_run": true}`, `}`} {
			if got := s.must(200, "POST", path+"/import", s.operator, many+dry); got.word("added") != "2" || got.word("changed") != "0" {
				t.Errorf("imported: %s", got.text)
			}
		}
		if got := s.must(200, "POST", path+"/import", s.operator, many+`}`); got.word("unchanged") != "2" {
			t.Errorf("imported again: %s", got.text)
		}
		file := s.must(200, "GET", path+"/export", s.viewer, nil)
		if media := file.header.Get("Content-Type"); media != "text/csv; charset=utf-8" || strings.Count(file.text, "\n") != 4 || !strings.Contains(file.text, "seat,seat-1,") {
			t.Errorf("exported as %s: %s", media, file.text)
		}
		sheet := func(status int, text string) reply {
			return s.must(status, "POST", path+"/import", s.operator, text, "Content-Type", "text/csv")
		}
		if got := sheet(200, file.text); got.word("unchanged") != "3" || got.word("added") != "0" {
			t.Errorf("a file as it was exported: %s", got.text)
		}
		if got := sheet(422, "about,name,refs\nseat,x,{}\n"); !strings.Contains(got.text, "mappings[0].refs") {
			t.Errorf("a wrong file: %s", got.text)
		}
		if got := sheet(422, "about,name\nseat,x\n"); !strings.Contains(got.text, "line 1") {
			t.Errorf("a file without a column: %s", got.text)
		}
		if got := s.must(200, "GET", path+"?about=seat&name=Seat-1", s.viewer, nil); told(got, "mappings.0.refs.name") != "Seat one" || told(got, "mappings.1") != "<nil>" {
			t.Errorf("listed: %s", got.text)
		}
		s.ordered(orderID)
		s.send()
		preview := s.must(200, "GET", "/api/v1/deals/"+dealID+"/activations/preview", s.operator, nil)
		for member, want := range map[string]string{"ad_units": "1/ctv; =2", "key_values": "pos=pre"} {
			if got := told(preview, "destinations.0.steps.0.body."+member); got != want {
				t.Errorf("%s is %s", member, got)
			}
		}
		s.must(403, "PUT", path, s.viewer, `{"about": "seat", "name": "x", "refs": {"name": "y"}}`)
		other := s.must(201, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "Other", "settings": {"folder": "other"}}`).word("destination_id")
		s.must(404, "DELETE", "/api/v1/destinations/"+other+"/mappings/"+set.word("mapping_id"), s.operator, nil)
		s.must(200, "DELETE", path+"/"+set.word("mapping_id"), s.operator, nil)
		s.must(404, "DELETE", path+"/"+set.word("mapping_id"), s.operator, nil)
		s.must(404, "GET", "/api/v1/destinations/dst-none/mappings", s.operator, nil)
	})
}

func TestMappingsAreChecked(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	path := "/api/v1/destinations/" + s.must(201, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "x"}`).word("destination_id") + "/mappings"
	for body, field := range map[string]string{
		`{"about": "product", "name": "none", "refs": {}}`: "name", `{"about": "seat", "name": " ", "refs": {"name": "x"}}`: "name",
		`{"about": "seat", "name": "s", "refs": {}}`: "refs.name", `{"about": "seat", "name": "s", "refs": {"id": 1}}`: "refs",
		`{"about": "product", "name": "ctv-sports", "refs": {"sizes": [""]}}`:           "refs.sizes",
		`{"about": "product", "name": "ctv-sports", "refs": {"durations": [0]}}`:        "refs.durations",
		`{"about": "product", "name": "ctv-sports", "refs": {"key_values": {"": "x"}}}`: "refs.key_values",
	} {
		if got := s.must(422, "PUT", path, s.operator, body); !strings.Contains(got.text, `"`+field+`"`) {
			t.Errorf("%s: %s", body, got.text)
		}
		if got := s.must(422, "POST", path+"/import", s.operator, `{"mappings": [`+body+`]}`); !strings.Contains(got.text, `"mappings[0].`+field+`"`) {
			t.Errorf("%s: %s", body, got.text)
		}
	}
	twice := `{"about": "seat", "name": "s", "refs": {"name": "x"}}`
	if got := s.must(422, "POST", path+"/import", s.operator, `{"mappings": [`+twice+`, `+strings.Replace(twice, `"s"`, `" S"`, 1)+`]}`); !strings.Contains(got.text, `"mappings[1].name"`) {
		t.Error(got.text)
	}
}

// TestABuyerReadsWhatItsDealIsCalledElsewhere has a system give a deal an id of its own, under which its buyer bids there.
func TestABuyerReadsWhatItsDealIsCalledElsewhere(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		to := s.must(201, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "Ad server"}`).word("destination_id")
		dealID, _ := s.bookedDeal()
		path := "/api/v1/deals/" + dealID
		if before := s.must(200, "GET", path, s.buyer, nil); told(before, "ext.deal_ids") != "[]" {
			t.Errorf("before: %s", before.text)
		}
		err := s.store.Tx(t.Context(), func(tx *storage.Tx) error {
			tx.InsertDealAlias(parley.DealAlias{DealID: dealID, System: "google", ID: "7261534", DestinationID: to, Seat: "4711"})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		listed := s.must(200, "GET", "/api/v1/deals", s.buyer, nil)
		got := s.must(200, "GET", path, s.buyer, nil)
		for member, want := range map[string]string{
			"ext.deal_ids.0.system": "google", "ext.deal_ids.0.id": "7261534", "ext.deal_ids.0.seat": "4711", "ext.deal_ids.1": "<nil>", "openrtb_params.id": dealID,
		} {
			if told(got, member) != want || told(listed, "deals.0."+member) != want {
				t.Errorf("%s is %s, and %s in the list; want %s", member, told(got, member), told(listed, "deals.0."+member), want)
			}
		}
		instructed, is := got.at("activation_instructions").(map[string]any)
		if !is {
			t.Fatalf("no instructions: %v", got)
		}
		for platform, instructions := range instructed {
			if dv360 := platform == "dv360"; strings.Contains(fmt.Sprint(instructions), "7261534") != dv360 || !dv360 && !strings.Contains(fmt.Sprint(instructions), dealID) {
				t.Errorf("%s is to be set up by: %v", platform, instructions)
			}
		}
		s.must(404, "GET", path, s.rival, nil)
	})
}
