package console_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
)

func TestBrowserAgents(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	b.visit("/agents")
	b.shows("main table", "blocked")
	b.run(fill("#f-url", "https://nobody.example"))
	b.leave("main button.primary")
	b.shows(".wrong .error", "has no agent card")
	b.run(fill("#f-url", "https://Kestrel.Example:443/a2a/"))
	b.leave("main button.primary")
	b.shows("h1", "Agent of kestrel.example")
	b.shows("main", "up to the seat tier")
	b.run(fill("#f-trust_status", string(parley.TrustBlocked)))
	b.leave("main button.primary")
	b.shows("h1", "blocked")
	b.shows("main", "nothing: it is refused")
	b.run(click("details.act summary"))
	b.leave("details.act button.danger")
	b.shows("h1", "Agents")
	if strings.Contains(b.text("main"), "kestrel") {
		t.Error("the agent is still in the registry")
	}
}

// TestAgentsOfARole offers and does for each role what the API would.
func TestAgentsOfARole(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	for name, secret := range map[string]string{"a viewer": w.viewer, "an approver": w.approver} {
		b := w.signedIn(secret)
		for _, path := range []string{"/agents", "/agents/" + w.agent.ID} {
			status, body := b.get("/console" + path)
			if status != http.StatusOK || !strings.Contains(body, "harbour.example") || strings.Contains(body, `action="/console/agents/`) {
				t.Errorf("%s at %s: %d\n%.3000s", name, path, status, body)
			}
		}
		for path, form := range map[string]url.Values{
			"/agents/discover":                  {"url": {"https://kestrel.example"}},
			"/agents/" + w.agent.ID + "/trust":  {"trust_status": {"preferred"}},
			"/agents/" + w.agent.ID + "/remove": {},
		} {
			if status, body := b.submit("/console"+path, form); status != http.StatusForbidden {
				t.Errorf("%s posts %s: %d\n%.2000s", name, path, status, body)
			}
		}
	}
	agents := must[seller.Listing[parley.Agent]](t)(w.service.Agents(context.Background(), seller.Terminal("test"), seller.AgentFilter{}))
	if len(agents.Items) != 3 || agents.Items[0].Trust != parley.TrustApproved {
		t.Errorf("the registry is %+v", agents.Items)
	}
}

// TestAgentsListIsNarrowed shows the agents of one level of trust.
func TestAgentsListIsNarrowed(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.viewer)
	_, body := b.get("/console/agents?trust=blocked")
	if !strings.Contains(body, "stranger.example") || strings.Contains(body, "tern.example") {
		t.Errorf("blocked agents:\n%.3000s", body)
	}
	if status, body := w.signedIn(w.admin).submit("/console/agents/"+w.agent.ID+"/trust", url.Values{"trust_status": {"beloved"}}); status != http.StatusUnprocessableEntity ||
		!strings.Contains(body, "must be unknown, registered") {
		t.Errorf("an unknown level: %d\n%.3000s", status, body)
	}
}
