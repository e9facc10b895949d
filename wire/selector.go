package wire

import "parley"

// Selector is what a rule that a request brings is for.
type Selector struct {
	Tiers          []string `json:"tiers,omitempty" maxItems:"4" enum:"public,seat,agency,advertiser"`
	ProductIDs     []string `json:"product_ids,omitempty" maxItems:"1000" maxLength:"128"`
	InventoryTypes []string `json:"inventory_types,omitempty" maxItems:"100" maxLength:"64"`
	DealTypes      []string `json:"deal_types,omitempty" maxItems:"3" enum:"PG,PD,PA"`
	AgencyIDs      []string `json:"agency_ids,omitempty" maxItems:"1000" maxLength:"128"`
	AdvertiserIDs  []string `json:"advertiser_ids,omitempty" maxItems:"1000" maxLength:"128"`
	AccountIDs     []string `json:"account_ids,omitempty" maxItems:"1000" maxLength:"128" doc:"Ids of accounts of buyers: a holding, an agency or an advertiser with all that belong to it, or a seat. Absent: every buyer."`
}

// selector is what the flow takes.
func (s Selector) selector() parley.Selector {
	return parley.Selector{
		Tiers: tiersOf(s.Tiers), ProductIDs: s.ProductIDs, InventoryTypes: s.InventoryTypes, DealTypes: dealTypesOf(s.DealTypes),
		AgencyIDs: s.AgencyIDs, AdvertiserIDs: s.AdvertiserIDs, AccountIDs: s.AccountIDs,
	}
}
