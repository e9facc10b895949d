package a2a_test

import (
	"testing"
	"time"

	"parley"
)

// A buyer asks, negotiates, books and has the deal changed; each step is one message on a task.
func TestTrade(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		quote := s.task("INPUT_REQUIRED", s.buyer, "m-1", "request_quote", quoteInput(), "contextId", "campaign-7")
		id := quote.text("id")
		if quote.text("contextId") != "campaign-7" || quote.text("artifacts.0.name") != "quote" || quote.text("artifacts.0.parts.0.data.quote_id") != id {
			t.Fatalf("the quote is %v", quote)
		}
		countered := s.task("INPUT_REQUIRED", s.buyer, "m-2", "negotiate", object{"action": "counter", "price": 26.00}, "taskId", id, "contextId", "campaign-7")
		history, _ := countered.at("history").([]any)
		if len(history) != 2 || countered.text("history.0.role") != "ROLE_USER" || countered.text("history.1.role") != "ROLE_AGENT" ||
			countered.at("status.message.parts.1.data.round") == nil {
			t.Fatalf("the negotiation is %v", countered)
		}
		s.task("INPUT_REQUIRED", s.buyer, "m-3", "negotiate", object{"action": "accept"}, "taskId", id)
		booked := s.task("COMPLETED", s.buyer, "m-4", "book_deal", object{}, "taskId", id)
		dealID := booked.text("artifacts.1.parts.0.data.deal_id")
		if booked.text("artifacts.1.name") != "deal" || dealID == "" || booked.text("artifacts.1.parts.0.data.openrtb_params.id") != dealID {
			t.Fatalf("the booking is %v", booked)
		}

		read := s.call(s.buyer, "GetTask", object{"id": id, "historyLength": 1})
		if history, _ := read.at("result.history").([]any); len(history) != 1 || read.text("result.status.state") != "TASK_STATE_COMPLETED" {
			t.Errorf("the task is %v", read)
		}
		answer := s.send(s.buyer, "m-5", "get_deal", object{"deal_id": dealID})
		if answer.text("result.message.parts.0.data.deal_id") != dealID || answer.at("result.task") != nil {
			t.Errorf("the deal is %v", answer)
		}
		order := s.send(s.buyer, "m-6", "create_order", object{"deal_id": dealID})
		orderID := order.text("result.message.parts.0.data.order_id")
		s.send(s.buyer, "m-7", "transition_order", object{"order_id": orderID, "new_status": "submitted"})
		change := s.task("WORKING", s.buyer, "m-8", "request_change", object{"type": "impressions", "deal_id": dealID, "proposed": object{"impressions": 300_000}})
		s.decide("approve")
		approved := s.call(s.buyer, "GetTask", object{"id": change.text("id")})
		if approved.text("result.status.state") != "TASK_STATE_INPUT_REQUIRED" {
			t.Fatalf("the approved change is %v", approved)
		}
		s.task("COMPLETED", s.buyer, "m-9", "apply_change", object{}, "taskId", change.text("id"))
	})
}

func TestProposal(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		countered := s.task("INPUT_REQUIRED", s.buyer, "m-1", "submit_proposal", proposalInput(24))
		id := countered.text("id")
		if countered.text("contextId") != "ctx-"+id || countered.at("status.message.parts.1.data.counter_terms.proposed_price") == nil {
			t.Fatalf("the proposal is %v", countered)
		}
		s.task("INPUT_REQUIRED", s.buyer, "m-2", "negotiate", object{"action": "accept"}, "taskId", id)
		s.task("COMPLETED", s.buyer, "m-3", "book_deal", object{}, "taskId", id, "contextId", "ctx-"+id)

		other := s.task("INPUT_REQUIRED", s.buyer, "m-4", "submit_proposal", proposalInput(24))
		cancelled := s.call(s.buyer, "CancelTask", object{"id": other.text("id")})
		if cancelled.text("result.status.state") != "TASK_STATE_CANCELED" {
			t.Errorf("the cancelled proposal is %v", cancelled)
		}
		s.refused(s.call(s.buyer, "CancelTask", object{"id": other.text("id")}), -32002, "")
		quote := s.task("INPUT_REQUIRED", s.buyer, "m-5", "request_quote", quoteInput())
		s.refused(s.call(s.buyer, "CancelTask", object{"id": quote.text("id")}), -32002, "")

		withdrawn := s.task("INPUT_REQUIRED", s.buyer, "m-6", "submit_proposal", proposalInput(24))
		s.task("CANCELED", s.buyer, "m-7", "withdraw_proposal", object{"reason": "no money"}, "taskId", withdrawn.text("id"))
	})
}

