package storage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley"
)

// ProductImport is an import of products.
type ProductImport struct {
	// Feed calls stage once for each row; line is for error messages.
	Feed func(stage func(line int, c parley.ProductChange) error) error
	// DailyImpressions is the capacity of products of the import that are left without one; nil: none.
	DailyImpressions *int64
	// From is the first day whose capacity follows its product's; those before it stay as they are.
	From parley.Date
	// Diffs is given what is added and changed, a number at a time and in the order of lines, before it is; nil: not asked for.
	Diffs func(tx *Tx, diffs []ProductDiff) error
	// Preview says what would be done, and does nothing: nobody waits for it.
	Preview bool
	// Finish runs when all is done, or known; an error takes all of it back.
	Finish func(tx *Tx, done ImportSummary) error
}

// ProductDiff is what an import makes of a product.
type ProductDiff struct {
	Line   int
	Before *parley.Product // nil: the product is new
	After  parley.Product  // without its version and times
}

// ImportSummary says what an import of products did.
type ImportSummary struct {
	ImportReport
	// Unguaranteed are the first ids, by line, of the import's products that are sold as PG and declare no capacity, and
	// UnguaranteedTotal is how many there are.
	Unguaranteed      []string
	UnguaranteedTotal int64
}

// MostUnguaranteed is how many ids ImportSummary.Unguaranteed has at most.
const MostUnguaranteed = 100

// ImportReport counts what an import did.
type ImportReport struct {
	Added     int64
	Changed   int64
	Unchanged int64
}

// stagedProducts is what an import of products fills, in the order of stagedRow. given is the set of facts that the row states,
// and raise_base tells that the base follows the floor up.
var stagedProducts = func() Staged {
	staged := Staged{Table: "staged_products", Index: "line", Columns: []StagedColumn{
		{"line", "BIGINT"}, {"given", "BIGINT"}, {"raise_base", "BOOLEAN"}, {"id", `TEXT COLLATE "C"`},
	}}
	for _, column := range append(contentColumns, "search") {
		columnType := "TEXT"
		switch column {
		case "base_cpm", "floor_cpm", "minimum_impressions", "daily_impressions":
			columnType = "BIGINT"
		case "deal_types", "ad_formats", "device_types", "geo_targets", "content_categories", "audience_segments":
			columnType = "JSON"
		}
		staged.Columns = append(staged.Columns, StagedColumn{column, columnType})
	}
	return staged
}()

