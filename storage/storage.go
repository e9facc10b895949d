// Package storage keeps the product's state: every method that the flows need, each with its statement, written once for SQLite
// and PostgreSQL. A Reader holds what can be asked, a Tx also what can be changed. The packages sqlite and postgres give a Store
// its Driver, which takes statements to their database, and its Dialect, for the few fragments of SQL that differ; storagetest
// holds the suite that both pass.
//
// # Asking and flushing
//
// A transaction is a queue of statements. A read method queues its query and returns a Pending; a write method queues its
// statement and returns nothing. The first Pending.Get, or the commit, sends everything queued so far in one round trip,
// in order. A flow that asks for all it needs before it looks at any of it therefore costs one round trip for its reads
// and one for its writes, and still reads like plain code.
//
// A write that the database refuses fails the Get or the commit that flushed it, with the domain error that the method's
// comment names. After any error the transaction can only be rolled back. Methods named ForUpdate lock the rows that they
// read; every transaction locks in one order (see locks.go), so that no two wait for each other in a circle.
//
// # Representation
//
// Both databases hold the same: an instant is microseconds since 1970 in UTC, a date is days since then, money is micros beside
// a currency code, a list or a nested value is JSON text, and an absent reference is NULL.
package storage

import (
	"context"
	"errors"

	"parley"
)

// Causes that a flow tells apart behind one code. They are wrapped in the error's Cause.
var (
	// ErrCapacity: a reservation would go over, or a capacity under, what a day has.
	ErrCapacity = errors.New("storage: the day's capacity does not allow it")
	// ErrDealIDTaken: the deal id exists; mint another.
	ErrDealIDTaken = errors.New("storage: the deal id is taken")
	// ErrNotAppended: a flow that only appends has tried another change. It is a mistake in the flow.
	ErrNotAppended = errors.New("storage: a change that does not append")
	// ErrAskedAgain: a flow that asks once has asked for more. It is a mistake in the flow.
	ErrAskedAgain = errors.New("storage: a second question of a flow that asks once")
	// ErrNotMade: a database that was to be there already is not, or has none of this product's tables.
	ErrNotMade = errors.New("there is no database of this product there")
	// ErrAnswered: another transaction has stored an answer under the same idempotency key meanwhile.
	ErrAnswered = errors.New("storage: the idempotency key has been answered")
)

// Store is a database that holds the product's state. It is safe for concurrent use.
type Store struct {
	driver  Driver
	dialect *Dialect
	lanes   Lanes
	options Options
	kept    *kept
	tally   tally
}

// Options change how a store works.
type Options struct {
	// CheckLocks makes a transaction fail that locks rows out of order, which in another transaction's company can be a
	// deadlock. It is for tests.
	CheckLocks bool
	// Watch hears of every transaction; nil: nobody does.
	Watch Watch
}

// Watch is told that a transaction begins, waiting included. It answers the context to go on with, and what to tell its end to.
type Watch func(ctx context.Context, kind TransactionKind) (context.Context, func(error))

// New makes a store over a database.
func New(driver Driver, dialect *Dialect, options Options) *Store {
	return &Store{driver: driver, dialect: dialect, lanes: driver.Lanes(), options: options, kept: newKept()}
}

// Tx runs fn in one read-write transaction and commits when fn returns nil. fn may run several times (a serialization
// failure is retried with jitter, a bounded number of times), so it must have no effect but through tx. It must not
// wait for anything but the database: on the embedded store every other writer waits behind it.
func (s *Store) Tx(ctx context.Context, fn func(*Tx) error) error { return s.write(ctx, KindWrite, fn) }

func (s *Store) write(ctx context.Context, kind TransactionKind, fn func(*Tx) error) error {
	ctx, running := s.begin(ctx, kind)
	var events []Told
	err := s.driver.Write(ctx, func(conn Conn, recall *Recall) (rest []Stmt, err error) {
		rest, events, running.own, err = s.run(conn, recall, kind, fn)
		return rest, err
	})
	running.ended(err, events)
	return err
}

// run answers what is still to be sent when fn has ended, and the events that it wrote; or its error, and whether that is its own.
func (s *Store) run(conn Conn, recall *Recall, kind TransactionKind, fn func(*Tx) error) (rest []Stmt, events []Told, own bool, err error) {
	tx := &Tx{Reader: Reader{
		conn: conn, dialect: s.dialect, kept: s.kept, committed: !s.dialect.Shared, recall: recall, adds: kind == KindAppend,
	}}
	if s.options.CheckLocks {
		tx.checkLockOrder()
	}
	if err := fn(tx); err != nil {
		return nil, nil, tx.err == nil, err
	}
	rest, err = tx.rest()
	return rest, tx.events, false, err
}

// stage runs fn with the connection that sees a temporary table, which feed has filled.
func (s *Store) stage(ctx context.Context, into Staged, feed func(stage func(row []any) error) error, fn func(*session) error) error {
	return s.driver.Import(ctx, into, feed, func(conn Session) error { return fn(&session{s, conn}) })
}

