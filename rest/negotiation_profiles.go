package rest

import (
	"parley"
	"parley/negotiation"
	"parley/wire"
)

var negotiationProfileRoutes = rulebook[parley.NegotiationProfile, wire.NegotiationProfileRequest, wire.NegotiationProfile]{
	name: "NegotiationProfile", tag: "Negotiation",
	a: "a negotiation profile", what: "profile", listed: "negotiation profiles in force",
	example: `{"name": "Live sports hold out", "priority": 100, "product_ids": ["ctv-sports-live"], "strategy": "boulware", ` +
		`"max_rounds": 8, "total_cap_pct": 10}`,
	creating: "A profile overrides the limits of a buyer's tier for the negotiations that it matches and that open from then " +
		"on; each limit is that of the profile with the highest priority that sets it. An empty list matches everything. " +
		"Nothing of it is shown to buyers.",
	replacing: "For the negotiations that open from then on, on every node; those under way keep their limits.",
	deleting:  "Its history stays.",

	asked: wire.NegotiationProfiles, sample: sampleProfile,
}.routes()

var (
	sampleStrategy = negotiation.Boulware
	sampleRounds   = 8
	sampleCap      = parley.BasisPoints(1_000)
	sampleProfile  = parley.NegotiationProfile{
		ID: "prof-01k1h3v8mq4t7c9w2x5y6z0a1b3l", Name: "Live sports hold out", Priority: 100, Enabled: true,
		Selector: parley.Selector{ProductIDs: []string{"ctv-sports-live"}}, Strategy: &sampleStrategy, MaxRounds: &sampleRounds, TotalCap: &sampleCap,
		Version: 1, CreatedAt: sampleTime, UpdatedAt: sampleTime, UpdatedBy: "operator:terminal",
	}
)
