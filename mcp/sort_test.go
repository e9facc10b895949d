package mcp_test

import (
	"fmt"
	"slices"
	"testing"

	"parley/edge"
	"parley/internal/stores"
)

// TestDealsInAnOrder lists deals by what they are ordered by, page by page, and as the API does.
func TestDealsInAnOrder(t *testing.T) {
	t.Parallel()
	d := openDesk(t, stores.SQLite(t), edge.Kit{})
	for i, impressions := range []int{40_000, 90_000, 10_000, 60_000} {
		quote := quoteFor(fmt.Sprint("s", i))
		quote["impressions"] = impressions
		id := d.must(d.buyer, "request_quote", quote).id("quote_id")
		d.must(d.buyer, "book_deal", map[string]any{"quote_id": id, "idempotency_key": fmt.Sprint("b", i)})
	}
	for order, want := range map[string][]float64{"oldest": {10_000, 40_000, 60_000, 90_000}, "newest": {90_000, 60_000, 40_000, 10_000}} {
		var got []float64
		for cursor := any(nil); ; {
			arguments := map[string]any{"sort": "impressions", "order": order, "limit": 3}
			if cursor != nil {
				arguments["cursor"] = cursor
			}
			page := d.must(d.buyer, "list_deals", arguments)
			for _, row := range page.list("deals") {
				deal, _ := row.(map[string]any)
				terms, _ := deal["terms"].(map[string]any)
				n, _ := terms["impressions"].(float64)
				got = append(got, n)
			}
			if cursor = page.body["next_cursor"]; cursor == nil {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", order, got, want)
		}
	}
	if status, _, body := d.api("GET", "/api/v1/deals?sort=price", d.buyer, nil); status != 422 {
		t.Errorf("an order that there is not is answered %d %s", status, body)
	}
	d.refused(d.buyer, "list_deals", "validation", map[string]any{"sort": "price"})
}