// session is a connection with temporary tables.
type session struct {
	store *Store
	conn  Session
}

// look runs fn over one snapshot. It may change temporary tables alone, and keeps nobody waiting.
func (on *session) look(ctx context.Context, fn func(*Tx) error) error {
	return on.run(ctx, KindRead, on.conn.Look, fn)
}

// write runs fn as Store.Tx does.
func (on *session) write(ctx context.Context, fn func(*Tx) error) error {
	return on.run(ctx, KindWrite, on.conn.Write, fn)
}

func (on *session) run(
	ctx context.Context, kind TransactionKind, through func(context.Context, func(Conn) ([]Stmt, error)) error, fn func(*Tx) error,
) error {
	ctx, running := on.store.begin(ctx, kind)
	var events []Told
	err := through(ctx, func(conn Conn) (rest []Stmt, err error) {
		rest, events, running.own, err = on.store.run(conn, nil, kind, fn)
		return rest, err
	})
	running.ended(err, events)
	return err
}

// mostAlone bounds how often an append that was refused beside others is run on its own.
const mostAlone = 10

// Append runs fn as Tx does, for a flow that changes nothing but adds rows: quotes, sessions, events, audit entries and answers.
// What fn reads is as it was at some time after the call began; what it adds is written when fn has returned, all of it
// or nothing, in one durable transaction. Any other change fails with ErrNotAppended. Where lanes lead to the database, the
// questions and rows of those who come at the same time go there together, and fn may be run again by Tx, whose outcome then
// holds, when something there was refused: a repeated idempotency key finds its answer.
func (s *Store) Append(ctx context.Context, fn func(*Tx) error) error {
	if s.lanes.Appends == nil {
		return s.write(ctx, KindAppend, fn)
	}
	of := ctx
	ctx, running := s.begin(of, KindAppend)
	var added []Stmt
	tx := &Tx{Reader: Reader{conn: s.lanes.Questions, dialect: s.dialect, kept: s.kept, committed: true, adds: true, apart: &added}}
	err := fn(tx)
	running.own = err != nil && tx.err == nil
	if err == nil {
		err = tx.flush(ctx)
	}
	if err == nil && len(added) > 0 {
		err = s.lanes.Appends.Batch(ctx, added)
	}
	alone := func() bool { return errors.Is(err, ErrApart) || errors.Is(err, ErrAnswered) }
	if !alone() {
		running.ended(err, tx.events)
		return err
	}
	running.stop(nil) // it is counted as what it is run as
	for n := 0; n < mostAlone && alone(); n++ {
		err = s.Tx(of, fn)
	}
	return err
}

// Read runs fn over one consistent, read-only snapshot.
func (s *Store) Read(ctx context.Context, fn func(*Reader) error) error {
	return s.read(ctx, false, fn)
}

func (s *Store) read(ctx context.Context, once bool, fn func(*Reader) error) error {
	ctx, running := s.begin(ctx, KindRead)
	err := s.driver.Read(ctx, func(conn Conn) error {
		r := &Reader{conn: conn, dialect: s.dialect, kept: s.kept, committed: true, once: once}
		if err := fn(r); err != nil {
			running.own = r.err == nil
			return err
		}
		return r.err
	})
	running.ended(err, nil)
	return err
}

// Ask runs fn as Read does, for a flow that asks for all it needs before it looks at any of it: where lanes lead to the database, the
// questions of those who ask at the same time go there together, each caller's to one snapshot. Asking again fails.
func (s *Store) Ask(ctx context.Context, fn func(*Reader) error) error {
	if s.lanes.Questions == nil {
		return s.read(ctx, true, fn)
	}
	_, running := s.begin(ctx, KindRead)
	r := &Reader{conn: s.lanes.Questions, dialect: s.dialect, kept: s.kept, committed: true, once: true}
	err := fn(r)
	running.own = r.err == nil
	if err == nil {
		err = r.err
	}
	if errors.Is(err, ErrApart) { // a question of another's has failed, or this one's
		running.stop(nil)
		return s.Read(ctx, fn)
	}
	running.ended(err, nil)
	return err
}

// EachProduct streams every product, ordered by id, from one snapshot. fn must not call the store.
func (s *Store) EachProduct(ctx context.Context, fn func(parley.Product) error) error {
	return s.Read(ctx, func(r *Reader) error { return r.eachProduct(ctx, fn) })
}

// Ping tells whether the database answers and, as far as the store can know, has room to grow.
func (s *Store) Ping(ctx context.Context) error { return s.driver.Ping(ctx) }

// SchemaVersion tells the version of the schema in use; 0 before the first migration.
func (s *Store) SchemaVersion(ctx context.Context) (int64, error) { return s.driver.SchemaVersion(ctx) }

// Close waits for what is under way and releases the database.
func (s *Store) Close() error { return s.driver.Close() }
