package a2a_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"parley"
	"parley/a2a"
	"parley/internal/stores"
	"parley/seller"
	"parley/tool"
)

// traded is one of each thing, all of them a buyer's.
func (s *shop) traded() map[string]string {
	s.t.Helper()
	ids := map[string]string{}
	booked := s.task("INPUT_REQUIRED", s.buyer, "t-1", "request_quote", quoteInput()).text("id")
	ids["deal_id"] = s.task("COMPLETED", s.buyer, "t-2", "book_deal", object{}, "taskId", booked).text("artifacts.1.parts.0.data.deal_id")
	ids["order_id"] = s.send(s.buyer, "t-3", "create_order", object{"deal_id": ids["deal_id"]}).text("result.message.parts.0.data.order_id")
	change := object{"type": "impressions", "deal_id": ids["deal_id"], "proposed": object{"impressions": 300_000}}
	ids["change_request_id"] = s.task("WORKING", s.buyer, "t-4", "request_change", change).text("id")
	proposal := s.task("INPUT_REQUIRED", s.buyer, "t-5", "submit_proposal", proposalInput(24))
	ids["proposal_id"] = proposal.text("id")
	ids["negotiation_id"] = proposal.text("artifacts.0.parts.0.data.negotiation_id")
	ids["quote_id"] = s.task("INPUT_REQUIRED", s.buyer, "t-6", "request_quote", quoteInput(), "contextId", "secret-campaign").text("id")
	s.task("INPUT_REQUIRED", s.buyer, "t-7", "negotiate", object{"action": "counter", "price": 26, "rationale": "secret-reason"}, "taskId", ids["quote_id"])
	for name, id := range ids {
		if id == "" {
			s.t.Fatalf("there is no %s", name)
		}
	}
	return ids
}

// input is a skill's example with a shop's ids and product in the place of its own.
func input(t *testing.T, one tool.Tool, ids map[string]string) object {
	t.Helper()
	var asked object
	if err := json.Unmarshal([]byte(one.Example), &asked); err != nil {
		t.Fatal(err)
	}
	for name := range asked {
		if id, there := ids[name]; there {
			asked[name] = id
		}
		switch name {
		case "product_id":
			asked[name] = "ctv-sports"
		case "product_ids":
			asked[name] = []any{"ctv-sports"}
		}
	}
	return asked
}

// Nobody reads what is another buyer's, or moves it, by any skill or method, and the refusal does not tell that it is there.
func TestOwnership(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		ids := s.traded()
		events := s.events()
		for who, key := range map[string]string{"rival": s.rival, "nobody": ""} {
			for _, one := range tool.Buyer() {
				asked := input(t, one, ids)
				named := false
				for name := range ids {
					named = named || asked[name] != nil
				}
				if !named || strings.HasPrefix(one.Name, "list_") {
					if one.Changes {
						continue // it begins something of the caller's own
					}
				}
				answer := s.send(key, "o-"+who+one.Name, one.Name, asked)
				for _, id := range ids {
					if text := fmt.Sprint(answer.at("result")); strings.Contains(text, id) {
						t.Errorf("%s reads %s by %s: %v", who, id, one.Name, answer)
					}
				}
				if named && !strings.HasPrefix(one.Name, "list_") && answer.at("error") == nil {
					t.Errorf("%s may %s: %v", who, one.Name, answer)
				}
			}
			for _, name := range []string{"quote_id", "proposal_id", "change_request_id"} {
				for _, method := range []string{"GetTask", "CancelTask"} {
					answer := s.call(key, method, object{"id": ids[name]})
					if code := answer.at("error.code"); code != -32001.0 && code != -31401.0 {
						t.Errorf("%s may %s %s: %v", who, method, name, answer)
					}
				}
				answer := s.send(key, "x-"+who+name, "book_deal", object{}, "taskId", ids[name])
				if code := answer.at("error.code"); code != -32001.0 && code != -31401.0 {
					t.Errorf("%s may send to %s: %v", who, name, answer)
				}
			}
		}
		if listed := s.call(s.rival, "ListTasks", object{"contextId": "secret-campaign"}); listed.at("result.totalSize") != 0.0 || listed.at("result.tasks.0") != nil {
			t.Errorf("the rival lists %v", listed)
		}
		if after := s.events(); after != events {
			t.Errorf("there were %d events, and now %d", events, after)
		}
	})
}

