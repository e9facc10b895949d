package tool

import (
	"parley"
	"parley/wire"
)

var quoteTools = []Tool{
	act(Tool{
		Name: "request_quote", Example: `{"product_id": "ctv-sports-live", "deal_type": "PG", "impressions": 5000000, "flight_start": "2026-08-01", "flight_end": "2026-08-31"}`, Needs: volumeOfPG, Title: "Ask for a quote", Keyless: true,
		Description: "Ask for an exact price, good until expires_at. It holds no inventory: book_deal does. target_cpm is recorded and " +
			"moves no price; negotiate does.",
	}, wire.CreateQuote),
	one(Tool{
		Name: "get_quote", Example: `{"quote_id": "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d"}`, Title: "Read a quote", Keyless: true, Description: "Read a quote. After its expiry that is quote_expired.",
	}, "quote_id", wire.GetQuote),
	list(Tool{Name: "list_quotes", Example: `{"status": "available"}`, Title: "List quotes", Description: "List your quotes, a page at a time."}, wire.ListQuotes),
}

// volumeOfPG needs the volume of a guaranteed deal.
func volumeOfPG(arguments map[string]any, missing *parley.Problems) {
	if arguments["deal_type"] == string(parley.ProgrammaticGuaranteed) && !given(arguments, "impressions") {
		missing.Add("impressions", "is required for deal type PG")
	}
}
