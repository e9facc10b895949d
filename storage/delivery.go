package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"parley"
)

// DeliveryFile is an import of figures.
type DeliveryFile struct {
	Import parley.DeliveryImport // its ID, source, as-of time, who and when
	// Feed calls stage once for each row; line is for error messages.
	Feed func(stage func(line int, d parley.DeliveryDay) error) error
	// Digest answers the file's digest, once Feed has read it.
	Digest func() string
	// SkipUnknown leaves rows out whose deals there are not, rather than refusing the file.
	SkipUnknown bool
	// Anew takes a file in again that is known, where it is as of later: it says again what others have said otherwise since.
	Anew bool
	// Restate lets rows replace ones that are final.
	Restate bool
	// Preview says what would be done, and does nothing.
	Preview bool
	// Begin runs once the file was read and no other is under way, before it is judged; an error ends the import. Nil: nobody looks.
	Begin func(r *Reader) error
	// Look runs once it is known what the file changes, of which nothing is written yet; an error ends the import. known tells that the
	// file was taken in before, when nothing will be. Nil: nobody looks.
	Look func(tx *Tx, done parley.DeliveryImport, known bool) error
	// Finish runs in the transaction from which the file counts; an error takes all of it back. Nil: there is nothing more to write.
	Finish func(tx *Tx, done parley.DeliveryImport) error
	// Clock tells for how long others wait for this import.
	Clock func() time.Time
	// Step is how many rows a transaction writes; 0: the usual.
	Step int

	named bool // whether each row has its deal's id
}

var stagedDelivery = Staged{Table: "staged_delivery", Columns: []StagedColumn{
	{"line_number", "BIGINT"}, {"deal_id", `TEXT COLLATE "C"`}, {"alias", `TEXT COLLATE "C"`}, {"line_item", `TEXT COLLATE "C"`},
	{"line_item_end", `TEXT COLLATE "C"`}, {"day", "BIGINT"}, {"line", `TEXT COLLATE "C"`}, {"impressions", "BIGINT"},
	{"clicks", "BIGINT"}, {"completions", "BIGINT"}, {"viewable", "BIGINT"}, {"bid_requests", "BIGINT"}, {"bids", "BIGINT"}, {"wins", "BIGINT"},
	{"spend_micros", "BIGINT"}, {"currency", `TEXT COLLATE "C"`}, {"losses", "JSON"}, {"final", "BOOLEAN"},
}}

const figureColumns = `impressions, clicks, completions, viewable, bid_requests, bids, wins, spend_micros, currency, losses`

// mostWrongRows is how many rows the error of a file of figures names.
const mostWrongRows = 20

// ImportDelivery stages a file of figures outside any lock, and has all of it count from one transaction on, which is short however many
// rows there are; nobody who reads finds a part. A file whose source and digest
// are known changes nothing and answers the first import, unless it is taken in anew. A row that comes twice, one of an unknown deal unless those are
// skipped, one that would replace a final one, one with which sums could not be counted any more, and one that counts what another does
// are validation errors that name the line. A row is taken where its source has said nothing yet, or said it earlier and something else;
// what it replaces is kept.
func (s *Store) ImportDelivery(ctx context.Context, file DeliveryFile) (done parley.DeliveryImport, err error) {
	feed := func(stage func([]any) error) error {
		file.named = true
		return file.Feed(func(line int, d parley.DeliveryDay) error {
			file.named = file.named && d.DealID != ""
			row, err := stagedFigures(line, d)
			if err != nil {
				return err
			}
			return stage(row)
		})
	}
	err = s.stage(ctx, stagedDelivery, feed, func(on *session) error {
		a := &arriving{file: file, on: on}
		err := a.run(ctx)
		done = a.done
		return err
	})
	return done, err
}

