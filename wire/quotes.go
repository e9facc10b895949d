package wire

import (
	"context"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// QuoteFilter narrows a list of quotes.
type QuoteFilter struct {
	Status    string `json:"status,omitempty" query:"status" enum:"available,booked,expired,declined"`
	ProductID string `json:"product_id,omitempty" query:"product_id" maxLength:"128"`
	Paging
}

// QuoteRequest is the body that asks for a quote, in either dialect.
type QuoteRequest struct {
	Idempotency
	Conversation
	ProductID   string       `json:"product_id" maxLength:"128" doc:"From GET /products."`
	DealType    string       `json:"deal_type" maxLength:"64" doc:"PG (guaranteed), PD (preferred) or PA (private auction)."`
	Impressions *int64       `json:"impressions,omitempty" minimum:"1" doc:"Required for PG."`
	FlightStart *parley.Date `json:"flight_start,omitempty" format:"date" doc:"First day, in the publisher's time zone; today when absent."`
	FlightEnd   *parley.Date `json:"flight_end,omitempty" format:"date" doc:"Last day, included; thirty days after the first when absent."`
	Wishes
}

// Wishes are what quotes are asked for with, of a product or of a package.
type Wishes struct {
	TargetCPM     *contract.Price    `json:"target_cpm,omitempty" doc:"What the buyer hopes for."`
	BuyerIdentity *document.Identity `json:"buyer_identity,omitempty"`
	MediaType     string             `json:"media_type,omitempty" maxLength:"64" doc:"digital, which is also the default, or ctv for a product that is connected television."`
	AgentURL      string             `json:"agent_url,omitempty" maxLength:"2000"`
	RateCardID    string             `json:"rate_card_id,omitempty" maxLength:"128" doc:"Refused: no private rate card is in force for anybody."`
	Consent       document.Object    `json:"consent_context,omitempty"`
	AudiencePlan  document.Object    `json:"audience_plan,omitempty" doc:"Its primary audience, or its segments, can be those that the product carries. Anything else is refused with 400, and unsupported names each."`
	BuyerKeyID    string             `json:"buyer_key_id,omitempty" maxLength:"128" doc:"Of an operator's request: a key of the buyer that the quote is for. It is priced for that buyer, and the buyer's to read and book. Without one, operators alone can read it, and nobody can book it."`
	LinearTV      document.Object    `json:"linear_tv,omitempty" doc:"Not traded: refused with unsupported_capability."`
}

// contractDialect tells a request of the contract by what only the contract has.
func (q *QuoteRequest) contractDialect() bool {
	return q.TargetCPM != nil && q.TargetCPM.Contract || q.Consent != nil || q.AudiencePlan != nil || q.RateCardID != "" ||
		q.LinearTV != nil
}

// Domain is what the flow takes.
func (q *QuoteRequest) Domain() seller.QuoteRequest {
	request := q.domain()
	request.ProductID, request.DealType, request.FlightStart, request.FlightEnd = q.ProductID, q.DealType, q.FlightStart, q.FlightEnd
	if q.Impressions != nil {
		request.Impressions = *q.Impressions
	}
	return request
}

// domain is a request for a quote of nothing yet.
func (w *Wishes) domain() seller.QuoteRequest {
	request := seller.QuoteRequest{
		Identity: identityOf(w.BuyerIdentity), MediaType: w.MediaType, RateCardID: w.RateCardID, BuyerKeyID: w.BuyerKeyID, TargetCPM: moneyOf(w.TargetCPM),
		Carried: parley.Carried{
			ConsentContext: []byte(w.Consent), AudiencePlan: []byte(w.AudiencePlan), AgentURL: w.AgentURL,
		},
	}
	if w.MediaType == "" && w.LinearTV != nil {
		request.MediaType = string(parley.MediaLinearTV)
	}
	return request
}

// QuoteOf writes a quote.
func QuoteOf(v View, q parley.Quote) document.QuoteResponse {
	rendered := document.QuoteResponse{
		QuoteID:         q.ID,
		Status:          q.Status,
		Product:         contract.ProductSummary{ProductID: q.ProductID, Name: q.ProductName, InventoryType: contract.Optional(q.InventoryType)},
		Pricing:         pricingOf(q.Price, q.DealType),
		Terms:           termsOf(q.Impressions, q.Flight, q.DealType),
		Availability:    document.Availability{InventoryAvailable: q.InventoryAvailable(), AvailableImpressions: q.Available},
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

// PricingTraceOf writes how the price of a quote came about.
func PricingTraceOf(_ View, q parley.Quote) PricingTrace {
	return PricingTrace{QuoteID: q.ID, ProductID: q.ProductID, CreatedAt: q.CreatedAt, Decision: q.Price}
}

// What is asked of quotes.
var (
	GetPricingTrace = Lookup[parley.Quote, PricingTrace]{(*seller.Service).PricingTrace, PricingTraceOf}
	GetQuote        = Lookup[parley.Quote, document.QuoteResponse]{(*seller.Service).Quote, QuoteOf}
	ListQuotes      = List[QuoteFilter, parley.Quote, document.QuoteResponse]{
		Plural: "quotes", Render: QuoteOf, ID: func(quote parley.Quote) string { return quote.ID },
		Find: func(ctx context.Context, x *Exchange, f QuoteFilter, page seller.Page) (seller.Listing[parley.Quote], error) {
			return x.Service.Quotes(ctx, x.Call, seller.QuoteFilter{
				Status: parley.QuoteStatus(f.Status), ProductID: f.ProductID, Page: page,
			})
		},
	}
	CreateQuote = act("POST /api/v1/quotes", Made, QuoteOf,
		func(ctx context.Context, x *Exchange, _ string, body *QuoteRequest, encode seller.Encode[parley.Quote]) (seller.Answer, error) {
			request := body.Domain()
			request.Carried.ContextID = x.ContextID
			return x.Service.RequestQuote(ctx, x.Call, request, encode)
		})
)
