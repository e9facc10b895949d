package sqlite

import (
	"context"
	"errors"

	"parley"
	"parley/storage"
	"parley/storage/sqlstore"
)

// turn is what waits for the writer. There are three kinds: the rows of an append, which the writer inserts itself; a
// transaction's function, which the caller's own goroutine runs on the writer's connection, so that a panic in it is the
// caller's; and a transaction on the caller's own connection.
type turn struct {
	ctx   context.Context
	rows  []sqlstore.Stmt
	basis *sqlstore.Basis // of the rows
	// alone asks for the time between two commits instead of a part of one; the caller writes on a connection of its own.
	alone bool

	granted chan *conn // to the caller, who tells how its function ended
	ended   chan error
	err     error // how the turn ended in itself
	result  chan error
}

// newTurn makes a turn of a function.
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
		if s.checks {
			tx.CheckLockOrder()
		}
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

// batch is the turns that came at the same time, by kind.
type batch struct {
	appends, functions, alone []*turn
}

func (b *batch) add(t *turn) {
	switch {
	case t.rows != nil:
		b.appends = append(b.appends, t)
	case t.alone:
		b.alone = append(b.alone, t)
	default:
		b.functions = append(b.functions, t)
	}
}

// serveWrites takes what waits, commits it, and takes what came meanwhile. It never waits for more: while nobody else
// writes, a transaction is committed at once.
func (s *Store) serveWrites(c *conn) {
	defer func() { _ = c.Close() }()
	for {
		var b batch
		select {
		case first := <-s.turns:
			b.add(first)
		case <-s.closing:
			return
		}
		for n := 1; n < mostInBatch; n++ {
			select {
			case next := <-s.turns:
				b.add(next)
				continue
			default:
			}
			break
		}
		if len(b.appends)+len(b.functions) > 0 {
			s.commit(c, b)
		}
		for _, t := range b.alone {
			t.granted <- nil
			t.result <- <-t.ended
		}
	}
}

// commit gives each turn its part of one transaction and answers all of them after its end: with their own error, or with
// the commit's, which takes away what every one of them has seen.
func (s *Store) commit(c *conn, b batch) {
	background := context.Background()
	err := c.run(background, "BEGIN IMMEDIATE")
	if err == nil {
		err = s.writeAll(c, b)
	}
	if err != nil {
		// When SQLite has given the transaction up already there is none to roll back, which is as well.
		_ = c.run(background, "ROLLBACK")
	}
	s.forget(c)
	tell(b.appends, err)
	if errors.Is(err, errApart) && len(b.functions) > 0 {
		s.commit(c, batch{functions: b.functions}) // which have not been run yet
		return
	}
	tell(b.functions, err)
}

// tell answers turns with the transaction's error or, without one, each with its own.
func tell(turns []*turn, err error) {
	for _, t := range turns {
		if err != nil {
			t.result <- err
		} else {
			t.result <- t.err
		}
	}
}

// writeAll notes how each turn that writes ended in itself, and answers the error that stopped the transaction as a whole.
func (s *Store) writeAll(c *conn, b batch) error {
	background := context.Background()
	kept, err := s.insert(c, b.appends)
	if err != nil {
		return err
	}
	guarded := len(b.appends)+len(b.functions) > 1
	for _, t := range b.functions {
		if t.err = t.ctx.Err(); t.err != nil {
			continue
		}
		if guarded {
			if err := c.run(background, savepoint); err != nil {
				return err
			}
		}
		t.granted <- c
		if t.err = <-t.ended; t.err == nil {
			kept++
		}
		if guarded {
			if t.err != nil {
				if err := c.run(background, rollbackToSave); err != nil {
					return lost(t.err, err)
				}
			}
			if err := c.run(background, releaseSavepoint); err != nil {
				return err
			}
		}
	}
	if kept == 0 {
		return c.run(background, "ROLLBACK")
	}
	return c.run(background, "COMMIT")
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