func stagedFigures(line int, d parley.DeliveryDay) ([]any, error) {
	tx := &Tx{}
	var losses any
	if d.Losses != nil {
		losses = tx.json(d.Losses)
	}
	row := []any{
		int64(line), d.DealID, d.Alias, d.LineItem, d.LineItem[strings.LastIndexByte(d.LineItem, '/')+1:], int64(d.Day), d.Line, d.Impressions, maybe64(d.Clicks), maybe64(d.Completions), maybe64(d.Viewable),
		maybe64(d.BidRequests), maybe64(d.Bids), maybe64(d.Wins), maybe64(d.SpendMicros), maybeText(d.Currency), losses, d.Final,
	}
	tx.add(Stmt{Args: row})
	return row, tx.err
}

func maybe64(n *int64) any {
	if n == nil {
		return nil
	}
	return *n
}

const importColumns = `id, source, digest, row_count, skipped, changed, first_day, last_day, as_of, imported_by, imported_at`

func scanDeliveryImport(rows Rows, i *parley.DeliveryImport) error {
	return rows.Scan(&i.ID, &i.Source, &i.Digest, &i.Rows, &i.Skipped, &i.Changed, (*int32)(&i.From), (*int32)(&i.To), instant(&i.AsOf), &i.By, instant(&i.At))
}

// deliveryImport answers the import of the same source and digest; nil: there is none.
func (r *Reader) deliveryImport(of parley.DeliveryImport) *Pending[*parley.DeliveryImport] {
	return orNil(many(r, scanDeliveryImport, `SELECT `+importColumns+` FROM delivery_imports WHERE source = $1 AND digest = $2`, of.Source, of.Digest))
}

// digestAsOf is the digest of a file that says again what it has said before, as of another instant.
func digestAsOf(digest string, asOf time.Time) string {
	sum := sha256.Sum256([]byte(digest + " as of " + asOf.UTC().Format(time.RFC3339Nano)))
	return hex.EncodeToString(sum[:])
}

// nameDelivery tells whether a file is known, and otherwise which deals its rows are of.
func (tx *Tx) nameDelivery(ctx context.Context, file DeliveryFile) (done parley.DeliveryImport, known bool, err error) {
	done = file.Import
	done.Digest = file.Digest()
	before, err := tx.deliveryImport(done).Get(ctx)
	if err == nil && file.Anew && before != nil && before.AsOf.Before(done.AsOf) {
		done.Digest = digestAsOf(done.Digest, done.AsOf)
		before, err = tx.deliveryImport(done).Get(ctx)
	}
	if err != nil {
		return done, false, err
	}
	if before != nil {
		return *before, true, nil
	}
	if !file.named {
		tx.nameDeals()
	}
	tx.exec(`CREATE INDEX staged_by_key ON staged_delivery (deal_id, day, line)`)
	return done, false, nil
}

// compareDelivery leaves of the staged rows those that change something, and counts them.
func (tx *Tx) compareDelivery(ctx context.Context, done parley.DeliveryImport) (parley.DeliveryImport, error) {
	total := one(&tx.Reader, scalar[int64], "", "", `SELECT COUNT(*) FROM staged_delivery`)
	skipped := affected(tx, `DELETE FROM staged_delivery WHERE NOT EXISTS (SELECT 1 FROM deals WHERE deals.id = staged_delivery.deal_id)`)
	type span struct{ from, to *int64 }
	days := one(&tx.Reader, func(rows Rows, s *span) error { return rows.Scan(&s.from, &s.to) }, "", "",
		`SELECT MIN(day), MAX(day) FROM staged_delivery`)
	// What is as it was, or older than what is known, changes nothing.
	tx.exec(`DELETE FROM staged_delivery WHERE EXISTS (SELECT 1 FROM delivery_days AS known WHERE known.deal_id = staged_delivery.deal_id
		AND known.day = staged_delivery.day AND known.source = $1 AND known.line = staged_delivery.line
		AND (known.as_of >= $2 OR NOT `+figuresDiffer+`))`, done.Source, micros(done.AsOf))
	changed := one(&tx.Reader, scalar[int64], "", "", `SELECT COUNT(*) FROM staged_delivery`)
	var err error
	if done.Changed, err = changed.Get(ctx); err != nil {
		return done, err
	}
	// The flush is done, and none of these can be absent.
	done.Rows, done.Skipped = total.value, skipped.value
	if days.value.from != nil && days.value.to != nil {
		done.From, done.To = parley.Date(*days.value.from), parley.Date(*days.value.to)
	}
	return done, nil
}

