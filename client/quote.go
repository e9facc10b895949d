package client

import (
	"context"
	"encoding/json"

	"parley/wire/document"

	"parley"
)

// QuoteRequest asks for a quote.
type QuoteRequest struct {
	ProductID      string           `json:"product_id"`
	DealType       parley.DealType  `json:"deal_type"`
	Impressions    int64            `json:"impressions,omitempty"`  // required for PG
	FlightStart    *parley.Date     `json:"flight_start,omitempty"` // nil: today
	FlightEnd      *parley.Date     `json:"flight_end,omitempty"`   // nil: thirty days after the first
	TargetCPM      *Price           `json:"target_cpm,omitempty"`   // a hope; never moves the price
	Identity       *parley.Identity `json:"buyer_identity,omitempty"`
	AgentURL       string           `json:"agent_url,omitempty"`
	ConsentContext json.RawMessage  `json:"consent_context,omitempty"`
	AudiencePlan   json.RawMessage  `json:"audience_plan,omitempty"`
	RateCardID     string           `json:"rate_card_id,omitempty"`
	IdempotencyKey string           `json:"idempotency_key"` // empty: minted for the call
}

// CreateQuote asks for a quote.
func (c *Client) CreateQuote(ctx context.Context, request QuoteRequest) (document.QuoteResponse, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.QuoteResponse](ctx, c, "/api/v1/quotes", request)
}

// Quote reads a quote; once its time is over that is ErrQuoteExpired.
func (c *Client) Quote(ctx context.Context, quoteID string) (document.QuoteResponse, error) {
	return get[document.QuoteResponse](ctx, c, at("/api/v1/quotes/", quoteID), nil)
}
