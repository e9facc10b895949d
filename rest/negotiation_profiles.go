package rest

import (
	"context"
	"net/http"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
)

const profileExample = `{"name": "Live sports hold out", "priority": 100, "product_ids": ["ctv-sports-live"], "strategy": "boulware", ` +
	`"max_rounds": 8, "total_cap_pct": 10}`

var negotiationProfileRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/negotiation-profiles", Access: AccessOperator, Scopes: admin,
		ID: "createNegotiationProfile", Tag: "Negotiation", Summary: "Put a new negotiation profile in force",
		Description: "A profile overrides the limits of a buyer's tier for the negotiations that it matches and that open from then " +
			"on; each limit is that of the profile with the highest priority that sets it. An empty list matches everything. " +
			"Nothing of it is shown to buyers.",
		Example: profileExample,
	}, changing[none, NegotiationProfileRequest, parley.NegotiationProfile, NegotiationProfile]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *NegotiationProfileRequest,
			encode seller.Encode[parley.NegotiationProfile],
		) (seller.Answer, error) {
			return x.service.CreateNegotiationProfile(ctx, x.call, body.Domain(""), encode)
		},
		render:  renderProfile,
		status:  http.StatusCreated,
		example: sampleProfile,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiation-profiles", Access: AccessOperator, Scopes: viewer,
		ID: "listNegotiationProfiles", Tag: "Negotiation", Summary: "List the negotiation profiles in force",
	}, listing[pagingOnly, parley.NegotiationProfile, NegotiationProfile]{
		plural: "negotiation_profiles",
		run: func(
			ctx context.Context, x *exchange, _ pagingOnly, page seller.Page,
		) (seller.Listing[parley.NegotiationProfile], error) {
			return x.service.NegotiationProfiles(ctx, x.call, page)
		},
		render:  renderProfile,
		id:      func(profile parley.NegotiationProfile) string { return profile.ID },
		example: sampleProfile,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiation-profiles/{profile_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getNegotiationProfile", Tag: "Negotiation", Summary: "Read a negotiation profile",
		Description: "Its ETag names its version.",
	}, func(ctx context.Context, x *exchange, path profilePath) (NegotiationProfile, error) {
		profile, err := x.service.NegotiationProfile(ctx, x.call, path.ProfileID)
		return renderProfile(x.View, profile), err
	}, func(x *exchange) NegotiationProfile { return renderProfile(x.View, sampleProfile) }),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiation-profiles/{profile_id}/history", Access: AccessOperator, Scopes: viewer,
		ID: "getNegotiationProfileHistory", Tag: "Negotiation", Summary: "Read every version of a negotiation profile",
		Description: "Oldest first; also of a profile that was deleted.",
	}, func(ctx context.Context, x *exchange, path profilePath) (History[NegotiationProfile], error) {
		versions, err := x.service.NegotiationProfileHistory(ctx, x.call, path.ProfileID)
		return historyOf(x.View, versions, renderProfile), err
	}, func(x *exchange) History[NegotiationProfile] {
		return historyOf(x.View, []parley.NegotiationProfile{sampleProfile}, renderProfile)
	}),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/negotiation-profiles/{profile_id}", Access: AccessOperator, Scopes: admin,
		ID: "replaceNegotiationProfile", Tag: "Negotiation", Summary: "Replace a negotiation profile",
		Description: "For the negotiations that open from then on, on every node; those under way keep their limits. Name the " +
			"version that the change was made from, in If-Match or as version, to have it refused when somebody else was faster.",
		Example:  profileExample,
		Failures: []int{http.StatusPreconditionFailed},
	}, changing[profileChange, NegotiationProfileRequest, parley.NegotiationProfile, NegotiationProfile]{
		run: func(
			ctx context.Context, x *exchange, params profileChange, body *NegotiationProfileRequest,
			encode seller.Encode[parley.NegotiationProfile],
		) (seller.Answer, error) {
			expected, err := params.expected(body.Version)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.UpdateNegotiationProfile(ctx, x.call, body.Domain(params.ProfileID), expected, encode)
		},
		render:  renderProfile,
		status:  http.StatusOK,
		example: sampleProfile,
	}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/negotiation-profiles/{profile_id}", Access: AccessOperator, Scopes: admin,
		ID: "deleteNegotiationProfile", Tag: "Negotiation", Summary: "Take a negotiation profile out of force",
		Description: "Its history stays. The answer is the profile as it was.",
		Failures:    []int{http.StatusPreconditionFailed},
	}, changing[profileDeletion, none, parley.NegotiationProfile, NegotiationProfile]{
		run: func(
			ctx context.Context, x *exchange, params profileDeletion, _ *none, encode seller.Encode[parley.NegotiationProfile],
		) (seller.Answer, error) {
			expected, err := params.expectedVersion()
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.DeleteNegotiationProfile(ctx, x.call, params.ProfileID, expected, encode)
		},
		render:  renderProfile,
		status:  http.StatusOK,
		example: sampleProfile,
	}),
}

