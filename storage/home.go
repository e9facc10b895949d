package storage

import (
	"time"

	"parley"
)

// BookedSum is what was booked in one currency.
type BookedSum struct {
	Currency parley.Currency
	Value    int64 // micros, of the volumes that deals state
	Unstated int64 // deals that state none
}

// BookedBetween answers what was booked from one day to another, both counted, in the order of currencies, and still counts. It adds
// up the sums of days and products that are kept.
func (r *Reader) BookedBetween(from, to parley.Date) *Pending[[]BookedSum] {
	scan := func(rows Rows, s *BookedSum) error {
		var units, micros int64
		err := rows.Scan((*string)(&s.Currency), &s.Unstated, &units, &micros)
		s.Value = amount(units, micros)
		return err
	}
	return many(r, scan, `SELECT currency, `+sumOf("unstated", "units", "micros")+` FROM booked_days
		WHERE day BETWEEN $1 AND $2 AND kind = 'booked' GROUP BY currency HAVING SUM(deals) > 0 ORDER BY currency`, int64(from), int64(to))
}

// DealsEnding answers deals in force whose flight ends from one day to another, both counted, the first to end first.
func (r *Reader) DealsEnding(from, to parley.Date, page Page) *Pending[Listing[parley.Deal]] {
	var w where
	w.conditions = append(w.conditions, "status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled')")
	w.and("flight_end BETWEEN ? AND ?", int64(from), int64(to))
	table := "deals"
	if r.dialect.IndexedBy != "" {
		table += r.dialect.IndexedBy + "deals_by_end"
	}
	return listing(r, paged{table: table, columns: dealColumns, order: "flight_end, id", id: "id", rows: "deals"}, w, page, scanDeal)
}

// QuotesEnding answers open quotes that end before an instant, the first to end first.
func (r *Reader) QuotesEnding(now, before time.Time, page Page) *Pending[Listing[parley.Quote]] {
	var w where
	w.conditions = append(w.conditions, "status = 'available'")
	w.and("expires_at > ? AND expires_at < ?", micros(now), micros(before))
	table := "quotes"
	if r.dialect.IndexedBy != "" {
		table += r.dialect.IndexedBy + "quotes_to_expire"
	}
	return listing(r, paged{table: table, columns: quoteColumns, order: "expires_at, id", id: "id", rows: "quotes"}, w, page, scanQuote)
}

// Undersold is how much of what a product has over some days is sold.
type Undersold struct {
	ProductID, Name    string
	Capacity, Reserved int64 // impressions
}

// Free is what is not sold.
func (u Undersold) Free() int64 { return max(u.Capacity-u.Reserved, 0) }

// LeastSold answers the products for sale of which the least share is reserved over some days, up to a number. It goes through the
// catalog, and of each product through those days.
func (r *Reader) LeastSold(days parley.Flight, most int) *Pending[[]Undersold] {
	const of = `FROM inventory_days AS d WHERE d.product_id = products.id AND d.day BETWEEN $1 AND $2`
	query := `SELECT id, name, capacity, reserved FROM (
			SELECT id, name, COALESCE((SELECT CAST(SUM(COALESCE(d.capacity, 0)) AS BIGINT) ` + of + `), 0)
					+ COALESCE(daily_impressions, 0) * ($2 - $1 + 1 - (SELECT COUNT(*) ` + of + `)) AS capacity,
				COALESCE((SELECT CAST(SUM(d.reserved) AS BIGINT) ` + of + `), 0) AS reserved
			FROM products WHERE ` + forSale + `) AS supply
		WHERE capacity > 0 ORDER BY reserved * 1.0 / capacity, capacity DESC, id LIMIT $3`
	scan := func(rows Rows, u *Undersold) error { return rows.Scan(&u.ProductID, &u.Name, &u.Capacity, &u.Reserved) }
	return many(r, scan, query, int64(days.Start), int64(days.End), most)
}

// Begun is what a publisher has set up.
type Begun struct{ Products, Capacity, RateCard, BuyerKey, Quote bool }

// Begun answers what there is at least one of.
func (r *Reader) Begun() *Pending[Begun] {
	scan := func(rows Rows, b *Begun) error {
		return rows.Scan(&b.Products, &b.Capacity, &b.RateCard, &b.BuyerKey, &b.Quote)
	}
	return one(r, scan, "", "", `SELECT EXISTS (SELECT 1 FROM products),
		EXISTS (SELECT 1 FROM products WHERE daily_impressions IS NOT NULL) OR EXISTS (SELECT 1 FROM inventory_days WHERE capacity IS NOT NULL),
		EXISTS (SELECT 1 FROM rate_cards), EXISTS (SELECT 1 FROM keys WHERE role = 'buyer' AND revoked_at IS NULL), EXISTS (SELECT 1 FROM quotes)`)
}
