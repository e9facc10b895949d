package sqlstore

import (
	"time"

	"parley"
	"parley/storage"
)

// storedMoney is an amount inside a JSON column.
type storedMoney struct {
	Micros   int64           `json:"micros"`
	Currency parley.Currency `json:"currency"`
}

// storedEntry is a rate card's entry inside its JSON column.
type storedEntry struct {
	InventoryType string      `json:"inventory_type"`
	BaseCPM       storedMoney `json:"base_cpm"`
}

// movePricing moves the pricing version. It comes first in every change, so that two changes wait for each other.
func (tx *Tx) movePricing() { tx.exec(`UPDATE pricing_state SET version = version + 1`) }

// PricingVersion implements storage.Pricing.
func (tx *Tx) PricingVersion() storage.Pending[int64] {
	return one(tx, scalar[int64], "pricing state", "", `SELECT version FROM pricing_state`)
}

const rateCardColumns = `version, entries, global_floors, volume_brackets, updated_at, updated_by`

func scanRateCard(rows Rows, c *parley.RateCard) error {
	var entries []storedEntry
	var floors []storedMoney
	err := rows.Scan(&c.Version, decoded(&entries), decoded(&floors), decoded(&c.VolumeBrackets), instant(&c.UpdatedAt), &c.UpdatedBy)
	for _, e := range entries {
		c.Entries = append(c.Entries, parley.RateCardEntry{InventoryType: e.InventoryType, BaseCPM: parley.Money(e.BaseCPM)})
	}
	for _, f := range floors {
		c.GlobalFloors = append(c.GlobalFloors, parley.Money(f))
	}
	return err
}

// Pricing implements storage.Pricing.
func (tx *Tx) Pricing() storage.Pending[storage.PricingConfig] {
	p := &pending[storage.PricingConfig]{tx: tx}
	tx.add(Stmt{SQL: `SELECT version FROM pricing_state`, Scan: func(rows Rows) error {
		for rows.Next() {
			if err := rows.Scan(&p.value.Version); err != nil {
				return err
			}
		}
		return rows.Err()
	}})
	tx.add(Stmt{SQL: `SELECT ` + rateCardColumns + ` FROM rate_cards ORDER BY version DESC LIMIT 1`, Scan: func(rows Rows) error {
		for rows.Next() {
			if err := scanRateCard(rows, &p.value.RateCard); err != nil {
				return err
			}
		}
		return rows.Err()
	}})
	tx.add(Stmt{SQL: `SELECT ` + ruleColumns + ` FROM pricing_rules_in_use ORDER BY id`, Scan: collect(&p.value.Rules, scanRule)})
	return p
}

// RateCards implements storage.Pricing.
func (tx *Tx) RateCards(page storage.Page) storage.Pending[storage.Listing[parley.RateCard]] {
	page.After = ""
	list := paged{table: "rate_cards", columns: rateCardColumns, order: "version", id: "version"}
	return listing(tx, list, where{}, page, scanRateCard)
}

// InsertRateCard implements storage.PricingWriter.
func (tx *Tx) InsertRateCard(card parley.RateCard) {
	tx.movePricing()
	entries := make([]storedEntry, len(card.Entries))
	for i, e := range card.Entries {
		entries[i] = storedEntry{InventoryType: e.InventoryType, BaseCPM: storedMoney(e.BaseCPM)}
	}
	floors := make([]storedMoney, len(card.GlobalFloors))
	for i, f := range card.GlobalFloors {
		floors[i] = storedMoney(f)
	}
	stale := parley.Errorf(parley.CodePreconditionFailed, "The rate card has changed meanwhile. Read it again, then repeat the change.")
	const insert = `INSERT INTO rate_cards (` + rateCardColumns + `)
		SELECT CAST($1 AS BIGINT), $2, $3, $4, CAST($5 AS BIGINT), $6
		WHERE $1 = (SELECT COALESCE(MAX(version), 0) + 1 FROM rate_cards)`
	tx.add(Stmt{
		SQL: insert,
		Args: []any{
			card.Version, tx.json(entries), tx.json(floors), tx.json(list(card.VolumeBrackets)), micros(card.UpdatedAt), card.UpdatedBy,
		},
		Affected: exactlyOne(stale), Refused: refuse(stale, PrimaryKey, Check),
	})
}

// ruleContent are the columns of one version of a rule, in the order of ruleArgs.
const ruleContent = `name, priority, enabled, tiers, agency_ids, advertiser_ids, holding_companies, product_ids, inventory_types,
	deal_types, flight_from, flight_to, valid_from, valid_to, condition, base_micros, base_currency, discount_bp,
	floor_micros, floor_currency, ceiling_micros, ceiling_currency, volume_brackets, updated_at, updated_by`

const ruleColumns = `id, version, created_at, ` + ruleContent

