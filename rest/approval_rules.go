package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

const approvalRuleExample = `{"name": "Large deals", "gate": "deal_booking", "condition": "deal_value >= 250000", "role": "finance", ` +
	`"timeout": "24h", "on_timeout": "escalate", "escalate_to": "admin", "priority": 100}`

var approvalRuleRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/approval-rules", Access: AccessOperator, Scopes: admin,
		ID: "createApprovalRule", Tag: "Approvals", Summary: "Put a new approval rule in force",
		Description: "A rule stops what it matches at its gate until somebody with its role has decided. A condition is an " +
			"expression over the members of a case, such as deal_value >= 250000 && buyer_tier != 'advertiser'; without one, " +
			"everything at the gate is stopped. Every rule that matches is asked, one after the other. A condition that is broken or " +
			"can never hold is refused with its line and column. A rule at " +
			"proposal_decision or negotiation_accept also stops what comes to the same by another flow.",
		Example: approvalRuleExample,
	}, changing[none, wire.ApprovalRuleRequest, parley.ApprovalRule, wire.ApprovalRule]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.ApprovalRuleRequest, encode seller.Encode[parley.ApprovalRule],
		) (seller.Answer, error) {
			return x.service.CreateApprovalRule(ctx, x.call, body.Domain(""), encode)
		},
		render:  wire.ApprovalRuleOf,
		status:  http.StatusCreated,
		example: sampleApprovalRule,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/approval-rules", Access: AccessOperator, Scopes: viewer,
		ID: "listApprovalRules", Tag: "Approvals", Summary: "List the approval rules that were made here",
		Description: "Those that come with the configuration are listed under /api/v1/approval-rules/configured.",
	}, listing[pagingOnly, parley.ApprovalRule, wire.ApprovalRule]{
		plural: "approval_rules",
		run: func(
			ctx context.Context, x *exchange, _ pagingOnly, page seller.Page,
		) (seller.Listing[parley.ApprovalRule], error) {
			return x.service.ApprovalRules(ctx, x.call, page)
		},
		render:  wire.ApprovalRuleOf,
		id:      func(rule parley.ApprovalRule) string { return rule.ID },
		example: sampleApprovalRule,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/approval-rules/configured", Access: AccessOperator, Scopes: viewer,
		ID: "getConfiguredApprovalRules", Tag: "Approvals", Summary: "List the approval rules of the configuration",
		Description: "They hold beside the others and change only with the configuration.",
	}, func(_ context.Context, x *exchange, _ none) (wire.ConfiguredApprovalRules, error) {
		return wire.ConfiguredRulesOf(x.View, x.service.ConfiguredApprovalRules()), nil
	}, func(x *exchange) wire.ConfiguredApprovalRules {
		return wire.ConfiguredRulesOf(x.View, []parley.ApprovalRule{sampleConfiguredRule})
	}),
	ask(Route{
		Method: http.MethodPost, Path: "/api/v1/approval-rules/test", Access: AccessOperator, Scopes: viewer,
		ID: "testApprovalRules", Tag: "Approvals", Summary: "Find which rules a case would meet at a gate",
		Description: "As the flows do it, and without doing anything: the rules are asked in this order, and all have to grant.",
		Example: `{"gate": "deal_booking", "case": {"price": 30.00, "ask": 35.00, "impressions": 10000000, "deal_type": "PG", ` +
			`"buyer_tier": "agency", "inventory_type": "ctv", "flight_days": 31}}`,
	}, func(ctx context.Context, x *exchange, body *wire.RuleTestRequest) (wire.RuleTest, error) {
		facts, err := body.Case.Domain()
		if err != nil {
			return wire.RuleTest{}, err
		}
		rules, err := x.service.TestApprovalRules(ctx, x.call, parley.Gate(body.Gate), facts)
		return wire.RuleTestOf(x.View, facts, rules), err
	}, func(x *exchange) wire.RuleTest {
		return wire.RuleTestOf(x.View, sampleApproval.Case, []parley.ApprovalRule{sampleApprovalRule})
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/approval-rules/{rule_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getApprovalRule", Tag: "Approvals", Summary: "Read an approval rule", Description: "Its ETag names its version.",
	}, func(ctx context.Context, x *exchange, path rulePath) (wire.ApprovalRule, error) {
		rule, err := x.service.ApprovalRule(ctx, x.call, path.RuleID)
		return wire.ApprovalRuleOf(x.View, rule), err
	}, func(x *exchange) wire.ApprovalRule { return wire.ApprovalRuleOf(x.View, sampleApprovalRule) }),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/approval-rules/{rule_id}/history", Access: AccessOperator, Scopes: viewer,
		ID: "getApprovalRuleHistory", Tag: "Approvals", Summary: "Read every version of an approval rule",
		Description: "Oldest first; also of a rule that was deleted.",
	}, func(ctx context.Context, x *exchange, path rulePath) (wire.History[wire.ApprovalRule], error) {
		versions, err := x.service.ApprovalRuleHistory(ctx, x.call, path.RuleID)
		return wire.HistoryOf(x.View, versions, wire.ApprovalRuleOf), err
	}, func(x *exchange) wire.History[wire.ApprovalRule] {
		return wire.HistoryOf(x.View, []parley.ApprovalRule{sampleApprovalRule}, wire.ApprovalRuleOf)
	}),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/approval-rules/{rule_id}", Access: AccessOperator, Scopes: admin,
		ID: "replaceApprovalRule", Tag: "Approvals", Summary: "Replace an approval rule",
		Description: "At once, on every node, for what comes from then on; what the rule has stopped already waits on. Name the " +
			"version that the change was made from, in If-Match or as version, to have it refused when somebody else was faster.",
		Example:  approvalRuleExample,
		Failures: []int{http.StatusPreconditionFailed},
	}, changing[ruleChange, wire.ApprovalRuleRequest, parley.ApprovalRule, wire.ApprovalRule]{
		run: func(
			ctx context.Context, x *exchange, params ruleChange, body *wire.ApprovalRuleRequest,
			encode seller.Encode[parley.ApprovalRule],
		) (seller.Answer, error) {
			expected, err := params.expected(body.Version)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.UpdateApprovalRule(ctx, x.call, body.Domain(params.RuleID), expected, encode)
		},
		render:  wire.ApprovalRuleOf,
		status:  http.StatusOK,
		example: sampleApprovalRule,
	}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/approval-rules/{rule_id}", Access: AccessOperator, Scopes: admin,
		ID: "deleteApprovalRule", Tag: "Approvals", Summary: "Take an approval rule out of force",
		Description: "Its history stays, and what it has stopped still waits for a decision. The answer is the rule as it was.",
		Failures:    []int{http.StatusPreconditionFailed},
	}, changing[ruleDeletion, none, parley.ApprovalRule, wire.ApprovalRule]{
		run: func(
			ctx context.Context, x *exchange, params ruleDeletion, _ *none, encode seller.Encode[parley.ApprovalRule],
		) (seller.Answer, error) {
			expected, err := params.expectedVersion()
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.DeleteApprovalRule(ctx, x.call, params.RuleID, expected, encode)
		},
		render:  wire.ApprovalRuleOf,
		status:  http.StatusOK,
		example: sampleApprovalRule,
	}),
}
