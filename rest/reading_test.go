package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/rest"
	"parley/wire"
)

// TestJSONByItsOtherNames: what is JSON is read, whatever the format that is written in it is called.
func TestJSONByItsOtherNames(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for _, contentType := range []string{
			"application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8", "application/vnd.ucp.embedding+json; v=1",
			"application/vnd.iab.agentic-audiences+json; v=1", "application/ld+json", `application/x+json; profile="a;b"`,
		} {
			s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD"}`, "Content-Type", contentType)
		}
		for _, contentType := range []string{
			"text/json", "application/jsonp", "application/+json", "application/xml", "text/vnd.x+json", "application/vnd.x+json; charset=latin-1", "json",
		} {
			s.must(415, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD"}`, "Content-Type", contentType)
		}
	})
}

// TestUnknownMembersOnEveryRoute: a buyer's are left and told, an operator's are refused with the name that was meant.
func TestUnknownMembersOnEveryRoute(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	document := s.document()
	for _, route := range rest.Routes() {
		if route.Example == "" {
			continue
		}
		members := membersOf(t, document, route)
		long := members[0]
		for _, member := range members {
			if len(member) > len(long) {
				long = member
			}
		}
		misspelt := long[:len(long)-2] + long[len(long)-1:] + long[len(long)-2:len(long)-1] // the last two letters swapped
		if misspelt == long {
			misspelt = long + "s"
		}
		var body map[string]any
		if err := json.Unmarshal([]byte(route.Example), &body); err != nil {
			t.Fatal(err)
		}
		body[misspelt] = "x"
		path := wildcard.ReplaceAllString(route.Path, "unknown-id")
		anonymous, buyer, _, admin := expectedAccess(route)
		for _, caller := range []struct {
			key     string
			refused int
			strict  bool
		}{{"", anonymous, false}, {s.buyer, buyer, false}, {s.operator, admin, true}} {
			if caller.refused != 0 {
				continue
			}
			got := s.call(route.Method, path, caller.key, body)
			told, named := got.header.Get("Ignored-Fields") == misspelt, got.names(misspelt)
			switch {
			case caller.strict && (got.status != 422 || !named || !strings.Contains(got.text, "did you mean "+long+"?")):
				t.Errorf("%s %s with %s of an operator answered %d: %s", route.Method, route.Path, misspelt, got.status, got.text)
			case !caller.strict && route.ID == "sendSessionMessage": // keeps what buyers say in members of their own
			case !caller.strict && (named || !told):
				t.Errorf("%s %s with %s of a buyer answered %d with Ignored-Fields %q: %s", route.Method, route.Path, misspelt, got.status,
					got.header.Get("Ignored-Fields"), got.text)
			}
		}
	}
}