// knownOf are rows of a file, from a table by the name that it has there, with what the source, which is a parameter, has said of the same
// before. Every known row would be looked at if those were gone through first; a CROSS JOIN keeps SQLite from that.
func knownOf(from, staged, source string) string {
	return from + ` CROSS JOIN delivery_days AS known WHERE known.deal_id = ` + staged + `.deal_id AND known.day = ` + staged + `.day
		AND known.source = ` + source + ` AND known.line = ` + staged + `.line`
}

// figuresDiffer is the condition that what a staged row says is not what is known.
const figuresDiffer = `(known.impressions <> staged_delivery.impressions OR known.clicks IS DISTINCT FROM staged_delivery.clicks
	OR known.completions IS DISTINCT FROM staged_delivery.completions OR known.viewable IS DISTINCT FROM staged_delivery.viewable
	OR known.bid_requests IS DISTINCT FROM staged_delivery.bid_requests OR known.bids IS DISTINCT FROM staged_delivery.bids
	OR known.wins IS DISTINCT FROM staged_delivery.wins OR known.spend_micros IS DISTINCT FROM staged_delivery.spend_micros
	OR known.currency IS DISTINCT FROM staged_delivery.currency
	OR CAST(known.losses AS TEXT) IS DISTINCT FROM CAST(staged_delivery.losses AS TEXT) OR known.final <> staged_delivery.final)`

// namesOfDeals are the ways, one after the other, in which a staged row without a deal's id names its deal: the deals that it may be
// of are what each selects. A line item is what a person said that the deal is called at a destination, or one that a destination has
// under that name or a name that ends so.
var namesOfDeals = [...]string{
	`deal_aliases AS named WHERE named.alias = staged_delivery.alias AND named.alias <> ''`,
	`activations AS named WHERE staged_delivery.alias = '' AND named.trafficked_as = staged_delivery.line_item AND named.trafficked_as <> ''`,
	`activation_steps AS steps JOIN activations AS named ON named.id = steps.activation_id WHERE staged_delivery.alias = ''
		AND steps.ref_end = staged_delivery.line_item_end AND steps.ref_end <> '' AND steps.name = 'line_item'`,
}

// nameDeals gives staged rows that name their deal otherwise its id, where it is the name of one deal alone.
func (tx *Tx) nameDeals() {
	for _, deals := range namesOfDeals {
		tx.exec(`UPDATE staged_delivery SET deal_id = COALESCE((SELECT MIN(named.deal_id) FROM ` + deals + `
			HAVING COUNT(DISTINCT named.deal_id) = 1), '') WHERE deal_id = ''`)
	}
}