type profilePath struct {
	ProfileID string `path:"profile_id" maxLength:"128"`
}

type profileChange struct {
	ProfileID string `path:"profile_id" maxLength:"128"`
	Precondition
}

type profileDeletion struct {
	ProfileID string `path:"profile_id" maxLength:"128"`
	Deletion
}

// NegotiationProfileRequest is the body that makes or replaces a negotiation profile: what reading it answers can be sent
// back. A limit that is absent or null is left as the tier has it.
type NegotiationProfileRequest struct {
	Idempotency
	Version                *int64            `json:"version,omitempty" minimum:"1" doc:"The version that a replacement was made from."`
	Name                   string            `json:"name,omitempty" maxLength:"200"`
	Priority               int               `json:"priority,omitempty" minimum:"-1000000" maximum:"1000000" doc:"Higher first."`
	Enabled                *bool             `json:"enabled,omitempty" doc:"True when absent."`
	Tiers                  []string          `json:"tiers,omitempty" maxItems:"4" enum:"public,seat,agency,advertiser"`
	ProductIDs             []string          `json:"product_ids,omitempty" maxItems:"1000" maxLength:"128"`
	InventoryTypes         []string          `json:"inventory_types,omitempty" maxItems:"100" maxLength:"64"`
	DealTypes              []string          `json:"deal_types,omitempty" maxItems:"3" enum:"PG,PD,PA"`
	AgencyIDs              []string          `json:"agency_ids,omitempty" maxItems:"1000" maxLength:"128"`
	AdvertiserIDs          []string          `json:"advertiser_ids,omitempty" maxItems:"1000" maxLength:"128"`
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

func (n *NegotiationProfileRequest) Domain(id string) parley.NegotiationProfile {
	return parley.NegotiationProfile{
		ID: id, Name: n.Name, Priority: n.Priority, Enabled: n.Enabled == nil || *n.Enabled,
		Tiers: tiersOf(n.Tiers), ProductIDs: n.ProductIDs, InventoryTypes: n.InventoryTypes,
		DealTypes: dealTypesOf(n.DealTypes), AgencyIDs: n.AgencyIDs, AdvertiserIDs: n.AdvertiserIDs,
		Strategy: n.Strategy, MaxRounds: n.MaxRounds,
		RoundCap: (*parley.BasisPoints)(n.RoundCapPct), TotalCap: (*parley.BasisPoints)(n.TotalCapPct),
		BuyerShare: (*parley.BasisPoints)(n.BuyerSharePct), AcceptanceThreshold: (*parley.BasisPoints)(n.AcceptanceThresholdPct),
		Exponent: (*int)(n.Exponent), LowballDepth: (*int)(n.LowballDepth), Tolerance: (*parley.BasisPoints)(n.TolerancePct),
	}
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

func (n NegotiationProfile) Revision() int64 { return n.Version }

func renderProfile(_ wire.View, p parley.NegotiationProfile) NegotiationProfile {
	return NegotiationProfile{
		ProfileID: p.ID, Version: p.Version, Name: p.Name, Priority: p.Priority, Enabled: p.Enabled,
		Tiers: renderTiers(p.Tiers), ProductIDs: contract.Listed(p.ProductIDs), InventoryTypes: contract.Listed(p.InventoryTypes),
		DealTypes: contract.Listed(p.DealTypes), AgencyIDs: contract.Listed(p.AgencyIDs), AdvertiserIDs: contract.Listed(p.AdvertiserIDs),
		Strategy: p.Strategy, MaxRounds: p.MaxRounds,
		RoundCapPct: (*contract.Percent)(p.RoundCap), TotalCapPct: (*contract.Percent)(p.TotalCap),
		BuyerSharePct: (*contract.Percent)(p.BuyerShare), AcceptanceThresholdPct: (*contract.Percent)(p.AcceptanceThreshold),
		Exponent: (*Exponent)(p.Exponent), LowballDepth: (*Exponent)(p.LowballDepth), TolerancePct: (*contract.Percent)(p.Tolerance),
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, UpdatedBy: p.UpdatedBy,
	}
}
