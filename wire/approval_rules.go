package wire

import (
	"context"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

var approvalRulesChanged = EventType{parley.ApprovalRules.Changed, "A rule of the approval gates changed.", false, ruleTold, nil}

// ApprovalRuleRequest is the body that makes or replaces an approval rule: what reading it answers can be sent back.
type ApprovalRuleRequest struct {
	Idempotency
	RuleVersion
	Name       string   `json:"name" maxLength:"200"`
	Gate       string   `json:"gate" enum:"proposal_decision,negotiation_accept,deal_booking,order_submission,change_request"`
	Condition  string   `json:"condition,omitempty" maxLength:"2000" doc:"CEL over the members of a case; empty matches everything."`
	Role       string   `json:"role,omitempty" enum:"approver,finance,legal,admin" doc:"Who may decide: approver when absent. Admin always may."`
	SecondRole *string  `json:"second_role,omitempty" enum:"approver,finance,legal,admin" doc:"A role of another person, who has to say yes as well, in either order; absent: one person is enough."`
	AccountIDs []string `json:"account_ids,omitempty" maxItems:"1000" maxLength:"128" doc:"Ids of accounts of buyers: a holding, an agency or an advertiser with all that belong to it, or a seat. Absent: every buyer."`
	Timeout    *Span    `json:"timeout,omitempty" doc:"How long they have, such as 90m, 24h or 3d: 24h when absent."`
	OnTimeout  string   `json:"on_timeout,omitempty" enum:"reject,escalate" doc:"reject when absent. With escalate, another role has as long again, and then it is rejected."`
	EscalateTo *string  `json:"escalate_to,omitempty" enum:"approver,finance,legal,admin" doc:"With on_timeout escalate."`
	Priority   int      `json:"priority,omitempty" minimum:"-1000000" maximum:"1000000" doc:"Of several rules that match, the highest is asked first; all have to grant."`
	Enabled    *bool    `json:"enabled,omitempty" doc:"True when absent."`
}

// Domain is what the flow takes.
func (a *ApprovalRuleRequest) Domain(id string) (parley.ApprovalRule, error) {
	rule := parley.ApprovalRule{
		ID: id, Name: a.Name, Gate: parley.Gate(a.Gate), Condition: a.Condition, AccountIDs: a.AccountIDs, Role: parley.Scope(a.Role),
		OnTimeout: parley.OnTimeout(a.OnTimeout), Priority: a.Priority, Enabled: a.Enabled == nil || *a.Enabled,
	}
	if a.Timeout != nil {
		rule.Timeout = time.Duration(*a.Timeout)
	}
	if a.SecondRole != nil {
		rule.SecondRole = parley.Scope(*a.SecondRole)
	}
	if a.EscalateTo != nil {
		rule.EscalateTo = parley.Scope(*a.EscalateTo)
	}
	return rule, nil
}

// ApprovalRule stops what it matches at a gate.
type ApprovalRule struct {
	RuleID     string           `json:"rule_id"`
	Version    int64            `json:"version"`
	Name       string           `json:"name"`
	Gate       parley.Gate      `json:"gate"`
	Condition  string           `json:"condition"`
	Role       parley.Scope     `json:"role"`
	SecondRole *parley.Scope    `json:"second_role" doc:"Of another person, who has to say yes as well; null: one is enough."`
	AccountIDs []string         `json:"account_ids"`
	Timeout    Span             `json:"timeout"`
	OnTimeout  parley.OnTimeout `json:"on_timeout"`
	EscalateTo *parley.Scope    `json:"escalate_to"`
	Priority   int              `json:"priority"`
	Enabled    bool             `json:"enabled"`
	CreatedAt  *time.Time       `json:"created_at" doc:"Null of a rule of the configuration."`
	UpdatedAt  *time.Time       `json:"updated_at"`
	UpdatedBy  *string          `json:"updated_by"`
}

// Revision is its version, which is its entity tag.
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

// ApprovalRuleOf writes an approval rule.
func ApprovalRuleOf(_ View, r parley.ApprovalRule) ApprovalRule {
	rendered := ApprovalRule{
		RuleID: r.ID, Version: r.Version, Name: r.Name, Gate: r.Gate, Condition: r.Condition, AccountIDs: contract.Listed(r.AccountIDs), Role: r.Role,
		Timeout: Span(r.Timeout), OnTimeout: r.OnTimeout, Priority: r.Priority, Enabled: r.Enabled,
	}
	if r.SecondRole != "" {
		rendered.SecondRole = &r.SecondRole
	}
	if r.EscalateTo != "" {
		rendered.EscalateTo = &r.EscalateTo
	}
	if r.Version > 0 {
		rendered.CreatedAt, rendered.UpdatedAt, rendered.UpdatedBy = &r.CreatedAt, &r.UpdatedAt, &r.UpdatedBy
	}
	return rendered
}

// ConfiguredRulesOf writes the rules that the settings name.
func ConfiguredRulesOf(v View, rules []parley.ApprovalRule) ConfiguredApprovalRules {
	return ConfiguredApprovalRules{ApprovalRules: Each(v, rules, ApprovalRuleOf), TotalCount: len(rules)}
}

// ApprovalRules are what is asked of approval rules that are made here.
var ApprovalRules = rulebook[parley.ApprovalRule, ApprovalRuleRequest](
	"/api/v1/approval-rules", "rule_id", "approval_rules", (*seller.Service).ApprovalRules, ApprovalRuleOf, func(r parley.ApprovalRule) string { return r.ID })

// What is asked of approval rules beside that.
var (
	GetConfiguredRules = Question[struct{}, []parley.ApprovalRule, ConfiguredApprovalRules]{
		Find: func(_ context.Context, x *Exchange, _ struct{}) ([]parley.ApprovalRule, error) {
			return x.Service.ConfiguredApprovalRules(), nil
		},
		Render: ConfiguredRulesOf,
	}
	TryApprovalRules = Question[*RuleTestRequest, RulesMet, RuleTest]{
		Find: func(ctx context.Context, x *Exchange, body *RuleTestRequest) (met RulesMet, err error) {
			if met.Case, err = body.Case.Domain(); err == nil {
				met.Rules, err = x.Service.TestApprovalRules(ctx, x.Call, parley.Gate(body.Gate), met.Case)
			}
			return met, err
		},
		Render: func(v View, met RulesMet) RuleTest {
			return RuleTest{Stopped: len(met.Rules) > 0, Rules: Each(v, met.Rules, ApprovalRuleOf), Case: caseOf(met.Case)}
		},
	}
	LookBack = Question[*LookbackRequest, seller.Lookback, Lookback]{
		Find: func(ctx context.Context, x *Exchange, body *LookbackRequest) (seller.Lookback, error) {
			return x.Service.LookBack(ctx, x.Call, body.Domain())
		},
		Render: LookbackOf,
	}
)

// RulesMet are the rules that a case meets.
type RulesMet struct {
	Case  parley.ApprovalCase
	Rules []parley.ApprovalRule
}
