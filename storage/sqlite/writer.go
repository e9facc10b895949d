package sqlite

import (
	"context"
	"errors"
	"slices"
	"time"

	"parley"
	"parley/storage"
)

// job is what waits for the writer. There are two kinds: a transaction's function, which the caller's own goroutine runs on the
// writer's connection, so that a panic in it is the caller's; and a transaction on the caller's own connection.
type job struct {
	ctx context.Context
	// alone asks for the time between two commits instead of a part of one; the caller writes on a connection of its own.
	alone bool

	granted chan *conn // to the caller, who tells how its function ended
	ended   chan error
	err     error // how the job ended in itself
	result  chan error
}

// newJob makes a job of a function.
func newJob(ctx context.Context, alone bool) *job {
	return &job{
		ctx: ctx, alone: alone, granted: make(chan *conn, 1), ended: make(chan error, 1), result: make(chan error, 1),
	}
}

// mostInBatch bounds how many transactions share a commit, and so how long the first of them waits for the others.
const mostInBatch = 128

// A savepoint guards each transaction of a batch from the others' failures. It costs a copy of each page that is written, and has
// the index of words written each time, so that there are some only when a transaction has failed after its first change: then
// the batch is run again.
const (
	savepoint        = "SAVEPOINT one"
	rollbackToSave   = "ROLLBACK TO one"
	releaseSavepoint = "RELEASE one"
)

// Write implements storage.Driver. Transactions that wait at the same time share a commit.
func (db *database) Write(ctx context.Context, fn func(storage.Conn, *storage.Recall) ([]storage.Stmt, error)) error {
	return db.take(newJob(ctx, false), func(c *conn) error {
		recall := db.memory.Recall(c.changes)
		work := func(c storage.Conn) ([]storage.Stmt, error) { return fn(c, recall) }
		if db.plans {
			return finish(ctx, planned{uninterrupted{c, ctx}}, work)
		}
		return finish(ctx, uninterrupted{c, ctx}, work)
	})
}

// finish runs fn and sends what it answers.
func finish(ctx context.Context, c storage.Conn, fn func(storage.Conn) ([]storage.Stmt, error)) error {
	rest, err := fn(c)
	if err != nil {
		return err
	}
	if err := c.Batch(ctx, rest); err != nil {
		return err
	}
	return ctx.Err()
}

// take waits for the writer, runs fn when it is its turn, and answers how the job's transaction ended. From then on
// the outcome is waited for whatever becomes of the context: an answer of "cancelled" means that nothing was stored.
func (db *database) take(j *job, fn func(*conn) error) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	select {
	case <-db.closing:
		return storage.ErrClosed
	default:
	}
	select {
	case db.jobs <- j:
	case <-j.ctx.Done():
		return j.ctx.Err()
	case <-db.closing:
		return storage.ErrClosed
	}
	for {
		select {
		case c := <-j.granted: // more than once where the common transaction is run again
			j.run(c, fn)
		case err := <-j.result:
			return err
		}
	}
}

// errAbandoned ends the job of a function that panicked.
var errAbandoned = errors.New("sqlite: the transaction's function did not return")

func (j *job) run(c *conn, fn func(*conn) error) {
	err := errAbandoned
	defer func() { j.ended <- err }()
	err = fn(c)
}

// batch is the jobs that came at the same time, by kind.
type batch struct {
	functions, alone []*job
}

func (b *batch) add(j *job) {
	if j.alone {
		b.alone = append(b.alone, j)
		return
	}
	b.functions = append(b.functions, j)
}

// serveWrites takes what waits, commits it, and takes what came meanwhile. It never waits for more: while nobody else
// writes, a transaction is committed at once.
func (db *database) serveWrites(c *conn) {
	defer func() { _ = c.Close() }()
	for {
		var b batch
		select {
		case first := <-db.jobs:
			b.add(first)
		case <-db.closing:
			return
		}
		for n := 1; n < mostInBatch; n++ {
			select {
			case next := <-db.jobs:
				b.add(next)
				continue
			default:
			}
			break
		}
		if len(b.functions) > 0 {
			db.writing.Store(true)
			db.commit(c, b.functions, db.wary > 0)
			db.writing.Store(false)
			db.wary = max(0, db.wary-1)
		}
		for _, j := range b.alone {
			j.granted <- nil
			j.result <- <-j.ended
		}
	}
}

