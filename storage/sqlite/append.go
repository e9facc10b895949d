package sqlite

import (
	"context"
	"errors"

	"parley/storage"
	"parley/storage/sqlstore"
)

// Append implements storage.Store. What such flows ask for is answered from memory as long as nothing has changed it. The
// writer looks at that once more when it inserts the rows, in the transaction that they are stored by: an append holds
// only when what it has read is what is stored.
func (s *Store) Append(ctx context.Context, fn func(storage.Tx) error) error {
	tx := sqlstore.NewAppend(asking{s}, dialect, s.memory)
	err := fn(tx)
	var rows []sqlstore.Stmt
	if err == nil {
		rows, err = tx.Appended(ctx)
	}
	if err == nil && len(rows) > 0 {
		t := newTurn(ctx, false)
		t.rows, t.basis = rows, tx.Basis()
		if err := s.take(t, nil); !errors.Is(err, errApart) {
			return err
		}
	}
	if errors.Is(err, storage.ErrNotAppended) {
		return err
	}
	// A refusal, too, has to be of what is stored.
	return s.Tx(ctx, fn)
}

// errApart tells the caller of an append that nothing of it was stored, and that it has to be run on its own.
var errApart = errors.New("sqlite: the append does not hold")

// asking answers what an append asks for and memory does not hold, from a snapshot of its own.
type asking struct{ *Store }

// Batch implements sqlstore.Driver.
func (s asking) Batch(ctx context.Context, stmts []sqlstore.Stmt) error {
	return s.reading(ctx, func(c *conn) error { return c.Batch(ctx, stmts) })
}

// insert writes the rows of those appends that hold, and says how many do. The rows have no savepoints, which would cost a
// copy of each page that is written: when the database refuses some, none may stay.
func (s *Store) insert(c *conn, appends []*turn) (kept int, err error) {
	if len(appends) == 0 {
		return 0, nil
	}
	if err := s.notice(c); err != nil {
		return 0, err
	}
	for _, t := range appends {
		if t.err = t.ctx.Err(); t.err != nil {
			continue
		}
		if !s.memory.Holds(t.basis) {
			t.err = errApart
			continue
		}
		err := c.Batch(context.Background(), t.rows)
		if errors.Is(err, storage.ErrAnswered) {
			t.err = errApart // it was found before anything was written
			continue
		}
		if err != nil {
			return 0, errApart
		}
		kept++
	}
	return kept, nil
}

// notice forgets everything when another connection, of whichever process, has changed the file.
func (s *Store) notice(c *conn) error {
	var version int64
	err := c.execute(context.Background(), &sqlstore.Stmt{SQL: "PRAGMA data_version", Scan: func(rows sqlstore.Rows) error {
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
	if version != s.noticed {
		s.noticed = version
		s.memory.ForgetAll()
	}
	return nil
}

// forget drops from memory what the transaction that has just ended may have changed.
func (s *Store) forget(c *conn) {
	if len(c.changes) > 0 {
		s.memory.Forget(c.changes)
		c.changes = nil
	}
}
