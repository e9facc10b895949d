package console_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestEveryPageAnswers reads each page without JavaScript.
func TestEveryPageAnswers(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	for name, path := range w.everyPage() {
		status, body := b.get("/console" + path)
		if (status != http.StatusOK) != (name == "not-found") || !strings.Contains(body, "<h1>") || !strings.Contains(body, "</html>") {
			t.Errorf("%s: %d\n%.3000s", name, status, body)
		}
	}
}

// TestEmptyPagesSayWhatToDo reads the pages of a publisher who has just begun.
func TestEmptyPagesSayWhatToDo(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	b := d.signedIn(d.operator("Mara"))
	for path, says := range map[string]string{
		"/inbox": "Approval rules", "/inbox?status=approved": "Show what waits", "/negotiations": "One opens when", "/proposals": "POST /proposals",
		"/quotes": "POST /api/v1/quotes", "/deals": "POST /api/v1/deals", "/orders": "POST /api/v1/orders",
		"/deals?q=x": "show all deals", "/inventory": "parley catalog import", "/pricing": "every product starts from its own",
		"/approval-rules": "the agent decides alone", "/whatif": "Choose a product", "/negotiation-profiles": "each tier has its own limits",
		"/activations": "Nothing waits for a person", "/activations?status=failed": "Show what needs a person", "/destinations": "moved by hand", "/mappings": "No destinations", "/delivery": "No figures yet",
		"/packages": "parley packages import", "/agents": "No agents are registered", "/agents?trust=blocked": "Show all agents", "/events?type=deal.booked": "Show all events",
	} {
		if status, body := b.get("/console" + path); status != http.StatusOK || !strings.Contains(body, says) {
			t.Errorf("%s: %d, and does not say %q\n%.3000s", path, status, says, body)
		}
	}
}

// TestWhatIsNotThere tells it on a page of the console.
func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	b := d.signedIn(d.operator("Mara"))
	for _, path := range []string{
		"/nowhere", "/deals/NORTH-AAAAA-AAAAA", "/quotes/qt-1", "/orders/1", "/proposals/1", "/negotiations/1", "/inbox/1", "/inventory/none",
		"/pricing/rules/1", "/approval-rules/1", "/negotiation-profiles/1", "/agents/1", "/accounts/1", "/inventory/none/edit", "/packages/1", "/activations/1", "/destinations/1", "/destinations/1/mappings", "/destinations/1/mapping", "/keys/1", "/events/1", "/inventory/..%2f..%2fetc",
	} {
		status, body := b.get("/console" + path)
		if status != http.StatusNotFound || !strings.Contains(body, "<h1>Not found</h1>") {
			t.Errorf("%s: %d\n%.2000s", path, status, body)
		}
	}
	for _, path := range []string{"/deals/%00", "/quotes/%ff", "/events?id=%00"} {
		if status, body := b.get("/console" + path); status != http.StatusUnprocessableEntity || !strings.Contains(body, "</html>") {
			t.Errorf("%s: %d\n%.2000s", path, status, body)
		}
	}
}
