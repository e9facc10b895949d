package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"parley/storage"
)

// stagedTable has the columns that the rows of an import come in.
const stagedTable = `CREATE TEMP TABLE staged_products (
	line BIGINT, given BIGINT, raise_base BOOLEAN, id TEXT COLLATE "C", name TEXT, description TEXT, inventory_type TEXT, deal_types JSON, base_cpm BIGINT,
	floor_cpm BIGINT, currency TEXT, minimum_impressions BIGINT, daily_impressions BIGINT, ad_formats JSON, device_types JSON,
	geo_targets JSON, content_categories JSON, status TEXT, audience_segments JSON, search TEXT)`

// Import implements storage.Driver. Rows are staged in a temporary table of a connection of their own, which holds no
// transaction open meanwhile and keeps memory flat.
func (db *database) Import(ctx context.Context, feed func(stage func(row []any) error) error, merge func(storage.Conn) ([]storage.Stmt, error)) error {
	pooled, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	c := pooled.Hijack()
	// The temporary table goes with the connection.
	defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
	if err := stage(ctx, c, feed); err != nil {
		return (&conn{Conn: c}).broken(ctx, err)
	}
	return db.retry(ctx, func() error { return inTransaction(ctx, &conn{Conn: c, begin: beginWrite}, merge) })
}

// stagedPerCopy is how many rows one COPY stages.
const stagedPerCopy = 2000

func stage(ctx context.Context, c *pgx.Conn, feed func(stage func(row []any) error) error) error {
	if _, err := c.Exec(ctx, stagedTable); err != nil {
		return explain(err)
	}
	rows := make([][]any, 0, stagedPerCopy)
	copyRows := func() error {
		_, err := c.CopyFrom(ctx, pgx.Identifier{"staged_products"}, storage.StagedColumns, pgx.CopyFromRows(rows))
		rows = rows[:0]
		return explain(err)
	}
	err := feed(func(row []any) error {
		if rows = append(rows, row); len(rows) < stagedPerCopy {
			return nil
		}
		return copyRows()
	})
	if err != nil {
		return err
	}
	if err := copyRows(); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, "CREATE INDEX staged_by_line ON staged_products (line)"); err != nil {
		return explain(err)
	}
	// The planner has no statistics of a new table.
	_, err = c.Exec(ctx, "ANALYZE staged_products")
	return explain(err)
}
