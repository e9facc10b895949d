package storage

import (
	"context"
	"math"

	"parley"
)

// BookedValue is the value of the deals of one account in one currency, in micros: of each its CPM x volume / 1000. Deals that
// wait, and those that were cancelled or came to nothing, count for nothing. It moves with every deal that is inserted or
// updated; the largest amount there is stands for every larger one.
type BookedValue struct {
	Today int64 // of those booked on the day
	Open  int64 // of those that run: whose flights have not ended before the day
}

// budget is a common table, whose, of the account that a payer, $1, is, or of itself where it is none, as reports have it.
func (d *Dialect) budget() string {
	return `whose AS MATERIALIZED (SELECT COALESCE(` + d.payingAccount("") + `, payer) AS account FROM (SELECT CAST($1 AS TEXT) AS payer) AS asked)`
}

// payers is a common table after budget: everybody who is that account, as keys write it, and the payer itself. It goes from the account to
// its names and from these to the keys, and by no index of keys that name nobody: CROSS JOIN and length keep SQLite to that.
func (d *Dialect) payers() string {
	const its = ` = (SELECT account FROM whose)`
	named := func(kind, also string) string {
		return ` UNION SELECT '` + kind + `/' || replace(replace(k.identity->>'` + kind + `_id', '%', '%25'), '/', '%2F') FROM account_names AS w
			CROSS JOIN keys AS k WHERE k.party_` + kind + ` = w.folded` + also + ` AND w.kind = '` + kind + `' AND w.account_id` + its
	}
	return `seats AS (SELECT DISTINCT 'seat/' || replace(substr(k.belongs_to, 7), '//', '') AS payer FROM accounts AS s CROSS JOIN account_names AS w CROSS JOIN keys AS k
			WHERE (s.id` + its + ` OR s.parent_id` + its + `) AND w.kind = 'seat' AND w.account_id = s.id AND k.party_seat = w.folded
				AND k.party_platform = w.platform AND length(k.party_agency) = 0 AND length(k.party_advertiser) = 0),
		payers AS (SELECT CAST($1 AS TEXT) AS payer` + named("advertiser", "") + named("agency", " AND length(k.party_advertiser) = 0") +
		` UNION SELECT payer FROM seats WHERE ` + d.payingAccount("") + its + `)`
}

// BookedValue answers what the account that a payer is (see parley.Payer), however its keys write it, has booked in a currency: it is the
// one that reports count it for. The sums are moved by triggers on deals. What is open is the sum over the last days that running flights
// still have before them.
func (r *Reader) BookedValue(payer string, currency parley.Currency, today parley.Date) *Pending[BookedValue] {
	sum := func(column, kind, days string) string {
		return `(SELECT CAST(COALESCE(SUM(` + column + `), 0) AS BIGINT) FROM payers CROSS JOIN booked_values
			WHERE booked_values.account = payer AND currency = $2 AND kind = '` + kind + `' AND day ` + days + ` $3)`
	}
	query := `WITH ` + r.dialect.budget() + `, ` + r.dialect.payers() + ` SELECT ` + sum("units", "booked", "=") + `, ` + sum("micros", "booked", "=") + `, ` +
		sum("units", "open", ">=") + `, ` + sum("micros", "open", ">=")
	scan := func(rows Rows, v *BookedValue) error {
		var sums [4]int64
		if err := rows.Scan(&sums[0], &sums[1], &sums[2], &sums[3]); err != nil {
			return err
		}
		v.Today, v.Open = amount(sums[0], sums[1]), amount(sums[2], sums[3])
		return nil
	}
	return one(r, scan, "booked value of account", payer, query, payer, string(currency), int64(today))
}

// BookedValueForUpdate is BookedValue, and keeps others that ask for the account's so, by whichever payer, from it until the transaction
// ends.
func (tx *Tx) BookedValueForUpdate(ctx context.Context, payer string, currency parley.Currency, today parley.Date) (BookedValue, error) {
	account, err := one(&tx.Reader, scalar[string], "account of", payer, `WITH `+tx.dialect.budget()+` SELECT account FROM whose`, payer).Get(ctx)
	if err != nil {
		return BookedValue{}, err
	}
	tx.locks(budgetRow, account)
	tx.lock("value of " + account)
	return tx.BookedValue(payer, currency, today).Get(ctx)
}

// amount is a sum that is kept in units and micros; one that is too large is the largest there is.
func amount(units, micros int64) int64 {
	units, micros = units+micros/parley.MicrosPerUnit, micros%parley.MicrosPerUnit
	if units >= math.MaxInt64/parley.MicrosPerUnit {
		return math.MaxInt64
	}
	return units*parley.MicrosPerUnit + micros
}
