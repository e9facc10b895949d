package rest_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/rest"
)

// owned are the names of what belongs to one buyer.
var owned = []string{
	"quote_id", "proposal_id", "negotiation_id", "deal_id", "order_id", "change_request_id", "event_id", "key_id",
	"webhook_id", "session_id",
}

// TestAnotherBuyersAreNotFound has another buyer, and nobody, name what a buyer has, in the path or the body of every route
// that buyers use: none of it exists for them, no list shows it, and nothing of it changes.
func TestAnotherBuyersAreNotFound(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		there := s.dealings()
		before := s.everything(there)
		tried := map[string]bool{}
		for _, route := range rest.Routes() {
			if route.Access == rest.AccessOperator || route.Access == rest.AccessPublic || route.Access == rest.AccessCatalog {
				continue
			}
			body, named := bodyFor(route), false
			if route.Example != "" {
				document, _ := aboutWhatIsThere(t, route.Example, there).(map[string]any)
				body = document
				named = slices.ContainsFunc(owned, func(name string) bool { return document[name] != nil })
			}
			named = named || slices.ContainsFunc(owned, func(name string) bool { return strings.Contains(route.Path, "{"+name+"}") })
			path := address(route, there)
			switch {
			case named:
				tried[route.ID] = true
				if got := s.call(route.Method, path, s.rival, body); got.status != http.StatusNotFound {
					t.Errorf("%s %s by another buyer: %d %s", route.Method, path, got.status, got.text)
				}
				if got := s.call(route.Method, path, "", body); got.status != http.StatusNotFound && got.status != http.StatusUnauthorized {
					t.Errorf("%s %s by nobody: %d %s", route.Method, path, got.status, got.text)
				}
			case route.ID == "exportDeals":
				tried[route.ID] = true
				if file := s.must(http.StatusOK, "GET", path, s.rival, nil); strings.Count(strings.TrimSpace(file.text), "\n") > 0 {
					t.Errorf("%s holds more than its head for another buyer: %s", path, file.text)
				}
			case route.Method == http.MethodGet && route.ID != "streamEvents" && route.ID != "getOrderReport":
				tried[route.ID] = true
				if list := s.must(http.StatusOK, "GET", path, s.rival, nil); list.word("total_count") != "0" {
					t.Errorf("%s shows another buyer's: %s", path, list.text)
				}
			}
		}
		if len(tried) < 25 {
			t.Errorf("only %d routes were tried: %v", len(tried), tried)
		}
		if after := s.everything(there); after != before {
			t.Errorf("what the buyer has is\n%s\nand was\n%s", after, before)
		}
	})
}

// everything is all that the buyer can read of its dealings.
func (s *shop) everything(there map[string]string) string {
	s.t.Helper()
	var texts []string
	for _, route := range rest.Routes() {
		if route.Method != http.MethodGet || route.ID == "streamEvents" || route.Access == rest.AccessOperator || route.Access == rest.AccessPublic {
			continue
		}
		if got := s.call("GET", address(route, there), s.buyer, nil); got.status != http.StatusOK && route.ID != "getKey" {
			s.t.Errorf("GET %s by its buyer: %d %s", address(route, there), got.status, got.text)
		} else if got.status == http.StatusOK {
			texts = append(texts, got.text)
		}
	}
	all, err := json.MarshalIndent(texts, "", " ")
	if err != nil {
		s.t.Fatal(err)
	}
	return string(all)
}
