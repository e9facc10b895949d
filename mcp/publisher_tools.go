package mcp

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	agent "parley/tool"
	"parley/wire"
	"parley/wire/contract"
)

var publisherTools = []tool{
	question(tool{name: "get_rate_card", title: "Read the rate card", description: "Read the publisher's own prices and floors. Its version goes with update_rate_card."},
		func(ctx context.Context, x *exchange, _ *nothing) (wire.RateCard, error) {
			card, err := x.service().RateCard(ctx, x.call)
			if err != nil {
				return wire.RateCard{}, err
			}
			return wire.RateCardOf(x.View, card), nil
		}),
	change(tool{
		name: "update_rate_card", title: "Replace the rate card", destructive: true,
		description: "Replace the entries of the rate card, all of them, from the version that you read. Floors and volume brackets stay as they are unless you name them.",
	}, changing[wire.RateCardRequest, parley.RateCard, wire.RateCard]{
		request: func(a *wire.RateCardRequest) (string, any) { return "PUT /api/v1/rate-card", a },
		run: func(ctx context.Context, x *exchange, a *wire.RateCardRequest, encode seller.Encode[parley.RateCard]) (seller.Answer, error) {
			card, err := a.Domain()
			if err != nil {
				return seller.Answer{}, err
			}
			expected := a.Version
			if a.GlobalFloors == nil || a.VolumeBrackets == nil {
				present, err := x.service().RateCard(ctx, x.call)
				if err != nil {
					return seller.Answer{}, err
				}
				if a.GlobalFloors == nil {
					card.GlobalFloors = present.GlobalFloors
				}
				if a.VolumeBrackets == nil {
					card.VolumeBrackets = present.VolumeBrackets
				}
				if expected == nil {
					expected = &present.Version
				}
			}
			return x.service().ReplaceRateCard(ctx, x.call, card, expected, encode)
		},
		render: wire.RateCardOf,
		status: http.StatusOK,
	}),
	question(tool{
		name: "what_if", title: "What a buyer would pay", description: "Compute what a product would cost a buyer that you have in mind, with every step of the price.",
	}, func(ctx context.Context, x *exchange, a *whatIfArguments) (priced, error) {
		request := seller.WhatIfRequest{
			ProductID: a.ProductID, DealType: parley.DealType(a.DealType), FlightStart: a.FlightStart, FlightEnd: a.FlightEnd,
		}
		if a.Impressions != nil {
			request.Impressions = *a.Impressions
		}
		if a.Identity != nil {
			request.Identity = parley.Identity(*a.Identity)
		}
		found, err := x.service().WhatIf(ctx, x.call, request)
		if err != nil {
			return priced{}, err
		}
		return priced{ProductID: found.Product.ID, BuyerTier: found.Tier, Decision: *found.Price}, nil
	}),
	question(tool{
		name: "preview_pricing", title: "Try other prices",
		description: "Compute which prices a change would move, without making it: other entries of the rate card, or one pricing rule taken out.",
	}, previewPricing),
	question(tool{name: "pricing_trace", title: "Read how a price came about", description: "Read every step of a quote's price. Buyers see the rationale alone."},
		func(ctx context.Context, x *exchange, a *agent.QuoteArguments) (wire.PricingTrace, error) {
			quote, err := x.service().PricingTrace(ctx, x.call, a.QuoteID)
			if err != nil {
				return wire.PricingTrace{}, err
			}
			return wire.PricingTrace{QuoteID: quote.ID, ProductID: quote.ProductID, CreatedAt: quote.CreatedAt, Decision: quote.Price}, nil
		}),
	change(tool{
		name: "set_capacity", title: "Declare capacity",
		description: "Declare how many impressions each day of a range can carry; null takes the declaration back. It never goes under what is sold.",
	}, changing[capacityArguments, parley.Avails, wire.Capacity]{
		request: func(a *capacityArguments) (string, any) {
			return "PUT /api/v1/products/" + a.ProductID + "/capacity", &a.CapacityRequest
		},
		run: func(ctx context.Context, x *exchange, a *capacityArguments, encode seller.Encode[parley.Avails]) (seller.Answer, error) {
			return x.service().SetCapacity(ctx, x.call, seller.CapacityRequest{
				ProductID: a.ProductID, Range: parley.Flight{Start: a.StartDate, End: a.EndDate}, Daily: a.Daily,
			}, encode)
		},
		render: wire.CapacityOf,
		status: http.StatusOK,
	}),
	list(tool{name: "list_buyer_agents", title: "List buyer agents", description: "List the registered buyer agents, with how far each is trusted."},
		listing[wire.AgentFilter, parley.Agent, wire.Agent]{
			plural: "agents",
			run: func(ctx context.Context, x *exchange, a wire.AgentFilter, page seller.Page) (seller.Listing[parley.Agent], error) {
				return x.service().Agents(ctx, x.call, seller.AgentFilter{Trust: parley.Trust(a.TrustStatus), Page: page})
			},
			render: wire.AgentOf,
			id:     func(a parley.Agent) string { return a.ID },
		}),
	change(tool{
		name: "register_buyer_agent", title: "Register a buyer agent", description: "Register the agent whose card is at a URL, trusted as registered.",
	}, changing[wire.DiscoverRequest, parley.Agent, wire.Agent]{
		request: func(a *wire.DiscoverRequest) (string, any) { return "POST /registry/agents/discover", a },
		run: func(ctx context.Context, x *exchange, a *wire.DiscoverRequest, encode seller.Encode[parley.Agent]) (seller.Answer, error) {
			address, err := a.Address()
			if err != nil {
				return seller.Answer{}, err
			}
			answer, err := x.service().DiscoverAgent(ctx, x.call, address, encode)
			return answer, wire.CalledSo(err, a.Names())
		},
		render: wire.AgentOf,
		status: http.StatusCreated,
	}),
	change(tool{
		name: "set_agent_trust", title: "Set how far an agent is trusted", destructive: true,
		description: "Set how far an agent is trusted. unknown reaches the public tier, registered the seat tier, approved and preferred every tier; blocked is refused everywhere.",
	}, changing[trustArguments, parley.Agent, wire.Agent]{
		request: func(a *trustArguments) (string, any) {
			return "PUT /registry/agents/" + a.AgentID + "/trust", &a.TrustRequest
		},
		run: func(ctx context.Context, x *exchange, a *trustArguments, encode seller.Encode[parley.Agent]) (seller.Answer, error) {
			return x.service().TrustAgent(ctx, x.call, a.AgentID, a.TrustStatus, encode)
		},
		render: wire.AgentOf,
		status: http.StatusOK,
	}),
	change(tool{
		name: "create_api_key", title: "Make a buyer's key",
		description: "Make a key for a buyer, whose identity decides its tier. api_key is shown once: not even a repetition shows it again. Operators' keys are made elsewhere.",
	}, changing[wire.BuyerKeyRequest, seller.CreatedKey, wire.CreatedKey]{
		request: func(a *wire.BuyerKeyRequest) (string, any) { return "POST /auth/api-keys", a },
		run: func(ctx context.Context, x *exchange, a *wire.BuyerKeyRequest, encode seller.Encode[seller.CreatedKey]) (seller.Answer, error) {
			return x.service().CreateKey(ctx, x.call, a.Domain(), encode)
		},
		render: wire.CreatedKeyOf,
		status: http.StatusCreated,
	}),
	list(tool{name: "list_api_keys", title: "List keys", description: "List API keys, without their secrets."},
		listing[wire.KeyFilter, parley.Key, wire.Key]{
			plural: "api_keys",
			run: func(ctx context.Context, x *exchange, a wire.KeyFilter, page seller.Page) (seller.Listing[parley.Key], error) {
				return x.service().Keys(ctx, x.call, seller.KeyFilter{Role: parley.Role(a.Role), Page: page})
			},
			render: wire.KeyOf,
			id:     func(k parley.Key) string { return k.ID },
		}),
	change(tool{
		name: "revoke_api_key", title: "Revoke a key", destructive: true, description: "Revoke a key, for good and at once on every node.",
	}, changing[revokeArguments, parley.Key, wire.Key]{
		request: func(a *revokeArguments) (string, any) {
			return "POST /auth/api-keys/" + a.KeyID + "/revoke", &wire.Repeated{Idempotency: a.Idempotency}
		},
		run: func(ctx context.Context, x *exchange, a *revokeArguments, encode seller.Encode[parley.Key]) (seller.Answer, error) {
			return x.service().RevokeKey(ctx, x.call, a.KeyID, encode)
		},
		render: wire.KeyOf,
		status: http.StatusOK,
	}),
	question(tool{name: "health_check", title: "Ask how the server is", description: "Tell whether the server can serve: its store answers and it is not stopping."},
		func(ctx context.Context, x *exchange, _ *nothing) (health, error) {
			if _, err := x.service().ReadSettings(ctx, x.call); parley.Is(err, parley.CodeUnauthorized) || parley.Is(err, parley.CodeForbidden) {
				return health{}, err
			}
			answer := health{Status: "ready", Version: x.server.options.Version}
			if ready := x.server.options.Ready; ready != nil && ready(ctx) != nil {
				answer.Status = "not ready"
			}
			return answer, nil
		}),
	question(tool{name: "get_config", title: "Read the settings", description: "Read what the publisher has set, without anything secret."}, readConfig),
}

