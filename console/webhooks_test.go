package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// TestADisabledWebhookKeepsItsLastError disables a webhook that fails: why it failed is still there to be mended.
func TestADisabledWebhookKeepsItsLastError(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	failing := must[parley.Webhook](t)(w.service.Webhook(t.Context(), seller.Terminal("test"), w.hook.ID)).LastError
	if failing == "" {
		t.Fatal("it does not fail")
	}
	for range 2 { // disabled once more, it says no more
		b.submit("/console/webhooks/"+w.hook.ID+"/disable", url.Values{})
		hook := must[parley.Webhook](t)(w.service.Webhook(t.Context(), seller.Terminal("test"), w.hook.ID))
		if want := "The publisher has disabled it. The last error before that: " + failing; hook.Status != parley.WebhookDisabled || hook.LastError != want {
			t.Errorf("it is %s, and says %q in place of %q", hook.Status, hook.LastError, want)
		}
	}
	if status, body := b.get("/console/webhooks/" + w.hook.ID); status != http.StatusOK || !strings.Contains(body, failing) {
		t.Errorf("its page does not say why it failed: %d\n%.3000s", status, body)
	}
}
