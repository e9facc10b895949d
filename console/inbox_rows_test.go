package console_test

import (
	"context"
	"html"
	"regexp"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

var rowTerms = regexp.MustCompile(`<span class="num terms">([^<]*)</span>`)

// TestARowBeginsWithWhatMoves reads the row of a change that moves the volume alone: it begins with that, as it may be cut at its end.
func TestARowBeginsWithWhatMoves(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	deal := w.book(w.buyer, w.desk.quote(w.buyer, "ctv-drama-premiere", "PG", 2_000_000, 5, 18), "")
	var asked parley.ChangeRequest
	must[seller.Answer](t)(w.service.RequestChange(context.Background(), w.buyer, seller.ChangeInput{
		DealID: deal.ID, Type: parley.ChangeImpressions, Terms: parley.ChangeTerms{Impressions: new(int64(2_900_000))},
	}, keep(&asked)))
	_, body := w.signedIn(w.admin).get("/console/inbox")
	for _, found := range rowTerms.FindAllStringSubmatch(body, -1) {
		if strings.HasPrefix(html.UnescapeString(found[1]), "2,000,000 becomes 2,900,000 impressions, ") {
			return
		}
	}
	t.Errorf("no row begins with what moves: %q", rowTerms.FindAllString(body, -1))
}

// TestAFilterThatCannotBeReadIsNone looks at the inbox with a value that may mean two amounts: all rows are there, and neither ticking them
// all nor keeping that as a view is offered.
func TestAFilterThatCannotBeReadIsNone(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	for address, offered := range map[string]bool{"/console/inbox?value=100.000": false, "/console/inbox?value=100": true} {
		_, body := b.get(address)
		if ticks, views := strings.Contains(body, "data-all"), strings.Contains(body, "Save this view"); ticks != offered || views != offered || strings.Contains(body, "of those that you look at") != offered {
			t.Errorf("%s: ticking all is offered %t, keeping it %t", address, ticks, views)
		}
	}
}
