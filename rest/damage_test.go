package rest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"parley/internal/racedetector"
	"parley/rest"
)

// wrongValues do not belong into any field, or only by chance.
var wrongValues = []string{
	`null`, `true`, `-1`, `0`, `1.5`, `1e400`, `-1e400`, `99999999999999999999`, `9223372036854775807`, `""`, `"x"`, `[]`, `{}`, `[null]`,
	`[{}]`, `{"amount_micros": 1e400}`, `"` + strings.Repeat("x", 3000) + `"`, `"2026-02-30"`, `"99999-01-01"`, `"0000-00-00T00:00:00Z"`,
	`{"a": ` + strings.Repeat(`{"a":`, 20) + `1` + strings.Repeat("}", 20) + `}`,
	`{"a": "` + strings.Repeat("x", 17<<10) + `"}`, `"\u0000"`, `"\ufffe\u202e"`,
}

// dealings are one of everything that a path or a body can name, by the name of what names it.
func (s *shop) dealings() map[string]string {
	s.t.Helper()
	quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed).word("quote_id")
	s.must(201, "POST", "/api/v1/quotes/"+quote+"/hold", s.buyer, nil)
	_, orderID := s.bookedDeal()
	dealID := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": s.quoteBy(s.buyer)}).word("deal_id")
	const proposal = `{"product_id": "ctv-sports", "deal_type": "PD", "price": 25.00, "impressions": 100000, "start_date": "2026-08-01", "end_date": "2026-08-10"}`
	countered := s.must(201, "POST", "/proposals", s.buyer, proposal)
	s.must(201, "POST", "/api/v1/approval-rules", s.operator, `{"name": "one proposal", "gate": "proposal_decision", "condition": "impressions == 100001"}`)
	held := s.must(201, "POST", "/proposals", s.buyer, strings.ReplaceAll(proposal, "100000", "100001"))
	s.must(201, "POST", "/api/v1/approval-rules", s.operator, `{"name": "all changes", "gate": "change_request", "condition": "true"}`)
	change := s.askChange(201, dealID, `"change_type": "pricing", "proposed_values": {"price": 30.25}`)
	events, _ := s.must(200, "GET", "/events?limit=1", s.buyer, nil).at("events").([]any)
	event, _ := events[0].(map[string]any)
	key := s.must(201, "POST", "/auth/api-keys", s.operator, `{"label": "spare", "seat_id": "seat-3"}`)
	rule := s.must(201, "POST", "/api/v1/pricing-rules", s.operator, ruleOf("spare"))
	gate := s.must(201, "POST", "/api/v1/approval-rules", s.operator, `{"name": "spare", "gate": "deal_booking", "condition": "price > 900000"}`)
	profile := s.must(201, "POST", "/api/v1/negotiation-profiles", s.operator, `{"name": "spare", "product_ids": ["display-news"]}`)
	agent := s.must(201, "POST", "/registry/agents/discover", s.operator, `{"url": "https://buyer.example.com/a2a"}`)
	hook := s.must(201, "POST", "/api/v1/webhooks", s.buyer, `{"url": "https://buyer.example.com/spare"}`)
	bundle := s.must(201, "POST", "/api/v1/packages", s.operator, `{"name": "spare", "products": [{"product_id": "ctv-sports"}]}`)
	session := s.must(201, "POST", "/sessions", s.buyer, nil)
	sheets := s.must(201, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "spare", "trigger": "deal_booked"}`)
	mapping := s.must(200, "PUT", "/api/v1/destinations/"+sheets.word("destination_id")+"/mappings", s.operator, `{"about": "seat", "name": "seat-3", "refs": {"name": "Spare"}}`)
	s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": s.quoteBy(s.buyer)})
	sent, _ := s.must(200, "GET", "/api/v1/activations", s.operator, nil).at("activations").([]any)
	first, _ := sent[0].(map[string]any)
	return map[string]string{
		"destination_id": sheets.word("destination_id"), "mapping_id": mapping.word("mapping_id"), "activation_id": fmt.Sprint(first["activation_id"]),
		"product_id": "ctv-sports", "quote_id": quote, "deal_id": dealID, "order_id": orderID, "proposal_id": countered.word("proposal_id"),
		"negotiation_id": countered.word("counter_terms.negotiation_id"), "change_request_id": change.word("change_request_id"),
		"approval_id": held.word("approval_id"), "event_id": fmt.Sprint(event["event_id"]), "key_id": key.word("key_id"),
		"pricing-rules": rule.word("rule_id"), "approval-rules": gate.word("rule_id"), "profile_id": profile.word("profile_id"),
		"agent_id": agent.word("agent_id"), "webhook_id": hook.word("webhook_id"),
		"package_id": bundle.word("package_id"), "session_id": session.word("session_id"),
	}
}

func ruleOf(name string) string {
	return fmt.Sprintf(`{"name": %q, "discount_pct": 1, "product_ids": ["display-news"]}`, name)
}

// address is a route's path with the names of what there is.
func address(route rest.Route, there map[string]string) string {
	return wildcard.ReplaceAllStringFunc(route.Path, func(name string) string {
		name = strings.Trim(name, "{}")
		for kind, id := range there {
			if kind == name || name == "rule_id" && strings.Contains(route.Path, kind) {
				return id
			}
		}
		return "unknown-id"
	})
}

// sound holds an answer to be a success or the envelope of a refusal that is the client's own doing.
func sound(t *testing.T, got reply, what string, arguments ...any) {
	t.Helper()
	if got.status >= 500 {
		t.Errorf("%s answered %d: %s", fmt.Sprintf(what, arguments...), got.status, got.text)
	}
	if got.status >= 400 {
		checkEnvelope(t, got)
	}
}

// TestWrongValuesInEveryField takes each operation's example, about things that exist, and puts values that do not belong
// there into each of its members, however deep, takes the member out, or sends it alone. What is refused for its form, in
// the same way whatever the store, is sent once; what goes further is sent on both stores.
func TestWrongValuesInEveryField(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	document := openShop(t, rest.Options{}).document()
	for _, route := range rest.Routes() {
		if route.Example == "" {
			continue
		}
		t.Run(route.ID, func(t *testing.T) {
			t.Parallel()
			further := map[int]bool{}
			onEach(t, func(t *testing.T, s *shop) {
				there := s.dealings()
				path, key := address(route, there), s.buyerOrOperator(route)
				answered, first := map[int]int{}, len(further) == 0
				send := func(n int, body string) int {
					if !first && !further[n] {
						return 0
					}
					got := s.call(route.Method, path, key, body)
					sound(t, got, "%s with %.400s", path, body)
					further[n] = further[n] || got.status != 400 && got.status != 422
					return got.status
				}
				n := 0
				for _, member := range membersOf(t, document, route) {
					for _, value := range wrongValues {
						send(n, fmt.Sprintf(`{%q: %s}`, member, value))
						n++
					}
				}
				for _, damaged := range damagedExamples(t, route.Example, there) {
					answered[send(n, damaged)]++
					n++
				}
				if first && answered[404] > answered[422] {
					t.Errorf("the example was meant to be about what there is: %v", answered)
				}
			})
		})
	}
}

// damagedExamples are an example with one of its values gone, or exchanged for each of the wrong ones.
func damagedExamples(t *testing.T, example string, there map[string]string) []string {
	t.Helper()
	var damaged []string
	for _, place := range placesIn(aboutWhatIsThere(t, example, there)) {
		for _, value := range append([]string{""}, wrongValues...) {
			document := aboutWhatIsThere(t, example, there)
			document = exchange(document, place, value)
			if members, _ := document.(map[string]any); members["idempotency_key"] == theKey {
				members["idempotency_key"] = fmt.Sprint("damaged-", len(damaged))
			}
			// Encoded once more, a number that Go cannot hold is still there as it was written.
			raw, err := json.Marshal(document)
			if err != nil {
				t.Fatal(err)
			}
			damaged = append(damaged, string(raw))
		}
	}
	return damaged
}

// theKey stands for a key of the request's own.
const theKey = "a key"

// aboutWhatIsThere reads an example and has it name what exists.
func aboutWhatIsThere(t testing.TB, example string, there map[string]string) any {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal([]byte(example), &document); err != nil {
		t.Fatal(err)
	}
	if document["idempotency_key"] != nil {
		document["idempotency_key"] = theKey
	}
	for name, id := range there {
		if _, named := document[name]; named {
			document[name] = id
		}
	}
	return document
}

// placesIn lists the way to each value in a document: the names of members, and the numbers of elements of lists.
func placesIn(document any) [][]string {
	var places [][]string
	under := func(step string, child any) {
		places = append(places, []string{step})
		for _, rest := range placesIn(child) {
			places = append(places, append([]string{step}, rest...))
		}
	}
	switch v := document.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			under(name, v[name])
		}
	case []any:
		for i, element := range v {
			under(strconv.Itoa(i), element)
		}
	}
	return places
}

// exchange answers a document with another value, as JSON writes it, in a place; "" takes what is there away.
func exchange(document any, place []string, value string) any {
	if len(place) == 0 {
		return json.RawMessage(value)
	}
	switch v := document.(type) {
	case map[string]any:
		if len(place) == 1 && value == "" {
			delete(v, place[0])
			return v
		}
		v[place[0]] = exchange(v[place[0]], place[1:], value)
	case []any:
		i, err := strconv.Atoi(place[0])
		if err != nil {
			panic(err)
		}
		if len(place) == 1 && value == "" {
			return slices.Delete(v, i, i+1)
		}
		v[i] = exchange(v[i], place[1:], value)
	}
	return document
}

// TestWrongParametersOnEveryRoute puts values that do not belong there into each parameter that the description names, in
// the path, the query and the headers.
func TestWrongParametersOnEveryRoute(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, s *shop) {
		there := s.dealings()
		document := s.document()
		tried := 0
		for _, route := range rest.Routes() {
			parameters, _ := follow(document.body, "paths", route.Path, strings.ToLower(route.Method), "parameters").([]any)
			method := route.Method
			if route.ID == "streamEvents" {
				method = http.MethodHead // the stream itself would not end
			}
			for _, p := range parameters {
				parameter, _ := p.(map[string]any)
				name, in := fmt.Sprint(parameter["name"]), fmt.Sprint(parameter["in"])
				for _, value := range []string{
					"", "x", "-1", "1.5", "1e400", "99999999999999999999", "true", "2026-02-30", "99999-01-01", "0000-00-00T00:00:00Z", "%00",
					"%ff%fe", "%E2%80%AE", "%2F..%2F", "'%3B--", strings.Repeat("x", 3000),
				} {
					path, headers := address(route, there), []string(nil)
					switch in {
					case "path":
						path = address(route, map[string]string{name: value, "pricing-rules": value, "approval-rules": value})
					case "query":
						path += "?" + name + "=" + value
					case "header":
						plain, err := url.PathUnescape(value)
						if err != nil || strings.ContainsAny(plain, "\x00") {
							continue // no client can send it
						}
						headers = []string{name, plain}
					}
					tried++
					got := s.call(method, path, s.buyerOrOperator(route), bodyFor(route), headers...)
					if method == http.MethodHead {
						if got.status >= 500 {
							t.Errorf("%s %s with %s %q answered %d", method, path, name, value, got.status)
						}
						continue
					}
					sound(t, got, "%s %s with %s %q", method, path, name, value)
				}
			}
		}
		if tried < 1000 {
			t.Errorf("only %d were tried", tried)
		}
	})
}

func bodyFor(route rest.Route) any {
	if route.Method == http.MethodPost || route.Method == http.MethodPut {
		return "{}"
	}
	return nil
}
