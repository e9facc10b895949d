package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
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
	}, changing[none, wire.NegotiationProfileRequest, parley.NegotiationProfile, wire.NegotiationProfile]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.NegotiationProfileRequest,
			encode seller.Encode[parley.NegotiationProfile],
		) (seller.Answer, error) {
			return x.service.CreateNegotiationProfile(ctx, x.call, body.Domain(""), encode)
		},
		render:  wire.ProfileOf,
		status:  http.StatusCreated,
		example: sampleProfile,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiation-profiles", Access: AccessOperator, Scopes: viewer,
		ID: "listNegotiationProfiles", Tag: "Negotiation", Summary: "List the negotiation profiles in force",
	}, listing[pagingOnly, parley.NegotiationProfile, wire.NegotiationProfile]{
		plural: "negotiation_profiles",
		run: func(
			ctx context.Context, x *exchange, _ pagingOnly, page seller.Page,
		) (seller.Listing[parley.NegotiationProfile], error) {
			return x.service.NegotiationProfiles(ctx, x.call, page)
		},
		render:  wire.ProfileOf,
		id:      func(profile parley.NegotiationProfile) string { return profile.ID },
		example: sampleProfile,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiation-profiles/{profile_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getNegotiationProfile", Tag: "Negotiation", Summary: "Read a negotiation profile",
		Description: "Its ETag names its version.",
	}, func(ctx context.Context, x *exchange, path profilePath) (wire.NegotiationProfile, error) {
		profile, err := x.service.NegotiationProfile(ctx, x.call, path.ProfileID)
		return wire.ProfileOf(x.View, profile), err
	}, func(x *exchange) wire.NegotiationProfile { return wire.ProfileOf(x.View, sampleProfile) }),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiation-profiles/{profile_id}/history", Access: AccessOperator, Scopes: viewer,
		ID: "getNegotiationProfileHistory", Tag: "Negotiation", Summary: "Read every version of a negotiation profile",
		Description: "Oldest first; also of a profile that was deleted.",
	}, func(ctx context.Context, x *exchange, path profilePath) (wire.History[wire.NegotiationProfile], error) {
		versions, err := x.service.NegotiationProfileHistory(ctx, x.call, path.ProfileID)
		return wire.HistoryOf(x.View, versions, wire.ProfileOf), err
	}, func(x *exchange) wire.History[wire.NegotiationProfile] {
		return wire.HistoryOf(x.View, []parley.NegotiationProfile{sampleProfile}, wire.ProfileOf)
	}),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/negotiation-profiles/{profile_id}", Access: AccessOperator, Scopes: admin,
		ID: "replaceNegotiationProfile", Tag: "Negotiation", Summary: "Replace a negotiation profile",
		Description: "For the negotiations that open from then on, on every node; those under way keep their limits. Name the " +
			"version that the change was made from, in If-Match or as version, to have it refused when somebody else was faster.",
		Example:  profileExample,
		Failures: []int{http.StatusPreconditionFailed},
	}, changing[profileChange, wire.NegotiationProfileRequest, parley.NegotiationProfile, wire.NegotiationProfile]{
		run: func(
			ctx context.Context, x *exchange, params profileChange, body *wire.NegotiationProfileRequest,
			encode seller.Encode[parley.NegotiationProfile],
		) (seller.Answer, error) {
			expected, err := params.expected(body.Version)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.UpdateNegotiationProfile(ctx, x.call, body.Domain(params.ProfileID), expected, encode)
		},
		render:  wire.ProfileOf,
		status:  http.StatusOK,
		example: sampleProfile,
	}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/negotiation-profiles/{profile_id}", Access: AccessOperator, Scopes: admin,
		ID: "deleteNegotiationProfile", Tag: "Negotiation", Summary: "Take a negotiation profile out of force",
		Description: "Its history stays. The answer is the profile as it was.",
		Failures:    []int{http.StatusPreconditionFailed},
	}, changing[profileDeletion, none, parley.NegotiationProfile, wire.NegotiationProfile]{
		run: func(
			ctx context.Context, x *exchange, params profileDeletion, _ *none, encode seller.Encode[parley.NegotiationProfile],
		) (seller.Answer, error) {
			expected, err := params.expectedVersion()
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.DeleteNegotiationProfile(ctx, x.call, params.ProfileID, expected, encode)
		},
		render:  wire.ProfileOf,
		status:  http.StatusOK,
		example: sampleProfile,
	}),
}

type profileChange struct {
	ProfileID string `path:"profile_id" maxLength:"128"`
	Precondition
}

type profileDeletion struct {
	ProfileID string `path:"profile_id" maxLength:"128"`
	Deletion
}

type profilePath struct {
	ProfileID string `path:"profile_id" maxLength:"128"`
}
