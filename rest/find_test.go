package rest_test

import (
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		there := s.dealings()
		s.must(200, "PUT", "/api/v1/deals/"+there["deal_id"]+"/paperwork", s.operator, `{"purchase_order": "PO-5150"}`)
		for text, kind := range map[string]string{there["deal_id"]: "deal", "po-5150": "paperwork", "sports": "product", "sprots": "product", there["quote_id"]: "quote"} {
			found := s.must(200, "GET", "/api/v1/find?q="+text, s.viewer, nil)
			if !strings.Contains(found.text, `"kind":"`+kind+`"`) {
				t.Errorf("%s finds %s", text, found.text)
			}
		}
		check(t, s.must(200, "GET", "/api/v1/find?q=nothingofthekind", s.viewer, nil), map[string]string{"total_count": "0"})
		check(t, s.must(200, "GET", "/api/v1/find", s.viewer, nil), map[string]string{"total_count": "0"})
		s.must(403, "GET", "/api/v1/find?q=sports", s.buyer, nil)
	})
}
