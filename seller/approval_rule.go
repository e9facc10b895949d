package seller

import (
	"context"

	"parley"
	"parley/approval"
	"parley/condition"
	"parley/storage"
)

var approvalRules = ruleKind[parley.ApprovalRule]{
	revision: func(r *parley.ApprovalRule) revision {
		return revision{&r.ID, &r.Version, &r.CreatedAt, &r.UpdatedAt, &r.UpdatedBy}
	},
	normal: func(r parley.ApprovalRule) parley.ApprovalRule { return approval.WithDefaults(r.Normal()) },
	check:  approval.ValidateRule,
	mentions: func(r parley.ApprovalRule) []mention {
		return mentioned(condition.Approval, r.Condition)
	},
	aim: func(r parley.ApprovalRule) aim {
		return aim{vocabulary: condition.Approval, condition: r.Condition, only: casesAt(r.Gate)}
	},
	accounts: func(r parley.ApprovalRule) []string { return r.AccountIDs },
	book:     &storage.ApprovalRules,
}

// ApprovalRules are the rules of the gates that were made here; those of the configuration hold beside them.
func (s *Service) ApprovalRules() Rulebook[parley.ApprovalRule] {
	return Rulebook[parley.ApprovalRule]{&approvalRules, s}
}

// casesAt are the values that the facts of a case at a gate have, of those with few. A case is always of a deal type and a tier; a
// counter is recommended of proposals alone, and where nothing is recommended it is empty.
func casesAt(gate parley.Gate) map[condition.Variable][]string {
	only := map[condition.Variable][]string{
		condition.Recommendation: {string(parley.RecommendAccept), ""},
	}
	if gate == parley.GateProposalDecision {
		only[condition.Recommendation] = append(only[condition.Recommendation], string(parley.RecommendCounter))
	}
	for _, dealType := range parley.DealTypes {
		only[condition.DealType] = append(only[condition.DealType], string(dealType))
	}
	for _, tier := range parley.Tiers {
		only[condition.BuyerTier] = append(only[condition.BuyerTier], tier.String())
	}
	return only
}

// ConfiguredApprovalRules are the rules that come with the settings. They hold beside the stored ones and change only
// with the configuration.
func (s *Service) ConfiguredApprovalRules() []parley.ApprovalRule { return s.settings.ApprovalRules }

// TestApprovalRules answers the rules that a case would meet at a gate, first the one that would stop it.
func (s *Service) TestApprovalRules(ctx context.Context, call Call, gate parley.Gate, facts parley.ApprovalCase) ([]parley.ApprovalRule, error) {
	return read(ctx, s, call, func(v *view) ([]parley.ApprovalRule, error) {
		version := storage.ApprovalRules.Version(v.Reader)
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
