package rest_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/rest"
	"parley/seller"
)

var wildcard = regexp.MustCompile(`\{[a-z_]+\}`)

// TestEveryKindOfCallerOnEveryRoute tries nobody, a buyer, an operator who may only look and an admin on every route.
// Whom a route is for gets past the access check, to the answer for an id that does not exist or a body that says
// nothing; the others are refused, although the body is one that nobody could read.
func TestEveryKindOfCallerOnEveryRoute(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		delivering := s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "ad server", Scopes: []parley.Scope{parley.ScopeDelivery}})
		for _, route := range rest.Routes() {
			path := wildcard.ReplaceAllString(route.Path, "unknown-id")
			anonymous, buyer, viewer, admin := expectedAccess(route)
			delivers := http.StatusForbidden // but where figures come in, and what nobody needs a key for
			if route.Access == rest.AccessPublic && !route.Changes || slices.Contains(route.Scopes, parley.ScopeDelivery) {
				delivers = 0
			}
			for _, caller := range []struct {
				name    string
				key     string
				refused int // 0: admitted
			}{
				{"anonymous", "", anonymous}, {"buyer", s.buyer, buyer}, {"viewer", s.viewer, viewer}, {"admin", s.operator, admin},
				{"delivery", delivering, delivers},
				{"bad key", "ask_live_wrong", http.StatusUnauthorized},
			} {
				t.Run(route.Method+" "+route.Path+" by "+caller.name, func(t *testing.T) {
					if caller.refused != 0 {
						got := s.call(route.Method, path, caller.key, "not JSON", "Content-Type", "text/plain")
						if got.status != caller.refused {
							t.Errorf("answered %d, not %d: %s", got.status, caller.refused, got.text)
						}
						if got.status == 401 && got.header.Get("WWW-Authenticate") == "" {
							t.Error("401 without WWW-Authenticate")
						}
						checkEnvelope(t, got)
						return
					}
					var body any
					if route.Method == http.MethodPost || route.Method == http.MethodPut {
						body = "{}"
					}
					method := route.Method
					if route.ID == "streamEvents" {
						method = http.MethodHead // the stream itself would not end
					}
					got := s.call(method, path, caller.key, body)
					if got.status == 401 || got.status == 403 || got.status >= 500 {
						t.Errorf("answered %d: %s", got.status, got.text)
					}
					if got.status >= 400 {
						checkEnvelope(t, got)
					}
				})
			}
		}
	})
}

// expectedAccess says how each kind of caller is refused on a route; 0 is admitted.
func expectedAccess(route rest.Route) (anonymous, buyer, viewer, admin int) {
	lookingOn := 0
	if route.Changes {
		lookingOn = 403
	}
	switch route.Access {
	case rest.AccessPublic, rest.AccessCatalog, rest.AccessQuotes, rest.AccessProposals:
		return 0, 0, lookingOn, 0
	case rest.AccessNegotiation:
		return 0, 0, 403, 403
	case rest.AccessCredential:
		return 401, 0, lookingOn, 0
	case rest.AccessBuyer:
		return 401, 0, 403, 403
	case rest.AccessSubscriber:
		return 401, 0, 403, 0
	case rest.AccessOperator:
	}
	if slices.Contains(route.Scopes, parley.ScopeViewer) {
		return 401, 403, 0, 0
	}
	return 401, 403, 403, 0
}

// checkEnvelope holds a failure against the one shape that all of them have.
func checkEnvelope(t testing.TB, got reply) {
	t.Helper()
	detail, _ := got.at("detail").(map[string]any)
	_, unsupported := detail["unsupported"].([]any)
	if got.header.Get("Content-Type") != "application/json" || !unsupported || got.word("detail.message") == "" {
		t.Errorf("%d was answered with %q: %s", got.status, got.header.Get("Content-Type"), got.text)
	}
	if id := got.word("detail.request_id"); id == "" || id != got.header.Get("X-Request-Id") {
		t.Errorf("request id %q in the body, %q in the header", id, got.header.Get("X-Request-Id"))
	}
	switch got.word("detail.error") {
	case "validation", "unsupported_capability", "unauthorized", "forbidden", "not_found", "quote_expired", "contention",
		"negotiation_closed", "idempotency_conflict", "ceiling_exceeded", "rate_limited", "unavailable", "internal":
	default:
		t.Errorf("the code %q is none of the contract's", got.word("detail.error"))
	}
	if strings.Contains(got.text, "goroutine") || strings.Contains(got.text, "SELECT") || strings.Contains(got.text, ".go:") {
		t.Errorf("the server's inside shows: %s", got.text)
	}
}

func TestRoutesHaveWhatTheTableNeeds(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, route := range rest.Routes() {
		for _, key := range []string{route.Method + " " + route.Path, route.ID} {
			if seen[key] {
				t.Errorf("%s is there twice", key)
			}
			seen[key] = true
		}
		if route.Summary == "" || route.Tag == "" || (route.Access == rest.AccessOperator || route.Access == rest.AccessSubscriber) != (len(route.Scopes) > 0) {
			t.Errorf("%s %s is not complete: %+v", route.Method, route.Path, route)
		}
	}
}
