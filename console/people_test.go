package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestPeopleHaveNames finds who moved an order by the label of their key, in its history, its story and the audit trail, and
// nobody's key in place of a name in what that kept.
func TestPeopleHaveNames(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	asked := "/inbox/" + w.pending[0].ApprovalID
	if status, body := w.signedIn(w.approver).submit("/console"+asked+"/assign", url.Values{"assignee": {w.keyOf(w.admin)}, "_once": {"names"}}); status != http.StatusOK {
		t.Errorf("assigned: %d\n%.3000s", status, body)
	}
	b := w.signedIn(w.viewer)
	for _, path := range []string{"/orders/" + w.order.ID, "/audit", asked} {
		_, body := b.get("/console" + path)
		_, content, _ := strings.Cut(body, `<div id="live">`)
		if !strings.Contains(content, "Mara Lindqvist") || strings.Contains(content, ">operator:key-") || strings.Contains(content, "&#34;operator:key-") {
			t.Errorf("%s does not name who did it:\n%.3000s", path, content)
		}
	}
}
