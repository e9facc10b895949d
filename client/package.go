package client

import (
	"context"
	"encoding/json"

	"parley/wire/document"

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

// QuotePackage asks for a quote of each product of a package, all of them or none. Each can be negotiated by itself.
func (c *Client) QuotePackage(ctx context.Context, packageID string, request PackageQuoteRequest) (document.PackageQuotes, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.PackageQuotes](ctx, c, at("/api/v1/packages/", packageID, "/quotes"), request)
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

// BookPackage turns quotes of a package into deals, all of them or none, each as BookDeal books one. The *Error of a quote that
// cannot be booked names it as quote_id.
func (c *Client) BookPackage(ctx context.Context, packageID string, request PackageBookingRequest) (document.PackageDeals, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.PackageDeals](ctx, c, at("/api/v1/packages/", packageID, "/deals"), request)
}
