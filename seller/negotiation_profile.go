package seller

import (
	"context"
	"slices"

	"parley"
	"parley/condition"
	"parley/negotiation"
	"parley/storage"
)

var negotiationProfiles = rulebook[parley.NegotiationProfile]{
	kind: "negotiation_profile", name: "negotiation profile", prefix: parley.PrefixNegotiationProfile,
	event: parley.EventNegotiationProfilesChanged,
	revision: func(p *parley.NegotiationProfile) revision {
		return revision{&p.ID, &p.Version, &p.CreatedAt, &p.UpdatedAt, &p.UpdatedBy}
	},
	normal: parley.NegotiationProfile.Normal,
	check:  negotiation.ValidateProfile,
	mentions: func(p parley.NegotiationProfile) []mention {
		return slices.Concat(selected("product_ids", condition.ProductID, p.ProductIDs),
			selected("inventory_types", condition.InventoryType, p.InventoryTypes))
	},
	aim: func(p parley.NegotiationProfile) aim {
		return aim{products: p.ProductIDs, inventoryTypes: p.InventoryTypes}
	},
	one:     (*storage.Reader).NegotiationProfile,
	list:    (*storage.Reader).NegotiationProfiles,
	history: (*storage.Reader).NegotiationProfileHistory,
	insert:  (*storage.Tx).InsertNegotiationProfile,
	update:  (*storage.Tx).UpdateNegotiationProfile,
	remove:  (*storage.Tx).DeleteNegotiationProfile,
}

// NegotiationProfiles lists the negotiation profiles in force, for the publisher.
func (s *Service) NegotiationProfiles(ctx context.Context, call Call, page storage.Page) (storage.Listing[parley.NegotiationProfile], error) {
	return negotiationProfiles.page(ctx, s, call, page)
}

// NegotiationProfile reads one profile.
func (s *Service) NegotiationProfile(ctx context.Context, call Call, id string) (parley.NegotiationProfile, error) {
	return negotiationProfiles.read(ctx, s, call, id)
}

// NegotiationProfileHistory answers every version of a profile, oldest first.
func (s *Service) NegotiationProfileHistory(ctx context.Context, call Call, id string) ([]parley.NegotiationProfile, error) {
	return negotiationProfiles.versions(ctx, s, call, id)
}

// CreateNegotiationProfile puts a new profile in force: for every negotiation that opens from then on, on every node.
func (s *Service) CreateNegotiationProfile(ctx context.Context, call Call, profile parley.NegotiationProfile, encode Encode[parley.NegotiationProfile]) (Answer, error) {
	return negotiationProfiles.create(ctx, s, call, profile, encode)
}

// UpdateNegotiationProfile replaces a profile's content. expected is the version that the operator looked at; nil replaces
// whichever is there.
func (s *Service) UpdateNegotiationProfile(ctx context.Context, call Call, profile parley.NegotiationProfile, expected *int64, encode Encode[parley.NegotiationProfile]) (Answer, error) {
	return negotiationProfiles.replace(ctx, s, call, profile, expected, encode)
}

// DeleteNegotiationProfile takes a profile out of force; its history stays.
func (s *Service) DeleteNegotiationProfile(ctx context.Context, call Call, id string, expected *int64, encode Encode[parley.NegotiationProfile]) (Answer, error) {
	return negotiationProfiles.drop(ctx, s, call, id, expected, encode)
}