// contentColumns are productContent, one by one, and contentFields what states each of them.
var (
	contentColumns = strings.FieldsFunc(productContent, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
	contentFields  = map[string]parley.ProductField{
		"name": parley.FieldName, "description": parley.FieldDescription, "inventory_type": parley.FieldInventoryType,
		"deal_types": parley.FieldDealTypes, "base_cpm": parley.FieldBaseCPM, "floor_cpm": parley.FieldFloorCPM,
		"currency": parley.FieldCurrency, "minimum_impressions": parley.FieldMinimumImpressions,
		"daily_impressions": parley.FieldDailyImpressions, "ad_formats": parley.FieldAdFormats,
		"device_types": parley.FieldDeviceTypes, "geo_targets": parley.FieldGeoTargets,
		"content_categories": parley.FieldContentCategories, "status": parley.FieldStatus,
		"audience_segments": parley.FieldAudienceSegments, "creative_specs": parley.FieldCreativeSpecs,
	}
)

// stagedRow is what a row says of a product, as it is staged.
func stagedRow(line int, c parley.ProductChange) ([]any, error) {
	tx := &Tx{}
	row := append([]any{int64(line), int64(c.Given), c.RaiseBase}, tx.productArgs(c.Product)...)
	tx.add(Stmt{Args: row})
	return row, tx.err
}

// mostRefused is how many rows an import's error names.
const mostRefused = 20

// ImportProducts stages what a file says of products outside any lock, then makes it so in one transaction, in which
// Diffs and Finish write what goes with it, such as events and audit entries. A product id that comes twice, a new product
// without a name, an inventory type or deal types, and a base price that ends below its floor are validation errors that
// name the line. A row that lowers a day's capacity below what is reserved, or takes it away, fails all with
// CodeContention that names product and day. Rows equal to what is stored change nothing.
func (s *Store) ImportProducts(ctx context.Context, now time.Time, products ProductImport) (ImportSummary, error) {
	feed := func(stage func([]any) error) error {
		return products.Feed(func(line int, c parley.ProductChange) error {
			row, err := stagedRow(line, c)
			if err != nil {
				return err
			}
			return stage(row)
		})
	}
	var summary ImportSummary
	merge := func(tx *Tx) error {
		merged, err := tx.mergeProducts(ctx, now, products)
		if err != nil {
			return err
		}
		summary = merged
		return products.Finish(tx, merged)
	}
	err := s.stage(ctx, stagedProducts, feed, func(on *session) error {
		if products.Preview {
			return on.look(ctx, merge)
		}
		return on.write(ctx, merge)
	})
	if err != nil {
		return ImportSummary{}, err
	}
	return summary, nil
}

// mergeProducts moves the staged products into the catalog, where they differ from what is there, and the capacity of
// the days that follow their product's; of a preview it finds out what that would do. It flushes.
func (tx *Tx) mergeProducts(ctx context.Context, now time.Time, products ProductImport) (ImportSummary, error) {
	var done ImportSummary
	if !products.Preview {
		tx.lock("import products") // two imports would meet on many rows, in any order
	}
	if err := tx.refuseDuplicates(ctx); err != nil {
		return done, err
	}
	if !products.Preview && tx.dialect.ForUpdate != "" {
		tx.exec(`WITH held AS (SELECT 1 FROM products WHERE id IN (SELECT id FROM staged_products) ORDER BY id` + tx.dialect.ForUpdate + `)
			SELECT COUNT(*) FROM held`)
	}
	tx.completeStaged(products.DailyImpressions)
	if err := tx.refuseStaged(ctx); err != nil {
		return done, err
	}
	if products.Diffs != nil {
		if err := tx.eachDiff(ctx, func(diffs []ProductDiff) error { return products.Diffs(tx, diffs) }); err != nil {
			return done, err
		}
	}
	total := one(&tx.Reader, scalar[int64], "", "", `SELECT COUNT(*) FROM staged_products`)
	added := one(&tx.Reader, scalar[int64], "", "", `SELECT COUNT(*) FROM staged_products AS staged
		WHERE NOT EXISTS (SELECT 1 FROM products WHERE products.id = staged.id)`)
	const lacking = ` FROM staged_products WHERE daily_impressions IS NULL AND CAST(deal_types AS TEXT) LIKE '%"PG"%'`
	unguaranteed := one(&tx.Reader, scalar[int64], "", "", `SELECT COUNT(*)`+lacking)
	ids := many(&tx.Reader, scalar[string], `SELECT id`+lacking+` ORDER BY line LIMIT $1`, MostUnguaranteed)
	var merged *Pending[int64]
	if products.Preview {
		merged = one(&tx.Reader, scalar[int64], "", "", `SELECT COUNT(*)`+differing)
	} else {
		merged = affected(tx, mergeStaged, micros(now))
	}
	if err := tx.shortCapacity(ctx, products.From); err != nil {
		return done, err
	}
	if !products.Preview {
		if err := tx.followCapacity(ctx, products.From); err != nil {
			return done, err
		}
	}
	// The flush is done, and none of these can be absent.
	done = ImportSummary{
		ImportReport:      ImportReport{Added: added.value, Changed: merged.value - added.value, Unchanged: total.value - merged.value},
		Unguaranteed:      ids.value,
		UnguaranteedTotal: unguaranteed.value,
	}
	return done, nil
}

// differs is the condition that a row of one table differs from one of another in its content.
func differs(one, other string) string {
	conditions := make([]string, len(contentColumns))
	for i, column := range contentColumns {
		a, b, unequal := one+"."+column, other+"."+column, " <> "
		switch column {
		case "base_cpm", "daily_impressions":
			unequal = " IS DISTINCT FROM "
		case "deal_types", "ad_formats", "device_types", "geo_targets", "content_categories", "audience_segments":
			a, b = "CAST("+a+" AS TEXT)", "CAST("+b+" AS TEXT)"
		}
		conditions[i] = a + unequal + b
	}
	return "(" + strings.Join(conditions, " OR ") + ")"
}

var mergeStaged = func() string {
	var set strings.Builder
	for _, column := range contentColumns {
		set.WriteString(column + " = excluded." + column + ", ")
	}
	return `INSERT INTO products (` + productColumns + `, search)
		SELECT id, ` + productContent + `, 1, CAST($1 AS BIGINT), CAST($1 AS BIGINT), search FROM staged_products WHERE TRUE ORDER BY id
		ON CONFLICT (id) DO UPDATE SET ` + set.String() + `search = excluded.search,
			version = products.version + 1, updated_at = excluded.updated_at
		WHERE ` + differs("products", "excluded")
}()

var fillStaged = func() string {
	var set strings.Builder
	given := func(field parley.ProductField, column string) string {
		return column + " = CASE WHEN (staged_products.given & " + strconv.Itoa(int(field)) + ") <> 0 THEN staged_products." + column +
			" ELSE present." + column + " END, "
	}
	for _, column := range contentColumns {
		set.WriteString(given(contentFields[column], column))
	}
	set.WriteString(given(parley.FieldName, "search"))
	return `UPDATE staged_products SET ` + strings.TrimSuffix(set.String(), ", ") + ` FROM products AS present
		WHERE present.id = staged_products.id AND staged_products.given <> ` + strconv.Itoa(int(parley.AllProductFields))
}()

// minorUnit is the smallest coin, in micros, of a row's currency.
var minorUnit = func() string {
	codes := map[int64][]string{}
	for _, currency := range parley.Currencies() {
		codes[currency.MinorUnit()] = append(codes[currency.MinorUnit()], "'"+string(currency)+"'")
	}
	var cases strings.Builder
	usual := parley.USD.MinorUnit()
	for _, unit := range slices.Sorted(maps.Keys(codes)) {
		if unit != usual {
			fmt.Fprintf(&cases, " WHEN staged_products.currency IN (%s) THEN %d", strings.Join(codes[unit], ", "), unit)
		}
	}
	return fmt.Sprintf("(CASE%s ELSE %d END)", cases.String(), usual)
}()

// gave is the condition that a staged row states one of some facts.
func gave(fields parley.ProductField) string {
	return fmt.Sprintf("(staged_products.given & %d) <> 0", fields)
}

// raiseStaged takes the prices of rows of a form that states floors alone up to the next that there are, where the row did not
// say in which currency they are.
var raiseStaged = func() string {
	up := func(column string, field parley.ProductField) string {
		return fmt.Sprintf("%s = CASE WHEN %s THEN (%s + %s - 1) / %s * %s ELSE %s END", column, gave(field), column, minorUnit, minorUnit,
			minorUnit, column)
	}
	return `UPDATE staged_products SET ` + up("floor_cpm", parley.FieldFloorCPM) + ", " + up("base_cpm", parley.FieldBaseCPM) + `
		WHERE raise_base AND NOT ` + gave(parley.FieldCurrency)
}()

// completeStaged makes the staged rows whole: what a row leaves open is as the product has it.
func (tx *Tx) completeStaged(daily *int64) {
	tx.exec(fillStaged)
	tx.exec(raiseStaged)
	tx.exec(`UPDATE staged_products SET base_cpm = floor_cpm WHERE raise_base AND base_cpm < floor_cpm`)
	if daily != nil {
		tx.exec(`UPDATE staged_products SET daily_impressions = $1 WHERE daily_impressions IS NULL`, *daily)
	}
}

// wrongStaged finds the rows that make no product: what a new one needs is not there, the base is below the floor, a price is
// none in the currency, or the currency is another one and a price is left.
var wrongStaged = `SELECT line, staged_products.id, given, staged_products.name = '', staged_products.inventory_type = '',
		CAST(staged_products.deal_types AS TEXT) = '[]', staged_products.base_cpm, staged_products.floor_cpm, staged_products.currency,
		present.base_cpm, present.floor_cpm, present.currency
	FROM staged_products LEFT JOIN products AS present ON present.id = staged_products.id
	WHERE staged_products.name = '' OR staged_products.inventory_type = '' OR CAST(staged_products.deal_types AS TEXT) = '[]'
		OR staged_products.base_cpm < staged_products.floor_cpm
		OR ` + gave(parley.FieldBaseCPM|parley.FieldFloorCPM) + `
			AND (staged_products.base_cpm % ` + minorUnit + ` <> 0 OR staged_products.floor_cpm % ` + minorUnit + ` <> 0)
		OR staged_products.currency <> present.currency
			AND (present.base_cpm IS NOT NULL AND NOT ` + gave(parley.FieldBaseCPM) + ` OR present.floor_cpm > 0 AND NOT ` + gave(parley.FieldFloorCPM) + `)
	ORDER BY line LIMIT $1`

// refuseStaged names the lines of rows that make no product, as problems of a product file are named.
func (tx *Tx) refuseStaged(ctx context.Context) error {
	type wrong struct {
		line          int64
		given         int64
		lacks         [3]bool
		after, before parley.Product
	}
	scan := func(rows Rows, w *wrong) error {
		var floor *int64
		var currency *string
		err := rows.Scan(&w.line, &w.after.ID, &w.given, &w.lacks[0], &w.lacks[1], &w.lacks[2], &w.after.BaseCPM, &w.after.FloorCPM,
			(*string)(&w.after.Currency), &w.before.BaseCPM, &floor, &currency)
		if floor != nil && currency != nil {
			w.before.FloorCPM, w.before.Currency = *floor, parley.Currency(*currency)
		}
		return err
	}
	found, err := many(&tx.Reader, scan, wrongStaged, mostRefused).Get(ctx)
	if err != nil {
		return err
	}
	var problems parley.Problems
	for _, w := range found {
		add := func(column parley.ProductField, problem string) {
			if problem != "" {
				problems.Add(fmt.Sprintf("line %d, column %s", w.line, column), "%s", problem)
			}
		}
		for i, column := range [...]parley.ProductField{parley.FieldName, parley.FieldInventoryType, parley.FieldDealTypes} {
			if w.lacks[i] {
				add(column, fmt.Sprintf("is needed, since there is no product %q yet", w.after.ID))
			}
		}
		if slices.Contains(w.lacks[:], true) {
			continue
		}
		given := parley.ProductField(w.given)
		change := parley.ProductChange{Product: w.after, Given: given}
		if problem := change.CurrencyProblem(w.before); problem != "" && w.before.Currency != "" {
			add(parley.FieldCurrency, problem)
			continue
		}
		if base := w.after.BaseCPM; base != nil && *base < w.after.FloorCPM {
			add(parley.FieldBaseCPM, fmt.Sprintf("%s, which product %q has then", parley.BaseUnderFloor(w.after.FloorCPM), w.after.ID))
			continue
		}
		if base := w.after.BaseCPM; base != nil && given.Has(parley.FieldBaseCPM) {
			add(parley.FieldBaseCPM, parley.CPMProblem(*base, w.after.Currency))
		}
		if floor := w.after.FloorCPM; floor > 0 && given.Has(parley.FieldFloorCPM) {
			add(parley.FieldFloorCPM, parley.CPMProblem(floor, w.after.Currency))
		}
	}
	return problems.Err()
}

// diffsAtOnce is how many differences are in memory at a time.
const diffsAtOnce = 500

// differing are the completed rows that add or change something.
var differing = ` FROM staged_products AS staged LEFT JOIN products ON products.id = staged.id
	WHERE (products.id IS NULL OR ` + differs("products", "staged") + `)`

// eachDiff calls fn for what the completed rows add and change, in the order of their lines.
func (tx *Tx) eachDiff(ctx context.Context, fn func([]ProductDiff) error) error {
	scan := func(rows Rows, d *ProductDiff) error {
		p := &d.After
		return rows.Scan(&d.Line, &p.ID, &p.Name, &p.Description, &p.InventoryType, decoded(&p.DealTypes), &p.BaseCPM, &p.FloorCPM,
			(*string)(&p.Currency), &p.MinimumImpressions, &p.DailyImpressions, decoded(&p.AdFormats), decoded(&p.DeviceTypes),
			decoded(&p.GeoTargets), decoded(&p.ContentCategories), (*string)(&p.Status), decoded(&p.AudienceSegments), specs(&p.CreativeSpecs))
	}
	query := `SELECT staged.line, staged.id, staged.` + strings.Join(contentColumns, ", staged.") + `
		` + differing + ` AND staged.line > $1 ORDER BY staged.line LIMIT $2`
	for last := int64(0); ; {
		diffs, err := many(&tx.Reader, scan, query, last, diffsAtOnce).Get(ctx)
		if err != nil || len(diffs) == 0 {
			return err
		}
		ids := make([]string, len(diffs))
		for i, d := range diffs {
			ids[i] = d.After.ID
		}
		present, err := tx.ProductsByID(ids).Get(ctx)
		if err != nil {
			return err
		}
		before := make(map[string]*parley.Product, len(present))
		for i := range present {
			before[present[i].ID] = &present[i]
		}
		for i := range diffs {
			diffs[i].Before = before[diffs[i].After.ID]
		}
		if err := fn(diffs); err != nil {
			return err
		}
		last = int64(diffs[len(diffs)-1].Line)
	}
}

// refuseDuplicates names the lines of ids that come twice, as problems of a product file are named.
func (tx *Tx) refuseDuplicates(ctx context.Context) error {
	type twice struct {
		id          string
		first, last int64
	}
	scan := func(rows Rows, t *twice) error { return rows.Scan(&t.id, &t.first, &t.last) }
	found, err := many(&tx.Reader, scan, `SELECT id, MIN(line), MAX(line) FROM staged_products GROUP BY id HAVING COUNT(*) > 1
		ORDER BY MIN(line) LIMIT $1`, mostRefused).Get(ctx)
	if err != nil {
		return err
	}
	var problems parley.Problems
	for _, t := range found {
		problems.Add(fmt.Sprintf("line %d, column product_id", t.last), "%q is on line %d already", t.id, t.first)
	}
	return problems.Err()
}

// shortCapacity refuses when a day from one on, which has no capacity of its own, has more reserved than the completed row of its
// product declares.
func (tx *Tx) shortCapacity(ctx context.Context, from parley.Date) error {
	type oversold struct {
		product  string
		day      parley.Date
		capacity *int64
		reserved int64
	}
	scan := func(rows Rows, o *oversold) error {
		return rows.Scan(&o.product, (*int32)(&o.day), &o.capacity, &o.reserved)
	}
	short, err := many(&tx.Reader, scan, `SELECT inventory_days.product_id, day, daily_impressions, reserved FROM staged_products AS staged
		CROSS JOIN inventory_days WHERE inventory_days.product_id = staged.id AND NOT declared AND day >= $1
			AND (reserved > daily_impressions OR daily_impressions IS NULL AND capacity IS NOT NULL AND reserved > 0)
		ORDER BY inventory_days.product_id, day LIMIT 1`, int64(from)).Get(ctx)
	if err != nil {
		return err
	}
	if len(short) > 0 {
		o := short[0]
		declares := "no daily_impressions"
		if o.capacity != nil {
			declares = fmt.Sprintf("a daily_impressions of %d", *o.capacity)
		}
		refused := parley.Errorf(parley.CodeContention,
			"Product %s has %d impressions reserved on %s, more than %s allows. Declare more, or cancel deals first.",
			o.product, o.reserved, o.day, declares).With("product_id", o.product).With("day", o.day.String()).With("reserved", o.reserved)
		refused.Cause = ErrCapacity
		return refused
	}
	return nil
}

// followCapacity gives the days from one on that have no capacity of their own their product's.
func (tx *Tx) followCapacity(ctx context.Context, from parley.Date) error {
	tx.locksAllDays()
	tx.exec(`WITH held AS (
			SELECT inventory_days.product_id, inventory_days.day, products.daily_impressions AS daily
			FROM inventory_days JOIN products ON products.id = inventory_days.product_id
			WHERE NOT inventory_days.declared AND inventory_days.day >= $1 AND products.id IN (SELECT id FROM staged_products)
				AND inventory_days.capacity IS DISTINCT FROM products.daily_impressions
			ORDER BY inventory_days.product_id, inventory_days.day`+tx.dialect.ForUpdate+`)
		UPDATE inventory_days SET capacity = held.daily
		FROM held WHERE inventory_days.product_id = held.product_id AND inventory_days.day = held.day`, int64(from))
	return tx.flush(ctx)
}
