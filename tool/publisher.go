package tool

import (
	"context"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
	"parley/wire/document"
)

var publisherTools = []Tool{
	question(Tool{Name: "get_rate_card", Title: "Read the rate card", Description: "Read the publisher's own prices and floors. Its version goes with update_rate_card."},
		func(ctx context.Context, x *wire.Exchange, _ *Nothing) (wire.RateCard, error) {
			return wire.GetRateCard.Read(ctx, x, struct{}{})
		}),
	actAs(Tool{
		Name: "update_rate_card", Title: "Replace the rate card", Destructive: true,
		Description: "Replace the entries of the rate card, all of them, from the version that you read. Floors and volume brackets stay as they are unless you name them.",
	}, wire.ReplaceRateCard, func(a *wire.RateCardRequest) (string, *wire.RateCardRequest) {
		a.Keeps = true
		return "", a
	}),
	question(Tool{
		Name: "what_if", Title: "What a buyer would pay", Description: "Compute what a product would cost a buyer that you have in mind, with every step of the price.",
	}, func(ctx context.Context, x *wire.Exchange, a *whatIfArguments) (priced, error) {
		request := seller.WhatIfRequest{
			ProductID: a.ProductID, DealType: parley.DealType(a.DealType), FlightStart: a.FlightStart, FlightEnd: a.FlightEnd,
		}
		if a.Impressions != nil {
			request.Impressions = *a.Impressions
		}
		if a.Identity != nil {
			request.Identity = parley.Identity(*a.Identity)
		}
		found, err := x.Service.WhatIf(ctx, x.Call, request)
		if err != nil {
			return priced{}, err
		}
		return priced{ProductID: found.Product.ID, BuyerTier: found.Tier, Decision: *found.Price}, nil
	}),
	question(Tool{
		Name: "preview_pricing", Title: "Try other prices",
		Description: "Compute which prices a change would move, without making it: other entries of the rate card, or one pricing rule taken out.",
	}, previewPricing),
	one(Tool{Name: "pricing_trace", Title: "Read how a price came about", Description: "Read every step of a quote's price. Buyers see the rationale alone."}, "quote_id", wire.GetPricingTrace),
	actAs(Tool{
		Name: "set_capacity", Title: "Declare capacity",
		Description: "Declare how many impressions each day of a range can carry; null takes the declaration back. It never goes under what is sold.",
	}, wire.SetCapacity, func(a *capacityArguments) (string, *wire.CapacityRequest) { return a.ProductID, &a.CapacityRequest }),
	list(Tool{
		Name: "list_accounts", Title: "List accounts",
		Description: "List who buys: holdings, agencies, advertisers and their seats, by kind, status or a part of a name.",
	}, wire.ListAccounts),
	one(Tool{Name: "get_account", Title: "Read an account", Description: "Read an account, with the names by which buyers write it, its contacts and notes."}, "account_id", wire.GetAccount),
	actAs(Tool{
		Name: "change_account", Title: "Change, pause or block an account", Destructive: true,
		Description: "Change an account. paused starts nothing new; blocked only ends what it has; each for all that belong to it.",
	}, wire.ChangeAccount, func(a *accountArguments) (string, *wire.AccountChange) { return a.AccountID, &a.AccountChange }),
	list(Tool{Name: "list_buyer_agents", Title: "List buyer agents", Description: "List the registered buyer agents, with how far each is trusted."}, wire.ListAgents),
	act(Tool{
		Name: "register_buyer_agent", Needs: OneOf("url", "agent_url"), Title: "Register a buyer agent", Description: "Register the agent whose card is at a URL, trusted as registered.",
	}, wire.DiscoverAgent),
	actAs(Tool{
		Name: "set_agent_trust", Title: "Set how far an agent is trusted", Destructive: true,
		Description: "Set how far an agent is trusted. unknown reaches the public tier, registered the seat tier, approved and preferred every tier; blocked is refused everywhere.",
	}, wire.TrustAgent, func(a *trustArguments) (string, *wire.TrustRequest) { return a.AgentID, &a.TrustRequest }),
	act(Tool{
		Name: "create_api_key", Title: "Make a buyer's key",
		Description: "Make a key for a buyer, whose identity decides its tier. api_key is shown once: not even a repetition shows it again. Operators' keys are made elsewhere.",
	}, wire.CreateBuyerKey),
	list(Tool{Name: "list_api_keys", Title: "List keys", Description: "List API keys, without their secrets."}, wire.ListKeys),
	actAs(Tool{
		Name: "revoke_api_key", Title: "Revoke a key", Destructive: true, Description: "Revoke a key, for good and at once on every node.",
	}, wire.RevokeKey, func(a *revokeArguments) (string, *wire.Repeated) {
		return a.KeyID, &wire.Repeated{Idempotency: a.Idempotency}
	}),
}

// Nothing is what a tool without arguments takes.
type Nothing struct{}

type whatIfArguments struct {
	ProductID   string             `json:"product_id" maxLength:"128"`
	DealType    string             `json:"deal_type,omitempty" enum:"PG,PD,PA" doc:"The first way that the product is sold, when absent."`
	Identity    *document.Identity `json:"identity,omitempty" doc:"Who the buyer would be vouched for as; nobody when absent."`
	Impressions *int64             `json:"impressions,omitempty" minimum:"1"`
	FlightStart *parley.Date       `json:"flight_start,omitempty" format:"date"`
	FlightEnd   *parley.Date       `json:"flight_end,omitempty" format:"date"`
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

func previewPricing(ctx context.Context, x *wire.Exchange, a *previewArguments) (preview, error) {
	draft := seller.PricingDraft{WithoutRule: a.WithoutRule}
	if a.Impressions != nil {
		draft.Impressions = *a.Impressions
	}
	if a.Entries != nil {
		card, err := (&wire.RateCardRequest{Entries: a.Entries}).Domain()
		if err != nil {
			return preview{}, err
		}
		present, err := x.Service.RateCard(ctx, x.Call)
		if err != nil {
			return preview{}, err
		}
		card.GlobalFloors, card.VolumeBrackets = present.GlobalFloors, present.VolumeBrackets
		draft.RateCard = &card
	}
	found, err := x.Service.PreviewPricing(ctx, x.Call, draft)
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

type accountArguments struct {
	wire.AccountChange
	AccountID string `json:"account_id" maxLength:"128"`
}

type trustArguments struct {
	wire.TrustRequest
	AgentID string `json:"agent_id" maxLength:"128"`
}

type revokeArguments struct {
	wire.Idempotency
	KeyID string `json:"key_id" maxLength:"128"`
}