// refuseFigures names the lines of rows that cannot be taken.
func (tx *Tx) refuseFigures(ctx context.Context, file DeliveryFile) error {
	type wrong struct {
		line int64
		text string
	}
	scan := func(rows Rows, w *wrong) error { return rows.Scan(&w.line, &w.text) }
	twice := many(&tx.Reader, scan, `SELECT MAX(line_number), 'is the second row of ' || deal_id || ' on that day and line' FROM staged_delivery
		WHERE deal_id <> '' GROUP BY deal_id, day, line HAVING COUNT(*) > 1 ORDER BY MAX(line_number) LIMIT $1`, mostWrongRows)
	found := []*Pending[[]wrong]{twice}
	none := `NOT EXISTS (SELECT 1 FROM deals WHERE deals.id = staged_delivery.deal_id)`
	const name = `COALESCE(NULLIF(deal_id, ''), NULLIF(alias, ''), line_item)`
	if !file.named {
		several := "deal_id = '' AND (FALSE"
		for _, deals := range namesOfDeals {
			several += ` OR EXISTS (SELECT 1 FROM ` + deals + `)`
		}
		several += ")"
		none += ` AND NOT (` + several + `)`
		found = append(found, many(&tx.Reader, scan, `SELECT line_number, 'names several deals: ' || `+name+` FROM staged_delivery
			WHERE `+several+` ORDER BY line_number LIMIT $1`, mostWrongRows))
	}
	if !file.SkipUnknown {
		found = append(found, many(&tx.Reader, scan, `SELECT line_number, 'names no deal that there is: ' || `+name+` FROM staged_delivery
			WHERE `+none+` ORDER BY line_number LIMIT $1`, mostWrongRows))
	}
	if !file.Restate {
		found = append(found, many(&tx.Reader, scan, `SELECT line_number, 'would replace a final row of ' || staged_delivery.deal_id FROM `+knownOf("staged_delivery", "staged_delivery", "$2")+`
			AND known.final AND known.as_of < $3 AND `+figuresDiffer+` ORDER BY line_number LIMIT $1`,
			mostWrongRows, file.Import.Source, micros(file.Import.AsOf)))
	}
	for _, query := range countedTwice() {
		found = append(found, many(&tx.Reader, scan, query, mostWrongRows, file.Import.Source))
	}
	for _, sum := range sumsOfFigures {
		found = append(found, many(&tx.Reader, scan, sum.tooLarge(), mostWrongRows, file.Import.Source, int64(math.MaxInt64)))
	}
	var problems parley.Problems
	for _, pending := range found {
		rows, err := pending.Get(ctx)
		if err != nil {
			return err
		}
		for _, w := range rows {
			problems.Add(fmt.Sprintf("line %d", w.line), "%s", w.text)
		}
	}
	return problems.Err()
}

// countedTwice asks for staged rows that count what another row of the source does, of the same deal and day: one is of a line, and the other
// of the whole day. A figure that only one of them has is counted once, and so is what the file says anew.
func countedTwice() [2]string {
	same := func(a, b string) string { return a + `.deal_id = ` + b + `.deal_id AND ` + a + `.day = ` + b + `.day` }
	var both []string
	for _, c := range []string{"impressions", "clicks", "completions", "viewable", "bid_requests", "bids", "wins", "spend_micros"} {
		both = append(both, "whole."+c+" > 0 AND part."+c+" > 0")
	}
	counted := "(" + strings.Join(both, " OR ") + ")"
	standing := func(row string) string { // a row that was taken in and that the file does not say anew
		return row + `.source = $2 AND NOT EXISTS (SELECT 1 FROM staged_delivery AS anew WHERE ` + same("anew", row) + ` AND anew.line = ` + row + `.line)`
	}
	return [2]string{
		`SELECT line_number, 'is of no line, and another row of the day is of one: both would count, of ' || deal_id FROM staged_delivery AS whole
		WHERE line = '' AND deal_id <> '' AND (EXISTS (SELECT 1 FROM staged_delivery AS part WHERE ` + same("part", "whole") + ` AND part.line > '' AND ` + counted + `)
			OR EXISTS (SELECT 1 FROM delivery_days AS part WHERE ` + same("part", "whole") + ` AND part.line > '' AND ` + counted + ` AND ` + standing("part") + `))
		ORDER BY line_number LIMIT $1`,
		`SELECT (SELECT MIN(line_number) FROM staged_delivery AS part WHERE ` + same("part", "whole") + ` AND part.line > '' AND ` + counted + `) AS first,
			'is of a line, and one that was sent before is of the whole day: both would count, of ' || whole.deal_id
		FROM (SELECT DISTINCT deal_id, day FROM staged_delivery WHERE line > '' AND deal_id <> '') AS days CROSS JOIN delivery_days AS whole
		WHERE ` + same("whole", "days") + ` AND whole.line = '' AND ` + standing("whole") + `
			AND EXISTS (SELECT 1 FROM staged_delivery AS part WHERE ` + same("part", "whole") + ` AND part.line > '' AND ` + counted + `)
		ORDER BY first LIMIT $1`,
	}
}