// nothing is what a tool without arguments takes.
type nothing struct{}

type whatIfArguments struct {
	ProductID   string         `json:"product_id" maxLength:"128"`
	DealType    string         `json:"deal_type,omitempty" enum:"PG,PD,PA" doc:"The first way that the product is sold, when absent."`
	Identity    *wire.Identity `json:"identity,omitempty" doc:"Who the buyer would be vouched for as; nobody when absent."`
	Impressions *int64         `json:"impressions,omitempty" minimum:"1"`
	FlightStart *parley.Date   `json:"flight_start,omitempty" format:"date"`
	FlightEnd   *parley.Date   `json:"flight_end,omitempty" format:"date"`
}

// priced is what a buyer would pay, and why.
type priced struct {
	ProductID string               `json:"product_id"`
	BuyerTier parley.Tier          `json:"buyer_tier"`
	Decision  parley.PriceDecision `json:"decision" doc:"Amounts in micros, rates in basis points."`
}

type previewArguments struct {
	Entries     []wire.RateCardEntryInput `json:"entries,omitempty" maxItems:"500" doc:"Of the rate card as it would be."`
	WithoutRule string                    `json:"without_rule,omitempty" maxLength:"128" doc:"The id of a pricing rule that would be taken out."`
	Impressions *int64                    `json:"impressions,omitempty" minimum:"1" doc:"The volume to price at; each product's minimum when absent."`
}

