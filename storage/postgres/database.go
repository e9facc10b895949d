// Package postgres keeps the product's state in PostgreSQL, for many stateless nodes over one database.
//
// Writing transactions run at READ COMMITTED and lock the rows they decide on. What a transaction asks for or writes goes
// to the server in batches of one round trip each, its BEGIN in front of the first one, and its COMMIT behind the last
// one when nothing in that still has to be judged here. Reading transactions see one snapshot (REPEATABLE READ, READ
// ONLY).
package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley"
	"parley/storage"
)

// Options change how a database is opened.
type Options struct {
	// SkipMigrate leaves the schema as it is; by default Open brings it up to date.
	SkipMigrate bool
	// MustExist refuses a database that nobody has made yet (storage.ErrNotMade), which Open otherwise makes.
	MustExist bool
	// Direct is the URL of the same database without a pooler in between, where dsn leads through one that lends a connection for a
	// transaction, as PgBouncer does: what needs a connection for longer, migrations and imports, goes there. Empty: dsn does.
	Direct string
	// Connections is how many connections the pool may hold; 0 means four for each processor, and at least ten.
	Connections int
	// CheckLocks is storage.Options.CheckLocks.
	CheckLocks bool
	// Watch is storage.Options.Watch.
	Watch storage.Watch
	// FailDeadlocks makes a transaction fail that the server gave up because of a deadlock, where otherwise it is run again: as
	// all transactions lock in one order, there should be none. It is for tests.
	FailDeadlocks bool
	// Patience is how long the server may take over the statements of one round trip, and how long a connection is waited for,
	// before the caller is told that it does not answer; 0 means five seconds. What goes through much of a table may take longer.
	Patience time.Duration
	// Configure may change the pool's configuration before it is used, for instance to trace what is sent.
	Configure func(*pgxpool.Config)
}

// database implements storage.Driver over one database.
type database struct {
	pool     *pgxpool.Pool
	direct   *pgx.ConnConfig // past the pooler; nil: there is none
	strict   bool            // deadlocks fail
	patience time.Duration

	questions, appends *lane
	closing            chan struct{}
	closed             sync.Once
	done               sync.WaitGroup
	retries            atomic.Int64
}

// Open connects to the database and brings its schema up to date.
func Open(ctx context.Context, dsn string, options Options) (*storage.Store, error) {
	db, err := Connect(ctx, dsn, options)
	if err != nil {
		return nil, err
	}
	return Over(db, options), nil
}

// Connect is Open without the store.
func Connect(ctx context.Context, dsn string, options Options) (storage.Driver, error) {
	db, err := open(ctx, dsn, options)
	if err != nil {
		return nil, err
	}
	return db, nil
}

// Over is the store over a connected database.
func Over(db storage.Driver, options Options) *storage.Store {
	return storage.New(db, dialect, storage.Options{CheckLocks: options.CheckLocks, Watch: options.Watch})
}

// execMode is the part of a URL that says how statements are sent. Through a pooler the next transaction may be on a connection that has
// not prepared what the former did, so there statements are described once and parsed each time, unless the URL says that the pooler
// carries prepared ones along.
const execMode = "default_query_exec_mode"

