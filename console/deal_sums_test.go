package console_test

import (
	"net/http"
	"strings"
	"testing"

	"parley"
	"parley/console"
	"parley/seller"
)

// TestListsHaveSumsOfTheirRows reads what stands under the lists of deals and quotes: what is booked is apart from what was cancelled, no
// currency is added to another, and it is said whether more was found than the page shows.
func TestListsHaveSumsOfTheirRows(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.approver)
	feet := func(path string) string {
		t.Helper()
		_, body := b.get("/console" + path)
		_, foot, _ := strings.Cut(body, "<tfoot>")
		foot, _, _ = strings.Cut(foot, "</section>")
		return textIn("<table>" + foot)
	}
	for path, says := range map[string]string{
		"/proposals": " open, USD", "/negotiations": "1 negotiation agreed, USD2,000,000 impressions39,800.00 USD",
		"/deals": "6 deals booked, USD", "/quotes": "2 quotes that can be booked, USD", "/quotes?status=booked": "6 quotes booked, USD",
	} {
		if foot := feet(path); !strings.Contains(foot, says) || !strings.Contains(foot, "The sums are of all that was found") {
			t.Errorf("%s has no %q:\n%.500s", path, says, foot)
		}
	}
	_, rows := b.get("/console/negotiations")
	for _, n := range must[seller.Listing[parley.Negotiation]](t)(w.service.Negotiations(t.Context(), seller.Terminal("test"), seller.NegotiationFilter{})).Items {
		product := must[parley.Product](t)(w.service.CatalogProduct(t.Context(), seller.Terminal("test"), n.ProductID))
		if !strings.Contains(rows, `<td title="`+n.ProductID+`">`+product.Name+`</td>`) {
			t.Errorf("the list of negotiations does not call %s %q", n.ProductID, product.Name)
		}
	}
	if status, body := b.insist("/console/deals/"+w.deal.ID+"/cancel", map[string][]string{"reason": {"over"}, "_once": {"over"}}); status != http.StatusOK {
		t.Fatalf("%d\n%.1000s", status, body)
	}
	if foot := feet("/deals"); !strings.Contains(foot, "5 deals booked, USD") || !strings.Contains(foot, "1 deal cancelled, USD9,000,000323,190.00 USD") {
		t.Errorf("one is cancelled:\n%.500s", foot)
	}
	for range 50 { // and the page is full
		w.quoteFor("ctv-drama-premiere")
	}
	if foot := feet("/quotes"); !strings.Contains(foot, "The sums are of this page alone, not of all 58 that were found") {
		t.Errorf("on the first of two pages:\n%.500s", foot)
	}

	deal := func(status parley.DealStatus, currency parley.Currency, cpm, impressions int64) parley.Deal {
		return parley.Deal{Status: status, Impressions: impressions, Price: parley.PriceDecision{Currency: currency, FinalCPM: cpm}}
	}
	got := console.SumsOf([]parley.Deal{
		deal(parley.DealCancelled, "USD", 90_000_000, 7_000), deal(parley.DealBooked, "USD", 10_000_000, 1_000), deal(parley.DealActive, "EUR", 20_000_000, 2_000),
		deal(parley.DealPartiallyCancelled, "USD", 5_000_000, 0), deal(parley.DealCompleted, "USD", 30_000_000, 3_000), deal(parley.DealProposed, "USD", 10_000_000, 1_000),
		deal(parley.DealExpired, "USD", 10_000_000, 1_000),
	})
	want := "[{booked 0 EUR 1 0 2000 40000000} {booked 0 USD 3 1 4000 100000000} {not booked yet 1 USD 1 0 1000 10000000} " +
		"{cancelled 2 USD 1 0 7000 630000000} {that came to nothing 3 USD 1 0 1000 10000000}]"
	if got != want {
		t.Errorf("sums are %s, want %s", got, want)
	}
}
