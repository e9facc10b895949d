package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
)

var quoteRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/quotes", Access: AccessQuotes,
		ID: "createQuote", Tag: "Quotes", Summary: "Ask for a quote",
		Description: "Prices a product for this buyer and looks at the inventory over the flight. The quote can be booked " +
			"until expires_at; it holds no inventory. target_cpm is recorded and answered with target_met; it never moves the price.",
		Example: `{"product_id": "ctv-sports-live", "deal_type": "PG", "impressions": 10000000, "flight_start": "2026-08-01", ` +
			`"flight_end": "2026-08-31", "target_cpm": 30.00, "idempotency_key": "0e2f7f5c-4d6b-4c0a-9a5e-2f1f0a6b7c8d"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict},
	}, changing[none, QuoteRequest, parley.Quote, QuoteResponse]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *QuoteRequest, encode seller.Encode[parley.Quote],
		) (seller.Answer, error) {
			return x.service.RequestQuote(ctx, x.call, body.Domain(), encode)
		},
		render:  renderQuote,
		status:  http.StatusCreated,
		example: sampleQuote,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/quotes", Access: AccessCredential,
		ID: "listQuotes", Tag: "Quotes", Summary: "List quotes",
	}, listing[quoteFilter, parley.Quote, QuoteResponse]{
		plural: "quotes",
		run: func(
			ctx context.Context, x *exchange, filter quoteFilter, page seller.Page,
		) (seller.Listing[parley.Quote], error) {
			return x.service.Quotes(ctx, x.call, seller.QuoteFilter{
				Status: parley.QuoteStatus(filter.Status), ProductID: filter.ProductID, Page: page,
			})
		},
		render:  renderQuote,
		id:      func(quote parley.Quote) string { return quote.ID },
		example: sampleQuote,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/quotes/{quote_id}", Access: AccessQuotes,
		ID: "getQuote", Tag: "Quotes", Summary: "Read a quote",
		Description: "After its expiry a quote answers 410 to its buyer.",
		Failures:    []int{http.StatusGone},
	}, func(ctx context.Context, x *exchange, path quotePath) (QuoteResponse, error) {
		quote, err := x.service.Quote(ctx, x.call, path.QuoteID)
		return renderQuote(x.View, quote), err
	}, func(x *exchange) QuoteResponse { return renderQuote(x.View, sampleQuote) }),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/quotes/{quote_id}/pricing-trace", Access: AccessOperator, Scopes: viewer,
		ID: "getPricingTrace", Tag: "Pricing", Summary: "Read every step of a quote's price",
		Description: "What the price was computed from: base, discounts, rules, rounding and floor, with the version of the " +
			"rate card and rules. The buyer sees the rationale alone.",
	}, func(ctx context.Context, x *exchange, path quotePath) (PricingTrace, error) {
		quote, err := x.service.PricingTrace(ctx, x.call, path.QuoteID)
		return PricingTrace{QuoteID: quote.ID, ProductID: quote.ProductID, CreatedAt: quote.CreatedAt, Decision: quote.Price}, err
	}, func(*exchange) PricingTrace {
		return PricingTrace{QuoteID: sampleQuote.ID, ProductID: sampleQuote.ProductID, CreatedAt: sampleTime, Decision: samplePrice}
	}),
}

// none is the parameters, or the body, of an operation that has none.
type none struct{}

type quotePath struct {
	QuoteID string `path:"quote_id" maxLength:"128"`
}

type quoteFilter struct {
	Status    string `query:"status" enum:"available,booked,expired,declined"`
	ProductID string `query:"product_id" maxLength:"128"`
	Paging
}

// QuoteRequest is the body that asks for a quote, in either dialect.
type QuoteRequest struct {
	Idempotency
	Conversation
	ProductID     string          `json:"product_id" maxLength:"128" doc:"From GET /products."`
	DealType      string          `json:"deal_type" maxLength:"64" doc:"PG (guaranteed), PD (preferred) or PA (private auction)."`
	Impressions   *int64          `json:"impressions,omitempty" minimum:"1" doc:"Required for PG."`
	FlightStart   *parley.Date    `json:"flight_start,omitempty" format:"date" doc:"First day, in the publisher's time zone; today when absent."`
	FlightEnd     *parley.Date    `json:"flight_end,omitempty" format:"date" doc:"Last day, included; thirty days after the first when absent."`
	TargetCPM     *contract.Price `json:"target_cpm,omitempty" doc:"What the buyer hopes for."`
	BuyerIdentity *Identity       `json:"buyer_identity,omitempty"`
	MediaType     string          `json:"media_type,omitempty" maxLength:"64" doc:"digital, which is also the default, or ctv for a product that is connected television."`
	AgentURL      string          `json:"agent_url,omitempty" maxLength:"2000"`
	RateCardID    string          `json:"rate_card_id,omitempty" maxLength:"128" doc:"Refused: no private rate card is in force for anybody."`
	Consent       Object          `json:"consent_context,omitempty"`
	AudiencePlan  Object          `json:"audience_plan,omitempty" doc:"Its primary audience, or its segments, can be those that the product carries. Anything else is refused with 400, and unsupported names each."`
	BuyerKeyID    string          `json:"buyer_key_id,omitempty" maxLength:"128" doc:"Of an operator's request: a key of the buyer that the quote is for. It is priced for that buyer, and the buyer's to read and book. Without one, operators alone can read it, and nobody can book it."`
	LinearTV      Object          `json:"linear_tv,omitempty" doc:"Not traded: refused with unsupported_capability."`
}

// contractDialect tells a request of the contract by what only the contract has.
func (q *QuoteRequest) contractDialect() bool {
	return q.TargetCPM != nil && q.TargetCPM.Contract || q.Consent != nil || q.AudiencePlan != nil || q.RateCardID != "" ||
		q.LinearTV != nil
}

func (q *QuoteRequest) Domain() seller.QuoteRequest {
	request := seller.QuoteRequest{
		ProductID: q.ProductID, DealType: q.DealType, FlightStart: q.FlightStart, FlightEnd: q.FlightEnd,
		Identity: identityOf(q.BuyerIdentity), MediaType: q.MediaType, RateCardID: q.RateCardID, BuyerKeyID: q.BuyerKeyID,
		Carried: parley.Carried{
			ConsentContext: []byte(q.Consent), AudiencePlan: []byte(q.AudiencePlan), AgentURL: q.AgentURL,
		},
	}
	if q.Impressions != nil {
		request.Impressions = *q.Impressions
	}
	if q.TargetCPM != nil {
		request.TargetCPM = &q.TargetCPM.Money
	}
	if q.MediaType == "" && q.LinearTV != nil {
		request.MediaType = string(parley.MediaLinearTV)
	}
	return request
}

// QuoteResponse is a quote: the documented members, and the contract's object under quote.
type QuoteResponse struct {
	QuoteID         string                  `json:"quote_id"`
	Status          parley.QuoteStatus      `json:"status" doc:"available, booked, expired or declined."`
	Product         contract.ProductSummary `json:"product"`
	Pricing         Pricing                 `json:"pricing"`
	Terms           Terms                   `json:"terms"`
	Availability    Availability            `json:"availability"`
	DealType        parley.DealType         `json:"deal_type"`
	MediaType       parley.MediaType        `json:"media_type"`
	BuyerTier       parley.Tier             `json:"buyer_tier" doc:"public, seat, agency or advertiser, as the credential says."`
	BuyerIdentity   *Identity               `json:"buyer_identity" doc:"As the credential vouches for it; null when it names nobody. Prices, rules and approvals see this alone."`
	ClaimedIdentity *Identity               `json:"claimed_identity" doc:"What the buyer said of itself beyond that; null when it said nothing. It moves no price."`
	TargetCPM       *contract.Decimal       `json:"target_cpm"`
	TargetMet       *bool                   `json:"target_met" doc:"Whether the price is at or below target_cpm; null without one."`
	ExpiresAt       time.Time               `json:"expires_at"`
	CreatedAt       time.Time               `json:"created_at"`
	SellerID        string                  `json:"seller_id"`
	DealID          *string                 `json:"deal_id" doc:"Null until the quote is booked."`
	AudiencePlan    json.RawMessage         `json:"audience_plan" doc:"As it was sent."`
	AgentURL        *string                 `json:"agent_url" doc:"As it was sent."`
	Quote           contract.Quote          `json:"quote" doc:"The same quote as the shared contract writes it."`
}

// Availability is what the inventory ledger said when the quote was made.
type Availability struct {
	InventoryAvailable   bool   `json:"inventory_available"`
	AvailableImpressions *int64 `json:"available_impressions" doc:"Over the flight; null when the product's capacity is not declared."`
}

func renderQuote(v wire.View, q parley.Quote) QuoteResponse {
	rendered := QuoteResponse{
		QuoteID:         q.ID,
		Status:          q.Status,
		Product:         contract.ProductSummary{ProductID: q.ProductID, Name: q.ProductName, InventoryType: contract.Optional(q.InventoryType)},
		Pricing:         pricingOf(q.Price, q.DealType),
		Terms:           termsOf(q.Impressions, q.Flight, q.DealType),
		Availability:    Availability{InventoryAvailable: q.InventoryAvailable(), AvailableImpressions: q.Available},
		DealType:        q.DealType,
		MediaType:       q.MediaType,
		BuyerTier:       q.Tier,
		BuyerIdentity:   shownIdentity(q.Identity),
		ClaimedIdentity: shownIdentity(q.Claimed),
		TargetMet:       q.TargetMet(),
		ExpiresAt:       q.ExpiresAt,
		CreatedAt:       q.CreatedAt,
		SellerID:        v.Settings.SellerID,
		DealID:          contract.Optional(q.DealID),
		AudiencePlan:    q.Carried.AudiencePlan,
		AgentURL:        contract.Optional(q.Carried.AgentURL),
		Quote:           contract.QuoteOf(q, v.Settings.SellerID),
	}
	if q.TargetCPM != nil {
		rendered.TargetCPM = contract.DecimalOf(*q.TargetCPM)
	}
	return rendered
}

// PricingTrace is how the publisher sees the price of a quote.
type PricingTrace struct {
	QuoteID   string               `json:"quote_id"`
	ProductID string               `json:"product_id"`
	CreatedAt time.Time            `json:"created_at"`
	Decision  parley.PriceDecision `json:"decision" doc:"Amounts in micros, rates in basis points."`
}
