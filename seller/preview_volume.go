package seller

import (
	"slices"
	"time"

	"parley"
	"parley/storage"
)

// soldWithin is how far back previews look for what a change means in money.
const soldWithin = 30 * 24 * time.Hour

// soldAs is what booked volume is summed up by.
type soldAs struct {
	productID string
	tier      parley.Tier
	currency  parley.Currency
}

// soldTo sums up the volume of the deals that something can be about.
func soldTo(deals []storage.SoldVolume, about func(storage.SoldVolume) bool) map[soldAs]int64 {
	sold := map[soldAs]int64{}
	for _, d := range deals {
		if about(d) {
			sold[soldAs{d.ProductID, d.Tier, d.Currency}] += d.Impressions
		}
	}
	return sold
}

// about tells which deals the draft can be about, and whether it asks for more than is looked at here.
func (d PricingDraft) about(present storage.PricingConfig) (of func(storage.SoldVolume) bool, atMost bool) {
	rules := []*parley.PricingRule{d.Rule}
	for i, rule := range present.Rules {
		if rule.ID == d.WithoutRule || d.Rule != nil && rule.ID == d.Rule.ID {
			rules = append(rules, &present.Rules[i])
		}
	}
	rules = slices.DeleteFunc(rules, func(r *parley.PricingRule) bool { return r == nil })
	for _, r := range rules {
		atMost = atMost || r.Condition != "" || len(r.HoldingCompanies) > 0 || len(r.AccountIDs) > 0 || r.FlightFrom != nil || r.FlightTo != nil ||
			r.ValidFrom != nil || r.ValidTo != nil
	}
	return func(deal storage.SoldVolume) bool {
		return len(rules) == 0 || slices.ContainsFunc(rules, func(r *parley.PricingRule) bool {
			return soldBy(deal, r.AgencyIDs, r.AdvertiserIDs, r.DealTypes)
		})
	}, atMost
}

// soldBy tells whether a deal is of one of the agencies, of one of the advertisers and of one of the types; an empty list is any.
func soldBy(deal storage.SoldVolume, agencies, advertisers []string, types []parley.DealType) bool {
	_, agency, advertiser, named := parley.OwnerParties(deal.Owner)
	is := func(party string, names []string) bool {
		return len(names) == 0 || named && slices.ContainsFunc(names, func(name string) bool {
			return parley.AlikeName(parley.OwnerPart(name)) == parley.AlikeName(party)
		})
	}
	return is(agency, agencies) && is(advertiser, advertisers) && (len(types) == 0 || slices.Contains(types, deal.DealType))
}
