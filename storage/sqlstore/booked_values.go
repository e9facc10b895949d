package sqlstore

import (
	"math"

	"parley"
	"parley/storage"
)

// BookedValue implements storage.Deals. The sums are moved by triggers on deals. What is open is the sum over the last days
// that running flights still have before them.
func (tx *Tx) BookedValue(account string, currency parley.Currency, today parley.Date) storage.Pending[storage.BookedValue] {
	const query = `SELECT
		(SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM booked_values WHERE account = $1 AND currency = $2 AND kind = 'booked' AND day = $3),
		(SELECT CAST(COALESCE(SUM(micros), 0) AS BIGINT) FROM booked_values WHERE account = $1 AND currency = $2 AND kind = 'booked' AND day = $3),
		(SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM booked_values WHERE account = $1 AND currency = $2 AND kind = 'open' AND day >= $3),
		(SELECT CAST(COALESCE(SUM(micros), 0) AS BIGINT) FROM booked_values WHERE account = $1 AND currency = $2 AND kind = 'open' AND day >= $3)`
	scan := func(rows Rows, v *storage.BookedValue) error {
		var sums [4]int64
		if err := rows.Scan(&sums[0], &sums[1], &sums[2], &sums[3]); err != nil {
			return err
		}
		v.Today, v.Open = amount(sums[0], sums[1]), amount(sums[2], sums[3])
		return nil
	}
	return one(tx, scan, "booked value of account", account, query, account, string(currency), int64(today))
}

// BookedValueForUpdate implements storage.DealWriter.
func (tx *Tx) BookedValueForUpdate(account string, currency parley.Currency, today parley.Date) storage.Pending[storage.BookedValue] {
	tx.locks(budgetRow, account)
	if tx.dialect.LockKey != "" {
		tx.exec(tx.dialect.LockKey, "value of "+account)
	}
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
