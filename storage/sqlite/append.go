package sqlite

import (
	"context"
	"errors"

	"parley/storage"
)

// Questions implements storage.Driver.
func (db *database) Questions() storage.Conn { return asking{db} }

// asking answers the questions of appends, each batch from a snapshot of its own.
type asking struct{ *database }

// Batch implements storage.Conn.
func (a asking) Batch(ctx context.Context, stmts []storage.Stmt) error {
	return a.reading(ctx, func(c *conn) error { return c.Batch(ctx, stmts) })
}

// Append implements storage.Driver. The writer itself inserts the rows, and looks at holds in the transaction that they are
// stored by: an append holds only when what it has read is what is stored.
func (db *database) Append(ctx context.Context, stmts []storage.Stmt, holds func() bool) error {
	j := newJob(ctx, false)
	j.rows, j.holds = stmts, holds
	return db.take(j, nil)
}

// insert writes the rows of those appends that hold, and says how many do. The rows have no savepoints, which would cost a
// copy of each page that is written: when the database refuses some, none may stay.
func (db *database) insert(c *conn, appends []*job) (kept int, err error) {
	for _, j := range appends {
		if j.err = j.ctx.Err(); j.err != nil {
			continue
		}
		if !j.holds() {
			j.err = storage.ErrApart
			continue
		}
		err := c.Batch(context.Background(), j.rows)
		if errors.Is(err, storage.ErrAnswered) {
			j.err = storage.ErrApart // it was found before anything was written
			continue
		}
		if err != nil {
			return 0, storage.ErrApart
		}
		kept++
	}
	return kept, nil
}

// notice forgets everything when another connection, of whichever process, has changed the file.
func (db *database) notice(c *conn) error {
	var version int64
	err := c.execute(context.Background(), &storage.Stmt{SQL: "PRAGMA data_version", Scan: func(rows storage.Rows) error {
		for rows.Next() {
			if err := rows.Scan(&version); err != nil {
				return err
			}
		}
		return rows.Err()
	}})
	if err != nil {
		return explain(err)
	}
	if version != db.noticed {
		db.noticed = version
		db.memory.ForgetAll()
	}
	return nil
}

// forget drops from memory what the transaction that has just ended may have changed.
func (db *database) forget(c *conn) {
	if len(c.changes) > 0 {
		db.memory.Forget(c.changes)
		c.changes = nil
	}
}