func (s *shop) events() int64 {
	s.t.Helper()
	found, err := s.service.Events(context.Background(), seller.Call{Secret: s.operator}, seller.EventFilter{Page: seller.Page{Limit: 1}})
	if err != nil {
		s.t.Fatal(err)
	}
	return found.Total
}

// An operator's key buys nothing, and one that only looks on changes nothing.
func TestOperatorsDoNotBuy(t *testing.T) {
	t.Parallel()
	s := openShop(t, stores.SQLite(t), a2a.Options{})
	ids := s.traded()
	events := s.events()
	for _, one := range tool.Buyer() {
		if one.Changes {
			answer := s.send(s.viewer, "v-"+one.Name, one.Name, input(t, one, ids))
			if answer.at("error") == nil {
				t.Errorf("a viewer may %s: %v", one.Name, answer)
			}
		}
	}
	for _, name := range []string{"book_deal", "negotiate", "submit_proposal"} {
		one, _ := tool.NewSet(tool.Buyer()).Find(name)
		s.wrong(-31403, "FORBIDDEN", s.operator, "op-"+name, name, input(t, one, ids))
	}
	if after := s.events(); after != events {
		t.Errorf("there were %d events, and now %d", events, after)
	}
}

// What is the publisher's alone leaves by no skill and no task: floors, limits, traces, the desk's words.
func TestSecrets(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		ids := s.traded()
		s.gate(parley.GateDealBooking)
		waiting := s.task("INPUT_REQUIRED", s.buyer, "s-1", "request_quote", quoteInput()).text("id")
		s.task("WORKING", s.buyer, "s-2", "book_deal", object{}, "taskId", waiting)
		s.decide("reject")
		secret := []string{"20.13", "20130000", "floor_micros", "floor_cpm", "limits", "strategy", "trace", "for the desk", "operator:"}
		look := func(what string, answer tree) {
			t.Helper()
			text, err := json.Marshal(answer)
			if err != nil {
				t.Fatal(err)
			}
			for _, word := range secret {
				if strings.Contains(strings.ToLower(string(text)), word) {
					t.Errorf("%s tells %q: %s", what, word, text)
				}
			}
		}
		for who, key := range map[string]string{"buyer": s.buyer, "nobody": ""} {
			for _, one := range tool.Buyer() {
				look(who+" by "+one.Name, s.send(key, "s-"+who+one.Name, one.Name, input(t, one, ids)))
			}
			look(who+" by ListTasks", s.call(key, "ListTasks", object{"includeArtifacts": true, "historyLength": 50}))
			for _, id := range append([]string{waiting}, ids["quote_id"], ids["proposal_id"], ids["change_request_id"]) {
				look(who+" by GetTask", s.call(key, "GetTask", object{"id": id}))
			}
		}
		_, card, _ := s.do("GET", "/.well-known/agent-card.json", "", "")
		look("the card", tree{"name": card["name"], "interfaces": card["supportedInterfaces"]})
	})
}

// No value in the place of any argument brings the server to an error of its own.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	s := openShop(t, stores.SQLite(t), a2a.Options{})
	ids := s.traded()
	deep := any("x")
	for range 40 {
		deep = []any{deep}
	}
	hostile := []any{
		nil, true, 0, -1, 1.5, 1e308, 9223372036854775807.0, "", " ", "x'; DROP TABLE quotes; --", "../../etc/passwd", "{{7*7}}", "\u202e", "\ufffd",
		strings.Repeat("9", 400), []any{}, []any{nil}, object{}, object{"a": object{}}, deep,
	}
	for _, one := range tool.Buyer() {
		t.Run(one.Name, func(t *testing.T) {
			s := *s
			s.t = t
			asked := input(t, one, ids)
			for name := range asked {
				for i, value := range hostile {
					bad := object{}
					for other, kept := range asked {
						bad[other] = kept
					}
					bad[name] = value
					answer := s.send(s.buyer, fmt.Sprintf("h-%s-%s-%d", one.Name, name, i), one.Name, bad)
					if code := answer.at("error.code"); answer.at("result") == nil && code == nil || code == -32603.0 {
						t.Errorf("%s=%v: %v", name, value, answer)
					}
				}
			}
		})
	}
}
