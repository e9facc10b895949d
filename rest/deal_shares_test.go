package rest_test

import (
	"strings"
	"testing"
)

func TestDealShares(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		deal := s.dealings()["deal_id"]
		path := "/api/v1/deals/" + deal + "/shares"
		made := s.must(201, "POST", path, s.operator, `{"idempotency_key": "once"}`)
		if !strings.HasPrefix(made.word("path"), "/console/share/") {
			t.Errorf("made %s", made.text)
		}
		if again := s.must(201, "POST", path, s.operator, `{"idempotency_key": "once"}`); again.word("share_id") != made.word("share_id") || strings.Contains(again.text, "/console/share/") {
			t.Errorf("sent twice: %s", again.text)
		}
		list := s.must(200, "GET", path, s.viewer, nil)
		if list.word("total_count") != "1" || strings.Contains(list.text, strings.TrimPrefix(made.word("path"), "/console/share/")) {
			t.Errorf("listed %s", list.text)
		}
		s.must(403, "POST", path, s.viewer, `{}`)
		s.must(403, "GET", path, s.buyer, nil)
		s.must(404, "POST", "/api/v1/deals/none/shares", s.operator, `{}`)
		end := "/api/v1/shares/" + made.word("share_id") + "/end"
		s.must(403, "POST", end, s.viewer, `{}`)
		if ended := s.must(200, "POST", end, s.operator, `{}`); ended.word("ended_by") == "" {
			t.Errorf("ended %s", ended.text)
		}
		s.must(409, "POST", end, s.operator, `{}`)
		if read := s.must(200, "GET", "/events", s.buyer, nil); strings.Contains(read.text, "deal.share") {
			t.Errorf("the buyer reads %s", read.text)
		}
	})
}
