package console_test

import (
	"strings"
	"testing"
)

func TestEveryPageAnswers(t *testing.T) {
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	for _, path := range []string{
		"/inbox", "/inbox?status=approved", "/negotiations", "/proposals", "/quotes", "/deals", "/orders", "/inventory",
		"/inventory/import", "/inventory/ctv-sports-live", "/pricing", "/pricing/card", "/pricing/rules/new", "/whatif",
		"/approval-rules", "/approval-rules/new", "/keys", "/keys/new", "/events", "/audit", "/system",
		"/quotes/" + w.quote.ID, "/deals/" + w.deal.ID, "/orders/" + w.order.ID, "/proposals/" + w.negotiated.ID,
		"/negotiations/" + w.negotiated.NegotiationID, "/inbox/" + w.pending[0].ApprovalID, "/pricing/rules/" + w.pricingRule.ID,
	} {
		status, body := b.get("/console" + path)
		if status != 200 || !strings.Contains(body, "<h1>") || !strings.Contains(body, "</html>") {
			t.Errorf("%s: %d\n%.3000s", path, status, body)
		}
	}
}
