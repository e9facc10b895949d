package a2a_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"parley"
)

// The binding to HTTP and JSON does the same.
func TestREST(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		ask := func(want int, method, path, key string, params any) tree {
			t.Helper()
			body := ""
			if params != nil {
				encoded, err := json.Marshal(params)
				if err != nil {
					t.Fatal(err)
				}
				body = string(encoded)
			}
			status, answer, _ := s.do(method, "/a2a/v1"+path, key, body)
			if status != want {
				t.Fatalf("%s %s: %d %v", method, path, status, answer)
			}
			return answer
		}
		s.gate(parley.GateDealBooking)
		quote := ask(200, "POST", "/message:send", s.buyer, say("m-1", "request_quote", quoteInput()))
		id := quote.text("task.id")
		ask(200, "POST", "/message:send", s.buyer, say("m-2", "book_deal", object{}, "taskId", id))
		following := s.openAt(t, "POST", "/a2a/v1/tasks/"+id+":subscribe", s.buyer, "{}")
		if first := following.next(); first.text("task.status.state") != "TASK_STATE_WORKING" {
			t.Fatalf("the subscription begins with %v", first)
		}
		s.decide("approve")
		last := tree{}
		for event := following.next(); event != nil; event = following.next() {
			last = event
		}
		if last.text("statusUpdate.status.state") != "TASK_STATE_COMPLETED" {
			t.Errorf("the subscription ends with %v", last)
		}
		if task := ask(200, "GET", "/tasks/"+id, s.buyer, nil); task.text("artifacts.1.name") != "deal" {
			t.Errorf("the task is %v", task)
		}
		if list := ask(200, "GET", "/tasks?pageSize=1", s.buyer, nil); list.text("tasks.0.id") != id {
			t.Errorf("the list is %v", list)
		}
		proposal := ask(200, "POST", "/message:send", s.buyer, say("m-3", "submit_proposal", proposalInput(24)))
		ask(404, "POST", "/tasks/"+proposal.text("task.id")+":cancel", s.rival, nil)
		ask(200, "POST", "/tasks/"+proposal.text("task.id")+":cancel", s.buyer, nil)
		ask(400, "POST", "/tasks/"+proposal.text("task.id")+":cancel", s.buyer, nil)

		ask(http.StatusUnauthorized, "GET", "/tasks", "", nil)
		ask(http.StatusUnauthorized, "GET", "/tasks", "ask_live_0", nil)
		ask(http.StatusForbidden, "POST", "/message:send", s.operator, say("m-4", "submit_proposal", proposalInput(24)))
		ask(http.StatusNotFound, "GET", "/tasks/"+id, s.rival, nil)
		ask(http.StatusBadRequest, "POST", "/message:send", s.buyer, []any{})
		ask(http.StatusBadRequest, "POST", "/message:send", s.buyer, say("m-5", "no_such_skill", object{}))
		ask(http.StatusBadRequest, "GET", "/tasks?pageSize=1000", s.buyer, nil)
		ask(http.StatusBadRequest, "GET", "/tasks?pageSize=x", s.buyer, nil)
		if status, answer, _ := s.do("GET", "/a2a/v1/tasks", s.buyer, "", "A2A-Version", "0.3"); status != http.StatusBadRequest {
			t.Errorf("another version is answered %d %v", status, answer)
		}
	})
}
