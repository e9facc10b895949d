package storage

import (
	"strings"

	"parley"
)

// DeliveredPart is what a source says that a deal delivered on some days, and on its own days before them, of those that the same terms held on.
type DeliveredPart struct {
	DealID     string
	DealType   parley.DealType
	Contract   int64 // impressions; 0 of a deal that states none
	Base       int64 // the list price for 1,000, in micros
	Final      int64 // the agreed one
	Currency   parley.Currency
	Source     string
	Until      parley.Date // the day of the change that put an end to the terms; 0: they hold still
	Before, On int64       // impressions
	Spent      *int64      // on the days, in micros of the deal's currency; nil where the source says none in it. What is in others is added to nothing
}

// DeliveredParts answers what each source says of some deals, ordered by deal, by which source was heard of first, and by when the terms
// ended. until tells of those deals that changed which terms a day has, by the day that put an end to them. Days count from slack days before a flight until as many after it.
func (r *Reader) DeliveredParts(
	days parley.Flight, slack parley.Date, changed []string, until func(dealID string, day parley.Date) parley.Date, ids []string,
) *Pending[[]DeliveredPart] {
	among, which := r.among(ids)
	among = strings.Replace(among, "$1", "$5", 1)
	const (
		own = `day BETWEEN flight_start - $3 AND flight_end + $3`
		in  = `day >= $1 AND day <= $2 AND ` + own
	)
	price := `CAST(` + r.dialect.Field("deals.price", "base_micros") + ` AS BIGINT)`
	// Of the deals that changed each day is read, and put to the others that the same terms held on.
	query := `SELECT id, deal_type, contract, base, final_micros, currency, source, each,
			CAST(SUM(CASE WHEN day < $1 AND ` + own + ` THEN impressions ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN ` + in + ` THEN impressions ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN ` + in + ` AND spent_in = currency THEN spend_micros END) AS BIGINT)
		FROM (SELECT deals.id, deal_type, deals.impressions AS contract, COALESCE(` + price + `, 0) AS base, final_micros, deals.currency, source,
				CASE WHEN deals.id IN (` + strings.Replace(r.dialect.Elements, "$1", "$4", 1) + `) THEN day ELSE 0 END AS each, day, flight_start, flight_end, figures.impressions,
				figures.currency AS spent_in, spend_micros
			FROM (` + shownSums(qualified("sums", "deal_id", "source", "day", "impressions", "spend_micros", "currency"), `sums.deal_id `+among) + `) AS figures
			CROSS JOIN deals WHERE deals.id = figures.deal_id) AS said
		GROUP BY id, deal_type, contract, base, final_micros, currency, source, each ORDER BY id, ` + heardOf("said") + `, source, each`
	pending := asking[[]DeliveredPart](r)
	args := []any{int64(days.Start), int64(days.End), int64(slack), r.json(orEmpty(changed)), which}
	r.add(Stmt{SQL: query, Args: args, Scan: func(rows Rows) error {
		for rows.Next() {
			var (
				p   DeliveredPart
				day parley.Date
			)
			err := rows.Scan(&p.DealID, (*string)(&p.DealType), &p.Contract, &p.Base, &p.Final, (*string)(&p.Currency), &p.Source, (*int32)(&day), &p.Before, &p.On, &p.Spent)
			if err != nil {
				return err
			}
			if day != 0 {
				p.Until = until(p.DealID, day)
			}
			pending.value = withPart(pending.value, p)
		}
		return rows.Err()
	}})
	return pending
}

// withPart puts what was delivered on a day to what was before it under the same terms.
func withPart(parts []DeliveredPart, p DeliveredPart) []DeliveredPart {
	if len(parts) == 0 {
		return append(parts, p)
	}
	last := &parts[len(parts)-1]
	if last.DealID != p.DealID || last.Source != p.Source || last.Until != p.Until {
		return append(parts, p)
	}
	last.Before, last.On = last.Before+p.Before, last.On+p.On
	switch {
	case last.Spent == nil:
		last.Spent = p.Spent
	case p.Spent != nil:
		*last.Spent += *p.Spent
	}
	return parts
}
