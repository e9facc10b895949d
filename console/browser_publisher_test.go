package console_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
)

func TestBrowserApprovalRules(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	b.visit("/approval-rules/new")
	b.run(fill("#f-name", "Deep discounts"), fill("#f-condition", "discount_pct > 15.0"), fill("#f-timeout", "soon"))
	b.leave("main button.primary")
	b.shows(".wrong .error", "90m, 24h or 3d")
	b.run(fill("#f-timeout", "90m"))
	b.leave("main button.primary")
	b.shows("main table", "discount_pct > 15.0")
	b.shows("main table", "90m")
	b.run(fill("#f-gate", "proposal_decision"), fill("#f-price", "30"), fill("#f-ask", "40"), fill("#f-impressions", "1,000"))
	b.leave("main form button:not([name])")
	b.shows(".panel [role=status]", "Deep discounts")
	b.run(fill("#f-price", "39"))
	b.leave("main form button:not([name])")
	b.shows(".panel [role=status]", "No rule stops it")
}

func TestBrowserKeys(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	b.visit("/keys/new")
	b.run(fill("#f-label", "Kestrel's agent"), fill("#f-agency_id", "agency-kestrel"), fill("#f-agency_name", "Kestrel"))
	b.leave("main button.primary")
	b.shows("h1", "The key is made")
	secret := b.text(".copy")
	who, err := w.service.Screen(context.Background(), seller.Call{Secret: secret})
	if err != nil || who.IsOperator() || who.Tier() != parley.TierAgency {
		t.Errorf("the key is %+v (%v)", who, err)
	}
	b.leave("main a.button")
	b.shows("main", "agency-kestrel")
	if strings.Contains(b.text("main"), secret) {
		t.Error("the secret is shown again")
	}
	b.run(click("details.act summary"))
	b.leave(`form[action$="/rotate"] button`)
	b.shows("h1", "The key is made")
	next := b.text(".copy")
	b.leave("main a.button")
	b.shows("main", "the key before")
	b.run(click("details.act:has(.danger) summary"))
	b.leave("details.act button.danger")
	b.leave(`button[value=commit]`)
	b.shows("main", "revoked")
	for key, lives := range map[string]bool{secret: true, next: false} {
		_, err = w.service.Quotes(context.Background(), seller.Call{Secret: key}, seller.QuoteFilter{})
		if lives != (err == nil) || !lives && !parley.Is(err, parley.CodeUnauthorized) {
			t.Errorf("of the key that was rotated, and the one that is revoked, live %t: %v", lives, err)
		}
	}
}

func TestBrowserAudit(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	b.visit("/audit?resource=order")
	b.shows(".audits", "order transition")
	b.run(click(".audits details summary"))
	b.shows(".audits details[open]", `"approved"`)
}

func TestBrowserSystem(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	b.visit("/system")
	b.shows("main", "ready")
	b.shows("main", "SQLite, parley.db")
}

func TestBrowserSignsIn(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	d := openDesk(t)
	b := d.open(t, d.operator("Mara"))
	b.shows("h1", "Inbox")
	b.shows("main", "Nothing waits for you")
	// Every page is two keys away.
	b.leaves(func() { b.press("g"); b.press("v") })
	b.shows("h1", "Inventory")
	b.leave(`form[action$="/signout"] button`)
	b.shows("main", "Operator key")
}