func TestIgnoredFieldsAreBounded(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	body := map[string]any{"product_id": "ctv-sports", "deal_type": "PD", "buyer_identity": map[string]any{"x\r\nSet-Cookie: a=b": 1, "né": 1, "seat_id": "s"}}
	got := s.must(201, "POST", "/api/v1/quotes", s.buyer, body)
	if named := got.header.Get("Ignored-Fields"); named != "buyer_identity.n?, buyer_identity.x??Set-Cookie??a?b" {
		t.Errorf("Ignored-Fields: %q", named)
	}
	for i := range 500 {
		body[fmt.Sprintf("x_%03d_%s", i, strings.Repeat("y", 200))] = i
	}
	got = s.must(201, "POST", "/api/v1/quotes", s.buyer, body)
	if named := got.header.Get("Ignored-Fields"); len(named) > 1100 || !strings.HasSuffix(named, ", ...") {
		t.Errorf("%d bytes: %q", len(named), named)
	}
	if got = s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "x_nothing": null}`); got.header.Get("Ignored-Fields") != "" {
		t.Errorf("a member that says nothing is told: %q", got.header.Get("Ignored-Fields"))
	}
}

// TestWhatWasReadCanBeSentBack reads what operators keep, and puts it back as it was answered.
func TestWhatWasReadCanBeSentBack(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	s.must(200, "PUT", "/api/v1/rate-card", s.operator, `{"entries": [{"inventory_type": "ctv", "base_cpm": 35.00}], "global_floors": [{"floor_cpm": 2.50}]}`)
	paths := []string{"/api/v1/rate-card"}
	for path, id := range map[string]string{
		"/api/v1/approval-rules": "rule_id", "/api/v1/pricing-rules": "rule_id", "/api/v1/negotiation-profiles": "profile_id", "/api/v1/packages": "package_id",
		"/api/v1/webhooks": "webhook_id",
	} {
		for _, route := range rest.Routes() {
			if route.Method == http.MethodPost && route.Path == path {
				example := strings.ReplaceAll(route.Example, "ctv-sports-live", "ctv-sports")
				example = strings.ReplaceAll(example, "video-web-midroll", "display-news")
				made := s.must(201, "POST", path, s.operator, example)
				paths = append(paths, path+"/"+made.word(id))
			}
		}
	}
	for _, path := range paths {
		found := s.must(200, "GET", path, s.operator, nil)
		s.must(200, "PUT", path, s.operator, found.text)
	}
}

// TestUnknownParametersOnEveryRoute: a filter that is misspelt, or names what there is not, never finds everything.
func TestUnknownParametersOnEveryRoute(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	document := s.document().body
	closed := 0
	for _, route := range rest.Routes() {
		path := wildcard.ReplaceAllString(route.Path, "unknown-id")
		var body any
		if route.Example != "" {
			body = route.Example
		}
		key := s.buyerOrOperator(route)
		got := s.call(route.Method, path+"?no_such_parameter=1", key, body)
		if got.status != 422 || !got.names("no_such_parameter") {
			t.Errorf("%s %s with a parameter that it does not have answered %d: %s", route.Method, route.Path, got.status, got.text)
		}
		parameters, _ := follow(document, "paths", route.Path, strings.ToLower(route.Method), "parameters").([]any)
		for _, parameter := range parameters {
			name, _ := follow(parameter, "name").(string)
			if follow(parameter, "in") == "query" && !strings.Contains(got.text, name) {
				t.Errorf("%s %s does not name its parameter %s: %s", route.Method, route.Path, name, got.text)
			}
			values, _ := follow(parameter, "schema", "enum").([]any)
			if len(values) == 0 {
				continue
			}
			closed++
			refused := s.call(route.Method, path+"?"+name+"=no-such-value", key, body)
			if refused.status != 422 || !refused.names(name) {
				t.Errorf("%s %s?%s=no-such-value answered %d: %s", route.Method, route.Path, name, refused.status, refused.text)
			}
			for _, value := range values {
				if !strings.Contains(refused.text, fmt.Sprint(value)) {
					t.Errorf("%s %s does not list %v of its %s", route.Method, route.Path, value, name)
				}
			}
			if twice := s.call(route.Method, fmt.Sprintf("%s?%s=%v&%s=%v", path, name, values[0], name, values[0]), key, body); twice.status != 422 {
				t.Errorf("%s %s with %s twice answered %d", route.Method, route.Path, name, twice.status)
			}
		}
	}
	if closed < 20 {
		t.Errorf("%d parameters with a closed set of values", closed)
	}
}

// TestEveryDateAndIntegerMember writes each in the other forms that mean the same, on every route that reads one.
func TestEveryDateAndIntegerMember(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	document := s.document().body
	tried := 0
	for _, route := range rest.Routes() {
		if route.Example == "" {
			continue
		}
		path := wildcard.ReplaceAllString(route.Path, "unknown-id")
		for _, member := range leavesOf(document, route) {
			for _, written := range member.written {
				body := decoded(t, route.Example)
				put(body, member.path, written)
				got := s.call(route.Method, path, s.buyerOrOperator(route), body)
				tried++
				if got.status == 400 || got.names(member.name()) && (strings.Contains(got.text, "must be a whole number") || strings.Contains(got.text, "must be a date") ||
					strings.Contains(got.text, "must be a time")) {
					t.Errorf("%s %s with %s %v answered %d: %s", route.Method, route.Path, member.name(), written, got.status, got.text)
				}
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d were tried", tried)
	}
}

type leaf struct {
	path    []string
	written []any
}

func (l leaf) name() string { return strings.Join(l.path, ".") }

// leavesOf are the dates and integers of a route's request, with forms that each can be written in.
func leavesOf(document map[string]any, route rest.Route) []leaf {
	schema, _ := follow(document, "paths", route.Path, strings.ToLower(route.Method), "requestBody", "content", "application/json", "schema").(map[string]any)
	var leaves []leaf
	var walk func(schema map[string]any, path []string)
	walk = func(schema map[string]any, path []string) {
		if choices, ok := schema["oneOf"].([]any); ok && len(path) == 0 {
			schema, _ = choices[0].(map[string]any)
		}
		if ref, ok := schema["$ref"].(string); ok {
			schema, _ = follow(document, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...).(map[string]any)
		}
		properties, _ := schema["properties"].(map[string]any)
		for name, property := range properties {
			of, _ := property.(map[string]any)
			at := append(append([]string{}, path...), name)
			kinds := typesOf(of)
			switch {
			case of["format"] == "date":
				leaves = append(leaves, leaf{at, []any{"2026-08-01", "2026-08-01T00:00:00", "2026-08-01T12:30:00Z", "2026-08-01T12:30:00.5+02:00", "2026-08-01 00:00:00"}})
			case of["format"] == "date-time":
				leaves = append(leaves, leaf{at, []any{"2026-08-01", "2026-08-01T00:00:00", "2026-08-01T12:30:00Z", "2026-08-01T12:30:00.5+02:00"}})
			case len(kinds) > 0 && kinds[0] == "number" && fmt.Sprint(of["type"]) != "number" && strings.Contains(fmt.Sprint(of["type"]), "integer"):
				leaves = append(leaves, leaf{at, []any{json.Number("2.0"), json.Number("2e0"), json.Number("20e-1"), json.Number("0.2e1")}})
			default:
				walk(of, at)
			}
		}
	}
	walk(schema, nil)
	return leaves
}

// put sets a member of a body.
func put(body any, path []string, value any) {
	object, _ := body.(map[string]any)
	for ; len(path) > 1; path = path[1:] {
		inner, ok := object[path[0]].(map[string]any)
		if !ok {
			inner = map[string]any{}
			object[path[0]] = inner
		}
		object = inner
	}
	if object != nil {
		object[path[0]] = value
	}
}

func TestNumbersAndDatesMeanTheSame(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 1e6,
		"flight_start": "2026-08-01T00:00:00", "flight_end": "2026-08-31T23:59:59Z"}`)
	if quote.word("terms.impressions") != "1000000" || quote.word("terms.flight_start") != "2026-08-01" || quote.word("terms.flight_end") != "2026-08-31" {
		t.Errorf("%s", quote.text)
	}
	for written, want := range map[string]int64{
		"1": 1, "1.0": 1, "1e6": 1_000_000, "1.5e1": 15, "1000000.000": 1_000_000, "10e-1": 1, "-2.0": -2, "0": 0, "-0.0": 0, "0e7": 0,
		"9223372036854775807": 9_223_372_036_854_775_807, "9007199254740993.0": 9_007_199_254_740_993,
	} {
		if n, err := wire.ParseWhole(written); n != want || err != nil {
			t.Errorf("%s is read as %d, %v", written, n, err)
		}
	}
	for _, wrong := range []string{"1.5", "1e-1", "0.1e0", "1e19", "1e400", "1e999999999", "9223372036854775808", "1e-99999", ""} {
		if n, err := wire.ParseWhole(wrong); err == nil {
			t.Errorf("%s is read as %d", wrong, n)
		}
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for written, want := range map[string][2]string{
		"2026-12-05": {"2026-12-05", "2026-12-05"}, "2026-12-05T00:00:00": {"2026-12-05", "2026-12-04"},
		"2026-12-05T04:59:59Z": {"2026-12-05", "2026-12-04"}, "2026-12-05T05:00:00Z": {"2026-12-05", "2026-12-05"},
		"2026-12-05T00:30:00+02:00": {"2026-12-04", "2026-12-04"}, "2026-12-05T12:00": {"2026-12-05", "2026-12-05"},
	} {
		for i, zone := range []*time.Location{time.UTC, newYork} {
			if day, err := wire.ParseDay(written, zone); err != nil || day.String() != want[i] {
				t.Errorf("%s in %s is %s, %v", written, zone, day, err)
			}
		}
	}
	for _, wrong := range []string{"", "2026-13-01", "2026-02-30T00:00:00Z", "tomorrow", "1969-12-31", "12026-01-01T00:00:00Z", "2026-12-05T25:00:00", "0001-01-01T00:00:00Z"} {
		if day, err := wire.ParseDay(wrong, nil); err == nil {
			t.Errorf("%q is read as %s", wrong, day)
		}
	}
}