// preview is what a change of prices would move.
type preview struct {
	Moves      []priceMove `json:"moves"`
	Compared   int         `json:"compared" doc:"Products that were priced."`
	Products   int64       `json:"products" doc:"Products there are."`
	OpenQuotes int64       `json:"open_quotes" doc:"Open quotes of what would move, which keep their prices."`
}

type priceMove struct {
	ProductID string            `json:"product_id"`
	Name      string            `json:"name"`
	BuyerTier parley.Tier       `json:"buyer_tier"`
	Currency  parley.Currency   `json:"currency"`
	Before    *contract.Decimal `json:"before" doc:"CPM; null when it could not be quoted."`
	After     *contract.Decimal `json:"after" doc:"CPM; null when it could not be quoted."`
}

func previewPricing(ctx context.Context, x *exchange, a *previewArguments) (preview, error) {
	draft := seller.PricingDraft{WithoutRule: a.WithoutRule}
	if a.Impressions != nil {
		draft.Impressions = *a.Impressions
	}
	if a.Entries != nil {
		card, err := (&wire.RateCardRequest{Entries: a.Entries}).Domain()
		if err != nil {
			return preview{}, err
		}
		present, err := x.service().RateCard(ctx, x.call)
		if err != nil {
			return preview{}, err
		}
		card.GlobalFloors, card.VolumeBrackets = present.GlobalFloors, present.VolumeBrackets
		draft.RateCard = &card
	}
	found, err := x.service().PreviewPricing(ctx, x.call, draft)
	if err != nil {
		return preview{}, err
	}
	told := preview{Moves: []priceMove{}, Compared: found.Compared, Products: found.Products, OpenQuotes: found.OpenQuotes}
	for _, move := range found.Moves {
		told.Moves = append(told.Moves, priceMove{
			ProductID: move.Product.ID, Name: move.Product.Name, BuyerTier: move.Tier, Currency: move.Product.Currency,
			Before: finalOf(move.Before), After: finalOf(move.After),
		})
	}
	return told, nil
}

