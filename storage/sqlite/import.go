package sqlite

import (
	"context"
	"errors"
	"strings"
	"time"

	"parley"
	"parley/storage"
	"parley/storage/sqlstore"
)

// ImportProducts implements storage.Store. Rows are staged in a temporary table of a connection of their own, which locks
// nothing and keeps memory flat; only the merge waits for its turn among the writers.
func (s *Store) ImportProducts(ctx context.Context, now time.Time, products storage.ProductImport) (storage.ImportSummary, error) {
	var report storage.ImportSummary
	c, err := newConn(ctx, s.write)
	if err != nil {
		return report, err
	}
	defer discard(c) // and with it the temporary table
	if err := stage(ctx, c, products.Feed); err != nil {
		return report, err
	}
	merge := func(*conn) error {
		if err := c.run(ctx, "BEGIN IMMEDIATE"); err != nil {
			return err
		}
		tx := sqlstore.NewTx(c, dialect)
		merged, err := tx.MergeProducts(ctx, now, products)
		report = merged
		if err == nil {
			err = products.Finish(tx, report)
		}
		if err == nil {
			err = tx.Flush(ctx)
		}
		if err != nil {
			return errors.Join(err, c.run(context.WithoutCancel(ctx), "ROLLBACK"))
		}
		return c.run(context.WithoutCancel(ctx), "COMMIT")
	}
	if err := s.take(newTurn(ctx, true), merge); err != nil {
		return storage.ImportSummary{}, err
	}
	return report, nil
}

// stagedPerInsert is how many rows one INSERT stages.
const stagedPerInsert = 100

// stage fills the temporary table.
func stage(ctx context.Context, c *conn, feed func(stage func(line int, c parley.ProductChange) error) error) error {
	columns := strings.Join(sqlstore.StagedColumns, ", ")
	if err := c.run(ctx, `CREATE TEMP TABLE staged_products (`+columns+`)`); err != nil {
		return err
	}
	// A transaction on temporary tables alone locks nothing that others use.
	if err := c.run(ctx, "BEGIN"); err != nil {
		return err
	}
	var args []any
	insert := func() error {
		rows := len(args) / len(sqlstore.StagedColumns)
		if rows == 0 {
			return nil
		}
		err := c.execute(ctx, &sqlstore.Stmt{SQL: `INSERT INTO staged_products VALUES ` + sqlstore.Placeholders(rows, len(sqlstore.StagedColumns)), Args: args})
		args = args[:0]
		return explain(err)
	}
	err := feed(func(line int, change parley.ProductChange) error {
		row, err := sqlstore.StagedRow(line, change)
		if err != nil {
			return err
		}
		if args = append(args, row...); len(args) < stagedPerInsert*len(row) {
			return nil
		}
		return insert()
	})
	if err == nil {
		err = insert()
	}
	if err == nil {
		err = c.run(ctx, `CREATE INDEX temp.staged_by_line ON staged_products (line)`)
	}
	if err != nil {
		return errors.Join(err, c.run(context.WithoutCancel(ctx), "ROLLBACK"))
	}
	return c.run(ctx, "COMMIT")
}
