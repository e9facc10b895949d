package rest

import (
	"net/http"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
)

var approvalRuleRoutes = append(rulebook[parley.ApprovalRule, wire.ApprovalRuleRequest, wire.ApprovalRule]{
	name: "ApprovalRule", tag: "Approvals",
	a: "an approval rule", what: "rule", listed: "approval rules that were made here",
	example: `{"name": "Large deals", "gate": "deal_booking", "condition": "deal_value >= 250000", "role": "finance", ` +
		`"timeout": "24h", "on_timeout": "escalate", "escalate_to": "admin", "priority": 100}`,
	creating: "A rule stops what it matches at its gate until somebody with its role has decided. A condition is an " +
		"expression over the members of a case, such as deal_value >= 250000 && buyer_tier != 'advertiser'; without one, " +
		"everything at the gate is stopped. Every rule that matches is asked, one after the other. A condition that is broken or " +
		"can never hold is refused with its line and column. A rule at " +
		"proposal_decision or negotiation_accept also stops what comes to the same by another flow.",
	listing:   "Those that come with the configuration are listed under /api/v1/approval-rules/configured.",
	replacing: "At once, on every node, for what comes from then on; what the rule has stopped already waits on.",
	deleting:  "Its history stays, and what it has stopped still waits for a decision.",

	asked: wire.ApprovalRules, sample: sampleApprovalRule,
}.routes(),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/approval-rules/configured", Access: AccessOperator, Scopes: viewer,
		ID: "getConfiguredApprovalRules", Tag: "Approvals", Summary: "List the approval rules of the configuration",
		Description: "They hold beside the others and change only with the configuration.",
	}, wire.GetConfiguredRules, []parley.ApprovalRule{sampleConfiguredRule}),
	ask(Route{
		Method: http.MethodPost, Path: "/api/v1/approval-rules/look-back", Access: AccessOperator, Scopes: viewer,
		ID: "lookBackApprovalRule", Tag: "Approvals", Summary: "Find what a rule would have stopped of late",
		Description: "Tries a rule, which need not be stored, on the newest deals of the last 90 days, at most 1,000, and on what other rules stopped at the gate " +
			"since then and is not booked, such as what waits or was refused. What a buyer had booked " +
			"beside a deal is not known of the past: a condition on value_today or value_open is refused.",
		Example: `{"gate": "deal_booking", "condition": "discount_pct > 10"}`,
	}, wire.LookBack, seller.Lookback{Since: sampleTime, Deals: 93, Stopped: 14, Sums: []seller.LookbackSum{
		{Currency: parley.USD, Value: 400_000 * parley.MicrosPerUnit, Stopped: 244_000 * parley.MicrosPerUnit},
	}}),
	ask(Route{
		Method: http.MethodPost, Path: "/api/v1/approval-rules/test", Access: AccessOperator, Scopes: viewer,
		ID: "testApprovalRules", Tag: "Approvals", Summary: "Find which rules a case would meet at a gate",
		Description: "As the flows do it, and without doing anything: the rules are asked in this order, and all have to grant.",
		Example: `{"gate": "deal_booking", "case": {"price": 30.00, "ask": 35.00, "impressions": 10000000, "deal_type": "PG", ` +
			`"buyer_tier": "agency", "inventory_type": "ctv", "flight_days": 31}}`,
	}, wire.TryApprovalRules, wire.RulesMet{Case: sampleApproval.Case, Rules: []parley.ApprovalRule{sampleApprovalRule}}),
)

var sampleApprovalRule = parley.ApprovalRule{
	ID: "gate-01k1h3v8mq4t7c9w2x5y6z0a1b3j", Version: 1, Name: "Large deals", Gate: parley.GateDealBooking,
	Condition: "deal_value >= 250000", Role: parley.ScopeFinance, Timeout: 24 * time.Hour,
	OnTimeout: parley.TimeoutEscalates, EscalateTo: parley.ScopeAdmin, Priority: 100, Enabled: true,
	CreatedAt: sampleTime, UpdatedAt: sampleTime, UpdatedBy: "operator:terminal",
}

var sampleConfiguredRule = parley.ApprovalRule{
	ID: "config:Large deals", Name: "Large deals", Gate: parley.GateDealBooking, Condition: "deal_value >= 250000",
	Role: parley.ScopeFinance, Timeout: 24 * time.Hour, OnTimeout: parley.TimeoutRejects, Enabled: true,
}
