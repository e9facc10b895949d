package sqlstore

import (
	"parley"
	"parley/storage"
)

const negotiationDayColumns = `party, product_id, currency, day, opened, lowest_micros, base_micros`

func scanNegotiationDay(rows Rows, d *parley.NegotiationDay) error {
	return rows.Scan(&d.Party, &d.ProductID, (*string)(&d.Currency), (*int32)(&d.Day), &d.Opened, &d.LowestCPM, &d.BaseCPM)
}

// NegotiationDay implements storage.NegotiationWriter. The row is made by the one that asks first: only a row can be locked.
func (tx *Tx) NegotiationDay(party, productID string, currency parley.Currency, day parley.Date) storage.Pending[parley.NegotiationDay] {
	tx.locks(budgetRow, party+"\n"+productID)
	const lock = `INSERT INTO negotiation_days (` + negotiationDayColumns + `) VALUES ($1, $2, $3, $4, 0, 0, 0)
		ON CONFLICT (party, product_id, currency, day) DO UPDATE SET opened = negotiation_days.opened
		RETURNING ` + negotiationDayColumns
	return one(tx, scanNegotiationDay, "negotiation day", party, lock, party, productID, string(currency), int64(day))
}

// UpdateNegotiationDay implements storage.NegotiationWriter.
func (tx *Tx) UpdateNegotiationDay(d parley.NegotiationDay) {
	tx.locks(budgetRow, d.Party+"\n"+d.ProductID)
	tx.add(Stmt{
		SQL: `UPDATE negotiation_days SET opened = $5, lowest_micros = $6, base_micros = $7
			WHERE party = $1 AND product_id = $2 AND currency = $3 AND day = $4`,
		Args:     []any{d.Party, d.ProductID, string(d.Currency), int64(d.Day), d.Opened, d.LowestCPM, d.BaseCPM},
		Affected: exactlyOne(notFound("negotiation day", d.Party)),
	})
}

// DeleteNegotiationDays implements storage.NegotiationWriter. Today's rows alone are locked by anybody else.
func (tx *Tx) DeleteNegotiationDays(before parley.Date, limit int) storage.Pending[int64] {
	const remove = `DELETE FROM negotiation_days WHERE (party, product_id, currency, day) IN (
		SELECT party, product_id, currency, day FROM negotiation_days WHERE day < $1 ORDER BY day LIMIT $2)`
	return affected(tx, remove, int64(before), limit)
}

// Agreement implements storage.Negotiations.
func (tx *Tx) Agreement(f storage.AgreementFilter) storage.Pending[*storage.Agreement] {
	const query = `SELECT proposal_id, negotiation_id, agreed_micros, expires_at FROM (
		SELECT * FROM (
			SELECT id AS proposal_id, COALESCE(negotiation_id, '') AS negotiation_id, agreed_micros, expires_at FROM proposals
			WHERE status = 'accepted' AND owner = $1 AND product_id = $2 AND flight_start = $3 AND flight_end = $4
				AND agreed_impressions = $5 AND agreed_micros <= $6 AND deal_type = $7 AND currency = $8 AND expires_at > $9
			ORDER BY agreed_micros LIMIT 1) AS proposed
		UNION ALL
		SELECT * FROM (
			SELECT '' AS proposal_id, n.id AS negotiation_id, n.agreed_micros, q.expires_at FROM negotiations n
			JOIN quotes q ON q.id = n.quote_id AND q.status = 'available' AND q.expires_at > $9
			WHERE n.status = 'accepted' AND n.quote_id IS NOT NULL AND n.deal_id IS NULL AND n.owner = $1 AND n.product_id = $2
				AND n.flight_start = $3 AND n.flight_end = $4 AND n.impressions = $5 AND n.agreed_micros <= $6
				AND n.deal_type = $7 AND n.currency = $8
			ORDER BY n.agreed_micros LIMIT 1) AS quoted
		) AS agreements ORDER BY agreed_micros LIMIT 1`
	scan := func(rows Rows, a *storage.Agreement) error {
		return rows.Scan(&a.ProposalID, &a.NegotiationID, &a.CPM, instant(&a.ExpiresAt))
	}
	found := many(tx, scan, query, f.Owner, f.ProductID, int64(f.Flight.Start), int64(f.Flight.End), f.Impressions, f.MaxCPM,
		string(f.DealType), string(f.Currency), micros(f.Now))
	return &mapped[[]storage.Agreement, *storage.Agreement]{from: found, through: func(a []storage.Agreement) *storage.Agreement {
		if len(a) == 0 {
			return nil
		}
		return &a[0]
	}}
}
