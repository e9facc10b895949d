package tool

import (
	"context"

	"parley"
	"parley/seller"
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
	actAs(Tool{
		Name: "hold_quote", Example: `{"quote_id": "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", "hours": 24}`, Title: "Hold a quote's impressions",
		Description: "Keep the impressions of a guaranteed quote free until the answer's until. book_deal takes them; release_hold gives them back.",
	}, wire.HoldQuote, func(a *holdArguments) (string, *wire.HoldRequest) { return a.QuoteID, &a.HoldRequest }),
	actWith(Tool{
		Name: "release_hold", Example: `{"quote_id": "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d"}`, Title: "Give a hold back", Description: "Give back what is held of a quote.",
	}, wire.ReleaseHold, func(a *releaseArguments) (string, any) {
		return lineOf(wire.ReleaseHold.Line, a.QuoteID), &wire.Repeated{Idempotency: a.Idempotency}
	}, func(ctx context.Context, x *wire.Exchange, a *releaseArguments, encode seller.Encode[parley.Hold]) (seller.Answer, error) {
		return x.Service.ReleaseHold(ctx, x.Call, a.QuoteID, encode)
	}),
	list(Tool{Name: "list_holds", Example: `{"status": "active"}`, Title: "List holds", Description: "List what is held for you, a page at a time."}, wire.ListHolds),
	list(Tool{Name: "list_quotes", Example: `{"status": "available"}`, Title: "List quotes", Description: "List your quotes, a page at a time."}, wire.ListQuotes),
}

type holdArguments struct {
	QuoteID string `json:"quote_id" maxLength:"128"`
	wire.HoldRequest
}

type releaseArguments struct {
	wire.Idempotency
	QuoteID string `json:"quote_id" maxLength:"128"`
}

// volumeOfPG needs the volume of a guaranteed deal.
func volumeOfPG(arguments map[string]any, missing *parley.Problems) {
	if arguments["deal_type"] == string(parley.ProgrammaticGuaranteed) && !given(arguments, "impressions") {
		missing.Add("impressions", "is required for deal type PG")
	}
}