// What waits at a gate is a task that works; the publisher's decision ends it.
func TestGate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.gate(parley.GateDealBooking)
		for decision, state := range map[string]string{"approve": "COMPLETED", "reject": "REJECTED"} {
			id := s.task("INPUT_REQUIRED", s.buyer, "q-"+decision, "request_quote", quoteInput()).text("id")
			s.task("WORKING", s.buyer, "b-"+decision, "book_deal", object{}, "taskId", id)
			s.decide(decision)
			task := s.call(s.buyer, "GetTask", object{"id": id})
			if task.text("result.status.state") != "TASK_STATE_"+state {
				t.Errorf("%s came to %v", decision, task)
			}
			s.wrong(-32004, "", s.buyer, "again-"+decision, "book_deal", object{}, "taskId", id)
			s.task(state, s.buyer, "b-"+decision, "book_deal", object{}, "taskId", id) // the same message is answered
		}
		s.gate(parley.GateProposalDecision)
		id := s.task("WORKING", s.buyer, "p", "submit_proposal", proposalInput(35)).text("id")
		s.decide("reject")
		if task := s.call(s.buyer, "GetTask", object{"id": id}); task.text("result.status.state") != "TASK_STATE_REJECTED" {
			t.Errorf("the rejected proposal is %v", task)
		}
	})
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		input := quoteInput()
		input["max_cpm"] = 20.00
		s.wrong(-32602, "CEILING_EXCEEDED", s.buyer, "m-1", "create_deal_from_template", input)
		input["max_cpm"] = 40.00
		done := s.task("COMPLETED", s.buyer, "m-2", "create_deal_from_template", input, "contextId", "c")
		again := s.task("COMPLETED", s.buyer, "m-2", "create_deal_from_template", input, "contextId", "c")
		if done.text("id") != again.text("id") || done.text("contextId") != "c" {
			t.Errorf("%v and again %v", done, again)
		}
	})
}

// What a trade can come to is told by its task, which goes on.
func TestLossOnATask(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		id := s.task("INPUT_REQUIRED", s.buyer, "m-1", "request_quote", quoteInput()).text("id")
		lost := s.task("INPUT_REQUIRED", s.buyer, "m-2", "book_deal", object{"max_cpm": 1.00}, "taskId", id)
		if lost.text("status.message.parts.1.data.detail.error") != "ceiling_exceeded" {
			t.Errorf("the loss is told as %v", lost)
		}
		s.wrong(-32602, "VALIDATION", s.buyer, "m-3", "book_deal", object{"max_cpm": "much"}, "taskId", id)
		s.task("COMPLETED", s.buyer, "m-4", "book_deal", object{"max_cpm": 40.00}, "taskId", id)
	})
}

// A quote whose time is over has failed, and nothing can be sent to it any more.
func TestExpiry(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		id := s.task("INPUT_REQUIRED", s.buyer, "m-1", "request_quote", quoteInput()).text("id")
		s.clock.Move(48 * time.Hour)
		if task := s.call(s.buyer, "GetTask", object{"id": id}); task.text("result.status.state") != "TASK_STATE_FAILED" ||
			task.text("result.status.timestamp") != "2026-07-02T12:00:00Z" {
			t.Errorf("the task is %v", task)
		}
		s.wrong(-32004, "", s.buyer, "m-2", "book_deal", object{}, "taskId", id)
		s.wrong(-32602, "QUOTE_EXPIRED", s.buyer, "m-3", "book_deal", object{"quote_id": id})
		if listed := s.call(s.buyer, "ListTasks", object{"status": "TASK_STATE_FAILED"}); listed.text("result.tasks.0.id") != id {
			t.Errorf("listed are %v", listed)
		}
	})
}
