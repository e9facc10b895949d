package console_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestZeroIsNotNothing types 0 where an empty field means what is usual: it is refused, as an end that nothing has or a time in which nobody can decide.
func TestZeroIsNotNothing(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	for path, c := range map[string]struct {
		form  url.Values
		field string
	}{
		"/console/keys/new":           {url.Values{"role": {"operator"}, "label": {"Ann"}, "roles": {"viewer"}}, "expires_in_days"},
		"/console/approval-rules/new": {url.Values{"name": {"all"}, "gate": {"deal_booking"}, "role": {"approver"}, "on_timeout": {"reject"}, "do": {"create"}}, "timeout"},
	} {
		for _, zero := range map[string][]string{"expires_in_days": {"0", "00", "-1"}, "timeout": {"0", "0h", "00m"}}[c.field] {
			form := maps.Clone(c.form)
			form.Set(c.field, zero)
			status, body := b.submit(path, form)
			if status != http.StatusUnprocessableEntity || !strings.Contains(body, "f-"+c.field+"-error") {
				t.Errorf("%s of %q: %d\n%.2000s", c.field, zero, status, body)
			}
		}
	}
}
