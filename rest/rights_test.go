package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/rest"
	"parley/seller"
	"parley/storage"
)

// TestWhoMayNotWriteWritesNothing has every kind of caller try every route that is not only read, about things that exist and
// with a body that would do: where it may not, it is refused, and no row of the database has changed.
func TestWhoMayNotWriteWritesNothing(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		s := openShopOn(t, store, rest.Options{})
		there := s.dealings()
		callers := s.callers()
		before := stores.Dump(t, store)
		refused := map[string]int{}
		for _, route := range rest.Routes() {
			if route.Method == http.MethodGet {
				continue
			}
			var body any
			if route.Example != "" {
				body = aboutWhatIsThere(t, route.Example, there)
			}
			document, _ := body.(map[string]any)
			named := slices.ContainsFunc(owned, func(name string) bool {
				return document[name] != nil || strings.Contains(route.Path, "{"+name+"}")
			})
			for _, caller := range callers {
				if caller.may(route, named) {
					continue
				}
				refused[caller.name]++
				got := s.call(route.Method, address(route, there), caller.key, body)
				if got.status != http.StatusUnauthorized && got.status != http.StatusForbidden && got.status != http.StatusNotFound {
					t.Errorf("%s %s by %s: %d %s", route.Method, route.Path, caller.name, got.status, got.text)
				}
				if after := stores.Dump(t, store); after != before {
					t.Fatalf("%s %s by %s wrote:\n%s", route.Method, route.Path, caller.name, difference(before, after))
				}
			}
		}
		for _, caller := range callers {
			if least := map[string]int{"revoked": 40, "expired": 40, "viewer": 35, "admin": 6, "buyer": 20}[caller.name]; refused[caller.name] < least {
				t.Errorf("%s was refused %d times, want at least %d", caller.name, refused[caller.name], least)
			}
		}
		// A question for another role, alone and among others.
		id := there["approval_id"]
		for _, caller := range callers {
			if caller.name != "finance" && caller.name != "legal" {
				continue
			}
			s.must(403, "POST", "/approvals/"+id+"/decide", caller.key, `{"decision": "approve", "resume": true}`)
			bulk := s.must(200, "POST", "/approvals/decide", caller.key, fmt.Sprintf(`{"approval_ids": [%q], "decision": "approve", "resume": true}`, id))
			if bulk.word("decided") != "0" {
				t.Errorf("%s decided what asks the role approver: %s", caller.name, bulk.text)
			}
		}
		if after := stores.Dump(t, store); after != before {
			t.Errorf("another role wrote:\n%s", difference(before, after))
		}
	})
}

// TestReadingWritesNothing has every kind of caller read everything.
func TestReadingWritesNothing(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		s := openShopOn(t, store, rest.Options{})
		there, callers := s.dealings(), s.callers()
		before := stores.Dump(t, store)
		for _, route := range rest.Routes() {
			if route.Method != http.MethodGet || route.ID == "streamEvents" {
				continue
			}
			for _, caller := range callers {
				s.call(route.Method, address(route, there), caller.key, nil)
			}
			if after := stores.Dump(t, store); after != before {
				t.Fatalf("GET %s wrote:\n%s", route.Path, difference(before, after))
			}
		}
	})
}

// difference are the lines that only one of two dumps has.
func difference(before, after string) string {
	was, is := strings.Split(before, "\n"), strings.Split(after, "\n")
	var lines []string
	for _, line := range is {
		if !slices.Contains(was, line) {
			lines = append(lines, "+ "+line)
		}
	}
	for _, line := range was {
		if !slices.Contains(is, line) {
			lines = append(lines, "- "+line)
		}
	}
	return strings.Join(lines, "\n")
}

// caller is a kind of caller.
type caller struct {
	name  string
	key   string
	scope parley.Scope // of an operator
}

func (s *shop) callers() []caller {
	s.t.Helper()
	callers := []caller{{name: "anonymous"}, {name: "buyer", key: s.buyer}, {name: "another buyer", key: s.rival}}
	for _, scope := range []parley.Scope{
		parley.ScopeViewer, parley.ScopeApprover, parley.ScopeFinance, parley.ScopeLegal, parley.ScopeDelivery, parley.ScopeAdmin,
	} {
		key := s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: string(scope), Scopes: []parley.Scope{scope}})
		callers = append(callers, caller{string(scope), key, scope})
	}
	made := s.must(201, "POST", "/auth/api-keys/operator", s.operator, `{"label": "gone", "roles": ["admin"]}`)
	s.must(200, "DELETE", "/auth/api-keys/"+made.word("key_id"), s.operator, nil)
	over := s.must(201, "POST", "/auth/api-keys/operator", s.operator, `{"label": "over", "roles": ["admin"], "expires_in_days": 1}`)
	s.clock.Move(24 * time.Hour)
	return append(callers, caller{name: "revoked", key: made.word("api_key")}, caller{name: "expired", key: over.word("api_key")})
}

// may tells who may do what, in the words of the specification. named routes are about something of the first buyer's.
func (c caller) may(route rest.Route, named bool) bool {
	forBuyers := route.Access == rest.AccessBuyer || route.Access == rest.AccessNegotiation
	forAdmins := slices.Equal(route.Scopes, []parley.Scope{parley.ScopeAdmin}) || slices.Equal(route.Scopes, []parley.Scope{parley.ScopeDelivery})
	switch c.name {
	case "anonymous":
		return !named && (route.Access == rest.AccessPublic || route.Access == rest.AccessCatalog || route.Access == rest.AccessQuotes ||
			route.Access == rest.AccessProposals || route.Access == rest.AccessNegotiation)
	case "buyer":
		return route.Access != rest.AccessOperator
	case "another buyer":
		return route.Access != rest.AccessOperator && !named
	case "viewer":
		return !route.Changes && !forBuyers
	case "delivery":
		return route.ID == "importDelivery"
	case "approver":
		return !forBuyers && !forAdmins
	case "finance", "legal":
		return !forBuyers && !forAdmins && route.ID != "cancelDeal"
	case "admin":
		return !forBuyers
	}
	return false
}
