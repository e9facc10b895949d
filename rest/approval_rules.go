package rest

import (
	"context"
	"net/http"
	"time"

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
	}, changing[none, ApprovalRuleRequest, parley.ApprovalRule, ApprovalRule]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *ApprovalRuleRequest, encode seller.Encode[parley.ApprovalRule],
		) (seller.Answer, error) {
			return x.service.CreateApprovalRule(ctx, x.call, body.Domain(""), encode)
		},
		render:  renderApprovalRule,
		status:  http.StatusCreated,
		example: sampleApprovalRule,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/approval-rules", Access: AccessOperator, Scopes: viewer,
		ID: "listApprovalRules", Tag: "Approvals", Summary: "List the approval rules that were made here",
		Description: "Those that come with the configuration are listed under /api/v1/approval-rules/configured.",
	}, listing[pagingOnly, parley.ApprovalRule, ApprovalRule]{
		plural: "approval_rules",
		run: func(
			ctx context.Context, x *exchange, _ pagingOnly, page seller.Page,
		) (seller.Listing[parley.ApprovalRule], error) {
			return x.service.ApprovalRules(ctx, x.call, page)
		},
		render:  renderApprovalRule,
		id:      func(rule parley.ApprovalRule) string { return rule.ID },
		example: sampleApprovalRule,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/approval-rules/configured", Access: AccessOperator, Scopes: viewer,
		ID: "getConfiguredApprovalRules", Tag: "Approvals", Summary: "List the approval rules of the configuration",
		Description: "They hold beside the others and change only with the configuration.",
	}, func(_ context.Context, x *exchange, _ none) (ConfiguredApprovalRules, error) {
		return renderConfiguredRules(x.View, x.service.ConfiguredApprovalRules()), nil
	}, func(x *exchange) ConfiguredApprovalRules {
		return renderConfiguredRules(x.View, []parley.ApprovalRule{sampleConfiguredRule})
	}),
	ask(Route{
		Method: http.MethodPost, Path: "/api/v1/approval-rules/test", Access: AccessOperator, Scopes: viewer,
		ID: "testApprovalRules", Tag: "Approvals", Summary: "Find which rules a case would meet at a gate",
		Description: "As the flows do it, and without doing anything: the rules are asked in this order, and all have to grant.",
		Example: `{"gate": "deal_booking", "case": {"price": 30.00, "ask": 35.00, "impressions": 10000000, "deal_type": "PG", ` +
			`"buyer_tier": "agency", "inventory_type": "ctv", "flight_days": 31}}`,
	}, func(ctx context.Context, x *exchange, body *RuleTestRequest) (RuleTest, error) {
		facts, err := body.Case.Domain()
		if err != nil {
			return RuleTest{}, err
		}
		rules, err := x.service.TestApprovalRules(ctx, x.call, parley.Gate(body.Gate), facts)
		return renderRuleTest(x.View, facts, rules), err
	}, func(x *exchange) RuleTest {
		return renderRuleTest(x.View, sampleApproval.Case, []parley.ApprovalRule{sampleApprovalRule})
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/approval-rules/{rule_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getApprovalRule", Tag: "Approvals", Summary: "Read an approval rule", Description: "Its ETag names its version.",
	}, func(ctx context.Context, x *exchange, path rulePath) (ApprovalRule, error) {
		rule, err := x.service.ApprovalRule(ctx, x.call, path.RuleID)
		return renderApprovalRule(x.View, rule), err
	}, func(x *exchange) ApprovalRule { return renderApprovalRule(x.View, sampleApprovalRule) }),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/approval-rules/{rule_id}/history", Access: AccessOperator, Scopes: viewer,
		ID: "getApprovalRuleHistory", Tag: "Approvals", Summary: "Read every version of an approval rule",
		Description: "Oldest first; also of a rule that was deleted.",
	}, func(ctx context.Context, x *exchange, path rulePath) (History[ApprovalRule], error) {
		versions, err := x.service.ApprovalRuleHistory(ctx, x.call, path.RuleID)
		return historyOf(x.View, versions, renderApprovalRule), err
	}, func(x *exchange) History[ApprovalRule] {
		return historyOf(x.View, []parley.ApprovalRule{sampleApprovalRule}, renderApprovalRule)
	}),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/approval-rules/{rule_id}", Access: AccessOperator, Scopes: admin,
		ID: "replaceApprovalRule", Tag: "Approvals", Summary: "Replace an approval rule",
		Description: "At once, on every node, for what comes from then on; what the rule has stopped already waits on. Name the " +
			"version that the change was made from, in If-Match or as version, to have it refused when somebody else was faster.",
		Example:  approvalRuleExample,
		Failures: []int{http.StatusPreconditionFailed},
	}, changing[ruleChange, ApprovalRuleRequest, parley.ApprovalRule, ApprovalRule]{
		run: func(
			ctx context.Context, x *exchange, params ruleChange, body *ApprovalRuleRequest,
			encode seller.Encode[parley.ApprovalRule],
		) (seller.Answer, error) {
			expected, err := params.expected(body.Version)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.UpdateApprovalRule(ctx, x.call, body.Domain(params.RuleID), expected, encode)
		},
		render:  renderApprovalRule,
		status:  http.StatusOK,
		example: sampleApprovalRule,
	}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/approval-rules/{rule_id}", Access: AccessOperator, Scopes: admin,
		ID: "deleteApprovalRule", Tag: "Approvals", Summary: "Take an approval rule out of force",
		Description: "Its history stays, and what it has stopped still waits for a decision. The answer is the rule as it was.",
		Failures:    []int{http.StatusPreconditionFailed},
	}, changing[ruleDeletion, none, parley.ApprovalRule, ApprovalRule]{
		run: func(
			ctx context.Context, x *exchange, params ruleDeletion, _ *none, encode seller.Encode[parley.ApprovalRule],
		) (seller.Answer, error) {
			expected, err := params.expectedVersion()
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.DeleteApprovalRule(ctx, x.call, params.RuleID, expected, encode)
		},
		render:  renderApprovalRule,
		status:  http.StatusOK,
		example: sampleApprovalRule,
	}),
}

