package console

import (
	"net/url"
	"strings"

	"parley"
)

// setSelector fills in the fields of a form that say what a rule is for.
func setSelector(v url.Values, s parley.Selector) {
	for name, names := range map[string][]string{
		"product_ids": s.ProductIDs, "inventory_types": s.InventoryTypes,
		"agency_ids": s.AgencyIDs, "advertiser_ids": s.AdvertiserIDs, "account_ids": s.AccountIDs,
	} {
		v.Set(name, strings.Join(names, ", "))
	}
	for _, tier := range s.Tiers {
		v.Add("tiers", tier.String())
	}
	for _, t := range s.DealTypes {
		v.Add("deal_types", string(t))
	}
}

// selector reads them.
func (r *reader) selector() parley.Selector {
	return parley.Selector{
		Tiers: ticked(r, "tiers", parley.ParseTier), DealTypes: ticked(r, "deal_types", parley.ParseDealType),
		ProductIDs: r.list("product_ids"), InventoryTypes: r.list("inventory_types"),
		AgencyIDs: r.list("agency_ids"), AdvertiserIDs: r.list("advertiser_ids"), AccountIDs: r.list("account_ids"),
	}
}
