package seller

import (
	"context"

	"parley"
	"parley/approval"
	"parley/condition"
	"parley/storage"
)

var approvalRules = rulebook[parley.ApprovalRule]{
	kind: "approval_rule", name: "approval rule", prefix: parley.PrefixApprovalRule, event: parley.EventApprovalRulesChanged,
	revision: func(r *parley.ApprovalRule) revision {
		return revision{&r.ID, &r.Version, &r.CreatedAt, &r.UpdatedAt, &r.UpdatedBy}
	},
	normal: func(r parley.ApprovalRule) parley.ApprovalRule { return r },
	check:  approval.ValidateRule,
	mentions: func(r parley.ApprovalRule) []mention {
		return mentioned(condition.Approval, r.Condition)
	},
	aim: func(r parley.ApprovalRule) aim {
		return aim{vocabulary: condition.Approval, condition: r.Condition}
	},
	one:     (*storage.Reader).ApprovalRule,
	list:    (*storage.Reader).ApprovalRules,
	history: (*storage.Reader).ApprovalRuleHistory,
	insert:  (*storage.Tx).InsertApprovalRule,
	update:  (*storage.Tx).UpdateApprovalRule,
	remove:  (*storage.Tx).DeleteApprovalRule,
}

// ConfiguredApprovalRules are the rules that come with the settings. They hold beside the stored ones and change only
// with the configuration.
func (s *Service) ConfiguredApprovalRules() []parley.ApprovalRule { return s.settings.ApprovalRules }

// ApprovalRules lists the stored approval rules in force, for the publisher.
func (s *Service) ApprovalRules(ctx context.Context, call Call, page storage.Page) (storage.Listing[parley.ApprovalRule], error) {
	return approvalRules.page(ctx, s, call, page)
}

// ApprovalRule reads one rule.
func (s *Service) ApprovalRule(ctx context.Context, call Call, id string) (parley.ApprovalRule, error) {
	return approvalRules.read(ctx, s, call, id)
}

// ApprovalRuleHistory answers every version of a rule, oldest first.
func (s *Service) ApprovalRuleHistory(ctx context.Context, call Call, id string) ([]parley.ApprovalRule, error) {
	return approvalRules.versions(ctx, s, call, id)
}

// CreateApprovalRule puts a new rule in force, at once on every node.
func (s *Service) CreateApprovalRule(ctx context.Context, call Call, rule parley.ApprovalRule, encode Encode[parley.ApprovalRule]) (Answer, error) {
	return approvalRules.create(ctx, s, call, approval.WithDefaults(rule), encode)
}

// UpdateApprovalRule replaces a rule's content. expected is the version that the operator looked at; nil replaces
// whichever is there.
func (s *Service) UpdateApprovalRule(ctx context.Context, call Call, rule parley.ApprovalRule, expected *int64, encode Encode[parley.ApprovalRule]) (Answer, error) {
	return approvalRules.replace(ctx, s, call, approval.WithDefaults(rule), expected, encode)
}

// DeleteApprovalRule takes a rule out of force; its history stays.
func (s *Service) DeleteApprovalRule(ctx context.Context, call Call, id string, expected *int64, encode Encode[parley.ApprovalRule]) (Answer, error) {
	return approvalRules.drop(ctx, s, call, id, expected, encode)
}

// TestApprovalRules answers the rules that a case would meet at a gate, first the one that would stop it.
func (s *Service) TestApprovalRules(ctx context.Context, call Call, gate parley.Gate, facts parley.ApprovalCase) ([]parley.ApprovalRule, error) {
	return read(ctx, s, call, func(v *view) ([]parley.ApprovalRule, error) {
		version := v.ApprovalVersion()
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		gatekeeper, err := s.gatekeeper(ctx, v.Reader, version)
		if err != nil {
			return nil, err
		}
		return gatekeeper.Match(facts, rulesAt[gate]...)
	})
}
