package console_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"parley"
	"parley/console"
	"parley/internal/stores"
	"parley/seller"
)

// textIn is what a page reads as.
func textIn(body string) string {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		panic(err) // it reads anything
	}
	return strings.Join(strings.Fields(textOf(root)), " ")
}

// TestADealsTermsAreAskedForOnItsPage types into the form of a deal's page what is refused, what is shown first, and what has become of
// it meanwhile. Who only looks on has no such form.
func TestADealsTermsAreAskedForOnItsPage(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.approver)
	page := "/console/deals/" + w.deal.ID
	at := page + "/changes"
	if _, body := w.signedIn(w.viewer).get(page); strings.Contains(body, "Ask for other terms") {
		t.Error("a viewer has the form")
	}
	for name, c := range map[string]struct {
		typed  url.Values
		status int
		says   string
	}{
		"nothing else":       {nil, http.StatusConflict, "These are the terms that the deal has"},
		"a price of 0":       {url.Values{"proposed_values.price": {"0"}}, http.StatusUnprocessableEntity, "Price, CPM must be more than 0"},
		"a price under it":   {url.Values{"proposed_values.price": {"-12"}}, http.StatusUnprocessableEntity, "Price, CPM must be more than 0"},
		"no price":           {url.Values{"proposed_values.price": {""}}, http.StatusUnprocessableEntity, "Price, CPM is required"},
		"under the floor":    {url.Values{"proposed_values.price": {"2,60"}}, http.StatusUnprocessableEntity, "must not be below the floor"},
		"read two ways":      {url.Values{"proposed_values.price": {"1,250"}}, http.StatusUnprocessableEntity, "can be read two ways"},
		"no volume":          {url.Values{"proposed_values.impressions": {""}}, http.StatusUnprocessableEntity, "Impressions is required"},
		"an end before":      {url.Values{"proposed_values.flight_end": {in(1).String()}}, http.StatusUnprocessableEntity, "Last day must not be before the first day of the flight"},
		"a message too long": {url.Values{"message": {strings.Repeat("x", 2001)}}, http.StatusUnprocessableEntity, "must be at most 2,000 characters"},
		"a lower price": {
			url.Values{"proposed_values.price": {"35,50"}}, http.StatusOK,
			"Price: 35.91 becomes 35.50 USD, |The deal's value goes from 323,190.00 USD to 319,500.00 USD|Ask for this change: −3,690.00 USD|Somebody else at the desk is asked first. Once it is granted, it can be made here.",
		},
		"more than three times": {url.Values{"proposed_values.price": {"110"}}, http.StatusOK, "Yes, 110.00 USD, where the deal has 35.91 USD|it waits for the buyer, who has 7 days to agree"},
		"a tenth of it":         {url.Values{"proposed_values.impressions": {"900.000"}}, http.StatusOK, "Impressions: 9,000,000 becomes 900,000|Yes, 900,000 impressions, where the deal has 9,000,000"},
		"a day more":            {url.Values{"proposed_values.flight_end": {in(17).String()}}, http.StatusOK, "Flight end: |It waits for the buyer, who has 7 days to agree"},
	} {
		form := b.form(page, at).values
		for field, typed := range c.typed {
			form[field] = typed
		}
		status, body := b.post(at, form)
		for _, says := range strings.Split(c.says, "|") {
			if status != c.status || !strings.Contains(textIn(body), says) {
				t.Errorf("%s: %d, and not %q:\n%.3000s", name, status, says, textIn(body))
			}
		}
		if status == http.StatusOK != strings.Contains(body, "Is this what you mean?") {
			t.Errorf("%s: looked at with status %d", name, status)
		}
		if typed := c.typed.Get("proposed_values.price"); status != http.StatusOK && typed != "" && !strings.Contains(body, `value="`+typed+`"`) {
			t.Errorf("%s: what was typed is gone", name)
		}
	}
	asked := func() []parley.ChangeRequest {
		return must[seller.Listing[parley.ChangeRequest]](t)(w.service.Changes(context.Background(), seller.Terminal("test"), seller.ChangeFilter{DealID: w.deal.ID})).Items
	}
	if n := len(asked()); n != 1 { // the buyer's own
		t.Fatalf("%d changes were asked for by looking", n)
	}

	// The deal changes under the form.
	form := b.form(page, at).values
	form.Set("proposed_values.price", "35,40")
	must[seller.Answer](t)(w.service.ReviewChange(context.Background(), seller.Call{Secret: w.approver}, w.change.ID, seller.DecisionRequest{Decision: "approve"}, keep(new(parley.ChangeRequest))))
	must[seller.Answer](t)(w.service.ApplyChange(context.Background(), w.buyer, w.change.ID, keep(new(parley.ChangeRequest))))
	status, body := b.post(at, form)
	if text := textIn(body); status != http.StatusPreconditionFailed || !strings.Contains(text, "Somebody else changed this meanwhile") || !strings.Contains(text, "36.00 now; you typed 35,40") {
		t.Errorf("stale: %d\n%.3000s", status, text)
	}
}