// figuresSum is a sum of a deal's figures of one source that has to stay countable, as a file would leave it.
type figuresSum struct {
	text   string // what is wrong, before the deal's id
	counts string // the column
	each   string // what a row adds, at least, of the table in the place of %s
	of     string // what the rows that are added share beside their deal
	more   string // a condition on the price that it is multiplied with
	most   string // the largest sum, of $3, which is the largest number of micros
}

// sumsOfFigures are what was spent, and what the impressions earn at the deal's price.
var sumsOfFigures = [...]figuresSum{
	{"has a spend that is more than can be counted, with what else was spent of ", "spend_micros", "(%s.spend_micros / 1000000 + 1)", "currency", "", "CAST($3 AS BIGINT) / 1000000"},
	{"has more impressions than can be counted at the price, with the others of ", "impressions", "%s.impressions", "", "deals.final_micros > 0 AND ",
		"(CAST($3 AS BIGINT) / deals.final_micros) * 1000.0"},
}

// tooLarge asks for the largest row of each deal of which a sum would be too large. Rows that are replaced are not looked for unless it
// would be too large with them.
func (s figuresSum) tooLarge() string {
	each := func(table string) string { return strings.ReplaceAll(s.each, "%s", table) }
	same := func(table string) string {
		if s.of == "" {
			return table + ".deal_id = added.deal_id"
		}
		return table + ".deal_id = added.deal_id AND " + table + "." + s.of + " = added." + s.of
	}
	with := `SUM(` + each("added") + `) + COALESCE((SELECT SUM(` + each("known") + `) FROM delivery_days AS known WHERE ` + same("known") + ` AND known.source = $2), 0)`
	replaced := `COALESCE((SELECT SUM(` + each("known") + `) FROM ` + knownOf("staged_delivery AS anew", "anew", "$2") + ` AND anew.deal_id = added.deal_id
			AND ` + same("known") + `), 0)`
	group := "added.deal_id, deals.final_micros"
	if s.of != "" {
		group += ", added." + s.of
	}
	return `SELECT (SELECT line_number FROM staged_delivery AS rows WHERE ` + same("rows") + ` ORDER BY COALESCE(` + s.counts + `, 0) DESC, line_number LIMIT 1),
			'` + s.text + `' || added.deal_id
		FROM staged_delivery AS added JOIN deals ON deals.id = added.deal_id WHERE added.` + s.counts + ` IS NOT NULL GROUP BY ` + group + `
		HAVING ` + s.more + with + ` > ` + s.most + ` AND ` + with + ` - ` + replaced + ` > ` + s.most + `
		ORDER BY 1 LIMIT $1`
}

// DeliveryImports lists what was taken in.
func (r *Reader) DeliveryImports(page Page) *Pending[Listing[parley.DeliveryImport]] {
	return listing(r, paged{table: "delivery_imports", columns: importColumns, order: "id", id: "id"}, where{}, page, scanDeliveryImport)
}

// LastDeliveryImport answers the newest import of a source; empty: there is none.
func (r *Reader) LastDeliveryImport(source string) *Pending[string] {
	return one(r, scalar[string], "", "", `SELECT COALESCE(MAX(id), '') FROM delivery_imports WHERE source = $1`, source)
}

// DeliverySource is who sends figures, and of when the newest of them are.
type DeliverySource struct {
	Name string
	AsOf time.Time
}

// DeliverySources answers at most limit of those who have sent figures, in the order in which they were heard of first.
func (r *Reader) DeliverySources(limit int) *Pending[[]DeliverySource] {
	// From each source to the next by the index, however many files each has sent.
	return many(r, func(rows Rows, s *DeliverySource) error { return rows.Scan(&s.Name, instant(&s.AsOf)) },
		`WITH RECURSIVE sources (source) AS (SELECT MIN(source) FROM delivery_imports
			UNION ALL SELECT (SELECT MIN(source) FROM delivery_imports WHERE source > sources.source) FROM sources WHERE source IS NOT NULL)
		SELECT source, (SELECT MAX(as_of) FROM delivery_imports WHERE delivery_imports.source = sources.source) FROM sources
		WHERE source IS NOT NULL ORDER BY `+heardOf("sources")+` LIMIT $1`, limit)
}

