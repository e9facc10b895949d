package wire

import (
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

var profilesChanged = EventType{parley.NegotiationProfiles.Changed, "A profile of negotiations changed.", false, ruleTold, nil}

// NegotiationProfileRequest is the body that makes or replaces a negotiation profile: what reading it answers can be sent
// back. A limit that is absent or null is left as the tier has it.
type NegotiationProfileRequest struct {
	Idempotency
	RuleVersion
	Name     string `json:"name" maxLength:"200"`
	Priority int    `json:"priority,omitempty" minimum:"-1000000" maximum:"1000000" doc:"Higher first."`
	Enabled  *bool  `json:"enabled,omitempty" doc:"True when absent."`
	Selector
	Strategy               *string           `json:"strategy,omitempty" enum:"gap_split,boulware,tit_for_tat"`
	MaxRounds              *int              `json:"max_rounds,omitempty" minimum:"1" maximum:"100"`
	RoundCapPct            *contract.Percent `json:"round_cap_pct,omitempty" doc:"At most this much of the base price is conceded in one round."`
	TotalCapPct            *contract.Percent `json:"total_cap_pct,omitempty" doc:"And this much over all rounds; less than 100."`
	BuyerSharePct          *contract.Percent `json:"buyer_share_pct,omitempty" doc:"How much of the gap to the buyer's price is conceded, before the caps (gap_split)."`
	AcceptanceThresholdPct *contract.Percent `json:"acceptance_threshold_pct,omitempty" doc:"A buyer's price this close under the seller's, of the base price, is accepted."`
	Exponent               *Exponent         `json:"exponent,omitempty" doc:"Shape of boulware: below 1 it holds out, above 1 it yields early."`
	LowballDepth           *Exponent         `json:"lowball_depth,omitempty" doc:"A buyer's price that is further under the base price than so many times the total cap earns no concession; 2 unless a profile says otherwise."`
	TolerancePct           *contract.Percent `json:"tolerance_pct,omitempty" doc:"A proposal this far under the asked price is accepted as it is; less than 100."`
}

// Domain is what the flow takes.
func (n *NegotiationProfileRequest) Domain(id string) (parley.NegotiationProfile, error) {
	return parley.NegotiationProfile{
		ID: id, Name: n.Name, Priority: n.Priority, Enabled: n.Enabled == nil || *n.Enabled,
		Selector: n.selector(),
		Strategy: n.Strategy, MaxRounds: n.MaxRounds,
		RoundCap: (*parley.BasisPoints)(n.RoundCapPct), TotalCap: (*parley.BasisPoints)(n.TotalCapPct),
		BuyerShare: (*parley.BasisPoints)(n.BuyerSharePct), AcceptanceThreshold: (*parley.BasisPoints)(n.AcceptanceThresholdPct),
		Exponent: (*int)(n.Exponent), LowballDepth: (*int)(n.LowballDepth), Tolerance: (*parley.BasisPoints)(n.TolerancePct),
	}, nil
}

// NegotiationProfile overrides limits of a tier; null is a limit left as the tier has it.
type NegotiationProfile struct {
	ProfileID              string            `json:"profile_id"`
	Version                int64             `json:"version"`
	Name                   string            `json:"name"`
	Priority               int               `json:"priority"`
	Enabled                bool              `json:"enabled"`
	Tiers                  []string          `json:"tiers"`
	ProductIDs             []string          `json:"product_ids"`
	InventoryTypes         []string          `json:"inventory_types"`
	DealTypes              []parley.DealType `json:"deal_types"`
	AgencyIDs              []string          `json:"agency_ids"`
	AdvertiserIDs          []string          `json:"advertiser_ids"`
	AccountIDs             []string          `json:"account_ids"`
	Strategy               *string           `json:"strategy"`
	MaxRounds              *int              `json:"max_rounds"`
	RoundCapPct            *contract.Percent `json:"round_cap_pct"`
	TotalCapPct            *contract.Percent `json:"total_cap_pct"`
	BuyerSharePct          *contract.Percent `json:"buyer_share_pct"`
	AcceptanceThresholdPct *contract.Percent `json:"acceptance_threshold_pct"`
	Exponent               *Exponent         `json:"exponent"`
	LowballDepth           *Exponent         `json:"lowball_depth"`
	TolerancePct           *contract.Percent `json:"tolerance_pct"`
	CreatedAt              time.Time         `json:"created_at"`
	UpdatedAt              time.Time         `json:"updated_at"`
	UpdatedBy              string            `json:"updated_by"`
}

// Revision is its version, which is its entity tag.
func (n NegotiationProfile) Revision() int64 { return n.Version }

// ProfileOf writes a profile.
func ProfileOf(_ View, p parley.NegotiationProfile) NegotiationProfile {
	return NegotiationProfile{
		ProfileID: p.ID, Version: p.Version, Name: p.Name, Priority: p.Priority, Enabled: p.Enabled,
		Tiers: tierNames(p.Tiers), ProductIDs: contract.Listed(p.ProductIDs), InventoryTypes: contract.Listed(p.InventoryTypes),
		DealTypes: contract.Listed(p.DealTypes), AgencyIDs: contract.Listed(p.AgencyIDs), AdvertiserIDs: contract.Listed(p.AdvertiserIDs), AccountIDs: contract.Listed(p.AccountIDs),
		Strategy: p.Strategy, MaxRounds: p.MaxRounds,
		RoundCapPct: (*contract.Percent)(p.RoundCap), TotalCapPct: (*contract.Percent)(p.TotalCap),
		BuyerSharePct: (*contract.Percent)(p.BuyerShare), AcceptanceThresholdPct: (*contract.Percent)(p.AcceptanceThreshold),
		Exponent: (*Exponent)(p.Exponent), LowballDepth: (*Exponent)(p.LowballDepth), TolerancePct: (*contract.Percent)(p.Tolerance),
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, UpdatedBy: p.UpdatedBy,
	}
}

// NegotiationProfiles are what is asked of negotiation profiles.
var NegotiationProfiles = rulebook[parley.NegotiationProfile, NegotiationProfileRequest](
	"/api/v1/negotiation-profiles", "profile_id", "negotiation_profiles", (*seller.Service).NegotiationProfiles, ProfileOf, func(p parley.NegotiationProfile) string { return p.ID })
