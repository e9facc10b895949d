package main_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley"
)

const buyerCatalog = `product_id,name,inventory_type,deal_types,base_cpm,floor_cpm,daily_impressions
news,News,display,PG|PD,12,8,1000000
`

// TestBuyerAtATerminal walks both flows as a person does, from a quote to a deal and from a proposal to a deal.
func TestBuyerAtATerminal(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		at.write(t, "catalog.csv", buyerCatalog)
		at.must(t, "catalog", "import", "catalog.csv")
		key := at.createKey(t, "--role", "buyer", "--label", "B", "--agency", "b", "--seat", "seat-b")
		server := at.serve(t, "--log-level", "warn")
		at.environ = append(at.environ, "PARLEY_URL="+server.base, "PARLEY_API_KEY="+key)

		quoted := at.must(t, "buyer", "quote", "news", "--impressions", "100000", "--target", "10")
		wantText(t, quoted, "10.80 USD CPM", "100000 impressions, PD", "yes, ")
		quoteID := regexp.MustCompile(`qt-\w+`).FindString(quoted)
		negotiated := at.must(t, "buyer", "negotiate", quoteID, "--ceiling", "10.60", "--opening", "9.00", "--book")
		wantText(t, negotiated, "round 1 ", "you   9.00 USD", "agreed at", "booked")
		price := regexp.MustCompile(`agreed at (\S+) USD`).FindStringSubmatch(negotiated)
		if len(price) != 2 || !strings.Contains(negotiated, "price    "+price[1]+" USD CPM") {
			t.Errorf("what was agreed is not what was booked:\n%s", negotiated)
		}

		start := parley.DateOf(parley.SystemClock(), time.UTC) + 30
		proposed := at.must(t, "buyer", "propose", "news", "--price", "9.00", "--impressions", "50000",
			"--start", start.String(), "--end", (start + 4).String(), "--json")
		var proposal struct {
			ProposalID string `json:"proposal_id"`
			Status     string `json:"status"`
		}
		if err := json.Unmarshal([]byte(proposed), &proposal); err != nil || proposal.Status != "counter_offered" {
			t.Fatalf("%v: %s", err, proposed)
		}
		wantText(t, at.must(t, "buyer", "negotiate", proposal.ProposalID, "--ceiling", "8.10"), "no agreement")
		if done := at.run(t, nil, "buyer", "book", proposal.ProposalID); done.code != 1 || !strings.Contains(done.err, "contention") {
			t.Errorf("a rejected proposal was booked: %d %s%s", done.code, done.out, done.err)
		}
		watched := at.must(t, "buyer", "watch", "--after", "0", "--count", "3")
		if lines := strings.Count(watched, "\n"); lines != 3 {
			t.Errorf("watched %d lines:\n%s", lines, watched)
		}
		wantText(t, watched, "quote.created", quoteID)
		wantText(t, at.must(t, "buyer", "watch", "--after", "0", "--type", "deal.booked", "--count", "1", "--json"), `"deal_id"`)
		server.stop(t)
	})
}

func wantText(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("no %q in:\n%s", part, got)
		}
	}
}

func TestBuyerMisuse(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"buyer", "quote", "news", "--start", "soon"}, 2, "--start"},
		{[]string{"buyer", "propose", "news", "--price", "12"}, 2, "--start and --end"},
		{[]string{"buyer", "propose", "news"}, 2, "--price"},
		{[]string{"buyer", "negotiate", "qt-1", "--ceiling", "free"}, 2, "--ceiling"},
		{[]string{"buyer", "negotiate", "qt-1", "--ceiling", "9", "--strategy", "bluff"}, 2, "--strategy"},
		{[]string{"buyer", "book", "qt-1", "--url", "nowhere"}, 1, "nowhere"},
	} {
		if done := at.run(t, nil, c.args...); done.code != c.code || !strings.Contains(done.err, c.says) {
			t.Errorf("%v: code %d, %s", c.args, done.code, done.err)
		}
	}
}