// DeliveredDeals answers the ids of at most limit deals after one, ordered by id, that are booked and of which an import has
// impressions.
func (r *Reader) DeliveredDeals(importID, after string, limit int) *Pending[[]string] {
	return many(r, scalar[string], `SELECT DISTINCT days.deal_id FROM delivery_days AS days JOIN deals ON deals.id = days.deal_id
		WHERE days.import_id = $1 AND days.deal_id > $2 AND days.impressions > 0 AND deals.status = 'booked' ORDER BY days.deal_id LIMIT $3`,
		importID, after, limit)
}

// EndedDeal is the place of a deal among those that are in force, which are ordered by the end of their flight, and by id.
type EndedDeal struct {
	End parley.Date
	ID  string
}

// EndedDeals answers, in their order, at most limit deals in force after a place, the zero place being the beginning, that figures
// are known of: whose flight ended before today and has final figures, of one source or another, on each of its days, or ended on late
// or before.
func (r *Reader) EndedDeals(today, late parley.Date, after EndedDeal, limit int) *Pending[[]EndedDeal] {
	from := "deals"
	if r.dialect.IndexedBy != "" {
		from += r.dialect.IndexedBy + "deals_by_end"
	}
	scan := func(rows Rows, d *EndedDeal) error { return rows.Scan((*int32)(&d.End), &d.ID) }
	return many(r, scan, `SELECT flight_end, id FROM `+from+` WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled')
		AND flight_end < $1 AND (flight_end, id) > ($3, $4)
		AND `+hasFigures+`
		AND (flight_end <= $2 OR (SELECT COUNT(DISTINCT day) FROM delivery_sums WHERE delivery_sums.deal_id = deals.id AND final
			AND day BETWEEN flight_start AND flight_end) > flight_end - flight_start)
		ORDER BY flight_end, id LIMIT $5`, int64(today), int64(late), int64(after.End), after.ID, limit)
}

// longFlight is how many days later at least the last day of a flight is that counts as long: few deals run for longer than a quarter.
const longFlight = 100

// SilentDeals answers at most limit deals in force of which no figures are known, whose flight began on or before the last day that should be heard
// of and did not end before another: those first that need somebody soonest. These are, of a stated volume, those that are over, then those of
// which nothing was heard for so many days as make no data, then the others; and of each the ones of the greatest value, all of which is at risk.
// Those whose flights are not long end soon after a day on which they run; so that it passes over what is still to begin.
func (r *Reader) SilentDeals(complete, since parley.Date, silence int64, limit int) *Pending[[]string] {
	long := strconv.Itoa(longFlight)
	running := func(index, flights string) string {
		return `SELECT id, flight_start, flight_end, impressions, final_micros FROM deals` + r.indexedBy(index) + `
			WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled') AND flight_end >= $2 AND flight_start <= $1 AND ` + flights
	}
	return many(r, scalar[string], `SELECT id FROM (`+running("deals_by_end", `flight_end < $1 + `+long+` AND flight_end - flight_start < `+long)+`
			UNION ALL `+running("deals_by_end_of_long", `flight_end - flight_start >= `+long)+`) AS deals
		WHERE NOT `+hasFigures+` ORDER BY CASE WHEN impressions > 0 AND flight_end <= $1 THEN 0 WHEN flight_end > $1 AND flight_start < $1 - $3 + 2 THEN 1
			WHEN impressions > 0 THEN 2 ELSE 3 END, `+valueOf("final_micros", "impressions")+` DESC, id LIMIT $4`,
		int64(complete), int64(since), silence, limit)
}
