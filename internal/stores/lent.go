package stores

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/storage"
	"parley/storage/pgtest"
	"parley/storage/postgres"
)

// lent is a PostgreSQL database that tests are lent one after the other, with its connections. What a new one costs the server, to make,
// to connect to and to plan each statement for the first time, is more than most tests do.
type lent struct {
	url    string
	drop   func() error
	driver storage.Driver
	place  *place
	aside  *pgx.Conn // empties it
	// What the empty database has: the query for the tables that have rows and had none, the rows of the others, and what stands in the
	// catalogs.
	filled   string
	seeds    map[string]string // the rows of a table, as JSON
	catalogs string
}

// shelf holds the databases that nobody has at the moment. They end with the server, or with the next run's tests on one that goes on.
var shelf struct {
	mu   sync.Mutex
	free []*lent
}

// borrow answers an empty database for as long as the test lasts.
func borrow(t testing.TB) (*lent, *lease) {
	t.Helper()
	shelf.mu.Lock()
	var l *lent
	if last := len(shelf.free) - 1; last >= 0 {
		l, shelf.free = shelf.free[last], shelf.free[:last]
	}
	shelf.mu.Unlock()
	if l == nil {
		l = newLent(t)
	}
	lease := &lease{Driver: l.driver}
	lease.idle.L = &lease.mu
	t.Cleanup(func() {
		_ = lease.Close()
		l.giveBack(t)
	})
	return l, lease
}

func newLent(t testing.TB) *lent {
	t.Helper()
	l := &lent{}
	l.url, l.drop = pgtest.Kept(t, template(), migrate)
	ctx := context.Background()
	var err error
	if l.aside, err = pgx.Connect(ctx, l.url); err == nil {
		// Neither what keeps rows from being deleted nor what is done when they are.
		if _, err = l.aside.Exec(ctx, "SET session_replication_role = replica"); err == nil {
			err = l.look(ctx)
		}
	}
	if err == nil {
		l.driver, err = postgres.Connect(ctx, l.url, options)
	}
	if err != nil {
		t.Fatalf("open PostgreSQL: %v", err)
	}
	l.place = postgresPlace(l.url)
	return l
}

// look notes what the empty database has.
func (l *lent) look(ctx context.Context) (err error) {
	tables, err := l.list(ctx, postgresTables)
	if err != nil {
		return err
	}
	l.seeds = map[string]string{}
	var filled []string
	for _, table := range tables {
		rows, err := l.text(ctx, rowsOfTable(table))
		switch {
		case err != nil:
			return err
		case rows == "":
			filled = append(filled, fmt.Sprintf("SELECT '%s' WHERE EXISTS (SELECT FROM %s)", table, table))
		default:
			l.seeds[table] = rows
		}
	}
	l.filled = strings.Join(filled, " UNION ALL ")
	l.catalogs, err = l.text(ctx, catalogs)
	return err
}

func rowsOfTable(table string) string {
	return fmt.Sprintf("SELECT coalesce(jsonb_agg(t)::text, '') FROM %s AS t", table)
}

// catalogs stands for what is in the system's catalogs: tables and their files, what was counted of them, columns, constraints, functions
// and triggers.
const catalogs = `SELECT concat_ws(' ',
	(SELECT concat_ws(' ', count(*), sum(oid::bigint), sum(relfilenode::bigint), sum(reltuples::bigint), sum(relnatts)) FROM pg_class),
	(SELECT concat_ws(' ', count(*), sum(oid::bigint)) FROM pg_constraint), (SELECT concat_ws(' ', count(*), sum(oid::bigint)) FROM pg_proc),
	(SELECT concat_ws(' ', count(*), sum(oid::bigint)) FROM pg_trigger WHERE tgenabled = 'O'),
	(SELECT count(*) FROM pg_statistic), (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped),
	(SELECT count(*) FROM pg_db_role_setting))`

// restart has ids begin anew, but those of the migrations.
const restart = `SELECT setval(seqrelid, seqstart, false) FROM pg_sequence JOIN pg_class ON pg_class.oid = seqrelid
	WHERE relname <> 'goose_db_version_id_seq'`

// mostRows is how many rows may be deleted at most before a database is not worth to be lent again: they stay in its files.
const mostRows = 5000

