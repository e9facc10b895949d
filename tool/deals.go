package tool

import (
	"context"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
	"parley/wire/document"
)

var dealTools = []Tool{
	actWith(Tool{
		Name: "book_deal", Example: `{"quote_id": "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", "dsp_platform": "The Trade Desk", "max_cpm": 30.00}`, Needs: OneOf("quote_id", "proposal_id"), Title: "Book a deal",
		Description: "Book a quote, at the price quoted or agreed, or an accepted proposal. With max_cpm, a higher price is ceiling_exceeded " +
			"and nothing is booked. A deal that is proposed waits for the publisher. A booked one has its deal id and " +
			"OpenRTB parameters for the DSP.",
	}, wire.BookDeal, (*bookingArguments).request,
		func(ctx context.Context, x *wire.Exchange, a *bookingArguments, encode seller.Encode[parley.Deal]) (seller.Answer, error) {
			switch {
			case a.QuoteID != "" && a.ProposalID != "":
				return seller.Answer{}, parley.Invalid("proposal_id", "and quote_id exclude each other; send one")
			case a.ProposalID != "":
				return x.Service.BookProposal(ctx, x.Call, wire.ProposalBookingOf(a.ofProposal()), encode)
			}
			return x.Service.BookDeal(ctx, x.Call, wire.BookingRequestOf(a.ofQuote()), encode)
		}),
	actWith(Tool{
		Name: "create_deal_from_template", Example: `{"deal_type": "PD", "product_id": "ctv-sports-live", "max_cpm": 30.00}`, Needs: volumeOfPG, Title: "Quote and book at once",
		Description: "Ask for a quote and book it, if its price is not above max_cpm; else that is ceiling_exceeded, nothing is booked, and the " +
			"quote stays open.",
	}, wire.BookDeal, func(a *templateArguments) (string, any) {
		return wire.BookDeal.Line, &document.BookingRequest{Idempotency: wire.Idempotency{IdempotencyKey: a.IdempotencyKey + dealSuffix}, MaxCPM: a.MaxCPM}
	}, quoteAndBook),
	one(Tool{
		Name: "get_deal", Example: `{"deal_id": "PRLY-7K4MC-X9TRP"}`, Title: "Read a deal",
		Description: "Read a deal: its terms, its OpenRTB parameters, what to do in each DSP, and the changes that are under way.",
	}, "deal_id", wire.GetDeal),
	list(Tool{Name: "list_deals", Example: `{"status": "booked"}`, Title: "List deals", Description: "List deals, a page at a time."}, wire.ListDeals),
}

// bookingArguments book a quote or a proposal.
type bookingArguments struct {
	wire.Idempotency
	wire.Conversation
	QuoteID       string             `json:"quote_id,omitempty" maxLength:"128" doc:"The quote to book, or"`
	ProposalID    string             `json:"proposal_id,omitempty" maxLength:"128" doc:"the accepted proposal."`
	DSPPlatform   string             `json:"dsp_platform,omitempty" maxLength:"200" doc:"Where the deal will be bid on, such as The Trade Desk."`
	BuyerIdentity *document.Identity `json:"buyer_identity,omitempty"`
	Notes         string             `json:"notes,omitempty" maxLength:"2000" doc:"Of a quote's booking."`
	MaxCPM        *contract.Price    `json:"max_cpm,omitempty" doc:"The highest CPM to book at."`
}

// ofQuote is the API's request for the same.
func (a *bookingArguments) ofQuote() *document.BookingRequest {
	identity := a.BuyerIdentity
	if a.DSPPlatform != "" {
		named := document.Identity{}
		if identity != nil {
			named = *identity
		}
		named.DSPPlatform = a.DSPPlatform
		identity = &named
	}
	return &document.BookingRequest{
		Idempotency: a.Idempotency, Conversation: a.Conversation, QuoteID: a.QuoteID, BuyerIdentity: identity, Notes: a.Notes, MaxCPM: a.MaxCPM,
	}
}

func (a *bookingArguments) ofProposal() *document.ProposalBookingRequest {
	return &document.ProposalBookingRequest{
		Idempotency: a.Idempotency, Conversation: a.Conversation, ProposalID: a.ProposalID, DSPPlatform: a.DSPPlatform,
		BuyerIdentity: a.BuyerIdentity, MaxCPM: a.MaxCPM,
	}
}

func (a *bookingArguments) request() (line string, body any) {
	if a.ProposalID != "" {
		return wire.BookProposal.Line, a.ofProposal()
	}
	return wire.BookDeal.Line, a.ofQuote()
}

// templateArguments ask for a quote and book it.
type templateArguments struct {
	IdempotencyKey string             `json:"idempotency_key" minLength:"1" maxLength:"240"`
	ProductID      string             `json:"product_id" maxLength:"128"`
	DealType       parley.DealType    `json:"deal_type" maxLength:"64" doc:"PG (guaranteed), PD (preferred) or PA (private auction)."`
	Impressions    int64              `json:"impressions,omitempty" minimum:"1" doc:"Required for PG."`
	FlightStart    *parley.Date       `json:"flight_start,omitempty" format:"date"`
	FlightEnd      *parley.Date       `json:"flight_end,omitempty" format:"date"`
	MaxCPM         *contract.Price    `json:"max_cpm,omitempty" doc:"The highest CPM to book at."`
	BuyerIdentity  *document.Identity `json:"buyer_identity,omitempty"`
}

// The keys of the two steps, made of the caller's.
const (
	quoteSuffix = "/quote"
	dealSuffix  = "/deal"
)

// quoteAndBook runs two flows, each under its own key, so that a repetition goes on where the first attempt ended.
func quoteAndBook(ctx context.Context, x *wire.Exchange, a *templateArguments, encode seller.Encode[parley.Deal]) (seller.Answer, error) {
	ask := document.QuoteRequest{
		Idempotency: wire.Idempotency{IdempotencyKey: a.IdempotencyKey + quoteSuffix}, ProductID: a.ProductID, DealType: a.DealType,
		Impressions: a.Impressions, FlightStart: a.FlightStart, FlightEnd: a.FlightEnd, Wishes: document.Wishes{BuyerIdentity: a.BuyerIdentity},
	}
	quoting := *x
	if err := under(&quoting, wire.CreateQuote.Line, &ask); err != nil {
		return seller.Answer{}, err
	}
	var quoteID string
	answer, err := wire.CreateQuote.Run(ctx, &quoting, "", &ask, func(quote parley.Quote) (seller.Answer, error) {
		quoteID = quote.ID
		return wire.CreateQuote.Answer(x)(quote)
	})
	if err != nil {
		return seller.Answer{}, err
	}
	if answer.Replayed {
		if quoteID, err = idIn(answer.Body, "quote_id"); err != nil {
			return seller.Answer{}, err
		}
	}
	book := document.BookingRequest{
		Idempotency: wire.Idempotency{IdempotencyKey: a.IdempotencyKey + dealSuffix}, QuoteID: quoteID, BuyerIdentity: a.BuyerIdentity, MaxCPM: a.MaxCPM,
	}
	booking := *x
	if err := under(&booking, wire.BookDeal.Line, &book); err != nil {
		return seller.Answer{}, err
	}
	return x.Service.BookDeal(ctx, booking.Call, wire.BookingRequestOf(&book), encode)
}
