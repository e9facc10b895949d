package storage

import (
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

// BookedValue answers what an account (see parley.Payer) has booked in a currency. The sums are moved by triggers on
// deals. What is open is the sum over the last days that running flights still have before them.
func (r *Reader) BookedValue(account string, currency parley.Currency, today parley.Date) *Pending[BookedValue] {
	const query = `SELECT
		(SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM booked_values WHERE account = $1 AND currency = $2 AND kind = 'booked' AND day = $3),
		(SELECT CAST(COALESCE(SUM(micros), 0) AS BIGINT) FROM booked_values WHERE account = $1 AND currency = $2 AND kind = 'booked' AND day = $3),
		(SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM booked_values WHERE account = $1 AND currency = $2 AND kind = 'open' AND day >= $3),
		(SELECT CAST(COALESCE(SUM(micros), 0) AS BIGINT) FROM booked_values WHERE account = $1 AND currency = $2 AND kind = 'open' AND day >= $3)`
	scan := func(rows Rows, v *BookedValue) error {
		var sums [4]int64
		if err := rows.Scan(&sums[0], &sums[1], &sums[2], &sums[3]); err != nil {
			return err
		}
		v.Today, v.Open = amount(sums[0], sums[1]), amount(sums[2], sums[3])
		return nil
	}
	return one(r, scan, "booked value of account", account, query, account, string(currency), int64(today))
}

// BookedValueForUpdate is BookedValue, and keeps others that ask for the account's so from it until the transaction
// ends.
func (tx *Tx) BookedValueForUpdate(account string, currency parley.Currency, today parley.Date) *Pending[BookedValue] {
	tx.locks(budgetRow, account)
	tx.lock("value of " + account)
	return tx.BookedValue(account, currency, today)
}

// amount is a sum that is kept in units and micros; one that is too large is the largest there is.
func amount(units, micros int64) int64 {
	units, micros = units+micros/parley.MicrosPerUnit, micros%parley.MicrosPerUnit
	if units >= math.MaxInt64/parley.MicrosPerUnit {
		return math.MaxInt64
	}
	return units*parley.MicrosPerUnit + micros
}
