package a2a_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"parley"
)

// older calls a method of version 0.3, whose clients send no version.
func (s *shop) older(key, method string, params any) tree {
	s.t.Helper()
	body, err := json.Marshal(object{"jsonrpc": "2.0", "id": 7, "method": method, "params": params})
	if err != nil {
		s.t.Fatal(err)
	}
	_, answer, _ := s.do("POST", "/a2a", key, string(body))
	if answer.at("id") != 7.0 || answer.text("jsonrpc") != "2.0" {
		s.t.Errorf("answered %v", answer)
	}
	return answer
}

func olderSay(id, skill string, input any, more ...any) object {
	message := object{
		"kind": "message", "messageId": id, "role": "user",
		"parts": []any{object{"kind": "text", "text": "please"}, object{"kind": "data", "data": object{"skill": skill, "input": input}}},
	}
	for i := 0; i+1 < len(more); i += 2 {
		name, _ := more[i].(string)
		message[name] = more[i+1]
	}
	return object{"message": message, "configuration": object{"blocking": false}}
}

// A client of version 0.3 trades by its own methods, and finds the same tasks.
func TestOlderVersion(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.gate(parley.GateDealBooking)
		quote := s.older(s.buyer, "message/send", olderSay("m-1", "request_quote", quoteInput(), "contextId", "c"))
		id := quote.text("result.id")
		if quote.text("result.kind") != "task" || quote.text("result.contextId") != "c" || quote.text("result.status.state") != "input-required" ||
			quote.text("result.artifacts.0.parts.0.kind") != "data" || quote.text("result.artifacts.0.parts.0.data.quote_id") != id {
			t.Fatalf("the quote is %v", quote)
		}
		countered := s.older(s.buyer, "message/send", olderSay("m-2", "negotiate", object{"action": "counter", "price": 26.5}, "taskId", id))
		if countered.text("result.history.0.role") != "user" || countered.text("result.history.1.role") != "agent" ||
			countered.text("result.status.message.parts.0.kind") != "text" || countered.text("result.status.message.taskId") != id {
			t.Fatalf("the negotiation is %v", countered)
		}
		booking := s.older(s.buyer, "message/send", olderSay("m-3", "book_deal", object{}, "taskId", id))
		if booking.text("result.status.state") != "working" {
			t.Fatalf("the booking is %v", booking)
		}
		body, err := json.Marshal(object{"jsonrpc": "2.0", "id": 7, "method": "tasks/resubscribe", "params": object{"id": id}})
		if err != nil {
			t.Fatal(err)
		}
		following := s.openAt(t, "POST", "/a2a?A2A-Version=0.3", s.buyer, string(body), "A2A-Version", "0.3")
		if first := following.next(); first.text("kind") != "task" || first.text("status.state") != "working" {
			t.Fatalf("the stream begins with %v", first)
		}
		s.decide("approve")
		var kinds []string
		last := tree{}
		for event := following.next(); event != nil; event = following.next() {
			kinds = append(kinds, event.text("kind"))
			last = event
		}
		if len(kinds) != 3 || kinds[0] != "artifact-update" || last.text("kind") != "status-update" || last.at("final") != true ||
			last.text("status.state") != "completed" {
			t.Errorf("the stream tells %q and ends with %v", kinds, last)
		}
		if task := s.older(s.buyer, "tasks/get", object{"id": id, "historyLength": 1}); task.text("result.artifacts.1.name") != "deal" || task.at("result.history.1") != nil {
			t.Errorf("the task is %v", task)
		}
		if products := s.older(s.buyer, "message/send", olderSay("m-4", "list_products", object{})); products.text("result.kind") != "message" ||
			products.at("result.parts.0.data.products") == nil {
			t.Errorf("the products are %v", products)
		}
		proposal := s.older(s.buyer, "message/send", olderSay("m-5", "submit_proposal", proposalInput(24))).text("result.id")
		if cancelled := s.older(s.buyer, "tasks/cancel", object{"id": proposal}); cancelled.text("result.status.state") != "canceled" {
			t.Errorf("the cancelled proposal is %v", cancelled)
		}
		for name, refused := range map[string]struct {
			answer tree
			code   float64
		}{
			"cancelled again": {s.older(s.buyer, "tasks/cancel", object{"id": proposal}), -32002},
			"another's":       {s.older(s.rival, "tasks/get", object{"id": id}), -32001},
			"push":            {s.older(s.buyer, "tasks/pushNotificationConfig/set", object{"taskId": id}), -32003},
			"a config of it":  {s.older(s.buyer, "message/send", object{"message": object{}, "configuration": object{"pushNotificationConfig": object{"url": "x"}}}), -32003},
			"over":            {s.older(s.buyer, "message/send", olderSay("m-6", "book_deal", object{}, "taskId", id)), -32004},
			"text":            {s.older(s.buyer, "message/send", object{"message": object{"messageId": "x", "role": "user", "parts": []any{object{"kind": "text", "text": "Hi"}}}}), -32005},
			"another card":    {s.older(s.buyer, "agent/getAuthenticatedExtendedCard", nil), -32007},
			"a wrong field":   {s.older(s.buyer, "message/send", olderSay("m-7", "request_quote", object{})), -32602},
			"a wrong message": {s.older(s.buyer, "message/send", object{"message": "x"}), -32602},
			"no message":      {s.older(s.buyer, "message/send", object{}), -32602},
			"the newer name":  {s.older(s.buyer, "SendMessage", object{}), -32601},
		} {
			if refused.answer.at("error.code") != refused.code {
				t.Errorf("%s: %v", name, refused.answer)
			}
		}
		if status, answer, _ := s.do("POST", "/a2a", "", `{"jsonrpc":"2.0","id":7,"method":"message/send","params":{"message":{"messageId":"m","role":"user","parts":[{"kind":"data","data":{"skill":"list_deals"}}]}}}`); status != http.StatusUnauthorized {
			t.Errorf("without a key: %d %v", status, answer)
		}
		_, card, _ := s.do("GET", cardAt, "", "")
		if card.text("url") != s.url+"/a2a" || card.text("protocolVersion") != "0.3.0" || card.text("preferredTransport") != "JSONRPC" ||
			card.text("securitySchemes.apiKey.in") != "header" || card.text("securitySchemes.apiKey.apiKeySecurityScheme.name") != "X-Api-Key" {
			t.Errorf("the card is %v", card)
		}
	})
}
