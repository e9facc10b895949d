package sqlstore

import (
	"time"

	"parley"
	"parley/storage"
)

var negotiationProfiles = rulebook[parley.NegotiationProfile]{
	what: "negotiation profile", state: "negotiation_state", table: "negotiation_profiles", versions: "negotiation_profile_versions",
	content: `name, priority, enabled, tiers, product_ids, inventory_types, deal_types, agency_ids, advertiser_ids, strategy,
		max_rounds, round_cap, total_cap, buyer_share, acceptance_threshold, exponent, lowball_depth, tolerance, updated_at, updated_by`,
	fields: func(p *parley.NegotiationProfile) []any {
		return []any{
			&p.Name, &p.Priority, &p.Enabled, decoded(&p.Tiers), decoded(&p.ProductIDs), decoded(&p.InventoryTypes),
			decoded(&p.DealTypes), decoded(&p.AgencyIDs), decoded(&p.AdvertiserIDs), &p.Strategy, &p.MaxRounds,
			rate(&p.RoundCap), rate(&p.TotalCap), rate(&p.BuyerShare),
			rate(&p.AcceptanceThreshold), &p.Exponent, &p.LowballDepth, rate(&p.Tolerance),
			instant(&p.UpdatedAt), &p.UpdatedBy,
		}
	},
	args: func(tx *Tx, p parley.NegotiationProfile) []any {
		return []any{
			p.Name, p.Priority, p.Enabled, tx.json(list(p.Tiers)), tx.json(list(p.ProductIDs)), tx.json(list(p.InventoryTypes)),
			tx.json(list(p.DealTypes)), tx.json(list(p.AgencyIDs)), tx.json(list(p.AdvertiserIDs)), p.Strategy, p.MaxRounds,
			(*int64)(p.RoundCap), (*int64)(p.TotalCap), (*int64)(p.BuyerShare), (*int64)(p.AcceptanceThreshold), p.Exponent, p.LowballDepth,
			(*int64)(p.Tolerance), micros(p.UpdatedAt), p.UpdatedBy,
		}
	},
	identity: func(p parley.NegotiationProfile) (string, int64, time.Time) { return p.ID, p.Version, p.CreatedAt },
	head: func(p *parley.NegotiationProfile) (*string, *int64, *time.Time) {
		return &p.ID, &p.Version, &p.CreatedAt
	},
}

// NegotiationVersion implements storage.Profiles.
func (tx *Tx) NegotiationVersion() storage.Pending[int64] { return negotiationProfiles.version(tx) }

// NegotiationConfig implements storage.Profiles.
func (tx *Tx) NegotiationConfig() storage.Pending[storage.NegotiationConfig] {
	version := negotiationProfiles.version(tx)
	return &paired[int64, []parley.NegotiationProfile, storage.NegotiationConfig]{
		a: version, b: negotiationProfiles.all(tx), both: func(version int64, profiles []parley.NegotiationProfile) storage.NegotiationConfig {
			return storage.NegotiationConfig{Version: version, Profiles: profiles}
		},
	}
}

// NegotiationProfile implements storage.Profiles.
func (tx *Tx) NegotiationProfile(id string) storage.Pending[parley.NegotiationProfile] {
	return negotiationProfiles.one(tx, id)
}

// NegotiationProfiles implements storage.Profiles.
func (tx *Tx) NegotiationProfiles(page storage.Page) storage.Pending[storage.Listing[parley.NegotiationProfile]] {
	return negotiationProfiles.page(tx, page)
}

// NegotiationProfileHistory implements storage.Profiles.
func (tx *Tx) NegotiationProfileHistory(id string) storage.Pending[[]parley.NegotiationProfile] {
	return negotiationProfiles.history(tx, id)
}

// InsertNegotiationProfile implements storage.ProfileWriter.
func (tx *Tx) InsertNegotiationProfile(profile parley.NegotiationProfile) {
	negotiationProfiles.insert(tx, profile)
}

// UpdateNegotiationProfile implements storage.ProfileWriter.
func (tx *Tx) UpdateNegotiationProfile(profile parley.NegotiationProfile) {
	negotiationProfiles.update(tx, profile)
}

// DeleteNegotiationProfile implements storage.ProfileWriter.
func (tx *Tx) DeleteNegotiationProfile(id string, version int64, at time.Time, by string) {
	negotiationProfiles.remove(tx, id, version, at, by)
}
