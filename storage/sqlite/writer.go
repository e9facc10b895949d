package sqlite

import (
	"context"
	"errors"

	"parley"
	"parley/storage"
	"parley/storage/sqlstore"
)

// turn is a transaction that waits for the writer. When the writer comes to it, the caller's own goroutine gets the
// connection, so that a panic in the caller's function is the caller's, and gives it back by telling how it ended.
type turn struct {
	ctx context.Context
	// alone asks for the time between two commits instead of a part of one; the caller writes on a connection of its own.
	alone bool

	granted chan *conn
	ended   chan error
	result  chan error
}

func newTurn(ctx context.Context, alone bool) *turn {
	return &turn{
		ctx: ctx, alone: alone, granted: make(chan *conn, 1), ended: make(chan error, 1), result: make(chan error, 1),
	}
}

// mostInBatch bounds how many transactions share a commit, and so how long the first of them waits for the others.
const mostInBatch = 128

// A savepoint guards each transaction of a batch from the others' failures.
const (
	savepoint        = "SAVEPOINT one"
	rollbackToSave   = "ROLLBACK TO one"
	releaseSavepoint = "RELEASE one"
)

// Tx implements storage.Store. Transactions that wait at the same time share a commit.
func (s *Store) Tx(ctx context.Context, fn func(storage.Tx) error) error {
	return s.take(newTurn(ctx, false), func(c *conn) error {
		tx := sqlstore.NewTx(deaf{c, ctx}, dialect)
		if err := fn(tx); err != nil {
			return err
		}
		if err := tx.Flush(ctx); err != nil {
			return err
		}
		return ctx.Err()
	})
}

// take waits for the writer, runs fn in its turn, and answers how the turn's transaction ended. Once the turn has come,
// the outcome is waited for whatever becomes of the context: an answer of "cancelled" means that nothing was stored.
func (s *Store) take(t *turn, fn func(*conn) error) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	select {
	case <-s.closing:
		return errClosed
	default:
	}
	select {
	case s.turns <- t:
	case <-t.ctx.Done():
		return t.ctx.Err()
	case <-s.closing:
		return errClosed
	}
	select {
	case c := <-t.granted:
		t.run(c, fn)
		return <-t.result
	case err := <-t.result:
		return err
	}
}

// errAbandoned ends the turn of a function that panicked.
var errAbandoned = errors.New("sqlite: the transaction's function did not return")

func (t *turn) run(c *conn, fn func(*conn) error) {
	err := errAbandoned
	defer func() { t.ended <- err }()
	err = fn(c)
}

// serveWrites takes what waits, commits it, and takes what came meanwhile. It never waits for more: while nobody else
// writes, a transaction is committed at once.
func (s *Store) serveWrites(c *conn) {
	defer func() { _ = c.Close() }()
	for {
		var batch []*turn
		select {
		case first := <-s.turns:
			batch = append(batch, first)
		case <-s.closing:
			return
		}
		for more := true; more && len(batch) < mostInBatch; {
			select {
			case next := <-s.turns:
				batch = append(batch, next)
			default:
				more = false
			}
		}
		var together []*turn
		for _, t := range batch {
			if !t.alone {
				together = append(together, t)
			}
		}
		if len(together) > 0 {
			commitTogether(c, together)
		}
		for _, t := range batch {
			if t.alone {
				t.granted <- nil
				t.result <- <-t.ended
			}
		}
	}
}

// commitTogether gives each turn its part of one transaction and answers all of them after its end: with their own error,
// or with the commit's, which takes away what every one of them has seen.
func commitTogether(c *conn, batch []*turn) {
	errs, err := attempt(c, batch)
	if err != nil {
		// When SQLite has given the transaction up already there is none to roll back, which is as well.
		_ = c.run(context.Background(), "ROLLBACK")
	}
	for i, t := range batch {
		if err != nil {
			t.result <- err
		} else {
			t.result <- errs[i]
		}
	}
}

// attempt answers how each turn ended, and the error that stopped the transaction as a whole.
func attempt(c *conn, batch []*turn) ([]error, error) {
	background := context.Background()
	if err := c.run(background, "BEGIN IMMEDIATE"); err != nil {
		return nil, err
	}
	errs := make([]error, len(batch))
	kept := 0
	for i, t := range batch {
		if errs[i] = t.ctx.Err(); errs[i] != nil {
			continue
		}
		if len(batch) > 1 {
			if err := c.run(background, savepoint); err != nil {
				return nil, err
			}
		}
		t.granted <- c
		if errs[i] = <-t.ended; errs[i] == nil {
			kept++
		}
		if len(batch) > 1 {
			if errs[i] != nil {
				if err := c.run(background, rollbackToSave); err != nil {
					return nil, lost(errs[i], err)
				}
			}
			if err := c.run(background, releaseSavepoint); err != nil {
				return nil, err
			}
		}
	}
	if kept == 0 {
		return errs, c.run(background, "ROLLBACK")
	}
	return errs, c.run(background, "COMMIT")
}

// lost is the error of a transaction whose savepoint is gone. SQLite gives the whole transaction up when the disk is full
// or fails; then the statement's error says why, and the savepoint's only that there is none.
func lost(statement, savepoint error) error {
	if parley.CodeOf(statement) == parley.CodeUnavailable {
		return statement
	}
	return savepoint
}

// deaf looks at the caller's context between statements but does not let it interrupt one: that would take the
// transaction of every other turn down, and each statement is short.
type deaf struct {
	conn *conn
	ctx  context.Context
}

// Batch implements sqlstore.Driver.
func (d deaf) Batch(ctx context.Context, stmts []sqlstore.Stmt) error {
	for _, c := range []context.Context{ctx, d.ctx} {
		if err := c.Err(); err != nil {
			return err
		}
	}
	return d.conn.Batch(context.WithoutCancel(ctx), stmts)
}
