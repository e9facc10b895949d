package rest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestPeopleSeeToAQuestion assigns a question, puts it off and comments on it, as two people do by API, and has no buyer read any of it.
func TestPeopleSeeToAQuestion(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.gate(`{"name": "all", "gate": "deal_booking"}`)
		_, id := s.hold()
		path := "/api/v1/approvals/" + id
		person := func(label, role string) (id, secret string) {
			made := s.must(201, "POST", "/auth/api-keys/operator", s.operator, map[string]any{"label": label, "roles": []string{role}})
			return made.word("key_id"), made.word("api_key")
		}
		noa, noas := person("Noa", "approver")
		finance, _ := person("Fin", "finance")
		gone, _ := person("Gone", "approver")
		s.must(200, "DELETE", "/auth/api-keys/"+gone, s.operator, nil)
		buyers := s.must(201, "POST", "/auth/api-keys", s.operator, `{"label": "b", "identity": {"seat_id": "seat-9"}}`).word("key_id")

		assigned := s.must(200, "POST", path+"/assign", noas, map[string]any{"assignee": noa, "idempotency_key": "once"})
		check(t, assigned, map[string]string{"assignee": "operator:" + noa, "status": "pending"})
		if again := s.must(200, "POST", path+"/assign", noas, map[string]any{"assignee": noa, "idempotency_key": "once"}); again.text != assigned.text {
			t.Errorf("sent twice: %s", again.text)
		}
		s.must(409, "POST", path+"/assign", noas, map[string]any{"assignee": "", "idempotency_key": "once"})
		for what, wrong := range map[string]string{"nobody's key": "key-none", "another role": finance, "revoked": gone, "a buyer's": buyers} {
			if got := s.must(422, "POST", path+"/assign", noas, map[string]any{"assignee": wrong}); !got.names("assignee") {
				t.Errorf("%s: %s", what, got.text)
			}
		}

		now := s.clock.Read()
		until := now.Add(3 * time.Hour).UTC().Format(time.RFC3339)
		check(t, s.must(200, "POST", path+"/snooze", noas, map[string]any{"until": until}), map[string]string{"snoozed_until": until, "assignee": "operator:" + noa})
		for _, wrong := range []string{now.Add(-time.Hour).Format(time.RFC3339), now.Add(31 * 24 * time.Hour).Format(time.RFC3339), "soon"} {
			if got := s.call("POST", path+"/snooze", noas, map[string]any{"until": wrong}); got.status != 422 || !got.names("until") {
				t.Errorf("until %s: %d %s", wrong, got.status, got.text)
			}
		}
		if back := s.must(200, "POST", path+"/snooze", noas, `{}`); back.at("snoozed_until") != nil {
			t.Errorf("brought back: %s", back.text)
		}
		if free := s.must(200, "POST", path+"/assign", noas, `{"assignee": ""}`); free.at("assignee") != nil {
			t.Errorf("assigned to nobody: %s", free.text)
		}

		said := s.must(201, "POST", path+"/comments", noas, `{"text": " secret-word: wait for finance "}`)
		check(t, said, map[string]string{"text": "secret-word: wait for finance", "by": "operator:" + noa, "approval_id": id})
		check(t, s.must(200, "GET", path+"/comments", s.viewer, nil).row("comments", 0), map[string]string{"comment_id": said.word("comment_id")})
		for _, wrong := range []string{"", " ", strings.Repeat("x", 2001)} {
			if got := s.must(422, "POST", path+"/comments", noas, map[string]any{"text": wrong}); !got.names("text") {
				t.Errorf("%.20q: %s", wrong, got.text)
			}
		}
		s.must(200, "POST", "/approvals/"+id+"/decide", noas, `{"decision": "approve", "reason": "fine"}`)
		s.must(201, "POST", path+"/comments", noas, `{"text": "afterwards"}`)
		for _, action := range []string{"/assign", "/snooze"} {
			if late := s.must(409, "POST", path+action, noas, `{}`); late.word("detail.status") != "approved" && !strings.Contains(late.text, "approved") {
				t.Errorf("decided: %s", late.text)
			}
		}

		for _, action := range []string{"/assign", "/snooze", "/comments"} {
			body := map[string]string{"/comments": `{"text": "x"}`}[action]
			if body == "" {
				body = `{}`
			}
			s.must(403, "POST", path+action, s.viewer, body)
			s.must(403, "POST", path+action, s.buyer, body)
			s.must(404, "POST", "/api/v1/approvals/none"+action, s.operator, body)
		}
		s.must(403, "GET", path+"/comments", s.buyer, nil)
		s.must(404, "GET", "/api/v1/approvals/none/comments", s.viewer, nil)
		if read := s.must(200, "GET", "/events", s.buyer, nil); strings.Contains(read.text, "secret-word") || strings.Contains(read.text, "approval.commented") {
			t.Errorf("a buyer reads %s", read.text)
		}
		trail := s.must(200, "GET", "/api/v1/audit?resource_id="+id, s.operator, nil)
		for _, action := range []string{"approval.assign", "approval.snooze", "approval.comment"} {
			if !strings.Contains(trail.text, fmt.Sprintf("%q", action)) {
				t.Errorf("the trail has no %s: %s", action, trail.text)
			}
		}
	})
}
