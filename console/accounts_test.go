package console_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
	"parley/storage"
)

// TestABuyersPage is of a buyer that has traded: it has all of theirs, and no other buyer's.
func TestABuyersPage(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	terminal, ctx := seller.Terminal("test"), context.Background()
	accounts := must[seller.Listing[parley.Account]](t)(w.service.Accounts(ctx, terminal, seller.AccountFilter{}))
	held := 0
	for _, q := range must[seller.Listing[parley.Quote]](t)(w.service.Quotes(ctx, terminal, seller.QuoteFilter{Status: parley.QuoteAvailable})).Items {
		encode := func(parley.Hold) (seller.Answer, error) { return seller.Answer{}, nil }
		if _, err := w.service.HoldQuote(ctx, terminal, seller.HoldRequest{QuoteID: q.ID, For: time.Hour}, encode); err == nil {
			held++
		}
	}
	if held == 0 {
		t.Error("no quote can be held")
	}
	shown, waits := map[string]bool{}, map[string]bool{}
	seen := false
	b := w.signedIn(w.viewer)
	for _, a := range accounts.Items {
		found := must[seller.AccountBusiness](t)(w.service.AccountBusiness(ctx, terminal, a.ID))
		_, body := b.get("/console/accounts/" + a.ID)
		for _, deal := range found.Deals {
			seen = true
			if !strings.Contains(body, "/console/deals/"+url.PathEscape(deal.ID)) {
				t.Errorf("%s does not show deal %s", a.Name, deal.ID)
			}
		}
		if all := "/console/deals?account_id=" + a.ID; len(found.Deals) > 0 && !strings.Contains(body, `href="`+all+`"`) {
			t.Errorf("%s does not lead to all of its deals", a.Name)
		} else if _, listed := b.get(all); strings.Count(listed, "<a data-row ") != len(found.Deals) {
			t.Errorf("all deals of %s are %d, want %d", a.Name, strings.Count(listed, "<a data-row "), len(found.Deals))
		}
		for _, approval := range found.Approvals {
			waits[approval.ID] = true
			if !strings.Contains(body, "/console/inbox/"+approval.ID) {
				t.Errorf("%s does not show that %s waits", a.Name, approval.ID)
			}
		}
		for _, hold := range found.Holds {
			shown[hold.ID] = true
			if !strings.Contains(body, "/console/quotes/"+hold.QuoteID) || !strings.Contains(body, "the desk, ") {
				t.Errorf("%s does not show what is held of %s", a.Name, hold.QuoteID)
			}
		}
		booked := map[parley.Currency]int64{}
		for _, in := range found.Booked {
			booked[in.Currency] += in.Deals
		}
		counts := map[parley.Currency]int64{}
		deals := must[seller.Listing[parley.Deal]](t)(w.service.Deals(ctx, terminal, seller.DealFilter{}))
		for _, d := range deals.Items {
			if slices.ContainsFunc(found.Owners, func(o storage.AccountOwner) bool {
				return o.Owner == d.Owner && !slices.Contains(o.Elsewhere, d.Identity.DSPPlatform)
			}) {
				switch d.Status {
				case parley.DealBooked, parley.DealActive, parley.DealMakegoodPending, parley.DealPartiallyCancelled, parley.DealCompleted:
					counts[d.Price.Currency]++
				default:
				}
			}
		}
		for currency, n := range counts {
			if booked[currency] != n {
				t.Errorf("%s has booked %d deals in %s, want %d", a.Name, booked[currency], currency, n)
			}
		}
		if strings.Contains(body, "/standing") {
			t.Errorf("a viewer may block %s", a.Name)
		}
	}
	if len(shown) != held {
		t.Errorf("%d holds are shown, of %d", len(shown), held)
	}
	pending := must[seller.Listing[parley.Approval]](t)(w.service.Approvals(ctx, terminal, seller.ApprovalFilter{Status: parley.ApprovalPending}))
	if len(waits) == 0 || len(waits) != len(pending.Items) {
		t.Errorf("%d approvals are shown, of %d", len(waits), len(pending.Items))
	}
	if !seen {
		t.Error("no account has a deal")
	}
}