func open(ctx context.Context, dsn string, options Options) (*database, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	var direct *pgx.ConnConfig
	if options.Direct != "" {
		if direct, err = pgx.ParseConfig(options.Direct); err != nil {
			return nil, fmt.Errorf("postgres: %w", err)
		}
		if !strings.Contains(dsn, execMode) {
			config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
		}
	}
	if options.MustExist {
		if err := made(ctx, cmp.Or(options.Direct, dsn)); err != nil {
			return nil, err
		}
	}
	if !options.SkipMigrate {
		if err := Migrate(ctx, cmp.Or(options.Direct, dsn)); err != nil {
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
	db := &database{pool: pool, direct: direct, strict: options.FailDeadlocks, patience: cmp.Or(options.Patience, usualPatience), closing: make(chan struct{})}
	if err := db.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	db.questions = &lane{database: db, begin: beginRead, parts: make(chan *part)}
	db.appends = &lane{database: db, begin: beginWrite, parts: make(chan *part)}
	for range groupsAtATime {
		db.done.Go(db.questions.serve)
		db.done.Go(db.appends.serve)
	}
	return db, nil
}

const (
	beginWrite = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
	beginRead  = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
)

// mostAttempts bounds how often a transaction is run that the server gave up for another one's sake.
const mostAttempts = 10

// Write implements storage.Driver.
func (db *database) Write(ctx context.Context, fn func(storage.Conn, *storage.Recall) ([]storage.Stmt, error)) error {
	return db.write(ctx, func(c storage.Conn) ([]storage.Stmt, error) { return fn(c, nil) })
}

func (db *database) write(ctx context.Context, fn func(storage.Conn) ([]storage.Stmt, error)) error {
	return db.retry(ctx, func() error {
		c, err := db.acquire(ctx)
		if err != nil {
			return err
		}
		defer c.Release()
		return inTransaction(ctx, db.conn(c, beginWrite), fn)
	})
}

// Read implements storage.Driver.
func (db *database) Read(ctx context.Context, fn func(storage.Conn) error) error {
	c, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	return inTransaction(ctx, db.conn(c, beginRead), func(c storage.Conn) ([]storage.Stmt, error) { return nil, fn(c) })
}

// conn is a connection for one transaction.
func (db *database) conn(c *pgxpool.Conn, begin string) *conn {
	return &conn{Conn: c.Conn(), begin: begin, patience: db.patience}
}

// usualPatience is longer than any statement of a flow takes beside a full load.
const usualPatience = 5 * time.Second

func (db *database) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	patient, cancel := context.WithTimeout(ctx, db.patience)
	defer cancel()
	c, err := db.pool.Acquire(patient)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, unavailable(err)
	}
	return c, nil
}

// inTransaction runs fn and commits, or rolls back when it fails or panics.
func inTransaction(ctx context.Context, c *conn, fn func(storage.Conn) ([]storage.Stmt, error)) (err error) {
	defer func() {
		c.rollback(ctx) // of what has not been committed
		err = c.broken(ctx, err)
	}()
	rest, err := fn(c)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.commit(ctx, rest)
}

// retry runs a transaction again, after a random pause that grows, when the server says that it may succeed then.
func (db *database) retry(ctx context.Context, attempt func() error) error {
	for n := 1; ; n++ {
		err := attempt()
		if err == nil || !passing(err) || db.strict && is(err, deadlockDetected) {
			return err
		}
		if n == mostAttempts {
			return &parley.Error{
				Code: parley.CodeUnavailable, Message: "Too many requests want the same. Retry in a moment.", Cause: err,
			}
		}
		db.retries.Add(1)
		pause := time.NewTimer(rand.N(time.Millisecond << min(n, 6))) //nolint:gosec // nobody gains by guessing a pause
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return errors.Join(ctx.Err(), err)
		}
	}
}

// Ping implements storage.Driver.
func (db *database) Ping(ctx context.Context) error {
	c, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	patient, cancel := context.WithTimeout(ctx, db.patience)
	defer cancel()
	return db.conn(c, "").broken(ctx, explain(c.Ping(patient)))
}

// Connections implements storage.Driver.
func (db *database) Connections() storage.Connections {
	pool := db.pool.Stat()
	return storage.Connections{
		Most: int(pool.MaxConns()), Open: int(pool.TotalConns()), Busy: int(pool.AcquiredConns()),
		Waits: pool.EmptyAcquireCount(), Waited: pool.EmptyAcquireWaitTime(), Retries: db.retries.Load(),
	}
}

// Close implements storage.Driver.
func (db *database) Close() error {
	db.closed.Do(func() {
		close(db.closing)
		db.done.Wait()
		db.pool.Close()
	})
	return nil
}
