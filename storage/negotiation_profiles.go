package storage

import (
	"time"

	"parley"
)

// NegotiationProfiles set the limits of the negotiations that they match.
var NegotiationProfiles = Rulebook[parley.NegotiationProfile]{
	RuleKind: RuleKind{RuleKind: parley.NegotiationProfiles, state: "negotiation_state", table: "negotiation_profiles", versions: "negotiation_profile_versions"},
	content: selectorColumns + `, name, priority, enabled, strategy, max_rounds, round_cap, total_cap, buyer_share, acceptance_threshold,
		exponent, lowball_depth, tolerance, updated_at, updated_by`,
	fields: func(p *parley.NegotiationProfile) []any {
		return append(selectorFields(&p.Selector),
			&p.Name, &p.Priority, &p.Enabled, &p.Strategy, &p.MaxRounds, rate(&p.RoundCap), rate(&p.TotalCap), rate(&p.BuyerShare),
			rate(&p.AcceptanceThreshold), &p.Exponent, &p.LowballDepth, rate(&p.Tolerance), instant(&p.UpdatedAt), &p.UpdatedBy)
	},
	args: func(tx *Tx, p parley.NegotiationProfile) []any {
		return append(selectorArgs(tx, p.Selector),
			p.Name, p.Priority, p.Enabled, p.Strategy, p.MaxRounds, (*int64)(p.RoundCap), (*int64)(p.TotalCap), (*int64)(p.BuyerShare),
			(*int64)(p.AcceptanceThreshold), p.Exponent, p.LowballDepth, (*int64)(p.Tolerance), micros(p.UpdatedAt), p.UpdatedBy)
	},
	head: func(p *parley.NegotiationProfile) (*string, *int64, *time.Time) {
		return &p.ID, &p.Version, &p.CreatedAt
	},
}
