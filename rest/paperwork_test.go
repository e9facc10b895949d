package rest_test

import (
	"strings"
	"testing"
)

// TestPaperwork files a purchase order, labels and a note with a deal, finds the deal by each, and has no buyer read any of it.
func TestPaperwork(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		deal := s.dealings()["deal_id"]
		path := "/api/v1/deals/" + deal + "/paperwork"
		before := s.must(200, "GET", "/api/v1/deals/"+deal, s.buyer, nil).text
		check(t, s.must(200, "GET", path, s.viewer, nil), map[string]string{"version": "0", "purchase_order": "", "deal_id": deal})

		filing := `{"purchase_order": " PO-77/b ", "labels": ["Upfront", "upfront", " Q4  push "], "note": "secret-note", "version": 0, "idempotency_key": "once"}`
		filed := s.must(200, "PUT", path, s.operator, filing)
		check(t, filed, map[string]string{"purchase_order": "PO-77/b", "note": "secret-note", "version": "1"})
		if !strings.Contains(filed.text, `["Upfront","Q4 push"]`) {
			t.Errorf("the labels are %s", filed.text)
		}
		if again := s.must(200, "PUT", path, s.operator, filing); again.text != filed.text {
			t.Errorf("sent twice: %s", again.text)
		}
		s.must(412, "PUT", path, s.operator, `{"purchase_order": "other", "version": 0}`)
		for field, body := range map[string]string{
			"purchase_order": `{"purchase_order": "` + strings.Repeat("9", 65) + `"}`,
			"labels":         `{"labels": ["a,b"]}`,
			"note":           `{"note": "` + strings.Repeat("9", 2001) + `"}`,
			"version":        `{"version": -1}`,
		} {
			if refused := s.call("PUT", path, s.operator, body); refused.status != 400 && refused.status != 422 || !strings.Contains(refused.text, field) {
				t.Errorf("%s: %d %s", body, refused.status, refused.text)
			}
		}
		s.must(404, "PUT", "/api/v1/deals/none/paperwork", s.operator, `{}`)
		s.must(404, "GET", "/api/v1/deals/none/paperwork", s.viewer, nil)
		s.must(403, "PUT", path, s.viewer, `{}`)
		s.must(403, "GET", path, s.buyer, nil)
		s.must(403, "GET", "/api/v1/paperwork?search=PO", s.buyer, nil)

		for query, found := range map[string]string{
			"search=po-77": "1", "search=77/B": "1", "search=secret": "1", "label=q4+push": "1", "label=q4": "0", "search=ush": "0", "search=q4&label=upfront": "1",
		} {
			check(t, s.must(200, "GET", "/api/v1/paperwork?"+query, s.viewer, nil), map[string]string{"total_count": found})
		}
		if after := s.must(200, "GET", "/api/v1/deals/"+deal, s.buyer, nil).text; after != before {
			t.Errorf("the buyer read %s, and now %s", before, after)
		}
		for _, list := range []string{"/api/v1/deals", "/events", "/api/v1/deals/export?format=csv"} {
			if read := s.must(200, "GET", list, s.buyer, nil); strings.Contains(read.text, "PO-77") || strings.Contains(read.text, "deal.filed") {
				t.Errorf("%s shows a buyer what is filed: %s", list, read.text)
			}
		}
		if log := s.must(200, "GET", "/events?event_type=deal.filed", s.operator, nil); log.word("total_count") != "1" {
			t.Errorf("the log has %s", log.text)
		}
		audit := s.must(200, "GET", "/api/v1/audit?resource_id="+deal, s.operator, nil)
		if !strings.Contains(audit.text, "deal.file") || !strings.Contains(audit.text, "PO-77/b") {
			t.Errorf("the trail has %s", audit.text)
		}
	})
}
