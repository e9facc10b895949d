package storage

import "parley"

const negotiationDayColumns = `party, product_id, currency, day, opened, lowest_micros, base_micros`

func scanNegotiationDay(rows Rows, d *parley.NegotiationDay) error {
	return rows.Scan(&d.Party, &d.ProductID, (*string)(&d.Currency), (*int32)(&d.Day), &d.Opened, &d.LowestCPM, &d.BaseCPM)
}

// NegotiationDay answers what a party has opened and heard over a product on a day, nothing as zeros, and keeps others
// from it until the transaction ends. The row is made by the one that asks first: only a row can be locked.
func (tx *Tx) NegotiationDay(party, productID string, currency parley.Currency, day parley.Date) *Pending[parley.NegotiationDay] {
	tx.locks(budgetRow, party+"\n"+productID)
	const lock = `INSERT INTO negotiation_days (` + negotiationDayColumns + `) VALUES ($1, $2, $3, $4, 0, 0, 0)
		ON CONFLICT (party, product_id, currency, day) DO UPDATE SET opened = negotiation_days.opened
		RETURNING ` + negotiationDayColumns
	return one(&tx.Reader, scanNegotiationDay, "negotiation day", party, lock, party, productID, string(currency), int64(day))
}

// UpdateNegotiationDay stores a day that NegotiationDay has answered in the same transaction.
func (tx *Tx) UpdateNegotiationDay(d parley.NegotiationDay) {
	tx.locks(budgetRow, d.Party+"\n"+d.ProductID)
	tx.add(Stmt{
		SQL: `UPDATE negotiation_days SET opened = $5, lowest_micros = $6, base_micros = $7
			WHERE party = $1 AND product_id = $2 AND currency = $3 AND day = $4`,
		Args:  []any{d.Party, d.ProductID, string(d.Currency), int64(d.Day), d.Opened, d.LowestCPM, d.BaseCPM},
		Wants: 1, Otherwise: notFound("negotiation day", d.Party),
	})
}

// DeleteNegotiationDays removes at most limit days before one, but for the first ones that are skipped, and says how many. Today's
// rows alone are locked by anybody else.
func (tx *Tx) DeleteNegotiationDays(before parley.Date, limit, skip int) *Pending[int64] {
	const remove = `DELETE FROM negotiation_days WHERE (party, product_id, currency, day) IN (
		SELECT party, product_id, currency, day FROM negotiation_days WHERE day < $1 ORDER BY day LIMIT $2 OFFSET $3)`
	return affected(tx, remove, int64(before), limit, skip)
}
