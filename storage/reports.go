package storage

import (
	"strconv"
	"strings"

	"parley"
)

// The kinds of what deals come to.
const (
	BookedDeals    = "booked"    // in force or completed
	WaitingDeals   = "pipeline"  // waiting to be booked
	CancelledDeals = "cancelled" // booked and cancelled since
)

// DealTotal is what deals of one product, account, currency and kind come to.
type DealTotal struct {
	ProductID string
	// Account is the id of whom deals count for: of their advertiser, through whichever agency and seat; of a key that names none, of the agency;
	// of one that names none either, of whose the seat is, or of the seat that is nobody's. Of none, see parley.Payer; empty: of all accounts.
	Account     string
	Currency    parley.Currency
	Kind        string
	Deals       int64
	Unstated    int64 // of the deals, those that state no volume, and so no value
	Impressions int64
	Micros      int64 // the value of the volumes that are stated; the largest amount there is stands for every larger one
}

// valueOf is the value of a volume at a price, both columns or expressions, in micros: as parley.DealValue, and as the sums that the
// database keeps.
func valueOf(price, volume string) string {
	return `((` + price + ` / 1000) * ` + volume + ` + ((` + price + ` % 1000) * ` + volume + ` + 500) / 1000)`
}

// summed adds up values in whole units and micros, so that no number of them overflows.
func summed(value string) string {
	return `CAST(COALESCE(SUM(` + value + ` / 1000000), 0) AS BIGINT), CAST(COALESCE(SUM(` + value + ` % 1000000), 0) AS BIGINT)`
}

func scanTotal(rows Rows, t *DealTotal) error {
	var units, micros int64
	err := rows.Scan(&t.ProductID, &t.Account, (*string)(&t.Currency), &t.Kind, &t.Deals, &t.Unstated, &t.Impressions, &units, &micros)
	t.Micros = amount(units, micros)
	return err
}

// sumOf adds up columns.
func sumOf(columns ...string) string {
	for i, column := range columns {
		columns[i] = `SUM(` + column + `)`
	}
	return as64(columns...)
}

// BookedTotals answers what the deals booked on some days come to, of all accounts, by how they stand now. It reads the sums that are
// kept of days and products.
func (r *Reader) BookedTotals(days parley.Flight) *Pending[[]DealTotal] {
	return many(r, scanTotal, `SELECT product_id, '', currency, kind, `+sumOf("deals", "unstated", "impressions", "units", "micros")+`
		FROM booked_days WHERE day BETWEEN $1 AND $2 GROUP BY product_id, currency, kind HAVING SUM(deals) > 0 ORDER BY product_id, currency, kind`,
		int64(days.Start), int64(days.End))
}

// as64 are columns as the numbers that are read.
func as64(columns ...string) string {
	for i, column := range columns {
		columns[i] = `CAST(` + column + ` AS BIGINT)`
	}
	return strings.Join(columns, ", ")
}

// seatOwner is the owner of a column payer that is a seat, which may have its DSP behind a slash: see parley.Payer.
const seatOwner = `CASE WHEN payer LIKE 'seat/%/%' THEN 'buyer/' || replace(substr(payer, 6), '/', '///') ELSE 'buyer/' || substr(payer, 6) || '//' END`

