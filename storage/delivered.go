package storage

import (
	"strconv"
	"strings"

	"parley"
)

// DeliveredPart is what a source says that a deal delivered on some days, and on its own days before them.
type DeliveredPart struct {
	DealID     string
	DealType   parley.DealType
	Contract   int64 // impressions; 0 of a deal that states none
	Base       int64 // the list price for 1,000, in micros
	Final      int64 // the agreed one
	Currency   parley.Currency
	Source     string
	Before, On int64  // impressions
	Spent      *int64 // on the days, in micros of the deal's currency; nil where the source says none in it. What is in others is added to nothing
}

// deliveredOn selects the deals of which there are figures of one of some days, whose bounds are two placeholders.
func deliveredOn(from, to string) string {
	return `SELECT deal_id FROM (SELECT deal_id, day FROM delivery_sums UNION ALL
		SELECT deal_id, day FROM delivery_arrival CROSS JOIN delivery_arriving_sums WHERE shown) AS days WHERE day BETWEEN ` + from + ` AND ` + to
}

// DeliveredParts answers what each source says of each deal of which there are figures of some days, or, where ids are given, of those of
// them, ordered by deal and by which source was heard of first. Days count from slack days before a flight until as many after it.
func (r *Reader) DeliveredParts(days parley.Flight, slack parley.Date, ids []string) *Pending[[]DeliveredPart] {
	which, args := r.delivering(ids, int64(days.Start), int64(days.End), int64(slack))
	const (
		own = `day BETWEEN flight_start - $3 AND flight_end + $3`
		in  = `day >= $1 AND day <= $2 AND ` + own
	)
	price := `CAST(` + r.dialect.Field("deals.price", "base_micros") + ` AS BIGINT)`
	query := `SELECT deals.id, deal_type, deals.impressions, COALESCE(` + price + `, 0), final_micros, deals.currency, source,
			CAST(SUM(CASE WHEN day < $1 AND ` + own + ` THEN figures.impressions ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN ` + in + ` THEN figures.impressions ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN ` + in + ` AND figures.currency = deals.currency THEN spend_micros END) AS BIGINT)
		FROM (` + shownSums(qualified("sums", "deal_id", "source", "day", "impressions", "spend_micros", "currency"), `sums.deal_id `+which) + `) AS figures
		JOIN deals ON deals.id = figures.deal_id
		GROUP BY deals.id, source ORDER BY deals.id, ` + heardOf("figures") + `, source`
	scan := func(rows Rows, p *DeliveredPart) error {
		return rows.Scan(&p.DealID, (*string)(&p.DealType), &p.Contract, &p.Base, &p.Final, (*string)(&p.Currency), &p.Source, &p.Before, &p.On, &p.Spent)
	}
	return many(r, scan, query, args...)
}

// delivering is a condition on a deal's id: that it is one of ids, whose placeholder comes after the others, or, where there are none given,
// that there are figures of days from $1 to $2.
func (r *Reader) delivering(ids []string, others ...any) (condition string, args []any) {
	if ids == nil {
		return `IN (` + deliveredOn("$1", "$2") + `)`, others
	}
	among, arg := r.among(ids)
	return strings.Replace(among, "$1", "$"+strconv.Itoa(len(others)+1), 1), append(others, arg)
}

// DeliveringAt answers where deals are, of which there are figures of some days, or, where ids are given, those: of each activation its
// deal, its destination, how it stands and whether orders wait for it.
func (r *Reader) DeliveringAt(days parley.Flight, ids []string) *Pending[[]parley.Activation] {
	which, args := r.delivering(ids)
	if ids == nil {
		args = []any{int64(days.Start), int64(days.End)}
	}
	scan := func(rows Rows, a *parley.Activation) error {
		return rows.Scan(&a.DealID, &a.DestinationID, (*string)(&a.Status), &a.Required)
	}
	return many(r, scan, `SELECT deal_id, destination_id, status, required FROM activations WHERE deal_id `+which+` ORDER BY deal_id, id`, args...)
}
