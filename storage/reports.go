package storage

import (
	"time"

	"parley"
)

// DealTotal is what deals of one product, account, currency and status come to.
type DealTotal struct {
	ProductID   string
	Account     string // see parley.Payer
	Currency    parley.Currency
	Status      parley.DealStatus
	Deals       int64
	Impressions int64 // of a deal without a volume, the one that it is assumed to have
	Micros      int64 // the value; the largest amount there is stands for every larger one
}

// The value of each deal, as booked_values counts it, and sums of them, in whole units and micros so that none overflows.
const totalsOf = `SELECT product_id, account, currency, status, COUNT(*), CAST(SUM(volume) AS BIGINT),
		CAST(SUM(value / 1000000) AS BIGINT), CAST(SUM(value % 1000000) AS BIGINT)
	FROM (SELECT product_id, account, currency, status, volume,
			(final_micros / 1000) * volume + ((final_micros % 1000) * volume + 500) / 1000 AS value
		FROM (SELECT product_id, COALESCE(account, '') AS account, currency, status, final_micros,
				CASE WHEN impressions > 0 THEN impressions ELSE assumed_impressions END AS volume FROM `

const totalsBy = `) AS sized) AS valued GROUP BY product_id, account, currency, status ORDER BY product_id, account, currency, status`

func scanTotal(rows Rows, t *DealTotal) error {
	var units, micros int64
	err := rows.Scan(&t.ProductID, &t.Account, (*string)(&t.Currency), (*string)(&t.Status), &t.Deals, &t.Impressions, &units, &micros)
	t.Micros = amount(units, micros)
	return err
}

// BookedTotals answers what the deals booked on some days come to, by how they stand now. It looks at no others.
func (r *Reader) BookedTotals(days parley.Flight) *Pending[[]DealTotal] {
	from := "deals"
	if r.dialect.IndexedBy != "" {
		from += r.dialect.IndexedBy + "deals_booked_for"
	}
	return many(r, scanTotal, totalsOf+from+` WHERE booked_on IS NOT NULL AND booked_on BETWEEN $1 AND $2`+totalsBy, int64(days.Start), int64(days.End))
}

// WaitingTotals answers what the deals come to that were made in a period and wait to be booked. It looks at all that wait.
func (r *Reader) WaitingTotals(from, to time.Time) *Pending[[]DealTotal] {
	return many(r, scanTotal, totalsOf+`deals WHERE status IN ('proposed', 'negotiating', 'accepted') AND created_at >= $1 AND created_at < $2`+totalsBy,
		micros(from), micros(to))
}

// SoldDay is what the products that are for sale can carry on a day, and what of that is booked or held, in impressions.
type SoldDay struct {
	Day                parley.Date
	Capacity, Reserved int64
}

// SellThrough answers each day of a flight, in order. It looks at the days of all products.
func (r *Reader) SellThrough(flight parley.Flight) *Pending[[]SoldDay] {
	const query = `WITH RECURSIVE days (day) AS (SELECT CAST($1 AS INTEGER) UNION ALL SELECT day + 1 FROM days WHERE day < $2),
		sold AS (SELECT id, COALESCE(daily_impressions, 0) AS daily FROM products WHERE status = 'active'),
		apart AS (SELECT day, CAST(SUM(COALESCE(capacity, 0) - daily) AS BIGINT) AS more, CAST(SUM(reserved) AS BIGINT) AS reserved
			FROM sold JOIN inventory_days ON product_id = id AND day BETWEEN $1 AND $2 GROUP BY day)
		SELECT days.day, (SELECT CAST(COALESCE(SUM(daily), 0) AS BIGINT) FROM sold) + COALESCE(more, 0), COALESCE(reserved, 0)
		FROM days LEFT JOIN apart ON apart.day = days.day ORDER BY days.day`
	scan := func(rows Rows, d *SoldDay) error { return rows.Scan((*int32)(&d.Day), &d.Capacity, &d.Reserved) }
	return many(r, scan, query, int64(flight.Start), int64(flight.End))
}

// Approver is who granted what about a deal.
type Approver struct{ DealID, By string }

// Approvers answers who granted approvals about deals, by deal, in the order of the approvals.
func (r *Reader) Approvers(dealIDs []string) *Pending[[]Approver] {
	among, ids := r.among(dealIDs)
	return many(r, func(rows Rows, a *Approver) error { return rows.Scan(&a.DealID, &a.By) },
		`SELECT deal_id, COALESCE(decided_by, '') FROM approvals WHERE deal_id `+among+` AND COALESCE(status, '') = 'approved' ORDER BY deal_id, id`, ids)
}
