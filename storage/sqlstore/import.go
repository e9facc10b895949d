package sqlstore

import (
	"context"
	"fmt"
	"time"

	"parley"
	"parley/storage"
)

// StagedColumns are the columns of the table staged_products, which an import fills before it merges, in the order of
// StagedRow.
var StagedColumns = []string{
	"line", "id", "name", "description", "inventory_type", "deal_types", "base_cpm", "floor_cpm", "currency",
	"minimum_impressions", "daily_impressions", "ad_formats", "device_types", "geo_targets", "content_categories", "status",
	"search",
}

// StagedRow is a product as it is staged.
func StagedRow(line int, p parley.Product) ([]any, error) {
	tx := &Tx{}
	row := append([]any{int64(line)}, tx.productArgs(p)...)
	tx.add(Stmt{Args: row})
	return row, tx.err
}

// mostDuplicates is how many repeated ids an import's error names.
const mostDuplicates = 20

// MergeProducts moves the staged products into the catalog, where they differ from what is there, and the capacity of
// the days that follow their product's. It flushes.
func (tx *Tx) MergeProducts(ctx context.Context, now time.Time) (storage.ImportReport, error) {
	var report storage.ImportReport
	if err := tx.refuseDuplicates(ctx); err != nil {
		return report, err
	}
	total := one(tx, scalar[int64], "", "", `SELECT COUNT(*) FROM staged_products`)
	added := one(tx, scalar[int64], "", "", `SELECT COUNT(*) FROM staged_products AS staged
		WHERE NOT EXISTS (SELECT 1 FROM products WHERE products.id = staged.id)`)
	const merge = `INSERT INTO products (` + productColumns + `, search)
		SELECT id, ` + productContent + `, 1, CAST($1 AS BIGINT), CAST($1 AS BIGINT), search FROM staged_products WHERE TRUE ORDER BY id
		ON CONFLICT (id) DO UPDATE SET
			name = excluded.name, description = excluded.description, inventory_type = excluded.inventory_type,
			deal_types = excluded.deal_types, base_cpm = excluded.base_cpm, floor_cpm = excluded.floor_cpm,
			currency = excluded.currency, minimum_impressions = excluded.minimum_impressions,
			daily_impressions = excluded.daily_impressions, ad_formats = excluded.ad_formats,
			device_types = excluded.device_types, geo_targets = excluded.geo_targets,
			content_categories = excluded.content_categories, status = excluded.status, search = excluded.search,
			version = products.version + 1, updated_at = excluded.updated_at
		WHERE products.name <> excluded.name OR products.description <> excluded.description
			OR products.inventory_type <> excluded.inventory_type
			OR CAST(products.deal_types AS TEXT) <> CAST(excluded.deal_types AS TEXT)
			OR products.base_cpm IS DISTINCT FROM excluded.base_cpm OR products.floor_cpm <> excluded.floor_cpm
			OR products.currency <> excluded.currency OR products.minimum_impressions <> excluded.minimum_impressions
			OR products.daily_impressions IS DISTINCT FROM excluded.daily_impressions
			OR CAST(products.ad_formats AS TEXT) <> CAST(excluded.ad_formats AS TEXT)
			OR CAST(products.device_types AS TEXT) <> CAST(excluded.device_types AS TEXT)
			OR CAST(products.geo_targets AS TEXT) <> CAST(excluded.geo_targets AS TEXT)
			OR CAST(products.content_categories AS TEXT) <> CAST(excluded.content_categories AS TEXT)
			OR products.status <> excluded.status`
	merged := affected(tx, merge, micros(now))
	if err := tx.followCapacity(ctx); err != nil {
		return report, err
	}
	// The flush is done, and none of these can be absent.
	staged, changed := total.value, merged.value-added.value
	report = storage.ImportReport{Added: added.value, Changed: changed, Unchanged: staged - merged.value}
	return report, nil
}

// refuseDuplicates names the lines of ids that come twice, as problems of a product file are named.
func (tx *Tx) refuseDuplicates(ctx context.Context) error {
	type twice struct {
		id          string
		first, last int64
	}
	scan := func(rows Rows, t *twice) error { return rows.Scan(&t.id, &t.first, &t.last) }
	found, err := many(tx, scan, `SELECT id, MIN(line), MAX(line) FROM staged_products GROUP BY id HAVING COUNT(*) > 1
		ORDER BY MIN(line) LIMIT $1`, mostDuplicates).Get(ctx)
	if err != nil {
		return err
	}
	var problems parley.Problems
	for _, t := range found {
		problems.Add(fmt.Sprintf("line %d, column product_id", t.last), "%q is on line %d already", t.id, t.first)
	}
	return problems.Err()
}

// followCapacity gives the days without a capacity of their own their product's, and refuses when one has more reserved.
func (tx *Tx) followCapacity(ctx context.Context) error {
	const following = ` FROM products WHERE products.id = inventory_days.product_id AND NOT inventory_days.declared
		AND products.id IN (SELECT id FROM staged_products)
		AND inventory_days.capacity IS DISTINCT FROM products.daily_impressions`
	type oversold struct {
		product  string
		day      parley.Date
		capacity *int64
		reserved int64
	}
	scan := func(rows Rows, o *oversold) error {
		return rows.Scan(&o.product, (*int32)(&o.day), &o.capacity, &o.reserved)
	}
	short, err := many(tx, scan, `SELECT products.id, day, daily_impressions, reserved FROM inventory_days
		JOIN products ON products.id = inventory_days.product_id
		WHERE NOT declared
			AND (reserved > daily_impressions OR daily_impressions IS NULL AND capacity IS NOT NULL AND reserved > 0) AND products.id IN (SELECT id FROM staged_products)
		ORDER BY products.id, day LIMIT 1`).Get(ctx)
	if err != nil {
		return err
	}
	for _, o := range short {
		declares := "no daily_impressions"
		if o.capacity != nil {
			declares = fmt.Sprintf("a daily_impressions of %d", *o.capacity)
		}
		refused := parley.Errorf(parley.CodeContention,
			"Product %s has %d impressions reserved on %s, more than %s allows. Declare more, or cancel deals first.",
			o.product, o.reserved, o.day, declares).With("product_id", o.product).With("day", o.day.String()).With("reserved", o.reserved)
		refused.Cause = storage.ErrCapacity
		return refused
	}
	tx.exec(`UPDATE inventory_days SET capacity = products.daily_impressions` + following)
	return tx.Flush(ctx)
}
