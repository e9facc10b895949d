package rest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
)

// productMembers are the members of a product's body: what a product had, what a change states, and what null leaves and a new
// product without it has; needed ones cannot be cleared, nor left out of a new product unless it then has something.
var productMembers = []struct {
	name, had, stated, cleared string
	needed                     bool
}{
	{name: "name", had: `"Home"`, stated: `"House"`, needed: true},
	{name: "description", had: `"what it is"`, stated: `"what it was"`, cleared: `null`},
	{name: "inventory_type", had: `"video"`, stated: `"display"`, needed: true},
	{name: "deal_types", had: `["PG","PD"]`, stated: `["PA"]`, needed: true},
	{name: "base_cpm", had: `12.00`, stated: `13.50`, cleared: `null`},
	{name: "floor_cpm", had: `8.00`, stated: `9.25`, cleared: `null`},
	{name: "currency", had: `"EUR"`, stated: `"CAD"`, cleared: `"USD"`},
	{name: "minimum_impressions", had: `1000`, stated: `2000`, cleared: `0`},
	{name: "daily_impressions", had: `50000`, stated: `60000`, cleared: `null`},
	{name: "ad_formats", had: `["video"]`, stated: `["banner","native"]`, cleared: `[]`},
	{name: "device_types", had: `["1","2"]`, stated: `["3"]`, cleared: `[]`},
	{name: "geo_targets", had: `["US"]`, stated: `["CA"]`, cleared: `[]`},
	{name: "content_categories", had: `["IAB1"]`, stated: `["IAB2"]`, cleared: `[]`},
	{name: "audience_segments", had: `["243"]`, stated: `["1001","254"]`, cleared: `[]`},
	{name: "creative_specs", had: `{"sizes":["300x250"],"lead_days":3}`, stated: `{"max_duration":30}`, cleared: `null`},
	{name: "status", had: `"paused"`, stated: `"retired"`, cleared: `"active"`, needed: true}, // null would put a paused product on sale
}

// TestAProductKeepsWhatAChangeDoesNotState has each route that writes a product state each member alone, as null, and all but it.
func TestAProductKeepsWhatAChangeDoesNotState(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		n := 0
		fresh := func() string { n++; return fmt.Sprintf("p-%d", n) }
		members := func(except string) map[string]json.RawMessage {
			all := map[string]json.RawMessage{}
			for _, m := range productMembers {
				if m.name != except {
					all[m.name] = json.RawMessage(m.stated)
				}
			}
			if except == "base_cpm" || except == "floor_cpm" {
				delete(all, "currency") // which is not changed without the prices
			}
			return all
		}
		// alone is a change of one member; another currency takes the prices with it.
		alone := func(name, value string) map[string]json.RawMessage {
			body := map[string]json.RawMessage{name: json.RawMessage(value)}
			if name == "currency" {
				body["base_cpm"], body["floor_cpm"] = json.RawMessage("12.00"), json.RawMessage("8.00")
			}
			return body
		}
		had := func() string {
			t.Helper()
			id := fresh()
			body := map[string]json.RawMessage{"product_id": json.RawMessage(`"` + id + `"`)}
			for _, m := range productMembers {
				body[m.name] = json.RawMessage(m.had)
			}
			s.must(201, "POST", "/api/v1/products", s.operator, body)
			return id
		}
		read := func(id string) map[string]json.RawMessage {
			t.Helper()
			var members map[string]json.RawMessage
			if err := json.Unmarshal([]byte(s.must(200, "GET", "/api/v1/products/"+id, s.operator, nil).text), &members); err != nil {
				t.Fatal(err)
			}
			delete(members, "version")
			delete(members, "updated_at")
			return members
		}
		same := func(what string, got, want map[string]json.RawMessage) {
			t.Helper()
			if !maps.EqualFunc(got, want, func(a, b json.RawMessage) bool { return string(a) == string(b) }) {
				t.Errorf("%s: the product is\n%s, want\n%s", what, mustJSON(t, got), mustJSON(t, want))
			}
		}
		for how, change := range map[string]func(status int, id string, body map[string]json.RawMessage) reply{
			"PUT": func(status int, id string, body map[string]json.RawMessage) reply {
				return s.must(status, "PUT", "/api/v1/products/"+id, s.operator, body)
			},
			"PATCH": func(status int, id string, body map[string]json.RawMessage) reply {
				return s.must(status, "PATCH", "/api/v1/products/"+id, s.operator, body, "Content-Type", "application/merge-patch+json")
			},
			"POST": func(status int, id string, body map[string]json.RawMessage) reply {
				body = maps.Clone(body)
				body["product_id"] = json.RawMessage(`"` + id + `"`)
				return s.must(status, "POST", "/api/v1/products", s.operator, body, "If-Match", "*")
			},
		} {
			for _, m := range productMembers {
				id := had()
				want := read(id)
				change(200, id, alone(m.name, m.stated))
				want[m.name] = json.RawMessage(m.stated)
				same(how+" stating "+m.name, read(id), want)

				id = had()
				want = read(id)
				null := alone(m.name, "null")
				if m.needed {
					if got := change(422, id, null); !got.names(m.name) {
						t.Errorf("%s without %s: %s", how, m.name, got.text)
					}
				} else {
					change(200, id, null)
					want[m.name] = json.RawMessage(m.cleared)
				}
				same(how+" clearing "+m.name, read(id), want)

				id = had()
				change(200, id, members(m.name))
				want = members("")
				want[m.name] = json.RawMessage(m.had)
				if _, other := members(m.name)["currency"]; !other {
					want["currency"] = json.RawMessage(`"EUR"`)
				}
				got := read(id)
				delete(got, "product_id")
				delete(got, "created_at")
				same(how+" all but "+m.name, got, want)

				if how != "PUT" {
					continue
				}
				// A new product, without the member.
				id = fresh()
				if m.needed && m.cleared == "" {
					if got := change(422, id, members(m.name)); !got.names(m.name) {
						t.Errorf("a new product without %s: %s", m.name, got.text)
					}
					continue
				}
				change(201, id, members(m.name))
				if got := read(id)[m.name]; string(got) != m.cleared {
					t.Errorf("a new product without %s has %s, want %s", m.name, got, m.cleared)
				}
			}
		}
	})
}

