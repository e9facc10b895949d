package storage

import (
	"time"

	"parley"
)

// PricingConfig is everything that prices follow from, beside the products.
type PricingConfig struct {
	Version  int64 // moves with every change of the rate card or a rule
	RateCard parley.RateCard
	Rules    []parley.PricingRule // the ones that are not deleted
}

// storedMoney is an amount inside a JSON column.
type storedMoney struct {
	Micros   int64           `json:"micros"`
	Currency parley.Currency `json:"currency"`
}

// storedEntry is a rate card's entry inside its JSON column.
type storedEntry struct {
	InventoryType string       `json:"inventory_type"`
	BaseCPM       storedMoney  `json:"base_cpm"`
	EffectiveDate *parley.Date `json:"effective_date,omitempty"`
	Notes         string       `json:"notes,omitempty"`
}

const rateCardColumns = `version, entries, global_floors, volume_brackets, updated_at, updated_by`

func scanRateCard(rows Rows, c *parley.RateCard) error {
	var entries []storedEntry
	var floors []storedMoney
	err := rows.Scan(&c.Version, decoded(&entries), decoded(&floors), decoded(&c.VolumeBrackets), instant(&c.UpdatedAt), &c.UpdatedBy)
	for _, e := range entries {
		c.Entries = append(c.Entries, parley.RateCardEntry{
			InventoryType: e.InventoryType, BaseCPM: parley.Money(e.BaseCPM), EffectiveDate: e.EffectiveDate, Notes: e.Notes,
		})
	}
	for _, f := range floors {
		c.GlobalFloors = append(c.GlobalFloors, parley.Money(f))
	}
	return err
}

// Pricing answers all that prices follow from, beside the products.
func (r *Reader) Pricing() *Pending[PricingConfig] {
	const newest = `SELECT ` + rateCardColumns + ` FROM rate_cards ORDER BY version DESC LIMIT 1`
	version, cards := PricingRules.Version(r), many(r, scanRateCard, newest)
	rules := PricingRules.all(r)
	return then(version, func(version int64) (PricingConfig, error) {
		config := PricingConfig{Version: version, Rules: rules.value}
		if len(cards.value) > 0 {
			config.RateCard = cards.value[0]
		}
		return config, nil
	})
}

// RateCards lists every version of the rate card, oldest first; Page.After is not used.
func (r *Reader) RateCards(page Page) *Pending[Listing[parley.RateCard]] {
	page.After = ""
	list := paged{table: "rate_cards", columns: rateCardColumns, order: "version", id: "version"}
	return listing(r, list, where{}, page, scanRateCard)
}

// InsertRateCard stores the next version and moves the pricing version; when card.Version is not the present version
// plus one, CodePreconditionFailed.
func (tx *Tx) InsertRateCard(card parley.RateCard) {
	PricingRules.move(tx)
	entries := make([]storedEntry, len(card.Entries))
	for i, e := range card.Entries {
		entries[i] = storedEntry{InventoryType: e.InventoryType, BaseCPM: storedMoney(e.BaseCPM), EffectiveDate: e.EffectiveDate, Notes: e.Notes}
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
			card.Version, tx.json(entries), tx.json(floors), tx.json(orEmpty(card.VolumeBrackets)), micros(card.UpdatedAt), card.UpdatedBy,
		},
		Wants: 1, Otherwise: stale, Refused: refuse(stale, PrimaryKey, Check),
	})
}

// PricingRules are the rules of the price waterfall. Their version moves with the rate card too.
var PricingRules = Rulebook[parley.PricingRule]{
	RuleKind: RuleKind{RuleKind: parley.PricingRules, state: "pricing_state", table: "pricing_rules", versions: "pricing_rule_versions"},
	content: selectorColumns + `, name, priority, enabled, holding_companies, flight_from, flight_to, valid_from, valid_to, condition, currency,
		base_micros, base_currency, discount_bp, floor_micros, floor_currency, ceiling_micros, ceiling_currency, volume_brackets,
		updated_at, updated_by`,
	fields: func(r *parley.PricingRule) []any {
		baseMicros, baseCurrency := moneyFields(&r.BaseCPM)
		floorMicros, floorCurrency := moneyFields(&r.FloorCPM)
		ceilingMicros, ceilingCurrency := moneyFields(&r.CeilingCPM)
		return append(selectorFields(&r.Selector),
			&r.Name, &r.Priority, &r.Enabled, decoded(&r.HoldingCompanies),
			maybeDateField(&r.FlightFrom), maybeDateField(&r.FlightTo), maybeDateField(&r.ValidFrom), maybeDateField(&r.ValidTo),
			&r.Condition, (*string)(&r.Currency), baseMicros, baseCurrency, (*int64)(&r.Discount), floorMicros, floorCurrency, ceilingMicros,
			ceilingCurrency, decoded(&r.VolumeBrackets), instant(&r.UpdatedAt), &r.UpdatedBy)
	},
	args: func(tx *Tx, r parley.PricingRule) []any {
		baseMicros, baseCurrency := maybeMoney(r.BaseCPM)
		floorMicros, floorCurrency := maybeMoney(r.FloorCPM)
		ceilingMicros, ceilingCurrency := maybeMoney(r.CeilingCPM)
		return append(selectorArgs(tx, r.Selector),
			r.Name, r.Priority, r.Enabled, tx.json(orEmpty(r.HoldingCompanies)),
			maybeDate(r.FlightFrom), maybeDate(r.FlightTo), maybeDate(r.ValidFrom), maybeDate(r.ValidTo), r.Condition,
			string(r.Currency), baseMicros, baseCurrency, int64(r.Discount), floorMicros, floorCurrency, ceilingMicros, ceilingCurrency,
			tx.json(orEmpty(r.VolumeBrackets)), micros(r.UpdatedAt), r.UpdatedBy)
	},
	head: func(r *parley.PricingRule) (*string, *int64, *time.Time) {
		return &r.ID, &r.Version, &r.CreatedAt
	},
}
