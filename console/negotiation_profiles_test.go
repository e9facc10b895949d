package console_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley"
	"parley/internal/racedetector"
	"parley/negotiation"
	"parley/seller"
)

func (w *world) profiles() []parley.NegotiationProfile {
	w.t.Helper()
	return must[seller.Listing[parley.NegotiationProfile]](w.t)(
		w.service.NegotiationProfiles().List(context.Background(), seller.Terminal("test"), seller.Page{})).Items
}

func TestBrowserNegotiationProfiles(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	b.visit("/negotiation-profiles")
	b.shows("main table", "Live sports hold out")
	b.shows("main table", "exponent 0.5")
	b.leave("main .actions a.primary")
	b.run(fill("#f-name", "Meet Harbour half way"), fill("#f-buyer_share_pct", "50.1255"), fill("#f-agency_ids", "agency-harbour"))
	b.leave("main button.primary")
	b.shows(".wrong .error", "two decimal places")
	b.run(fill("#f-buyer_share_pct", "50.5"), fill("#f-max_rounds", "3"), click(`input[name=tiers][value=agency]`))
	b.leave("main button.primary")
	b.shows(".effect", "It sets: at most 3 rounds, 50.5% of the gap for agency, agency-harbour")
	if len(w.profiles()) != 1 {
		t.Fatal("a preview keeps the profile")
	}
	b.leave("main button[value=commit]")
	b.shows("main table", "at most 3 rounds, 50.5% of the gap")
	b.shows("main table", "agency, agency-harbour")

	b.visit("/negotiation-profiles/" + w.profile.ID)
	// What it may cost is shown before it is in force, and a slip of more than three times needs a tick.
	b.run(fill("#f-max_rounds", "4"), fill("#f-total_cap_pct", "2,5"))
	b.leave("main button.primary")
	b.shows(".effect", "The agent could go to another lowest price over 1 of")
	b.shows(".effect", "At the last 30 days' volume, at most: +")
	b.shows(".effect b.up", "+")
	b.leave("main button[value=preview]")
	b.run(click("#f-_sure"))
	b.leave("main button[value=commit]")
	b.shows("main table", "at most 4 rounds")
	b.visit("/negotiation-profiles/" + w.profile.ID)
	b.shows("main", "Version 2")
	b.run(click("details.act summary"))
	b.leave("details.act button.danger")
	if strings.Contains(b.text("main table"), "Live sports") {
		t.Error("the profile is still in force")
	}
	b.visit("/negotiation-profiles/" + w.profile.ID)
	b.shows("main", "out of force since")
	b.shows("main", "Version 1")
}

// TestNegotiationProfileFormKeepsWhatItShows saves the form as it is shown: nothing of the profile is lost or set by it.
func TestNegotiationProfileFormKeepsWhatItShows(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	full := parley.NegotiationProfile{
		Name: "Everything", Priority: -5, Selector: parley.Selector{Tiers: []parley.Tier{parley.TierSeat, parley.TierAgency}, ProductIDs: []string{"ctv-news-evening", "ctv-sports-live"}, InventoryTypes: []string{"ctv"}, DealTypes: []parley.DealType{parley.PreferredDeal}, AgencyIDs: []string{"agency-a"}, AdvertiserIDs: []string{"adv-b"}},

		Strategy: new(negotiation.TitForTat), MaxRounds: new(6), RoundCap: new(parley.BasisPoints(0)),
		TotalCap: new(parley.BasisPoints(1_250)), BuyerShare: new(parley.BasisPoints(3_333)),
		AcceptanceThreshold: new(parley.BasisPoints(1)), Exponent: new(1_005), LowballDepth: new(1_500), Tolerance: new(parley.BasisPoints(0)),
	}
	must[seller.Answer](t)(w.service.NegotiationProfiles().Create(context.Background(), seller.Terminal("test"), full, keep(&full)))
	bare := parley.NegotiationProfile{Name: "Bare", Enabled: true}
	must[seller.Answer](t)(w.service.NegotiationProfiles().Create(context.Background(), seller.Terminal("test"), bare, keep(&bare)))

	before := w.profiles()
	b := w.open(t, w.admin)
	for _, profile := range before {
		b.visit("/negotiation-profiles/" + profile.ID)
		b.leave("main button.primary")
		b.leave("main button[value=commit]")
		b.shows("h1", "Negotiation limits")
	}
	same := []cmp.Option{
		cmpopts.IgnoreFields(parley.NegotiationProfile{}, "Version", "UpdatedAt", "UpdatedBy"), cmpopts.EquateEmpty(),
	}
	if diff := cmp.Diff(before, w.profiles(), same...); diff != "" {
		t.Errorf("saving what is shown changes it (-before +after):\n%s", diff)
	}
}

// TestNegotiationProfilesOfARole offers and does for each role what the API would, and refuses a change of an older version.
func TestNegotiationProfilesOfARole(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	path := "/console/negotiation-profiles/" + w.profile.ID
	for name, secret := range map[string]string{"a viewer": w.viewer, "an approver": w.approver} {
		b := w.signedIn(secret)
		if status, body := b.get(path); status != http.StatusOK || strings.Contains(body, "Preview the changes</button>") {
			t.Errorf("%s: %d\n%.3000s", name, status, body)
		}
		for _, path := range []string{path, path + "/delete", "/console/negotiation-profiles/new"} {
			if status, body := b.insist(path, url.Values{"name": {"x"}, "version": {"1"}}); status != http.StatusForbidden {
				t.Errorf("%s posts %s: %d\n%.2000s", name, path, status, body)
			}
		}
	}
	b := w.signedIn(w.admin)
	for _, c := range []struct {
		form   url.Values
		status int
		says   string
	}{
		{url.Values{"name": {"First"}, "version": {"1"}}, http.StatusOK, "First"},
		{url.Values{"name": {"Second"}, "version": {"1"}}, http.StatusPreconditionFailed, "Second"},
		{url.Values{"version": {"2"}}, http.StatusUnprocessableEntity, "is required"},
		{url.Values{"name": {"x"}, "version": {"2"}, "exponent": {"0.1234"}}, http.StatusUnprocessableEntity, "three decimal places"},
		{url.Values{"name": {"x"}, "version": {"2"}, "exponent": {"1e9"}}, http.StatusUnprocessableEntity, "Exponent"},
		{url.Values{"name": {"x"}, "version": {"2"}, "total_cap_pct": {"100"}}, http.StatusUnprocessableEntity, "Concession in all, %"},
		{url.Values{"name": {"x"}, "version": {"2"}, "max_rounds": {"0"}}, http.StatusUnprocessableEntity, "Rounds"},
		{url.Values{"name": {"x"}, "version": {"2"}, "strategy": {"bluff"}}, http.StatusUnprocessableEntity, "Strategy"},
	} {
		if status, body := b.insist(path, c.form); status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%v: %d, and %q is to be read in\n%.6000s", c.form, status, c.says, body)
		}
	}
	if got := w.profiles()[0]; got.Name != "First" || got.Version != 2 || got.Strategy != nil {
		t.Errorf("the profile is %+v", got)
	}
}
