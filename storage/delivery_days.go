package storage

import (
	"strings"
	"time"

	"parley"
)

// DeliveredDay is what one source says that a deal delivered on one day, added up over the source's lines. A sum that would be more
// than the largest number is that.
type DeliveredDay struct {
	Source string
	Day    parley.Date
	parley.DeliveryFigures
	Won, WonOf *int64 // wins and bids of the lines that have both
	SpentOn    int64  // impressions of the lines that have a spend
	Mixed      bool   // spent in several currencies: what was in all is not known
	AsOf       time.Time
	Final      bool // each line is
}

// DeliveryDays answers what all sources say that a deal delivered, ordered by which source was heard of first, of any deal, and by
// day. However many lines the sources have, one row is read for each of their days, and one for each reason that bids were lost for.
func (r *Reader) DeliveryDays(dealID string) *Pending[[]DeliveredDay] {
	scan := func(rows Rows, d *DeliveredDay) error {
		var currency *string
		err := rows.Scan(&d.Source, (*int32)(&d.Day), &d.Impressions, &d.Clicks, &d.Completions, &d.Viewable, &d.BidRequests, &d.Bids, &d.Wins,
			&d.SpendMicros, &d.Won, &d.WonOf, &d.SpentOn, &currency, &d.Mixed, instant(&d.AsOf), &d.Final)
		if currency != nil {
			d.Currency = parley.Currency(*currency)
		}
		return err
	}
	days := many(r, scan, `SELECT source, day, impressions, clicks, completions, viewable, bid_requests, bids, wins, spend_micros, won, won_of,
			spent_on, currency, mixed, as_of, final FROM delivery_sums WHERE deal_id = $1
		ORDER BY `+heardOf("delivery_sums")+`, source, day`, dealID)
	type loss struct {
		source, code string
		day          parley.Date
		bids         int64
	}
	losses := many(r, func(rows Rows, l *loss) error { return rows.Scan(&l.source, (*int32)(&l.day), &l.code, &l.bids) },
		`SELECT source, day, code, bids FROM delivery_losses WHERE deal_id = $1`, dealID)
	return then(days, func(found []DeliveredDay) ([]DeliveredDay, error) {
		type key struct {
			source string
			day    parley.Date
		}
		lost := map[key]map[string]int64{}
		for _, l := range losses.value { // the same flush has brought them
			at := key{l.source, l.day}
			if lost[at] == nil {
				lost[at] = map[string]int64{}
			}
			lost[at][l.code] = l.bids
		}
		for i := range found {
			found[i].Losses = lost[key{found[i].Source, found[i].Day}]
		}
		return found, nil
	})
}

// DeliverySourcesOf answers who has sent figures of a deal, in the order in which they were heard of first, of any deal.
func (r *Reader) DeliverySourcesOf(dealID string) *Pending[[]string] {
	return many(r, scalar[string], `SELECT source FROM delivery_sums WHERE deal_id = $1 GROUP BY source ORDER BY `+heardOf("delivery_sums")+`, source`, dealID)
}

// DisputedDeals answers at most limit of the deals of whose days an import says something, and other sources than its own have too.
func (r *Reader) DisputedDeals(importID, source string, limit int) *Pending[[]string] {
	return many(r, scalar[string], `SELECT deal_id FROM (SELECT DISTINCT deal_id FROM delivery_days WHERE import_id = $1) AS touched
		WHERE EXISTS (SELECT 1 FROM delivery_sums WHERE delivery_sums.deal_id = touched.deal_id AND delivery_sums.source <> $2)
		ORDER BY deal_id LIMIT $3`, importID, source, limit)
}

// heardOf is the first import of the source of a row of sums, of any deal.
func heardOf(sums string) string {
	return `(SELECT MIN(id) FROM delivery_imports WHERE delivery_imports.source = ` + sums + `.source)`
}

// lastImports are how many of the newest imports are looked at for ones of a program without sums, which ends with an upgrade.
const lastImports = 100

