package storage

import (
	"time"

	"parley"
)

// NegotiationConfig is every negotiation profile in use.
type NegotiationConfig struct {
	Version  int64 // moves with every change of a profile
	Profiles []parley.NegotiationProfile
}

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

// NegotiationVersion moves with every change of a negotiation profile.
func (r *Reader) NegotiationVersion() *Pending[int64] { return negotiationProfiles.version(r) }

// NegotiationConfig answers every negotiation profile in use.
func (r *Reader) NegotiationConfig() *Pending[NegotiationConfig] {
	version, profiles := negotiationProfiles.version(r), negotiationProfiles.all(r)
	return then(version, func(version int64) (NegotiationConfig, error) {
		return NegotiationConfig{Version: version, Profiles: profiles.value}, nil
	})
}

// NegotiationProfile answers a profile in use.
func (r *Reader) NegotiationProfile(id string) *Pending[parley.NegotiationProfile] {
	return negotiationProfiles.one(r, id)
}

// NegotiationProfiles lists the profiles in use.
func (r *Reader) NegotiationProfiles(page Page) *Pending[Listing[parley.NegotiationProfile]] {
	return negotiationProfiles.page(r, page)
}

// NegotiationProfileHistory answers every version of a profile, oldest first, also of a deleted one.
func (r *Reader) NegotiationProfileHistory(id string) *Pending[[]parley.NegotiationProfile] {
	return negotiationProfiles.history(r, id)
}

// InsertNegotiationProfile stores a new profile and moves the negotiation version; a repeated id is CodeConflict.
func (tx *Tx) InsertNegotiationProfile(profile parley.NegotiationProfile) {
	negotiationProfiles.insert(tx, profile)
}

// UpdateNegotiationProfile stores a version, keeps the former and moves the negotiation version; when profile.Version
// is not the stored one plus one, CodePreconditionFailed.
func (tx *Tx) UpdateNegotiationProfile(profile parley.NegotiationProfile) {
	negotiationProfiles.update(tx, profile)
}

// DeleteNegotiationProfile removes the profile from use, keeps its history and moves the negotiation version; when
// version is not the stored one, CodePreconditionFailed.
func (tx *Tx) DeleteNegotiationProfile(id string, version int64, at time.Time, by string) {
	negotiationProfiles.remove(tx, id, version, at, by)
}