// guardedAfter is how many batches have savepoints at once after one that had to be run again: where transactions fail, such as
// for the last impressions, others soon do so.
const guardedAfter = 100

// errHalf stops a batch in which a transaction without a savepoint has failed after its first change.
var errHalf = errors.New("sqlite: a transaction of the batch failed halfway")

// commit gives each job its part of one transaction and answers all of them after its end: with their own error, or with
// the commit's, which takes away what every one of them has seen.
func (db *database) commit(c *conn, jobs []*job, guarded bool) {
	background := context.Background()
	c.last = nil
	err := db.inPlace()
	if err == nil {
		err = db.begin(c)
	}
	if err == nil {
		err = db.writeAll(c, jobs, guarded)
	}
	if err != nil {
		// When SQLite has given the transaction up already there is none to roll back, which is as well.
		_ = c.run(background, "ROLLBACK")
	}
	db.memory.Forget(c.changes)
	c.changes = nil
	if errors.Is(err, errHalf) {
		db.wary = guardedAfter
		jobs = slices.DeleteFunc(jobs, func(j *job) bool {
			gone := errors.Is(j.err, errAbandoned)
			if gone {
				j.result <- j.err
			}
			return gone
		})
		db.commit(c, jobs, true)
		return
	}
	answer(jobs, err)
}

// begin begins a transaction that writes, and tells of another process that keeps it waiting.
func (db *database) begin(c *conn) error {
	if db.locked != nil {
		defer time.AfterFunc(db.lockedAfter, func() { db.locked(db.path) }).Stop()
	}
	return c.run(context.Background(), "BEGIN IMMEDIATE")
}

// answer tells jobs how they ended: with the transaction's error or, without one, each with its own.
func answer(jobs []*job, err error) {
	for _, j := range jobs {
		if err != nil {
			j.result <- err
		} else {
			j.result <- j.err
		}
	}
}

// writeAll notes how each job that writes ended in itself, and answers the error that stopped the transaction as a whole.
func (db *database) writeAll(c *conn, jobs []*job, guarded bool) error {
	background := context.Background()
	if err := db.notice(c); err != nil {
		return err
	}
	kept := 0
	shared := len(jobs) > 1
	guarded = guarded && shared
	for _, j := range jobs {
		if j.err = j.ctx.Err(); j.err != nil {
			continue
		}
		if guarded {
			if err := c.run(background, savepoint); err != nil {
				return err
			}
		}
		c.dirty, c.defers = false, true
		before := len(c.last)
		j.granted <- c
		if j.err = <-j.ended; j.err == nil {
			kept++
		} else {
			c.last = c.last[:before]
		}
		c.defers = false
		if j.err != nil && c.dirty && shared && !guarded {
			return errHalf
		}
		if guarded {
			if j.err != nil {
				if err := c.run(background, rollbackToSave); err != nil {
					return lost(j.err, err)
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
	if err := c.Batch(background, c.last); err != nil {
		return err
	}
	return c.run(background, "COMMIT")
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

// lost is the error of a transaction whose savepoint is gone. SQLite gives the whole transaction up when the disk is full
// or fails; then the statement's error says why, and the savepoint's only that there is none.
func lost(statement, savepoint error) error {
	if parley.Is(statement, parley.CodeUnavailable) {
		return statement
	}
	return savepoint
}

// uninterrupted looks at the caller's context between statements but does not let it interrupt one: that would take the
// transaction of every other job down, and each statement is short.
type uninterrupted struct {
	conn *conn
	ctx  context.Context
}

// Batch implements storage.Conn.
func (u uninterrupted) Batch(ctx context.Context, stmts []storage.Stmt) error {
	for _, c := range []context.Context{ctx, u.ctx} {
		if err := c.Err(); err != nil {
			return err
		}
	}
	return u.conn.Batch(context.WithoutCancel(ctx), stmts)
}
