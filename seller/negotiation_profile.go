package seller

import (
	"parley"
	"parley/negotiation"
	"parley/storage"
)

var negotiationProfiles = ruleKind[parley.NegotiationProfile]{
	revision: func(p *parley.NegotiationProfile) revision {
		return revision{&p.ID, &p.Version, &p.CreatedAt, &p.UpdatedAt, &p.UpdatedBy}
	},
	normal:   parley.NegotiationProfile.Normal,
	check:    negotiation.ValidateProfile,
	mentions: func(p parley.NegotiationProfile) []mention { return inSelector(p.Selector) },
	aim: func(p parley.NegotiationProfile) aim {
		return aim{products: p.ProductIDs, inventoryTypes: p.InventoryTypes}
	},
	accounts: func(p parley.NegotiationProfile) []string { return p.AccountIDs },
	book:     &storage.NegotiationProfiles,
}

// NegotiationProfiles are the negotiation profiles: one holds for every negotiation that opens while it is in force.
func (s *Service) NegotiationProfiles() Rulebook[parley.NegotiationProfile] {
	return Rulebook[parley.NegotiationProfile]{&negotiationProfiles, s}
}
