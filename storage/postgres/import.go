package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"parley/storage"
)

// tableOf is the statement that makes a temporary table.
func tableOf(into storage.Staged) string {
	columns := make([]string, len(into.Columns))
	for i, c := range into.Columns {
		columns[i] = c.Name + " " + c.Type
	}
	return `CREATE TEMP TABLE ` + into.Table + ` (` + strings.Join(columns, ", ") + `)`
}

// Import implements storage.Driver. Rows are staged in a temporary table of one connection, which holds no transaction open
// meanwhile and keeps memory flat.
func (db *database) Import(ctx context.Context, into storage.Staged, feed func(stage func(row []any) error) error, merge func(storage.Session) error) error {
	c, done, err := db.own(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := stage(ctx, c, into, feed); err != nil {
		return (&conn{Conn: c}).broken(ctx, err)
	}
	return merge(&session{db, c})
}

// own is a connection that stays the caller's until done.
func (db *database) own(ctx context.Context) (c *pgx.Conn, done func(), err error) {
	if db.direct != nil {
		patient, cancel := context.WithTimeout(ctx, db.patience)
		defer cancel()
		if c, err = pgx.ConnectConfig(patient, db.direct.Copy()); err != nil {
			return nil, nil, unavailable(err)
		}
		return c, func() {
			patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
			defer cancel()
			_ = c.Close(patient)
		}, nil
	}
	lent, err := db.acquire(ctx)
	if err != nil {
		return nil, nil, err
	}
	return lent.Conn(), func() { unstage(ctx, lent.Conn()); lent.Release() }, nil
}

// session implements storage.Session.
type session struct {
	db   *database
	conn *pgx.Conn
}

// beginLook is for temporary tables, which a transaction that only reads could change and not make.
const beginLook = "BEGIN ISOLATION LEVEL REPEATABLE READ"

// Look implements storage.Session.
func (s *session) Look(ctx context.Context, fn func(storage.Conn) ([]storage.Stmt, error)) error {
	return inTransaction(ctx, &conn{Conn: s.conn, begin: beginLook}, fn)
}

// Write implements storage.Session.
func (s *session) Write(ctx context.Context, fn func(storage.Conn) ([]storage.Stmt, error)) error {
	return s.db.retry(ctx, func() error { return inTransaction(ctx, &conn{Conn: s.conn, begin: beginWrite}, fn) })
}

// unstage takes the temporary tables away before the connection is the pool's again, whose next user finds it warm. Where that does
// not succeed the connection is closed, and they go with it.
func unstage(ctx context.Context, c *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	if _, err := c.Exec(ctx, "DISCARD TEMP"); err != nil {
		_ = c.Close(ctx)
	}
}

// stagedPerCopy is how many rows one COPY stages.
const stagedPerCopy = 2000

func stage(ctx context.Context, c *pgx.Conn, into storage.Staged, feed func(stage func(row []any) error) error) error {
	if _, err := c.Exec(ctx, tableOf(into)); err != nil {
		return explain(err)
	}
	rows := make([][]any, 0, stagedPerCopy)
	copyRows := func() error {
		_, err := c.CopyFrom(ctx, pgx.Identifier{into.Table}, into.Names(), pgx.CopyFromRows(rows))
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
	if into.Index != "" {
		if _, err := c.Exec(ctx, "CREATE INDEX staged_by_"+into.Index+" ON "+into.Table+" ("+into.Index+")"); err != nil {
			return explain(err)
		}
	}
	// The planner has no statistics of a new table.
	_, err = c.Exec(ctx, "ANALYZE "+into.Table)
	return explain(err)
}
