package storage

import (
	"context"
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
	Won, WonOf *int64         // wins and bids of the lines that have both
	SpentOn    int64          // impressions of the lines whose spend is in SpendMicros
	Mixed      bool           // spent in several currencies: SpendMicros is what was in the deal's
	Foreign    []parley.Money // of a mixed day, what was spent in other currencies, by currency
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
			spent_on, currency, mixed, as_of, final FROM (`+shownSums(qualified("sums", sumColumns()...), `sums.deal_id = $1`)+`) AS said
		ORDER BY `+heardOf("said")+`, source, day`, dealID)
	type loss struct {
		source, code string
		day          parley.Date
		bids         int64
	}
	losses := many(r, func(rows Rows, l *loss) error { return rows.Scan(&l.source, (*int32)(&l.day), &l.code, &l.bids) },
		shownLosses(`sums.source, day, code, bids`, `deal_id = $1`), dealID)
	type spend struct {
		source string
		day    parley.Date
		parley.Money
	}
	// The lines are read of those days alone of which the sums do not say all. Those of a file that is being moved are there when it has been.
	foreign := many(r, func(rows Rows, s *spend) error {
		return rows.Scan(&s.source, (*int32)(&s.day), (*string)(&s.Currency), &s.Micros)
	}, `SELECT days.source, days.day, days.currency, CAST(`+total("days.spend_micros")+` AS BIGINT)
		FROM (SELECT mine.deal_id, mine.source, mine.day, deals.currency AS own FROM deals JOIN delivery_sums AS mine ON mine.deal_id = deals.id
			WHERE deals.id = $1 AND mine.mixed) AS several
		CROSS JOIN delivery_days AS days WHERE days.deal_id = several.deal_id AND days.day = several.day AND days.source = several.source AND days.currency <> several.own
		GROUP BY days.source, days.day, days.currency ORDER BY days.source, days.day, days.currency`, dealID)
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
		spent := map[key][]parley.Money{}
		for _, s := range foreign.value {
			at := key{s.source, s.day}
			spent[at] = append(spent[at], s.Money)
		}
		for i := range found {
			found[i].Foreign = spent[key{found[i].Source, found[i].Day}]
			found[i].Losses = lost[key{found[i].Source, found[i].Day}]
		}
		return found, nil
	})
}

// DeliverySourcesOf answers who has sent figures of a deal, and one more who does, in the order in which they were heard of first, of any
// deal.
func (r *Reader) DeliverySourcesOf(dealID, source string) *Pending[[]string] {
	return many(r, scalar[string], `SELECT source FROM (SELECT source, `+heardOf("said")+` AS first FROM
			(`+shownSums("sums.source", "sums.deal_id = $1")+` UNION SELECT CAST($2 AS TEXT)) AS said) AS said
		ORDER BY CASE WHEN first IS NULL THEN 1 ELSE 0 END, first, source`, dealID, source)
}

// DisputedDeals answers at most limit of the deals of whose days a file says something, and other sources than its own have too. The file
// was taken in, or is staged in this transaction.
func (tx *Tx) DisputedDeals(file parley.DeliveryImport, taken bool, limit int) *Pending[[]string] {
	touched, args := `staged_delivery`, []any{file.Source, limit}
	if taken {
		touched, args = `delivery_days WHERE import_id = $3`, append(args, file.ID)
	}
	return many(&tx.Reader, scalar[string], `SELECT deal_id FROM (SELECT DISTINCT deal_id FROM `+touched+`) AS touched
		WHERE EXISTS (SELECT 1 FROM delivery_sums WHERE delivery_sums.deal_id = touched.deal_id AND delivery_sums.source <> $1)
		ORDER BY deal_id LIMIT $2`, args...)
}

// ForeignSpend is a deal of which a file has spend in another currency than its own.
type ForeignSpend struct {
	DealID          string
	Spent, Currency parley.Currency // of the file, and of the deal
}

// ForeignSpends answers at most limit of those of the file that is staged in this transaction.
func (tx *Tx) ForeignSpends(limit int) *Pending[[]ForeignSpend] {
	return many(&tx.Reader, func(rows Rows, f *ForeignSpend) error {
		return rows.Scan(&f.DealID, (*string)(&f.Spent), (*string)(&f.Currency))
	},
		`SELECT deals.id, staged.spent, deals.currency FROM (SELECT DISTINCT deal_id, currency AS spent FROM staged_delivery WHERE currency IS NOT NULL) AS staged
		CROSS JOIN deals WHERE deals.id = staged.deal_id AND deals.currency <> staged.spent ORDER BY deals.id, staged.spent LIMIT $1`, limit)
}

// ImpossibleFigures are of how many rows of a file one figure is more than the one that it is a part of.
type ImpossibleFigures struct{ Viewable, Completions, Wins, Impressions int64 }

// Impossible counts those of the file that is staged in this transaction: impressions of which more were viewable or completed than there
// were, more wins than bids, and more impressions than wins.
func (tx *Tx) Impossible() *Pending[ImpossibleFigures] {
	return one(&tx.Reader, func(rows Rows, f *ImpossibleFigures) error {
		return rows.Scan(&f.Viewable, &f.Completions, &f.Wins, &f.Impressions)
	}, "staged delivery", "", `SELECT COUNT(CASE WHEN viewable > impressions THEN 1 END), COUNT(CASE WHEN completions > impressions THEN 1 END),
			COUNT(CASE WHEN wins > bids THEN 1 END), COUNT(CASE WHEN impressions > wins THEN 1 END) FROM staged_delivery`)
}

// heardOf is the first import of the source of a row of sums, of any deal.
func heardOf(sums string) string {
	return `(SELECT MIN(id) FROM delivery_imports WHERE delivery_imports.source = ` + sums + `.source)`
}

// lastImports are how many of the newest imports are looked at for ones of a program without sums, which ends with an upgrade.
const lastImports = 100

// NotSummed answers the imports of a program without sums that are not added up yet; none while one of this program is under way.
func (r *Reader) NotSummed() *Pending[[]string] {
	return many(r, scalar[string], `SELECT id FROM (SELECT id FROM delivery_imports ORDER BY id DESC LIMIT $1) AS newest
		WHERE NOT EXISTS (SELECT 1 FROM delivery_arrival) AND NOT EXISTS (SELECT 1 FROM delivery_summed WHERE delivery_summed.import_id = newest.id)`, lastImports)
}

// SumDelivery adds up imports of a program without sums.
func (tx *Tx) SumDelivery(imports []string) {
	tx.lock("import delivery")
	for _, id := range imports {
		tx.sumDelivery(id)
	}
}

// daysSums are the columns of a day's sums but for its deal, its source and itself, each with what it is of that day's rows, days.
var daysSums = func() [][2]string {
	const (
		one = `MIN(days.currency) = MAX(days.currency)`
		own = `days.currency = deals.currency` // where there are several, what was spent in others is added to nothing
	)
	return [][2]string{
		{"impressions", total("days.impressions")}, {"clicks", total("days.clicks")}, {"completions", total("days.completions")},
		{"viewable", total("days.viewable")}, {"bid_requests", total("days.bid_requests")}, {"bids", total("days.bids")}, {"wins", total("days.wins")},
		{"spend_micros", "CASE WHEN " + one + " THEN " + total("days.spend_micros") + " ELSE " + total("CASE WHEN "+own+" THEN days.spend_micros END") + " END"},
		{"won", total("CASE WHEN days.bids IS NOT NULL THEN days.wins END")},
		{"won_of", total("CASE WHEN days.wins IS NOT NULL THEN days.bids END")},
		{"spent_on", "CASE WHEN " + one + " THEN " + total("CASE WHEN days.spend_micros IS NULL THEN 0 ELSE days.impressions END") +
			" ELSE " + total("CASE WHEN "+own+" THEN days.impressions ELSE 0 END") + " END"},
		{"currency", "CASE WHEN " + one + " THEN MIN(days.currency) ELSE MIN(CASE WHEN " + own + " THEN days.currency END) END"},
		{"mixed", "COALESCE(MIN(days.currency) <> MAX(days.currency), FALSE)"},
		{"as_of", "MAX(days.as_of)"},
		{"final", "MIN(CASE WHEN days.final THEN 1 ELSE 0 END) = 1"},
	}
}()

// sumColumns are the columns of a day's sums.
func sumColumns() []string {
	columns := []string{"deal_id", "source", "day"}
	for _, sum := range daysSums {
		columns = append(columns, sum[0])
	}
	return columns
}

// addsUp writes the sums of the days of rows, which are called days, into a table.
func addsUp(table, rows string) string {
	values := []string{"days.deal_id", "days.source", "days.day"}
	for _, sum := range daysSums {
		values = append(values, sum[1])
	}
	return `INSERT INTO ` + table + ` (` + strings.Join(sumColumns(), ", ") + `) SELECT ` + strings.Join(values, ", ") + ` FROM ` + rows + `
		CROSS JOIN deals WHERE deals.id = days.deal_id GROUP BY days.deal_id, days.source, days.day`
}

// addsUpLosses does so with the reasons that bids were lost for.
func (tx *Tx) addsUpLosses(table, rows string) string {
	return `INSERT INTO ` + table + ` (` + lossColumns + `) SELECT days.deal_id, days.source, days.day, lost.key, ` + total("CAST(lost.value AS BIGINT)") + `
		FROM ` + rows + ` CROSS JOIN ` + tx.dialect.Members + `(days.losses) AS lost WHERE days.losses IS NOT NULL
		GROUP BY days.deal_id, days.source, days.day, lost.key`
}

// replacing has a row of sums take the place of another one of its day.
func replacing() string {
	sets := make([]string, len(daysSums))
	for i, sum := range daysSums {
		sets[i] = sum[0] + " = excluded." + sum[0]
	}
	return ` ON CONFLICT (deal_id, source, day) DO UPDATE SET ` + strings.Join(sets, ", ")
}

// sumDelivery adds up each day of a source that rows of an import are of. The caller keeps other imports out.
func (tx *Tx) sumDelivery(importID string) {
	const anew = `(SELECT DISTINCT deal_id, source, day FROM delivery_days WHERE import_id = $1)`
	const rows = `(SELECT days.* FROM ` + anew + ` AS anew CROSS JOIN delivery_days AS days
		WHERE days.deal_id = anew.deal_id AND days.day = anew.day AND days.source = anew.source) AS days`
	tx.exec(`DELETE FROM delivery_losses WHERE (deal_id, source, day) IN `+anew, importID)
	tx.exec(tx.addsUpLosses("delivery_losses", rows), importID)
	tx.exec(`INSERT INTO delivery_summed (import_id) VALUES ($1) ON CONFLICT (import_id) DO NOTHING`, importID)
	tx.exec(addsUp("delivery_sums", rows)+replacing(), importID) // last, since their triggers hold how deals stand
}

// sumStaged adds up, beside the staged rows, each day that they are of, as it will be with them.
func (tx *Tx) sumStaged(ctx context.Context, file parley.DeliveryImport) error {
	for _, table := range [...]string{"sums", "losses"} {
		tx.exec(`CREATE TEMP TABLE staged_` + table + ` AS SELECT * FROM delivery_arriving_` + table + ` LIMIT 0`)
	}
	if err := tx.flush(ctx); err != nil {
		return err
	}
	of := func(columns string) string {
		named := func(table string) string { return strings.ReplaceAll(columns, "?", table) }
		return `(SELECT ` + named("staged") + `, CAST($1 AS TEXT) AS source, CAST($2 AS BIGINT) AS as_of FROM staged_delivery AS staged
			UNION ALL SELECT ` + named("known") + `, known.source, known.as_of FROM (SELECT DISTINCT deal_id, day FROM staged_delivery) AS anew
				CROSS JOIN delivery_days AS known WHERE known.deal_id = anew.deal_id AND known.day = anew.day AND known.source = $1
				AND NOT EXISTS (SELECT 1 FROM staged_delivery AS staged WHERE staged.deal_id = known.deal_id AND staged.day = known.day AND staged.line = known.line)) AS days`
	}
	counted := of(`?.deal_id, ?.day, ?.impressions, ?.clicks, ?.completions, ?.viewable, ?.bid_requests, ?.bids, ?.wins, ?.spend_micros, ?.currency, ?.final`)
	tx.exec(addsUp("staged_sums", counted), file.Source, micros(file.AsOf))
	tx.exec(tx.addsUpLosses("staged_losses", of(`?.deal_id, ?.day, ?.losses`)), file.Source, micros(file.AsOf))
	tx.exec(`CREATE INDEX staged_sums_by_key ON staged_sums (deal_id, day)`)
	tx.exec(`CREATE INDEX staged_losses_by_key ON staged_losses (deal_id, day, code)`)
	return tx.flush(ctx)
}

// total adds up a column of numbers not below zero, in two parts, which cannot be too large.
func total(column string) string {
	large, small := `SUM((`+column+`) / 1000000)`, `SUM((`+column+`) % 1000000)`
	return `CASE WHEN ` + large + ` > (9223372036854775807 - ` + small + `) / 1000000 THEN 9223372036854775807
		ELSE ` + large + ` * 1000000 + ` + small + ` END`
}
