package client

import (
	"context"
	"encoding/json"
	"time"

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

// Quote is a price stated to this buyer, for a time. It holds no inventory.
type Quote struct {
	QuoteID         string             `json:"quote_id"`
	Status          parley.QuoteStatus `json:"status"`
	Product         ProductSummary     `json:"product"`
	Pricing         Pricing            `json:"pricing"`
	Terms           Terms              `json:"terms"`
	Availability    Availability       `json:"availability"`
	DealType        parley.DealType    `json:"deal_type"`
	BuyerTier       string             `json:"buyer_tier"`
	BuyerIdentity   *parley.Identity   `json:"buyer_identity"`   // as the key vouches for it; nil when it names nobody
	ClaimedIdentity *parley.Identity   `json:"claimed_identity"` // what the request said beyond that; moves no price
	TargetMet       *bool              `json:"target_met"`       // nil without a target
	ExpiresAt       time.Time          `json:"expires_at"`
	CreatedAt       time.Time          `json:"created_at"`
	SellerID        string             `json:"seller_id"`
	DealID          string             `json:"deal_id"` // empty until booked
}

// Availability is what the seller's ledger said when the quote was made.
type Availability struct {
	InventoryAvailable   bool   `json:"inventory_available"`
	AvailableImpressions *int64 `json:"available_impressions"` // nil: the product's capacity is not declared
}

// CreateQuote asks for a quote.
func (c *Client) CreateQuote(ctx context.Context, request QuoteRequest) (Quote, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[Quote](ctx, c, "/api/v1/quotes", request)
}

// Quote reads a quote; once its time is over that is ErrQuoteExpired.
func (c *Client) Quote(ctx context.Context, quoteID string) (Quote, error) {
	return get[Quote](ctx, c, at("/api/v1/quotes/", quoteID), nil)
}
