package client

import (
	"context"
	"encoding/json"

	"parley"
)

// PackageQuoteRequest asks for a quote of each product of a package.
type PackageQuoteRequest struct {
	DealType       parley.DealType  `json:"deal_type,omitempty"`    // empty: of each product the first way that it is sold
	Impressions    int64            `json:"impressions,omitempty"`  // of all products together; required for PG
	FlightStart    *parley.Date     `json:"flight_start,omitempty"` // nil: today
	FlightEnd      *parley.Date     `json:"flight_end,omitempty"`   // nil: thirty days after the first
	TargetCPM      *Price           `json:"target_cpm,omitempty"`   // a hope for each; never moves a price
	Identity       *parley.Identity `json:"buyer_identity,omitempty"`
	AgentURL       string           `json:"agent_url,omitempty"`
	ConsentContext json.RawMessage  `json:"consent_context,omitempty"`
	AudiencePlan   json.RawMessage  `json:"audience_plan,omitempty"`
	IdempotencyKey string           `json:"idempotency_key"` // empty: minted for the call
}

// PackageQuotes are the quotes of a package's products, in its order.
type PackageQuotes struct {
	PackageID string  `json:"package_id"`
	Name      string  `json:"name"`
	Quotes    []Quote `json:"quotes"`
}

// IDs are the quotes' ids, as booking all of them names them.
func (q PackageQuotes) IDs() []string {
	ids := make([]string, len(q.Quotes))
	for i, quote := range q.Quotes {
		ids[i] = quote.QuoteID
	}
	return ids
}

// QuotePackage asks for a quote of each product of a package, all of them or none. Each can be negotiated by itself.
func (c *Client) QuotePackage(ctx context.Context, packageID string, request PackageQuoteRequest) (PackageQuotes, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[PackageQuotes](ctx, c, at("/api/v1/packages/", packageID, "/quotes"), request)
}

// PackageBookingRequest books quotes of a package's products together.
type PackageBookingRequest struct {
	QuoteIDs       []string         `json:"quote_ids"` // at most one of each product; see PackageQuotes.IDs
	Identity       *parley.Identity `json:"buyer_identity,omitempty"`
	Notes          string           `json:"notes,omitempty"` // for every deal
	ConsentContext json.RawMessage  `json:"consent_context,omitempty"`
	AudiencePlan   json.RawMessage  `json:"audience_plan,omitempty"`
	IdempotencyKey string           `json:"idempotency_key"` // empty: minted for the call
}

// PackageDeals are the deals of a package's products, in the order of the quotes that were booked.
type PackageDeals struct {
	PackageID string `json:"package_id"`
	Name      string `json:"name"`
	Deals     []Deal `json:"deals"`
}

// BookPackage turns quotes of a package into deals, all of them or none, each as BookDeal books one. The *Error of a quote that
// cannot be booked names it as quote_id.
func (c *Client) BookPackage(ctx context.Context, packageID string, request PackageBookingRequest) (PackageDeals, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[PackageDeals](ctx, c, at("/api/v1/packages/", packageID, "/deals"), request)
}