// TestWhatGivesALargeDealAwayIsLookedAtTwice answers a change after which little is left of a deal: it is found, and shown once more, by what
// the deal is worth before.
func TestWhatGivesALargeDealAwayIsLookedAtTwice(t *testing.T) {
	t.Parallel()
	d := openDeskWith(t, stores.SQLite(t), console.Options{SecondLook: 30_000})
	d.sellDemo()
	buyer := d.buyer("Buyer", parley.Identity{SeatID: "seat-1"})
	deal := d.book(buyer, d.quote(buyer, "ctv-sports-live", "PG", 1_000_000, 10, 19), "")
	var c parley.ChangeRequest
	must[seller.Answer](t)(d.service.RequestChange(t.Context(), buyer, seller.ChangeInput{
		DealID: deal.ID, Type: parley.ChangeImpressions, Reason: "So", Terms: parley.ChangeTerms{Impressions: new(int64(300_000))},
	}, keep(&c)))
	if i := c.Impact; i == nil || i.Before < 30_000_000_000 || i.After >= 30_000_000_000 {
		t.Fatalf("the deal's value is not less than is looked at twice afterwards alone: %+v", i)
	}
	b := d.signedIn(d.operator("Pat", parley.ScopeApprover))
	if _, inbox := b.get("/console/inbox?value=30000"); !strings.Contains(inbox, c.ApprovalID) {
		t.Error("the list by value does not have it")
	}
	page := "/console/inbox/" + c.ApprovalID
	values := b.form(page, page+"/decide").values
	values.Set("decision", "approve")
	if status, body := b.post(page+"/decide", values); status != http.StatusOK || !strings.Contains(body, "Is this what you mean?") {
		t.Errorf("it is not shown once more: %d %q", status, told(body))
	}
}

// TestAnOfferHasAPriceOfOurs makes offers on the page of the availability.
func TestAnOfferHasAPriceOfOurs(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.approver)
	const at = "/console/availability/quote"
	form := url.Values{
		"product_id": {"ctv-drama-premiere"}, "flight_start": {in(30).String()}, "flight_end": {in(39).String()}, "impressions": {"1,000,000"},
		"deal_type": {"PG"}, "buyer_key_id": {w.key.ID},
	}
	for typed, c := range map[string]struct {
		status int
		says   string
	}{
		"0":     {http.StatusUnprocessableEntity, "Price, CPM must be more than 0"},
		"-3":    {http.StatusUnprocessableEntity, "Price, CPM must be more than 0"},
		"2,51":  {http.StatusUnprocessableEntity, "must not be below the floor"},
		"x":     {http.StatusUnprocessableEntity, "Price, CPM must be a number"},
		"27,50": {http.StatusOK, "Offer 27.50 USD, "},
		"900":   {http.StatusOK, "Yes, 900.00 USD, where the ask is "},
	} {
		form.Set("offer_cpm", typed)
		form.Set("_once", "offer "+typed)
		status, body := b.submit(at, form)
		if text := textIn(body); status != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s: %d, and not %q:\n%.3000s", typed, status, c.says, text)
		}
	}
}

// TestNumbersThatAreNoneAreRefusedAtOnce types prices, volumes and hours that cannot be meant: they are refused before anybody is asked
// to look at them, and in words about such a field.
func TestNumbersThatAreNoneAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.approver)
	talks := must[parley.Negotiation](t)(w.service.Negotiation(context.Background(), seller.Terminal("test"), w.negotiated.NegotiationID))
	held := w.quoteFor("ctv-drama-premiere")
	for name, c := range map[string]struct {
		path string
		form url.Values
		says string
	}{
		"a counter by hand of 0":      {"/negotiations/" + talks.ID + "/answer", url.Values{"action": {"counter"}, "price": {"0"}}, "must be more than 0"},
		"a final offer under it":      {"/negotiations/" + talks.ID + "/answer", url.Values{"action": {"final_offer"}, "price": {"-12"}}, "must be more than 0"},
		"a counter of 0":              {"/inbox/" + w.pending[0].ApprovalID + "/decide", url.Values{"decision": {"counter"}, "modifications.counter_cpm": {"0"}}, "Price, CPM must be more than 0"},
		"a counter for no impression": {"/inbox/" + w.pending[0].ApprovalID + "/decide", url.Values{"decision": {"counter"}, "modifications.counter_cpm": {"31"}, "modifications.impressions": {"0"}}, "Impressions must be more than 0"},
		"an hour and a half":          {"/quotes/" + held.ID + "/hold", url.Values{"hours": {"1,5"}}, "Hours must be a whole number such as 12"},
	} {
		c.form.Set("_once", name)
		status, body := b.submit("/console"+c.path, c.form)
		if text := textIn(body); status != http.StatusUnprocessableEntity || !strings.Contains(text, c.says) {
			t.Errorf("%s: %d, and not %q:\n%.2000s", name, status, c.says, text)
		}
	}
	for path, says := range map[string]string{
		"/console/availability?product_id=ctv-sports-live&flight_start=" + in(20).String() + "&flight_end=" + in(10).String(): "To must not be before the first day of the flight",
		"/console/availability?product_id=ctv-sports-live&impressions=0":                                                      "Impressions must be more than 0",
		"/console/availability?product_id=ctv-sports-live&impressions=-5":                                                     "Impressions must be more than 0",
		"/console/whatif?product_id=ctv-sports-live&impressions=0":                                                            "Impressions must be more than 0",
	} {
		if status, body := b.get(path); status != http.StatusUnprocessableEntity || !strings.Contains(textIn(body), says) {
			t.Errorf("%s: %d\n%.2000s", path, status, textIn(body))
		}
	}
	if _, body := b.get("/console/inventory/ctv-sports-live"); strings.Contains(body, "% booked") || !strings.Contains(body, "% full") {
		t.Error("the calendar calls booked what may be held")
	}
}