// ApprovalRuleRequest is the body that makes or replaces an approval rule: what reading it answers can be sent back.
type ApprovalRuleRequest struct {
	Idempotency
	Version    *int64  `json:"version,omitempty" minimum:"1" doc:"The version that a replacement was made from."`
	Name       string  `json:"name" maxLength:"200"`
	Gate       string  `json:"gate" enum:"proposal_decision,negotiation_accept,deal_booking,order_submission,change_request"`
	Condition  string  `json:"condition,omitempty" maxLength:"2000" doc:"CEL over the members of a case; empty matches everything."`
	Role       string  `json:"role,omitempty" enum:"approver,finance,legal,admin" doc:"Who may decide: approver when absent. Admin always may."`
	Timeout    *Span   `json:"timeout,omitempty" doc:"How long they have, such as 90m, 24h or 3d: 24h when absent."`
	OnTimeout  string  `json:"on_timeout,omitempty" enum:"reject,escalate" doc:"reject when absent. With escalate, another role has as long again, and then it is rejected."`
	EscalateTo *string `json:"escalate_to,omitempty" enum:"approver,finance,legal,admin" doc:"With on_timeout escalate."`
	Priority   int     `json:"priority,omitempty" minimum:"-1000000" maximum:"1000000" doc:"Of several rules that match, the highest is asked first; all have to grant."`
	Enabled    *bool   `json:"enabled,omitempty" doc:"True when absent."`
}

func (a *ApprovalRuleRequest) Domain(id string) parley.ApprovalRule {
	rule := parley.ApprovalRule{
		ID: id, Name: a.Name, Gate: parley.Gate(a.Gate), Condition: a.Condition, Role: parley.Scope(a.Role),
		OnTimeout: parley.OnTimeout(a.OnTimeout), Priority: a.Priority, Enabled: a.Enabled == nil || *a.Enabled,
	}
	if a.Timeout != nil {
		rule.Timeout = time.Duration(*a.Timeout)
	}
	if a.EscalateTo != nil {
		rule.EscalateTo = parley.Scope(*a.EscalateTo)
	}
	return rule
}

// ApprovalRule stops what it matches at a gate.
type ApprovalRule struct {
	RuleID     string           `json:"rule_id"`
	Version    int64            `json:"version"`
	Name       string           `json:"name"`
	Gate       parley.Gate      `json:"gate"`
	Condition  string           `json:"condition"`
	Role       parley.Scope     `json:"role"`
	Timeout    Span             `json:"timeout"`
	OnTimeout  parley.OnTimeout `json:"on_timeout"`
	EscalateTo *parley.Scope    `json:"escalate_to"`
	Priority   int              `json:"priority"`
	Enabled    bool             `json:"enabled"`
	CreatedAt  *time.Time       `json:"created_at" doc:"Null of a rule of the configuration."`
	UpdatedAt  *time.Time       `json:"updated_at"`
	UpdatedBy  *string          `json:"updated_by"`
}

func (a ApprovalRule) Revision() int64 { return a.Version }

// ConfiguredApprovalRules are the rules of the configuration.
type ConfiguredApprovalRules struct {
	ApprovalRules []ApprovalRule `json:"approval_rules"`
	TotalCount    int            `json:"total_count"`
}

// RuleTestRequest is a case to try the rules on, and where.
type RuleTestRequest struct {
	Gate string      `json:"gate" enum:"proposal_decision,negotiation_accept,deal_booking,order_submission,change_request"`
	Case CaseRequest `json:"case"`
}

// RuleTest is what would become of a case.
type RuleTest struct {
	Stopped bool           `json:"stopped" doc:"Whether a person would have to decide."`
	Rules   []ApprovalRule `json:"rules" doc:"All that match, in the order in which they are asked."`
	Case    ApprovalCase   `json:"case" doc:"As the rules saw it."`
}

func renderApprovalRule(_ wire.View, r parley.ApprovalRule) ApprovalRule {
	rendered := ApprovalRule{
		RuleID: r.ID, Version: r.Version, Name: r.Name, Gate: r.Gate, Condition: r.Condition, Role: r.Role,
		Timeout: Span(r.Timeout), OnTimeout: r.OnTimeout, Priority: r.Priority, Enabled: r.Enabled,
	}
	if r.EscalateTo != "" {
		rendered.EscalateTo = &r.EscalateTo
	}
	if r.Version > 0 {
		rendered.CreatedAt, rendered.UpdatedAt, rendered.UpdatedBy = &r.CreatedAt, &r.UpdatedAt, &r.UpdatedBy
	}
	return rendered
}

func renderConfiguredRules(v wire.View, rules []parley.ApprovalRule) ConfiguredApprovalRules {
	return ConfiguredApprovalRules{ApprovalRules: renderEach(v, rules, renderApprovalRule), TotalCount: len(rules)}
}

func renderRuleTest(v wire.View, facts parley.ApprovalCase, rules []parley.ApprovalRule) RuleTest {
	return RuleTest{Stopped: len(rules) > 0, Rules: renderEach(v, rules, renderApprovalRule), Case: renderCase(facts)}
}
