package console_test

import (
	"strings"
	"testing"
)

// TestPeopleHaveNames finds who moved an order by the label of their key, in its history, its story and the audit trail.
func TestPeopleHaveNames(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.viewer)
	for _, path := range []string{"/orders/" + w.order.ID, "/audit"} {
		_, body := b.get("/console" + path)
		_, content, _ := strings.Cut(body, `<div id="live">`)
		if !strings.Contains(content, "Mara Lindqvist") || strings.Contains(content, ">operator:key-") {
			t.Errorf("%s does not name who did it:\n%.3000s", path, content)
		}
	}
}