// giveBack empties the database and puts it on the shelf. One of a test that failed, or that cannot be made as it was, is dropped.
func (l *lent) giveBack(t testing.TB) {
	ctx := context.Background()
	kept := !t.Failed()
	if kept {
		var err error
		if kept, err = l.empty(ctx); err != nil {
			t.Errorf("empty the database: %v", err)
		}
	}
	if !kept {
		l.place.close()
		if err := errors.Join(l.aside.Close(ctx), l.driver.Close(), l.drop()); err != nil {
			t.Errorf("drop the database: %v", err)
		}
		return
	}
	shelf.mu.Lock()
	defer shelf.mu.Unlock()
	shelf.free = append(shelf.free, l)
}

// empty makes the database as it was, and tells whether it is.
func (l *lent) empty(ctx context.Context) (bool, error) {
	now, err := l.text(ctx, catalogs)
	if err != nil || now != l.catalogs {
		return false, err
	}
	filled, err := l.list(ctx, l.filled)
	if err != nil {
		return false, err
	}
	var deleted int64
	for _, table := range filled {
		gone, err := l.aside.Exec(ctx, "DELETE FROM "+table)
		if err != nil {
			return false, err
		}
		deleted += gone.RowsAffected()
	}
	for table, rows := range l.seeds {
		now, err := l.text(ctx, rowsOfTable(table))
		if err == nil && now != rows {
			err = l.restore(ctx, table, rows)
		}
		if err != nil {
			return false, err
		}
	}
	_, err = l.aside.Exec(ctx, restart)
	return err == nil && deleted <= mostRows, err
}

// restore makes a table's rows what they were.
func (l *lent) restore(ctx context.Context, table, rows string) error {
	if _, err := l.aside.Exec(ctx, "DELETE FROM "+table); err != nil {
		return err
	}
	_, err := l.aside.Exec(ctx, fmt.Sprintf("INSERT INTO %s SELECT * FROM jsonb_populate_recordset(NULL::%[1]s, $1)", table), rows)
	return err
}

func (l *lent) text(ctx context.Context, query string) (text string, err error) {
	err = l.aside.QueryRow(ctx, query).Scan(&text)
	return text, err
}

func (l *lent) list(ctx context.Context, query string) ([]string, error) {
	rows, err := l.aside.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// lease is one test's use of a database. When it is closed nothing more gets through, as if the connections were.
type lease struct {
	storage.Driver
	mu     sync.Mutex
	idle   sync.Cond
	closed bool
	busy   int
}

// use runs fn unless the lease has ended.
func (l *lease) use(fn func() error) error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return storage.ErrClosed
	}
	l.busy++
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.busy--
		l.idle.Broadcast()
	}()
	return fn()
}

// Write implements storage.Driver.
func (l *lease) Write(ctx context.Context, fn func(storage.Conn, *storage.Recall) ([]storage.Stmt, error)) error {
	return l.use(func() error { return l.Driver.Write(ctx, fn) })
}

// Read implements storage.Driver.
func (l *lease) Read(ctx context.Context, fn func(storage.Conn) error) error {
	return l.use(func() error { return l.Driver.Read(ctx, fn) })
}

// Lanes implements storage.Driver.
func (l *lease) Lanes() storage.Lanes {
	lanes := l.Driver.Lanes()
	return storage.Lanes{Questions: leasedLane{l, lanes.Questions}, Appends: leasedLane{l, lanes.Appends}}
}

type leasedLane struct {
	lease *lease
	conn  storage.Conn
}

// Batch implements storage.Conn.
func (l leasedLane) Batch(ctx context.Context, stmts []storage.Stmt) error {
	return l.lease.use(func() error { return l.conn.Batch(ctx, stmts) })
}

// Import implements storage.Driver.
func (l *lease) Import(
	ctx context.Context, into storage.Staged, feed func(stage func(row []any) error) error, merge func(storage.Session) error,
) error {
	return l.use(func() error { return l.Driver.Import(ctx, into, feed, merge) })
}

// SchemaVersion implements storage.Driver.
func (l *lease) SchemaVersion(ctx context.Context) (version int64, err error) {
	err = l.use(func() error { version, err = l.Driver.SchemaVersion(ctx); return err })
	return version, err
}

// Ping implements storage.Driver.
func (l *lease) Ping(ctx context.Context) error {
	return l.use(func() error { return l.Driver.Ping(ctx) })
}

// Close implements storage.Driver: it waits for what is under way.
func (l *lease) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for l.busy > 0 {
		l.idle.Wait()
	}
	return nil
}

// options are those of a store under test. A machine that is busy with tests is not to be taken for a server that hangs.
var options = postgres.Options{SkipMigrate: true, CheckLocks: true, FailDeadlocks: true, Patience: time.Minute}