func scanRule(rows Rows, r *parley.PricingRule) error {
	var base, floor, ceiling moneyColumns
	var priority int64
	var flightFrom, flightTo, validFrom, validTo *int32
	err := rows.Scan(&r.ID, &r.Version, instant(&r.CreatedAt), &r.Name, &priority, &r.Enabled, decoded(&r.Tiers), decoded(&r.AgencyIDs),
		decoded(&r.AdvertiserIDs), decoded(&r.HoldingCompanies), decoded(&r.ProductIDs), decoded(&r.InventoryTypes),
		decoded(&r.DealTypes), &flightFrom, &flightTo, &validFrom, &validTo, &r.Condition, &base.micros, &base.currency,
		(*int64)(&r.Discount), &floor.micros, &floor.currency, &ceiling.micros, &ceiling.currency,
		decoded(&r.VolumeBrackets), instant(&r.UpdatedAt), &r.UpdatedBy)
	r.Priority = int(priority)
	r.FlightFrom, r.FlightTo = (*parley.Date)(flightFrom), (*parley.Date)(flightTo)
	r.ValidFrom, r.ValidTo = (*parley.Date)(validFrom), (*parley.Date)(validTo)
	r.BaseCPM, r.FloorCPM, r.CeilingCPM = base.money(), floor.money(), ceiling.money()
	return err
}

// PricingRule implements storage.Pricing.
func (tx *Tx) PricingRule(id string) storage.Pending[parley.PricingRule] {
	return one(tx, scanRule, "pricing rule", id, `SELECT `+ruleColumns+` FROM pricing_rules_in_use WHERE id = $1`, id)
}

// PricingRules implements storage.Pricing.
func (tx *Tx) PricingRules(page storage.Page) storage.Pending[storage.Listing[parley.PricingRule]] {
	list := paged{table: "pricing_rules_in_use", columns: ruleColumns, order: "id", id: "id"}
	return listing(tx, list, where{}, page, scanRule)
}

// PricingRuleHistory implements storage.Pricing.
func (tx *Tx) PricingRuleHistory(id string) storage.Pending[[]parley.PricingRule] {
	const query = `SELECT rule_id, version, (SELECT created_at FROM pricing_rules WHERE pricing_rules.id = rule_id), ` + ruleContent + `
		FROM pricing_rule_versions WHERE rule_id = $1 ORDER BY version`
	return many(tx, scanRule, query, id)
}

// InsertPricingRule implements storage.PricingWriter.
func (tx *Tx) InsertPricingRule(rule parley.PricingRule) {
	tx.movePricing()
	tx.add(Stmt{
		SQL:     `INSERT INTO pricing_rules (id, version, created_at) VALUES ($1, $2, $3)`,
		Args:    []any{rule.ID, rule.Version, micros(rule.CreatedAt)},
		Refused: refuse(parley.Errorf(parley.CodeConflict, "The pricing rule %q exists.", rule.ID), PrimaryKey),
	})
	tx.insertRuleVersion(rule)
}

// UpdatePricingRule implements storage.PricingWriter.
func (tx *Tx) UpdatePricingRule(rule parley.PricingRule) {
	tx.movePricing()
	tx.add(Stmt{
		SQL:      `UPDATE pricing_rules SET version = $2 WHERE id = $1 AND version = $2 - 1 AND deleted_at IS NULL`,
		Args:     []any{rule.ID, rule.Version},
		Affected: exactlyOne(staleRule(rule.ID)),
	})
	tx.insertRuleVersion(rule)
}

// DeletePricingRule implements storage.PricingWriter.
func (tx *Tx) DeletePricingRule(id string, version int64, at time.Time, by string) {
	tx.movePricing()
	tx.add(Stmt{
		SQL:      `UPDATE pricing_rules SET deleted_at = $3, deleted_by = $4 WHERE id = $1 AND version = $2 AND deleted_at IS NULL`,
		Args:     []any{id, version, micros(at), by},
		Affected: exactlyOne(staleRule(id)),
	})
}

func (tx *Tx) insertRuleVersion(r parley.PricingRule) {
	baseMicros, baseCurrency := maybeMoney(r.BaseCPM)
	floorMicros, floorCurrency := maybeMoney(r.FloorCPM)
	ceilingMicros, ceilingCurrency := maybeMoney(r.CeilingCPM)
	const insert = `INSERT INTO pricing_rule_versions (rule_id, version, ` + ruleContent + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
		$9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`
	tx.add(Stmt{
		SQL: insert,
		Args: []any{
			r.ID, r.Version, r.Name, r.Priority, r.Enabled, tx.json(list(r.Tiers)), tx.json(list(r.AgencyIDs)), tx.json(list(r.AdvertiserIDs)),
			tx.json(list(r.HoldingCompanies)), tx.json(list(r.ProductIDs)), tx.json(list(r.InventoryTypes)), tx.json(list(r.DealTypes)),
			maybeDate(r.FlightFrom), maybeDate(r.FlightTo), maybeDate(r.ValidFrom), maybeDate(r.ValidTo), r.Condition,
			baseMicros, baseCurrency, int64(r.Discount), floorMicros, floorCurrency, ceilingMicros, ceilingCurrency,
			tx.json(list(r.VolumeBrackets)), micros(r.UpdatedAt), r.UpdatedBy,
		},
		Refused: refuse(staleRule(r.ID), PrimaryKey),
	})
}

func staleRule(id string) *parley.Error {
	return parley.Errorf(parley.CodePreconditionFailed, "The pricing rule %q has changed meanwhile. Read it again, then repeat the change.", id)
}
