package sqlite

import (
	"context"
	"errors"
	"strings"

	"parley/storage"
)

// Import implements storage.Driver. Rows are staged in a temporary table of a connection of their own, which locks
// nothing and keeps memory flat; only the merge waits for its turn among the writers.
func (db *database) Import(
	ctx context.Context, into storage.Staged, feed func(stage func(row []any) error) error, merge func(storage.Session) error,
) (err error) {
	c := db.importer.Swap(nil)
	if c == nil {
		if c, err = connect(db.path, writerCache, db.synced...); err != nil {
			return err
		}
	}
	defer func() {
		if err != nil || !db.keepImporter(c) {
			_ = c.Close() // and with it the temporary table
		}
	}()
	if err := stage(ctx, c, into, feed); err != nil {
		return err
	}
	return merge(&session{db, c, db.plans && into.Table != "staged_products"}) // a catalog is merged with what refers to products
}

// keepImporter keeps the connection of an import that ended well for the next one, without what it staged and read: to open another
// reads the whole schema.
func (db *database) keepImporter(c *conn) bool {
	ctx := context.Background()
	var ends []string
	const staged = `SELECT 'DROP TABLE temp.' || name FROM temp.sqlite_schema WHERE type = 'table'`
	err := c.ask(ctx, &storage.Stmt{SQL: staged, Scan: func(rows storage.Rows) error {
		for rows.Next() {
			var end string
			if err := rows.Scan(&end); err != nil {
				return err
			}
			ends = append(ends, end)
		}
		return rows.Err()
	}})
	for _, end := range append(ends, "PRAGMA shrink_memory") {
		if err == nil {
			err = c.run(ctx, end)
		}
	}
	if err != nil {
		return false
	}
	if !db.importer.CompareAndSwap(nil, c) {
		return false
	}
	select {
	case <-db.closing: // and Close may have looked before
		return !db.importer.CompareAndSwap(c, nil)
	default:
		return true
	}
}

// session implements storage.Session.
type session struct {
	db    *database
	conn  *conn
	plans bool // are checked
}

// Look implements storage.Session. A transaction that changes temporary tables alone locks nothing.
func (s *session) Look(ctx context.Context, fn func(storage.Conn) ([]storage.Stmt, error)) error {
	return s.transaction(ctx, "BEGIN", fn)
}

// Write implements storage.Session: in the time between two commits of the others.
func (s *session) Write(ctx context.Context, fn func(storage.Conn) ([]storage.Stmt, error)) error {
	return s.db.take(newJob(ctx, true), func(*conn) error {
		if err := s.db.inPlace(); err != nil {
			return err
		}
		return s.transaction(ctx, "BEGIN IMMEDIATE", fn)
	})
}

func (s *session) transaction(ctx context.Context, begin string, fn func(storage.Conn) ([]storage.Stmt, error)) error {
	if err := s.conn.run(ctx, begin); err != nil {
		return err
	}
	var to storage.Conn = s.conn
	if s.plans {
		to = planned{uninterrupted{s.conn, ctx}}
	}
	if err := finish(ctx, to, fn); err != nil {
		return errors.Join(err, s.conn.run(context.WithoutCancel(ctx), "ROLLBACK"))
	}
	return s.conn.run(context.WithoutCancel(ctx), "COMMIT")
}

// stagedPerInsert is how many rows one INSERT stages.
const stagedPerInsert = 100

// columns are those of the temporary table. A number and a text are compared with a column of the same kind alone by an index.
func columns(into storage.Staged) string {
	columns := into.Names()
	for i, c := range into.Columns {
		switch kind, _, _ := strings.Cut(c.Type, " "); kind {
		case "BIGINT":
			columns[i] += " INTEGER"
		case "TEXT":
			columns[i] += " TEXT"
		}
	}
	return strings.Join(columns, ", ")
}

// stage fills the temporary table.
func stage(ctx context.Context, c *conn, into storage.Staged, feed func(stage func(row []any) error) error) error {
	if err := c.run(ctx, `CREATE TEMP TABLE `+into.Table+` (`+columns(into)+`)`); err != nil {
		return err
	}
	// A transaction on temporary tables alone locks nothing that others use.
	if err := c.run(ctx, "BEGIN"); err != nil {
		return err
	}
	row := ", (" + strings.TrimPrefix(strings.Repeat(", ?", len(into.Columns)), ", ") + ")"
	var args []any
	insert := func() error {
		rows := len(args) / len(into.Columns)
		if rows == 0 {
			return nil
		}
		values := strings.TrimPrefix(strings.Repeat(row, rows), ", ")
		err := c.execute(ctx, &storage.Stmt{SQL: `INSERT INTO ` + into.Table + ` VALUES ` + values, Args: args})
		args = args[:0]
		return explain(err)
	}
	err := feed(func(row []any) error {
		if args = append(args, row...); len(args) < stagedPerInsert*len(row) {
			return nil
		}
		return insert()
	})
	if err == nil {
		err = insert()
	}
	if err == nil && into.Index != "" {
		err = c.run(ctx, `CREATE INDEX temp.staged_by_`+into.Index+` ON `+into.Table+` (`+into.Index+`)`)
	}
	if err != nil {
		return errors.Join(err, c.run(context.WithoutCancel(ctx), "ROLLBACK"))
	}
	return c.run(ctx, "COMMIT")
}
