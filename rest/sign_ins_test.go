package rest_test

import (
	"context"
	"testing"

	"parley/seller"
)

// TestSessionsOfThePageAreListedAndEnded has an admin and a viewer list and end sessions, each those that are theirs to end.
func TestSessionsOfThePageAreListedAndEnded(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		begin := func(secret string) (seller.Call, string) {
			t.Helper()
			call := seller.Call{Secret: secret, Address: "198.51.100.7"}
			id, err := s.service.BeginSignIn(context.Background(), call, "Mozilla/5.0\x00")
			if err != nil {
				t.Fatal(err)
			}
			call.SignIn = id
			return call, id
		}
		holds := func(call seller.Call) bool {
			t.Helper()
			_, err := s.service.EventPosition(context.Background(), call)
			return err == nil
		}
		admin, admins := begin(s.operator)
		viewer, viewers := begin(s.viewer)
		if n := s.must(200, "GET", "/auth/sign-ins", s.operator, nil).word("total_count"); n != "2" {
			t.Errorf("an admin's list has %v", n)
		}
		if list := s.must(200, "GET", "/auth/sign-ins", s.viewer, nil); list.word("total_count") != "1" {
			t.Errorf("a viewer's list is %s", list.text)
		}
		s.must(403, "GET", "/auth/sign-ins", s.buyer, nil)
		s.must(404, "POST", "/auth/sign-ins/"+admins+"/end", s.viewer, nil)
		s.must(404, "POST", "/auth/sign-ins/none/end", s.operator, nil)
		s.must(403, "POST", "/auth/sign-ins/"+viewers+"/end", s.buyer, nil)
		first := s.must(200, "POST", "/auth/sign-ins/"+viewers+"/end", s.viewer, nil)
		if again := s.must(200, "POST", "/auth/sign-ins/"+viewers+"/end", s.operator, nil); again.text != first.text || first.body["ended_at"] == nil {
			t.Errorf("ended again it is %s, first %s", again.text, first.text)
		}
		if holds(viewer) || !holds(admin) {
			t.Errorf("the ended one holds %t, the other %t", holds(viewer), holds(admin))
		}
		s.must(200, "GET", "/api/v1/deals", s.viewer, nil) // the key is as good as before
		// With its key a session ends too.
		_, viewers = begin(s.viewer)
		keyID := func(i int) string {
			return s.must(200, "GET", "/auth/sign-ins", s.operator, nil).row("sign_ins", i).word("key_id")
		}
		s.must(200, "POST", "/auth/api-keys/"+keyID(2)+"/revoke", s.operator, nil)
		last := s.must(200, "GET", "/auth/sign-ins", s.operator, nil).row("sign_ins", 2)
		if last.word("sign_in_id") != viewers || last.body["ended_at"] == nil || last.word("ended_by") != "operator:"+keyID(0) {
			t.Errorf("with its key it is %v", last.body)
		}
		unknown := admin
		unknown.SignIn = "sign-none"
		if holds(unknown) {
			t.Error("a session that is not known holds")
		}
	})
}