const bannerBody = `"name": "Banner", "inventory_type": "display", "deal_types": ["preferred_deal"], "base_cpm": 4.00`

// TestWhatMustBeThereWhenAProductIsWritten tries each route with each precondition, of a product that is there and of one that
// is not.
func TestWhatMustBeThereWhenAProductIsWritten(t *testing.T) {
	t.Parallel()
	const there, absent = "there", "absent"
	cases := []struct {
		method, header, value, version string // the version in the body
		product                        string
		status                         int
	}{
		{"POST", "", "", "", absent, 201}, {"POST", "", "", "", there, 412},
		{"POST", "If-None-Match", "*", "", absent, 201}, {"POST", "If-None-Match", "*", "", there, 412},
		{"POST", "If-Match", `"v1"`, "", there, 200}, {"POST", "If-Match", `"v2"`, "", there, 412}, {"POST", "If-Match", `"v1"`, "", absent, 412},
		{"POST", "If-Match", "*", "", there, 200}, {"POST", "If-Match", "*", "", absent, 404},
		{"POST", "", "", "1", there, 200}, {"POST", "", "", "2", there, 412}, {"POST", "", "", "1", absent, 412},
		{"PUT", "", "", "", absent, 201}, {"PUT", "", "", "", there, 200},
		{"PUT", "If-None-Match", "*", "", absent, 201}, {"PUT", "If-None-Match", "*", "", there, 412},
		{"PUT", "If-Match", `"v1"`, "", there, 200}, {"PUT", "If-Match", `"v2"`, "", there, 412}, {"PUT", "If-Match", `"v1"`, "", absent, 412},
		{"PUT", "If-Match", "*", "", there, 200}, {"PUT", "If-Match", "*", "", absent, 404},
		{"PUT", "", "", "1", there, 200}, {"PUT", "", "", "2", there, 412},
		{"PATCH", "", "", "", absent, 404}, {"PATCH", "", "", "", there, 200},
		{"PATCH", "If-Match", `"v1"`, "", there, 200}, {"PATCH", "If-Match", `"v2"`, "", there, 412}, {"PATCH", "If-Match", `"v1"`, "", absent, 404},
		{"PATCH", "", "", "1", there, 200}, {"PATCH", "", "", "7", there, 412},
		{"PUT", "If-None-Match", `"v1"`, "", there, 422}, {"PUT", "If-None-Match", "*", "1", there, 422}, {"PUT", "If-Match", `"v1"`, "2", there, 422},
		{"PUT", "If-Match", `"5c1b"`, "", there, 412},
	}
	onEach(t, func(t *testing.T, s *shop) {
		for i, c := range cases {
			id := fmt.Sprintf("banner-%d", i)
			path, body := "/api/v1/products/"+id, `{"name": "Another name", "inventory_type": "display", "deal_types": ["PD"]`
			if c.product == there {
				s.must(201, "PUT", path, s.operator, `{`+bannerBody+`}`)
			}
			address := path
			if c.method == "POST" {
				address, body = "/api/v1/products", body+`, "product_id": "`+id+`"`
			}
			if c.version != "" {
				body += `, "version": ` + c.version
			}
			var headers []string
			if c.header != "" {
				headers = []string{c.header, c.value}
			}
			got := s.must(c.status, c.method, address, s.operator, body+"}", headers...)
			if c.status >= 400 {
				checkEnvelope(t, got)
			}
			read := s.call("GET", path, s.operator, nil)
			switch {
			case c.status < 300 && (read.text != got.text || read.word("name") != "Another name"):
				t.Errorf("%+v answered %s, and reads %s", c, got.text, read.text)
			case c.status == 201 && (read.word("version") != "1" || read.header.Get("ETag") != `"v1"`):
				t.Errorf("%+v: a new product reads %v %s", c, read.header, read.text)
			case c.status == 200 && (read.word("version") != "2" || read.at("base_cpm") == nil):
				t.Errorf("%+v: a changed product reads %s", c, read.text)
			case c.status >= 400 && c.product == absent && read.status != 404, c.status >= 400 && c.product == there && read.word("name") != "Banner":
				t.Errorf("%+v was refused, and reads %s", c, read.text)
			}
		}
	})
}

func TestAProductGoesOffSaleAndBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.must(201, "POST", "/api/v1/products", s.operator, `{"product_id": "banner", `+bannerBody+`}`)
		quote := `{"product_id": "banner", "deal_type": "PD"}`
		open := s.must(201, "POST", "/api/v1/quotes", s.buyer, quote).word("quote_id")
		for _, status := range []string{"paused", "retired"} {
			changed := s.must(200, "PATCH", "/api/v1/products/banner", s.operator, `{"status": "`+status+`"}`)
			if changed.word("status") != status {
				t.Errorf("answered %s", changed.text)
			}
			if got := s.call("POST", "/api/v1/quotes", s.buyer, quote); got.status != http.StatusNotFound && got.status != http.StatusUnprocessableEntity {
				t.Errorf("quoted while %s: %d %s", status, got.status, got.text)
			}
			if got := s.call("POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": open}); got.status < 400 {
				t.Errorf("booked while %s: %d %s", status, got.status, got.text)
			}
			for _, listed := range []string{s.must(200, "GET", "/products", s.buyer, nil).text, s.must(200, "GET", "/products", "", nil).text} {
				if strings.Contains(listed, `"product_id":"banner"`) {
					t.Errorf("offered while %s", status)
				}
			}
			if rows := s.must(200, "GET", "/api/v1/products?status="+status, s.operator, nil); rows.word("total_count") != "1" || !strings.Contains(rows.text, `"product_id":"banner"`) {
				t.Errorf("the %s ones are %s", status, rows.text)
			}
		}
		s.must(200, "PATCH", "/api/v1/products/banner", s.operator, `{"status": "active"}`)
		s.must(201, "POST", "/api/v1/quotes", s.buyer, quote)
		// A change that changes nothing makes no version.
		before := s.must(200, "GET", "/api/v1/products/banner", s.operator, nil)
		if again := s.must(200, "PATCH", "/api/v1/products/banner", s.operator, `{"status": "active"}`); again.text != before.text {
			t.Errorf("nothing was changed, and answered %s, before %s", again.text, before.text)
		}
		// What was read can be sent back, once.
		changed := strings.Replace(before.text, `"Banner"`, `"Leaderboard"`, 1)
		s.must(200, "PUT", "/api/v1/products/banner", s.operator, changed)
		s.must(412, "PUT", "/api/v1/products/banner", s.operator, changed)
	})
}

