package storage

import "parley"

// selectorColumns are those of what a rule is for.
const selectorColumns = `tiers, product_ids, inventory_types, deal_types, agency_ids, advertiser_ids, account_ids`

func selectorFields(s *parley.Selector) []any {
	return []any{
		decoded(&s.Tiers), decoded(&s.ProductIDs), decoded(&s.InventoryTypes), decoded(&s.DealTypes), decoded(&s.AgencyIDs), decoded(&s.AdvertiserIDs),
		decoded(&s.AccountIDs),
	}
}

func selectorArgs(tx *Tx, s parley.Selector) []any {
	return []any{
		tx.json(orEmpty(s.Tiers)), tx.json(orEmpty(s.ProductIDs)), tx.json(orEmpty(s.InventoryTypes)), tx.json(orEmpty(s.DealTypes)),
		tx.json(orEmpty(s.AgencyIDs)), tx.json(orEmpty(s.AdvertiserIDs)), tx.json(orEmpty(s.AccountIDs)),
	}
}
