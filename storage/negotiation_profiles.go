package storage

import (
	"time"

	"parley"
)

// NegotiationProfiles set the limits of the negotiations that they match.
var NegotiationProfiles = Rulebook[parley.NegotiationProfile]{
	RuleKind: RuleKind{RuleKind: parley.NegotiationProfiles, state: "negotiation_state", table: "negotiation_profiles", versions: "negotiation_profile_versions"},
	content: `name, priority, enabled, tiers, product_ids, inventory_types, deal_types, agency_ids, advertiser_ids, strategy,
		max_rounds, round_cap, total_cap, buyer_share, acceptance_threshold, exponent, lowball_depth, tolerance, updated_at, updated_by,
		account_ids`,
	fields: func(p *parley.NegotiationProfile) []any {
		return []any{
			&p.Name, &p.Priority, &p.Enabled, decoded(&p.Tiers), decoded(&p.ProductIDs), decoded(&p.InventoryTypes),
			decoded(&p.DealTypes), decoded(&p.AgencyIDs), decoded(&p.AdvertiserIDs), &p.Strategy, &p.MaxRounds,
			rate(&p.RoundCap), rate(&p.TotalCap), rate(&p.BuyerShare),
			rate(&p.AcceptanceThreshold), &p.Exponent, &p.LowballDepth, rate(&p.Tolerance),
			instant(&p.UpdatedAt), &p.UpdatedBy, decoded(&p.AccountIDs),
		}
	},
	args: func(tx *Tx, p parley.NegotiationProfile) []any {
		return []any{
			p.Name, p.Priority, p.Enabled, tx.json(orEmpty(p.Tiers)), tx.json(orEmpty(p.ProductIDs)), tx.json(orEmpty(p.InventoryTypes)),
			tx.json(orEmpty(p.DealTypes)), tx.json(orEmpty(p.AgencyIDs)), tx.json(orEmpty(p.AdvertiserIDs)), p.Strategy, p.MaxRounds,
			(*int64)(p.RoundCap), (*int64)(p.TotalCap), (*int64)(p.BuyerShare), (*int64)(p.AcceptanceThreshold), p.Exponent, p.LowballDepth,
			(*int64)(p.Tolerance), micros(p.UpdatedAt), p.UpdatedBy, tx.json(orEmpty(p.AccountIDs)),
		}
	},
	head: func(p *parley.NegotiationProfile) (*string, *int64, *time.Time) {
		return &p.ID, &p.Version, &p.CreatedAt
	},
}

// NegotiationVersion moves with every change of a negotiation profile.
func (r *Reader) NegotiationVersion() *Pending[int64] { return NegotiationProfiles.Version(r) }