// TestAProductIsMadeAndEditedByForm does it without a script, and finds what was and what is in the product's history.
func TestAProductIsMadeAndEditedByForm(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	values := url.Values{
		"product_id": {"news-pre-roll"}, "name": {"News pre-roll"}, "inventory_type": {"video"}, "deal_types": {"PG", "PD"}, "currency": {"EUR"},
		"base_cpm": {"12.50"}, "floor_cpm": {"nine"}, "daily_impressions": {"1,000,000"}, "geo_targets": {"DE, AT"},
	}
	if status, body := b.submit("/console/inventory/new", clone(values)); status != http.StatusUnprocessableEntity || !strings.Contains(body, `value="News pre-roll"`) {
		t.Errorf("with a floor that is no number: %d\n%.2000s", status, body)
	}
	values.Set("floor_cpm", "9")
	if status, body := b.submit("/console/inventory/new", clone(values)); status != http.StatusOK || !strings.Contains(body, "News pre-roll") {
		t.Fatalf("made: %d\n%.2000s", status, body)
	}
	if status, _ := b.submit("/console/inventory/new", clone(values)); status != http.StatusUnprocessableEntity {
		t.Errorf("made again: %d", status)
	}
	read := func() parley.Product {
		return must[parley.Product](t)(w.service.CatalogProduct(context.Background(), seller.Terminal("test"), "news-pre-roll"))
	}
	made := read()
	if made.Currency != "EUR" || made.FloorCPM != 9_000_000 || *made.DailyImpressions != 1_000_000 || len(made.GeoTargets) != 2 || made.Status != parley.ProductActive {
		t.Errorf("made: %+v", made)
	}
	_, body := b.get("/console/inventory/news-pre-roll/edit")
	for _, field := range []string{`value="12.50"`, `value="DE, AT"`, `value="PD" checked`} {
		if !strings.Contains(body, field) {
			t.Errorf("the form has no %s\n%.5000s", field, body)
		}
	}
	values.Set("version", strconv.FormatInt(made.Version, 10))
	values.Set("base_cpm", "13")
	if status, body := b.insist("/console/inventory/news-pre-roll/edit", values); status != http.StatusOK || !strings.Contains(body, "12.50") || !strings.Contains(body, "13.00") {
		t.Errorf("edited: %d\n%.3000s", status, body)
	}
	if now := read(); *now.BaseCPM != 13_000_000 || now.Version != made.Version+1 || now.Status != made.Status {
		t.Errorf("edited: %+v", now)
	}
	if status, _ := b.insist("/console/inventory/news-pre-roll/edit", values); status != http.StatusPreconditionFailed {
		t.Errorf("edited from an old page: %d", status)
	}
}

// TestBrowserAccounts finds a buyer, writes down who it is, and pauses it.
func TestBrowserAccounts(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	b.visit("/accounts")
	b.run(fill("#f-q", w.account.Code))
	b.leave("main form.filters button")
	b.leave("main table tbody a")
	b.shows("h1", w.account.Name)
	b.run(click("#standing ~ .actions details summary"), fill("#standing ~ .actions details [name=reason]", "Invoices are open"))
	b.leave("#standing ~ .actions details button")
	b.shows("h1", "paused")
	b.shows("main", "Invoices are open")
	_, err := w.service.RequestQuote(context.Background(), w.buyerOf(w.account), seller.QuoteRequest{ProductID: "ctv-sports-live", DealType: "PD", Impressions: 100_000},
		func(parley.Quote) (seller.Answer, error) { return seller.Answer{Status: http.StatusCreated}, nil })
	if !parley.Is(err, parley.CodeForbidden) {
		t.Errorf("a paused buyer is quoted: %v", err)
	}
}

// buyerOf is a new key of an account.
func (w *world) buyerOf(a parley.Account) seller.Call {
	w.t.Helper()
	var secret string
	_, err := w.service.CreateKey(context.Background(), seller.Terminal("test"), seller.KeyRequest{Role: parley.RoleBuyer, Label: "theirs", AccountID: a.ID},
		func(k seller.CreatedKey) (seller.Answer, error) {
			if k.Secret != "" {
				secret = k.Secret
			}
			return seller.Answer{Status: http.StatusCreated}, nil
		})
	if err != nil {
		w.t.Fatal(err)
	}
	return seller.Call{Secret: secret}
}
