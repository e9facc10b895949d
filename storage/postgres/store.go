// Package postgres keeps the product's state in PostgreSQL, for many stateless nodes over one database.
//
// Writing transactions run at READ COMMITTED and lock the rows they decide on. What a transaction asks for or writes goes
// to the server in batches of one round trip each, its BEGIN in front of the first one, and its COMMIT behind the last
// one when nothing in that still has to be judged here. Reading transactions see one snapshot (REPEATABLE READ, READ
// ONLY).
package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley"
	"parley/storage"
	"parley/storage/sqlstore"
)

// Options change how a database is opened.
type Options struct {
	// SkipMigrate leaves the schema as it is; by default Open brings it up to date.
	SkipMigrate bool
	// Connections is how many connections the pool may hold; 0 means four for each processor, and at least ten.
	Connections int
	// CheckLocks makes a transaction fail that locks rows out of order, which in another's company could be a deadlock. It is
	// for tests.
	CheckLocks bool
	// Configure may change the pool's configuration before it is used, for instance to trace what is sent.
	Configure func(*pgxpool.Config)
}

// Store implements storage.Store over one database.
type Store struct {
	pool    *pgxpool.Pool
	checks  bool // the order of locks
	circles atomic.Int64

	questions, appends *lane // of appends
	closing            chan struct{}
	closed             sync.Once
	done               sync.WaitGroup
}

var _ storage.Store = (*Store)(nil)

// Open connects to the database and brings its schema up to date.
func Open(ctx context.Context, dsn string, options Options) (*Store, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	if !options.SkipMigrate {
		if err := Migrate(ctx, dsn); err != nil {
			return nil, err
		}
	}
	if options.Connections <= 0 {
		options.Connections = max(10, 4*runtime.GOMAXPROCS(0))
	}
	config.MaxConns = int32(options.Connections)
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "parley"
	}
	if options.Configure != nil {
		options.Configure(config)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	s := &Store{pool: pool, checks: options.CheckLocks, closing: make(chan struct{})}
	if err := s.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	s.questions = &lane{store: s, begin: beginRead, turns: make(chan *turn)}
	s.appends = &lane{store: s, begin: beginWrite, turns: make(chan *turn)}
	for range groupsAtATime {
		s.done.Go(s.questions.serve)
		s.done.Go(s.appends.serve)
	}
	return s, nil
}

const (
	beginWrite = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
	beginRead  = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
)

// mostAttempts bounds how often a transaction is run that the server gave up for another one's sake.
const mostAttempts = 10

// Tx implements storage.Store.
func (s *Store) Tx(ctx context.Context, fn func(storage.Tx) error) error {
	return retry(ctx, func() error {
		c, err := s.acquire(ctx)
		if err != nil {
			return err
		}
		defer c.Release()
		err = inTransaction(ctx, &conn{Conn: c.Conn(), begin: beginWrite}, func(tx *sqlstore.Tx) error {
			if s.checks {
				tx.CheckLockOrder()
			}
			return fn(tx)
		})
		if is(err, deadlockDetected) {
			s.circles.Add(1)
		}
		return err
	})
}

// Deadlocks is how many transactions the server has given up because they waited for each other in a circle. Each was run
// again; as all transactions lock in one order, there should be none.
func (s *Store) Deadlocks() int64 { return s.circles.Load() }

// Read implements storage.Store.
func (s *Store) Read(ctx context.Context, fn func(storage.Reader) error) error {
	return s.snapshot(ctx, func(tx *sqlstore.Tx) error { return fn(tx) })
}

func (s *Store) snapshot(ctx context.Context, fn func(*sqlstore.Tx) error) error {
	c, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	return inTransaction(ctx, &conn{Conn: c.Conn(), begin: beginRead}, fn)
}

func (s *Store) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, unavailable(err)
	}
	return c, nil
}

// inTransaction runs fn and commits, or rolls back when it fails or panics.
func inTransaction(ctx context.Context, c *conn, fn func(*sqlstore.Tx) error) (err error) {
	defer func() {
		c.rollback(ctx) // of what has not been committed
		err = c.broken(ctx, err)
	}()
	tx := sqlstore.NewTx(c, dialect)
	if err := fn(tx); err != nil {
		return err
	}
	rest, err := tx.Rest()
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.commit(ctx, rest)
}

// retry runs a transaction again, after a random pause that grows, when the server says that it may succeed then.
func retry(ctx context.Context, attempt func() error) error {
	for n := 1; ; n++ {
		err := attempt()
		if err == nil || !passing(err) {
			return err
		}
		if n == mostAttempts {
			return &parley.Error{
				Code: parley.CodeUnavailable, Message: "Too many requests want the same. Retry in a moment.", Cause: err,
			}
		}
		pause := time.NewTimer(rand.N(time.Millisecond << min(n, 6))) //nolint:gosec // nobody gains by guessing a pause
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return errors.Join(ctx.Err(), err)
		}
	}
}

// EachProduct implements storage.Store.
func (s *Store) EachProduct(ctx context.Context, fn func(parley.Product) error) error {
	return s.snapshot(ctx, func(tx *sqlstore.Tx) error { return tx.EachProduct(ctx, fn) })
}

// Ping implements storage.Store.
func (s *Store) Ping(ctx context.Context) error {
	c, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	connection := &conn{Conn: c.Conn()}
	return connection.broken(ctx, explain(c.Ping(ctx)))
}

// Close implements storage.Store.
func (s *Store) Close() error {
	s.closed.Do(func() {
		close(s.closing)
		s.done.Wait()
		s.pool.Close()
	})
	return nil
}
