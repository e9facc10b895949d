package mcp

import (
	"context"

	"parley"
	agent "parley/tool"
	"parley/wire"
)

// processTools are about the process that serves, and so this edge's own.
var processTools = []tool{
	question(agent.Tool{Name: "health_check", Title: "Ask how the server is", Description: "Tell whether the server can serve: its store answers and it is not stopping."},
		func(ctx context.Context, x *exchange, _ *agent.Nothing) (health, error) {
			if _, err := x.Service.ReadSettings(ctx, x.Call); parley.Is(err, parley.CodeUnauthorized) || parley.Is(err, parley.CodeForbidden) {
				return health{}, err
			}
			answer := health{Status: "ready", Version: x.server.options.Version}
			if ready := x.server.options.Ready; ready != nil && ready(ctx) != nil {
				answer.Status = "not ready"
			}
			return answer, nil
		}),
	question(agent.Tool{Name: "get_config", Title: "Read the settings", Description: "Read what the publisher has set, without anything secret."}, readConfig),
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

func readConfig(ctx context.Context, x *exchange, _ *agent.Nothing) (settings, error) {
	s, err := x.Service.ReadSettings(ctx, x.Call)
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
