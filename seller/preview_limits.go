package seller

import (
	"context"
	"slices"

	"parley"
	"parley/negotiation"
	"parley/pricing"
	"parley/storage"
)

// LimitMove is how much further, or less far, the agent would go for buyers of a tier over a product.
type LimitMove struct {
	Product       parley.Product
	Tier          parley.Tier
	Before, After parley.NegotiationLimits
	// Ask is what such a buyer is asked for, and LowestBefore and LowestAfter the lowest price that it can be given; CPM micros.
	Ask, LowestBefore, LowestAfter int64
	Volume                         int64 // see PriceMove
}

// LimitsPreview says what a drafted profile would change.
type LimitsPreview struct {
	Moves    []LimitMove // by product, then by tier
	Compared int         // products that were looked at
	Products int64       // products there are
}

// PreviewLimits answers where a drafted profile would change what the agent negotiates with: over the first 500 products of the
// catalog, with a buyer of each tier, of the agencies and advertisers that it names. A profile without an ID is a new one. One
// that cannot be negotiated by is a validation error, as it would be when it is put in force. Negotiations under way keep
// their limits.
func (s *Service) PreviewLimits(ctx context.Context, call Call, profile parley.NegotiationProfile) (LimitsPreview, error) {
	if profile.ID == "" {
		profile.ID = parley.PrefixNegotiationProfile + "draft"
	}
	if _, err := negotiation.Compile([]parley.NegotiationProfile{profile}); err != nil {
		return LimitsPreview{}, err
	}
	return read(ctx, s, call, func(v *view) (LimitsPreview, error) {
		prices, profiles := v.Pricing(), storage.NegotiationProfiles.InForce(v.Reader)
		listing := v.Products(storage.ProductFilter{Page: storage.Page{Limit: previewProducts}})
		booked := v.SoldVolumes(v.now.Add(-soldWithin))
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return LimitsPreview{}, err
		}
		config, err := prices.Get(ctx)
		if err != nil {
			return LimitsPreview{}, err
		}
		engine, err := pricing.Compile(config.RateCard, config.Rules, config.Version)
		if err != nil {
			return LimitsPreview{}, parley.Internal(err)
		}
		present, err := profiles.Get(ctx)
		if err != nil {
			return LimitsPreview{}, err
		}
		before, err := negotiation.Compile(present.Rules)
		if err != nil {
			return LimitsPreview{}, parley.Internal(err)
		}
		others := slices.DeleteFunc(slices.Clone(present.Rules), func(p parley.NegotiationProfile) bool { return p.ID == profile.ID })
		after, err := negotiation.Compile(append(others, profile))
		if err != nil {
			return LimitsPreview{}, err
		}
		products, err := listing.Get(ctx)
		if err != nil {
			return LimitsPreview{}, err
		}
		deals, err := booked.Get(ctx)
		if err != nil {
			return LimitsPreview{}, err
		}
		sold := soldTo(deals, func(deal storage.SoldVolume) bool {
			return soldBy(deal, profile.AgencyIDs, profile.AdvertiserIDs, profile.DealTypes)
		})
		preview := LimitsPreview{Compared: len(products.Items), Products: products.Total}
		// The draft is priced as a rule for the same buyers would be.
		draft := PricingDraft{Rule: &parley.PricingRule{
			Selector: parley.Selector{AgencyIDs: profile.AgencyIDs, AdvertiserIDs: profile.AdvertiserIDs, AccountIDs: profile.AccountIDs, DealTypes: profile.DealTypes},
		}}
		for _, product := range products.Items {
			for _, input := range draft.inputs(product, s.today(v.now)) {
				ask, err := priceOrNone(engine, input)
				if err != nil {
					return LimitsPreview{}, err
				}
				if ask == nil {
					continue
				}
				with := negotiation.Request{
					Tier: input.Tier, ProductID: product.ID, InventoryType: product.InventoryType, DealType: input.DealType, Identity: input.Identity, Accounts: input.Accounts,
				}
				was, is := before.Select(with), after.Select(with)
				if was.Limits == is.Limits && was.Tolerance == is.Tolerance {
					continue
				}
				preview.Moves = append(preview.Moves, LimitMove{
					Product: product, Tier: input.Tier, Before: was.Limits, After: is.Limits, Ask: ask.FinalCPM,
					LowestBefore: lowestGiven(*ask, was), LowestAfter: lowestGiven(*ask, is),
					Volume: sold[soldAs{product.ID, input.Tier, ask.Currency}],
				})
			}
		}
		return preview, nil
	})
}

// lowestGiven is the lowest price that nobody is asked about: at the end of a negotiation, or of a proposal that is close enough.
func lowestGiven(ask parley.PriceDecision, by negotiation.Selection) int64 {
	most := max(by.Limits.TotalCap, by.Tolerance)
	return negotiation.Reservation(ask.Currency, ask.FinalCPM, ask.FloorCPM, most)
}