func TestAProductIsWrittenOnceUnderAKey(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		body := `{"idempotency_key": "k", "product_id": "banner", ` + bannerBody + `}`
		first := s.must(201, "POST", "/api/v1/products", s.operator, body)
		if again := s.must(201, "POST", "/api/v1/products", s.operator, body); again.text != first.text || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("repeated, answered %s", again.text)
		}
		// Absent and null are two bodies.
		s.must(200, "PATCH", "/api/v1/products/banner", s.operator, `{"name": "Leaderboard"}`, "Idempotency-Key", "k2")
		if got := s.must(409, "PATCH", "/api/v1/products/banner", s.operator, `{"name": "Leaderboard", "base_cpm": null}`, "Idempotency-Key", "k2"); got.word("detail.error") != "idempotency_conflict" {
			t.Errorf("another body: %s", got.text)
		}
		if events := s.must(200, "GET", "/events?event_type=catalog.changed", s.operator, nil); events.word("total_count") != "3" { // one of the shop's own stock
			t.Errorf("the events are %s", events.text)
		}
		if audits := s.must(200, "GET", "/api/v1/audit?resource=product&resource_id=banner", s.operator, nil); audits.word("total_count") != "2" ||
			!strings.Contains(audits.text, `"before":{"name":"Banner"},"after":{"name":"Leaderboard"}`) {
			t.Errorf("the audit entries are %s", audits.text)
		}
	})
}

func TestAProductThatCannotBe(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.must(201, "POST", "/api/v1/products", s.operator, `{"product_id": "yen", "name": "Yen", "inventory_type": " Display ", "deal_types": ["PG", "PG"],
			"base_cpm": {"amount_micros": 900000000, "currency": "JPY"}, "daily_impressions": 1000, "geo_targets": [" JP ", "JP", ""]}`)
		read := s.must(200, "GET", "/api/v1/products/yen", s.operator, nil)
		if read.word("currency") != "JPY" || read.word("inventory_type") != "display" || !strings.Contains(read.text, `"deal_types":["PG"]`) || !strings.Contains(read.text, `"geo_targets":["JP"]`) {
			t.Errorf("the product reads %s", read.text)
		}
		booked := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "yen", "deal_type": "PG", "impressions": 1000, "flight_start": "2026-08-01", "flight_end": "2026-08-01"}`)
		s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": booked.word("quote_id")})
		for _, c := range []struct {
			status      int
			body, field string
		}{
			{422, `"base_cpm": 900.50`, "base_cpm"}, {422, `"base_cpm": {"amount_micros": 900000000, "currency": "USD"}`, "currency"},
			{422, `"floor_cpm": 901`, "base_cpm"}, {422, `"base_cpm": 0`, "base_cpm"}, {422, `"base_cpm": -1`, "base_cpm"},
			{422, `"base_cpm": {"amount_micros": 1, "currency": "EUR"}, "floor_cpm": {"amount_micros": 1, "currency": "USD"}`, "floor_cpm.currency"},
			{422, `"currency": "yen"`, "currency"}, {422, `"currency": "USD"`, "currency"}, {422, `"currency": null`, "currency"}, {422, `"status": "gone"`, "status"}, {422, `"deal_types": ["XX"]`, "deal_types"},
			{422, `"minimum_impressions": -1`, "minimum_impressions"}, {422, `"daily_impressions": 1000000000000000000`, "daily_impressions"},
			{422, `"stauts": "paused"`, "stauts"}, {422, `"product_id": "another"`, "product_id"}, {422, `"ad_formats": ["a|b"]`, "ad_formats"},
			{422, `"name": 7`, "name"}, {422, `"geo_targets": "JP"`, "geo_targets"}, {422, `"geo_targets": [null]`, "geo_targets[0]"},
			{409, `"daily_impressions": 999`, ""}, {409, `"daily_impressions": null`, ""},
		} {
			got := s.must(c.status, "PATCH", "/api/v1/products/yen", s.operator, "{"+c.body+"}")
			if c.field != "" && !got.names(c.field) {
				t.Errorf("%s: %s", c.body, got.text)
			}
		}
		if after := s.must(200, "GET", "/api/v1/products/yen", s.operator, nil); after.text != read.text {
			t.Errorf("refused changes left %s", after.text)
		}
		if got := s.must(422, "POST", "/api/v1/products", s.operator, "{"+bannerBody+"}"); !got.names("product_id") {
			t.Errorf("without an id: %s", got.text)
		}
		if got := s.must(422, "PUT", "/api/v1/products/no%20id", s.operator, "{"+bannerBody+"}"); !got.names("product_id") {
			t.Errorf("an id with a space: %s", got.text)
		}
	})
}
