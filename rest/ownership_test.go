package rest_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/rest"
	"parley/seller"
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
		s.hideFrom(s.dealings(), s.rival)
	})
}

// TestASeatIsAnotherBuyerAtEachDSP has keys with one seat's id, alike but for the DSP, as each other's other buyers.
func TestASeatIsAnotherBuyerAtEachDSP(t *testing.T) {
	t.Parallel()
	for name, identity := range map[string]parley.Identity{
		"a seat alone": {}, "of an agency": {AgencyID: "agency-1"}, "of both": {AgencyID: "agency-1", AdvertiserID: "adv-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, s *shop) {
				at := func(dsp string) string {
					identity := identity
					identity.SeatID, identity.DSPPlatform = "4711", dsp
					return s.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "of 4711 at " + dsp, Identity: identity})
				}
				first := at("The Trade Desk")
				s.buyer = at("thetradedesk")
				there := s.dealings()
				acting := regexp.MustCompile(`buyer:key-\w+`) // other keys are not told who
				mine := acting.ReplaceAllString(s.everything(there), "seller")
				s.hideFrom(there, at("DV360"), at(""), at("some other"))
				for _, s.buyer = range []string{first, at("TTD")} {
					if theirs := acting.ReplaceAllString(s.everything(there), "seller"); theirs != mine {
						t.Errorf("another spelling of the DSP reads something else:\n%s", cmp.Diff(mine, theirs))
					}
				}
			})
		})
	}
}

// atAnotherDSP makes a key with the buyer's seat and agency at a DSP: another buyer.
func (s *shop) atAnotherDSP() string {
	s.t.Helper()
	return s.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "at another DSP", Identity: parley.Identity{SeatID: "seat-1", DSPPlatform: "DV360", AgencyID: "agency-1"}})
}

// hideFrom tries every route with what there is of the buyer's, by others' keys.
func (s *shop) hideFrom(there map[string]string, rivals ...string) {
	t := s.t
	t.Helper()
	before := s.everything(there)
	for _, rival := range rivals {
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
				if got := s.call(route.Method, path, rival, body); got.status != http.StatusNotFound {
					t.Errorf("%s %s by another buyer: %d %s", route.Method, path, got.status, got.text)
				}
				if got := s.call(route.Method, path, "", body); got.status != http.StatusNotFound && got.status != http.StatusUnauthorized {
					t.Errorf("%s %s by nobody: %d %s", route.Method, path, got.status, got.text)
				}
			case route.ID == "exportDeals":
				tried[route.ID] = true
				if file := s.must(http.StatusOK, "GET", path, rival, nil); strings.Count(strings.TrimSpace(file.text), "\n") > 0 {
					t.Errorf("%s holds more than its head for another buyer: %s", path, file.text)
				}
			case route.ID == "getOrderReport":
				tried[route.ID] = true
				if report := s.must(http.StatusOK, "GET", path, rival, nil); report.word("total_orders") != "0" {
					t.Errorf("%s tells another buyer %s", path, report.text)
				}
			case route.Method == http.MethodGet && route.ID != "streamEvents":
				tried[route.ID] = true
				if list := s.must(http.StatusOK, "GET", path, rival, nil); list.word("total_count") != "0" {
					t.Errorf("%s shows another buyer's: %s", path, list.text)
				}
			}
		}
		if len(tried) < 25 {
			t.Errorf("only %d routes were tried: %v", len(tried), tried)
		}
	}
	if after := s.everything(there); after != before {
		t.Errorf("what the buyer has is\n%s\nand was\n%s", after, before)
	}
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
