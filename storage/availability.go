package storage

import (
	"time"

	"parley"
)

// holdingDeals are those that have impressions reserved, as the index deals_over_days has it.
const holdingDeals = `deal_type = 'PG' AND status IN ('proposed', 'negotiating', 'accepted', 'booked', 'active', 'makegood_pending',
	'partially_cancelled', 'completed')`

// DealsOver answers at most limit deals that have impressions of a product reserved on days of a flight, by the ends of their own.
func (r *Reader) DealsOver(productID string, flight parley.Flight, limit int) *Pending[[]parley.Deal] {
	from := "deals"
	if r.dialect.IndexedBy != "" {
		from += r.dialect.IndexedBy + "deals_over_days"
	}
	return many(r, scanDeal, `SELECT `+dealColumns+` FROM `+from+` WHERE product_id = $1 AND flight_end >= $2 AND flight_start <= $3
		AND `+holdingDeals+` ORDER BY flight_end, id LIMIT $4`, productID, int64(flight.Start), int64(flight.End), limit)
}

// Contending is what could still be booked of a product on days of a flight.
type Contending struct {
	Quotes      int64
	Impressions int64 // of all of them, over their own flights
}

// Contending counts the guaranteed quotes of a product that are available at an instant, are not held, and have days of a flight. It
// looks at all quotes that are open.
func (r *Reader) Contending(productID string, flight parley.Flight, at time.Time) *Pending[Contending] {
	scan := func(rows Rows, c *Contending) error { return rows.Scan(&c.Quotes, &c.Impressions) }
	return maybe(r, scan, `SELECT COUNT(*), CAST(COALESCE(SUM(impressions), 0) AS BIGINT) FROM quotes
		WHERE status = 'available' AND expires_at > $4 AND product_id = $1 AND deal_type = 'PG' AND flight_end >= $2 AND flight_start <= $3
		AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.held_quote = quotes.id)`,
		productID, int64(flight.Start), int64(flight.End), micros(at))
}