// TestReferenceAnswers: what scripts written for the reference seller read is there, beside what this one answers.
func TestReferenceAnswers(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		if health := s.must(200, "GET", "/health", "", nil); health.word("status") != "healthy" {
			t.Errorf("%s", health.text)
		}
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed)
		deal := s.must(201, "POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+quote.word("quote_id")+`"}`)
		order := s.must(201, "POST", "/api/v1/orders", s.buyer, `{"deal_id": "`+deal.word("deal_id")+`"}`).word("order_id")
		s.must(201, "POST", "/api/v1/change-requests", s.buyer, `{"change_type": "cancellation", "deal_id": "`+deal.word("deal_id")+`"}`)
		moved := s.must(200, "POST", "/api/v1/orders/"+order+"/transition", s.buyer, `{"to_status": "submitted", "reason": "go"}`)
		next, _ := moved.at("allowed_next").([]any)
		if moved.word("transition.from_status") != "draft" || moved.word("transition.to_status") != "submitted" || moved.word("transition.transition_id") != order+"-2" ||
			fmt.Sprint(next) != "[cancelled]" {
			t.Errorf("%s", moved.text)
		}
		moved = s.must(200, "POST", "/api/v1/orders/"+order+"/transition", s.operator, `{"to_status": "approved"}`)
		if next, _ = moved.at("allowed_next").([]any); fmt.Sprint(next) != "[in_progress cancelled]" {
			t.Errorf("%s", moved.text)
		}
		history := s.must(200, "GET", "/api/v1/orders/"+order+"/history", s.buyer, nil)
		moves, _ := history.at("transitions").([]any)
		if history.word("transition_count") != "3" || len(moves) != 3 || follow(moves[2], "transition_id") != order+"-3" || follow(moves[2], "timestamp") != follow(moves[2], "at") {
			t.Errorf("%s", history.text)
		}
		audit := s.must(200, "GET", "/api/v1/orders/"+order+"/audit?from_date=2026-07-01&to_date=2026-07-01&actor=seller", s.operator, nil)
		if entries, _ := audit.at("audit_log").([]any); len(entries) != 0 {
			t.Errorf("an operator is told of %s", audit.text)
		}
		if asked := audit.row("change_requests", 0); audit.word("change_request_count") != "1" || asked.word("change_type") != "cancellation" || audit.word("created_at") == "" {
			t.Errorf("%s", audit.text)
		}
		for period, want := range map[string]string{
			"from_date=2026-07-01&to_date=2026-07-01": "1", "to_date=2026-06-30": "0", "from_date=2026-07-02": "0", "from=2026-07-01T00:00:00Z": "1",
		} {
			report := s.must(200, "GET", "/api/v1/orders/report?"+period, s.buyer, nil)
			for _, member := range []string{"total_orders", "change_requests.total"} {
				if report.word(member) != want {
					t.Errorf("%s: %s is not %s in %s", period, member, want, report.text)
				}
			}
		}
		s.must(422, "GET", "/api/v1/orders/report?from_date=soon", s.buyer, nil)
		for _, key := range []string{s.buyer, s.operator} {
			report := s.must(200, "GET", "/api/v1/orders/report", key, nil)
			if report.word("total_orders") != "1" || report.word("status_counts.approved") != "1" || report.word("total_transitions") != "2" ||
				report.word("avg_transitions_per_order") != "2.0" || report.word("actor_type_counts.buyer") != "1" || report.word("change_requests.total") != "1" {
				t.Errorf("%s", report.text)
			}
		}
		if report := s.must(200, "GET", "/api/v1/orders/report", s.rival, nil); report.word("total_orders") != "0" || report.word("change_requests.total") != "0" ||
			report.word("avg_transitions_per_order") != "0.0" {
			t.Errorf("another buyer is told %s", report.text)
		}
	})
}

// TestRateCardAsAList replaces the entries alone, as the reference seller takes them.
func TestRateCardAsAList(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.must(200, "PUT", "/api/v1/rate-card", s.operator, `{"entries": [{"inventory_type": "audio", "base_cpm": 9.00}],
			"global_floors": [{"floor_cpm": 2.50}], "volume_brackets": [{"impressions": 1000, "discount_pct": 5}]}`)
		s.must(200, "PUT", "/api/v1/rate-card", s.operator, `[{"inventory_type": "ctv", "base_cpm": 35.0}, {"inventory_type": "display", "base_cpm": 12}]`)
		card := s.must(200, "GET", "/api/v1/rate-card", s.operator, nil)
		for member, want := range map[string]int{"entries": 2, "global_floors": 1, "volume_brackets": 1} {
			if held, _ := card.at(member).([]any); len(held) != want {
				t.Errorf("%d %s: %s", len(held), member, card.text)
			}
		}
		s.must(412, "PUT", "/api/v1/rate-card", s.operator, `[{"inventory_type": "ctv", "base_cpm": 35.0}]`, "If-Match", `"v1"`)
		dated := s.must(200, "PUT", "/api/v1/rate-card", s.operator, `[
			{"inventory_type": "ctv", "base_cpm": 35.0, "currency": "USD", "effective_date": "2026-01-01", "notes": "upfront"},
			{"inventory_type": "display", "base_cpm": 12.0, "currency": "USD", "effective_date": null, "notes": null}]`)
		read := s.must(200, "GET", "/api/v1/rate-card", s.operator, nil)
		for _, card := range []reply{dated, read} {
			if entry := card.row("entries", 0); entry.word("effective_date") != "2026-01-01" || entry.word("notes") != "upfront" {
				t.Errorf("%s", card.text)
			}
			if entry := card.row("entries", 1); entry.at("effective_date") != nil || entry.at("notes") != nil {
				t.Errorf("%s", card.text)
			}
		}
		s.must(200, "PUT", "/api/v1/rate-card", s.operator, read.text)
		late := s.must(422, "PUT", "/api/v1/rate-card", s.operator, `[{"inventory_type": "ctv", "base_cpm": 35.0, "effective_date": "2030-01-01"}]`)
		if !late.names("entries[0].effective_date") || !strings.Contains(late.text, "put it on that day") {
			t.Errorf("%s", late.text)
		}
		if got := s.must(422, "PUT", "/api/v1/rate-card", s.operator, `[{"inventory_type": "ctv", "base_cmp": 35.0}]`); !got.names("entries[0].base_cmp") {
			t.Errorf("%s", got.text)
		}
		s.must(422, "POST", "/api/v1/quotes", s.buyer, `[]`)
	})
}

// TestDiscoveryByEitherName takes the agent's address as url and as agent_url.
func TestDiscoveryByEitherName(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		if got := s.must(422, "POST", "/registry/agents/discover", s.operator, `{}`); !got.names("url") {
			t.Errorf("%s", got.text)
		}
		if got := s.must(422, "POST", "/registry/agents/discover", s.operator, `{"url": "https://a.example", "agent_url": "https://b.example"}`); !got.names("agent_url") {
			t.Errorf("%s", got.text)
		}
		agent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"name": "B"}`))
		}))
		defer agent.Close()
		byURL := s.must(201, "POST", "/registry/agents/discover", s.operator, map[string]any{"url": agent.URL})
		byName := s.must(201, "POST", "/registry/agents/discover", s.operator, map[string]any{"agent_url": agent.URL})
		if byURL.word("agent_id") != byName.word("agent_id") {
			t.Errorf("%s, and %s", byURL.text, byName.text)
		}
	})
}