// NotSummed answers the imports of a program without sums that are not added up yet.
func (r *Reader) NotSummed() *Pending[[]string] {
	return many(r, scalar[string], `SELECT id FROM (SELECT id FROM delivery_imports ORDER BY id DESC LIMIT $1) AS newest
		WHERE NOT EXISTS (SELECT 1 FROM delivery_summed WHERE delivery_summed.import_id = newest.id)`, lastImports)
}

// SumDelivery adds up imports of a program without sums.
func (tx *Tx) SumDelivery(imports []string) {
	tx.lock("import delivery")
	for _, id := range imports {
		tx.sumDelivery(id)
	}
}

// sumDelivery adds up each day of a source that rows of an import are of. The caller keeps other imports out.
func (tx *Tx) sumDelivery(importID string) {
	const anew = `(SELECT DISTINCT deal_id, source, day FROM delivery_days WHERE import_id = $1)`
	const of = `WHERE days.deal_id = anew.deal_id AND days.day = anew.day AND days.source = anew.source`
	const one = `MIN(days.currency) = MAX(days.currency)`
	columns := []string{"deal_id", "source", "day"}
	values := append([]string{}, "days.deal_id", "days.source", "days.day")
	sets := []string{}
	for _, sum := range [...][2]string{
		{"impressions", total("days.impressions")}, {"clicks", total("days.clicks")}, {"completions", total("days.completions")},
		{"viewable", total("days.viewable")}, {"bid_requests", total("days.bid_requests")}, {"bids", total("days.bids")}, {"wins", total("days.wins")},
		{"spend_micros", "CASE WHEN " + one + " THEN " + total("days.spend_micros") + " END"},
		{"won", total("CASE WHEN days.bids IS NOT NULL THEN days.wins END")},
		{"won_of", total("CASE WHEN days.wins IS NOT NULL THEN days.bids END")},
		{"spent_on", total("CASE WHEN days.spend_micros IS NULL THEN 0 ELSE days.impressions END")},
		{"currency", "CASE WHEN " + one + " THEN MIN(days.currency) END"},
		{"mixed", "COALESCE(MIN(days.currency) <> MAX(days.currency), FALSE)"},
		{"as_of", "MAX(days.as_of)"},
		{"final", "MIN(CASE WHEN days.final THEN 1 ELSE 0 END) = 1"},
	} {
		columns, values, sets = append(columns, sum[0]), append(values, sum[1]), append(sets, sum[0]+" = excluded."+sum[0])
	}
	tx.exec(`INSERT INTO delivery_sums (`+strings.Join(columns, ", ")+`) SELECT `+strings.Join(values, ", ")+` FROM `+anew+` AS anew
		CROSS JOIN delivery_days AS days `+of+` GROUP BY days.deal_id, days.source, days.day
		ON CONFLICT (deal_id, source, day) DO UPDATE SET `+strings.Join(sets, ", "), importID)
	tx.exec(`DELETE FROM delivery_losses WHERE (deal_id, source, day) IN `+anew, importID)
	tx.exec(`INSERT INTO delivery_losses (deal_id, source, day, code, bids)
		SELECT days.deal_id, days.source, days.day, lost.key, `+total("CAST(lost.value AS BIGINT)")+` FROM `+anew+` AS anew
		CROSS JOIN delivery_days AS days CROSS JOIN `+tx.dialect.Members+`(days.losses) AS lost `+of+` AND days.losses IS NOT NULL
		GROUP BY days.deal_id, days.source, days.day, lost.key`, importID)
	tx.exec(`INSERT INTO delivery_summed (import_id) VALUES ($1) ON CONFLICT (import_id) DO NOTHING`, importID)
}

// total adds up a column of numbers not below zero, in two parts, which cannot be too large.
func total(column string) string {
	large, small := `SUM((`+column+`) / 1000000)`, `SUM((`+column+`) % 1000000)`
	return `CASE WHEN ` + large + ` > (9223372036854775807 - ` + small + `) / 1000000 THEN 9223372036854775807
		ELSE ` + large + ` * 1000000 + ` + small + ` END`
}
