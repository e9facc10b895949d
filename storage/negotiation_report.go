package storage

import (
	"time"

	"parley"
)

// NegotiationTotal is what negotiations over one product in one currency came to, by how they stand. The values are of those that were
// agreed and state a volume, in micros; the largest amount there is stands for every larger one.
type NegotiationTotal struct {
	ProductID                               string
	Currency                                parley.Currency
	Opened, Agreed, Rejected, Expired, Open int64
	Unstated                                int64 // of those agreed, the ones that state no volume, and so no value
	Impressions                             int64
	Asked                                   int64 // at the price that was asked when the negotiation opened
	Offered                                 int64 // at the buyer's first price; where it named none, at what was asked
	AgreedValue                             int64 // at the price agreed
}

// NegotiationTotals answers what the negotiations came to that opened in a period, as they stand at an instant.
func (r *Reader) NegotiationTotals(from, to, now time.Time) *Pending[[]NegotiationTotal] {
	when := func(condition string) string {
		return `CAST(SUM(CASE WHEN ` + condition + ` THEN 1 ELSE 0 END) AS BIGINT)`
	}
	query := `SELECT product_id, currency, COUNT(*), ` + when("status = 'accepted'") + `, ` + when("status = 'rejected'") + `, ` +
		when("status = 'expired' OR status = 'active' AND expires_at <= $3") + `, ` +
		when("status = 'pending_approval' OR status = 'active' AND expires_at > $3") + `, ` + when("status = 'accepted' AND impressions = 0") + `,
			CAST(SUM(volume) AS BIGINT), ` + summed(valueOf("asked", "volume")) + `, ` + summed(valueOf("offered", "volume")) + `, ` +
		summed(valueOf("agreed", "volume")) + `
		FROM (SELECT n.product_id, n.currency, n.status, n.expires_at, n.impressions,
				CASE WHEN n.status = 'accepted' THEN n.impressions ELSE 0 END AS volume, n.base_micros AS asked,
				CASE WHEN COALESCE(r.buyer_micros, 0) > 0 THEN r.buyer_micros ELSE n.base_micros END AS offered,
				COALESCE(n.agreed_micros, 0) AS agreed
			FROM negotiations AS n LEFT JOIN negotiation_rounds AS r ON r.negotiation_id = n.id AND r.number = 1
			WHERE n.started_at >= $1 AND n.started_at < $2) AS held
		GROUP BY product_id, currency ORDER BY product_id, currency`
	scan := func(rows Rows, t *NegotiationTotal) error {
		var sums [6]int64
		err := rows.Scan(&t.ProductID, (*string)(&t.Currency), &t.Opened, &t.Agreed, &t.Rejected, &t.Expired, &t.Open, &t.Unstated, &t.Impressions,
			&sums[0], &sums[1], &sums[2], &sums[3], &sums[4], &sums[5])
		t.Asked, t.Offered, t.AgreedValue = amount(sums[0], sums[1]), amount(sums[2], sums[3]), amount(sums[4], sums[5])
		return err
	}
	return many(r, scan, query, micros(from), micros(to), micros(now))
}
