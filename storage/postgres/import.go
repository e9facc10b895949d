package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"parley"
	"parley/storage"
	"parley/storage/sqlstore"
)

// stagedTable has the columns that the rows of an import come in.
const stagedTable = `CREATE TEMP TABLE staged_products (
	line BIGINT, given BIGINT, raise_base BOOLEAN, id TEXT COLLATE "C", name TEXT, description TEXT, inventory_type TEXT, deal_types JSON, base_cpm BIGINT,
	floor_cpm BIGINT, currency TEXT, minimum_impressions BIGINT, daily_impressions BIGINT, ad_formats JSON, device_types JSON,
	geo_targets JSON, content_categories JSON, status TEXT, search TEXT)`

// lockImport keeps imports apart, which would meet on many rows in any order.
const lockImport = `SELECT pg_advisory_xact_lock(hashtextextended('import products', 0))`

// ImportProducts implements storage.Store. Rows are staged in a temporary table of a connection of their own, which
// holds no transaction open meanwhile and keeps memory flat.
func (s *Store) ImportProducts(ctx context.Context, now time.Time, products storage.ProductImport) (storage.ImportSummary, error) {
	pooled, err := s.acquire(ctx)
	if err != nil {
		return storage.ImportSummary{}, err
	}
	c := pooled.Hijack()
	// The temporary table goes with the connection.
	defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
	if err := stage(ctx, c, products.Feed); err != nil {
		return storage.ImportSummary{}, (&conn{Conn: c}).broken(ctx, err)
	}
	var report storage.ImportSummary
	err = retry(ctx, func() error {
		return inTransaction(ctx, &conn{Conn: c, begin: beginWrite}, func(tx *sqlstore.Tx) error {
			tx.Lock(lockImport)
			var err error
			if report, err = tx.MergeProducts(ctx, now, products); err != nil {
				return err
			}
			return products.Finish(tx, report)
		})
	})
	if err != nil {
		return storage.ImportSummary{}, err
	}
	return report, nil
}

// stagedPerCopy is how many rows one COPY stages.
const stagedPerCopy = 2000

func stage(ctx context.Context, c *pgx.Conn, feed func(stage func(line int, c parley.ProductChange) error) error) error {
	if _, err := c.Exec(ctx, stagedTable); err != nil {
		return explain(err)
	}
	rows := make([][]any, 0, stagedPerCopy)
	copyRows := func() error {
		_, err := c.CopyFrom(ctx, pgx.Identifier{"staged_products"}, sqlstore.StagedColumns, pgx.CopyFromRows(rows))
		rows = rows[:0]
		return explain(err)
	}
	err := feed(func(line int, change parley.ProductChange) error {
		row, err := sqlstore.StagedRow(line, change)
		if err != nil {
			return err
		}
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