// payingAccount is the id of the account that a column payer is, see parley.Payer and DealTotal: an agency or an advertiser by any of
// its names, a seat's own or the one above it. It is NULL where there is none, or more than one: seats of one id at several DSPs for a key that says none, unless said
// is a column that says, as keys write it, at which the seat is. It goes from the keys to their seats: CROSS JOIN keeps SQLite to that.
func (d *Dialect) payingAccount(said string) string {
	if said != "" {
		said = ` AND ` + saidDSP("k") + ` = ` + said
	}
	named := func(kind string) string {
		id := `lower(replace(replace(substr(payer` + d.BytesAlone + `, ` + strconv.Itoa(len(kind)+2) + `), '%2F', '/'), '%25', '%'))`
		return ` WHEN payer LIKE '` + kind + `/%' THEN (SELECT account_id FROM account_names WHERE kind = '` + kind + `' AND dsp = '' AND folded = ` + id + `)`
	}
	return `CASE` + named("advertiser") + named("agency") + ` WHEN payer LIKE 'seat/%' THEN (
		SELECT CASE WHEN MIN(id) = MAX(id) THEN MIN(id) END FROM (SELECT COALESCE(s.parent_id, s.id) AS id FROM keys AS k
			CROSS JOIN account_names AS w CROSS JOIN accounts AS s WHERE k.belongs_to = ` + seatOwner + said + ` AND w.kind = 'seat' AND w.folded = k.party_seat
			AND k.party_platform = w.platform AND s.id = w.account_id) AS seats) END`
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

// FinanceTotal is what deals that are in force or completed come to in one currency. The largest amount there is stands for every
// larger one.
type FinanceTotal struct {
	Currency    parley.Currency
	Deals       int64
	Unstated    int64 // of the deals, those of which a value is not known: they state no volume or, by delivery, nobody says what was spent
	Impressions int64
	List, Net   int64 // micros: the value at the list price, and at the agreed one
}

const inForce = `status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed')`

// FinanceByBooking answers what the deals booked on some days come to. It reads the sums that are kept of days and products.
func (r *Reader) FinanceByBooking(days parley.Flight) *Pending[[]FinanceTotal] {
	return many(r, scanFinance, `SELECT currency, `+sumOf("deals", "unstated", "impressions", "list_units", "list_micros", "units", "micros")+`
		FROM booked_days WHERE day BETWEEN $1 AND $2 AND kind = 'booked' GROUP BY currency HAVING SUM(deals) > 0 ORDER BY currency`,
		int64(days.Start), int64(days.End))
}

// FinanceByFlight answers what the deals that run in a month, of which days are all, have on them, spread over their flights as the ledger
// does. It reads the sums that are kept of months.
func (r *Reader) FinanceByFlight(days parley.Flight) *Pending[[]FinanceTotal] {
	return many(r, scanFinance, `SELECT currency, `+sumOf("deals", "unstated", "impressions", "list_units", "list_micros", "units", "micros")+`
		FROM booked_months WHERE month = $1 GROUP BY currency HAVING SUM(deals) > 0 ORDER BY currency`, int64(days.Start))
}

func scanFinance(rows Rows, t *FinanceTotal) error {
	var list, listMicros, net, netMicros int64
	err := rows.Scan((*string)(&t.Currency), &t.Deals, &t.Unstated, &t.Impressions, &list, &listMicros, &net, &netMicros)
	t.List, t.Net = amount(list, listMicros), amount(net, netMicros)
	return err
}

// indexedBy has a table read by an index, where the database would choose another.
func (r *Reader) indexedBy(index string) string {
	if r.dialect.IndexedBy == "" {
		return ""
	}
	return r.dialect.IndexedBy + index
}

// Approver is who granted what about a deal.
type Approver struct{ DealID, By string }

// Approvers answers who granted approvals about deals, but for changes that were not made, or about what they were agreed in, and who answered by
// hand with the price that was agreed, by deal, in the order in which they did; of one approval that two people granted, the first of them first.
func (r *Reader) Approvers(dealIDs []string) *Pending[[]Approver] {
	among, ids := r.among(dealIDs)
	about := func(column, of string) string {
		return `SELECT deals.id AS deal_id, approvals.id, first_by, first_at, decided_by, decided_at FROM deals JOIN approvals ON approvals.` + column + ` = ` + of + `
			WHERE deals.id ` + among + ` AND COALESCE(approvals.status, '') = 'approved' AND (approvals.change_id IS NULL
				OR EXISTS (SELECT 1 FROM change_requests WHERE change_requests.id = approvals.change_id AND change_requests.status = 'applied'))`
	}
	query := `WITH granted AS (` + about("deal_id", "deals.id") + ` UNION ` + about("proposal_id", "deals.proposal_id") + ` UNION ` +
		about("negotiation_id", "deals.negotiation_id") + `)
		SELECT deal_id, who FROM (SELECT deal_id, id, first_at AS at, 1 AS place, COALESCE(first_by, '') AS who FROM granted
			UNION ALL SELECT deal_id, id, decided_at, 2, COALESCE(decided_by, '') FROM granted
			UNION ALL SELECT deals.id, said.negotiation_id, said.at, 0, COALESCE(` + r.dialect.Field("said.trace", "by") + `, '')
				FROM deals JOIN negotiations ON negotiations.id = deals.negotiation_id
				JOIN negotiation_rounds AS said ON said.negotiation_id = negotiations.id AND said.seller_micros = negotiations.agreed_micros
				WHERE deals.id ` + among + ` AND said.action <> 'reject') AS people
		WHERE who <> '' ORDER BY deal_id, at, id, place`
	return many(r, func(rows Rows, a *Approver) error { return rows.Scan(&a.DealID, &a.By) }, query, ids)
}