func finalOf(decision *parley.PriceDecision) *contract.Decimal {
	if decision == nil {
		return nil
	}
	return contract.DecimalOf(parley.Money{Micros: decision.FinalCPM, Currency: decision.Currency})
}

type capacityArguments struct {
	wire.CapacityRequest
	ProductID string `json:"product_id" maxLength:"128"`
}

type trustArguments struct {
	wire.TrustRequest
	AgentID string `json:"agent_id" maxLength:"128"`
}

type revokeArguments struct {
	wire.Idempotency
	KeyID string `json:"key_id" maxLength:"128"`
}

type health struct {
	Status  string `json:"status" doc:"ready, or not ready."`
	Version string `json:"version"`
}

// settings are what the publisher has decided.
type settings struct {
	SellerID             string    `json:"seller_id"`
	SellerName           string    `json:"seller_name"`
	DealPrefix           string    `json:"deal_prefix"`
	TimeZone             string    `json:"time_zone"`
	QuoteTTL             wire.Span `json:"quote_ttl"`
	ProposalTTL          wire.Span `json:"proposal_ttl"`
	NegotiationTTL       wire.Span `json:"negotiation_ttl"`
	AnswerTTL            wire.Span `json:"answer_ttl"`
	NegotiationsPerDay   int       `json:"negotiations_per_day"`
	AnonymousCatalog     bool      `json:"anonymous_catalog"`
	AnonymousQuotes      bool      `json:"anonymous_quotes"`
	AnonymousProposals   bool      `json:"anonymous_proposals"`
	OpenSeats            bool      `json:"open_seats"`
	SeveralOrdersPerDeal bool      `json:"several_orders_per_deal"`
	SelfApproval         bool      `json:"self_approval"`
	PublicURL            string    `json:"public_url"`
}

func readConfig(ctx context.Context, x *exchange, _ *nothing) (settings, error) {
	s, err := x.service().ReadSettings(ctx, x.call)
	if err != nil {
		return settings{}, err
	}
	return settings{
		SellerID: s.SellerID, SellerName: s.SellerName, DealPrefix: s.DealPrefix, TimeZone: s.TimeZone.String(), QuoteTTL: wire.Span(s.QuoteTTL),
		ProposalTTL: wire.Span(s.ProposalTTL), NegotiationTTL: wire.Span(s.NegotiationTTL), AnswerTTL: wire.Span(s.AnswerTTL),
		NegotiationsPerDay: s.NegotiationsPerDay, AnonymousCatalog: s.Anonymous.Catalog, AnonymousQuotes: s.Anonymous.Quotes,
		AnonymousProposals: s.Anonymous.Proposals, OpenSeats: s.OpenSeats, SeveralOrdersPerDeal: s.SeveralOrdersPerDeal,
		SelfApproval: s.SelfApproval, PublicURL: x.server.options.PublicURL,
	}, nil
}
