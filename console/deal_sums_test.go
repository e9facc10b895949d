package console_test

import (
	"strings"
	"testing"

	"parley"
	"parley/console"
)

// TestTheListOfDealsHasSumsOfItsRows reads what stands under the list, which adds no currency to another.
func TestTheListOfDealsHasSumsOfItsRows(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	_, body := w.signedIn(w.viewer).get("/console/deals")
	_, foot, _ := strings.Cut(body, "<tfoot>")
	if !strings.Contains(foot, "on this page, USD</th>") {
		t.Errorf("no sums:\n%.500s", foot)
	}
	deal := func(currency parley.Currency, cpm, impressions int64) parley.Deal {
		return parley.Deal{Impressions: impressions, Price: parley.PriceDecision{Currency: currency, FinalCPM: cpm}}
	}
	got := console.SumsOf([]parley.Deal{deal("USD", 10_000_000, 1_000), deal("EUR", 20_000_000, 2_000), deal("USD", 5_000_000, 0), deal("USD", 30_000_000, 3_000)})
	want := "[{EUR 1 0 2000 40000000} {USD 3 1 4000 100000000}]"
	if got != want {
		t.Errorf("sums are %s, want %s", got, want)
	}
}
