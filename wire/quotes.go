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

// QuoteRequestOf is what the flow takes.
func QuoteRequestOf(q *document.QuoteRequest) seller.QuoteRequest {
	request := wished(&q.Wishes)
	request.ProductID, request.DealType, request.FlightStart, request.FlightEnd = q.ProductID, string(q.DealType), q.FlightStart, q.FlightEnd
	request.Impressions, request.OfferCPM = q.Impressions, moneyOf(q.OfferCPM)
	return request
}

// wished is a request for a quote of nothing yet.
func wished(w *document.Wishes) seller.QuoteRequest {
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
		func(ctx context.Context, x *Exchange, _ string, body *document.QuoteRequest, encode seller.Encode[parley.Quote]) (seller.Answer, error) {
			request := QuoteRequestOf(body)
			request.Carried.ContextID = x.ContextID
			return x.Service.RequestQuote(ctx, x.Call, request, encode)
		})
)
