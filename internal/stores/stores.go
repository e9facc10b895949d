// Package stores gives a test an empty, migrated store of each kind: SQLite in a temporary folder, PostgreSQL in a
// database of its own in the test cluster (see storage/pgtest). Under the race detector a store is opened only for a test that says that
// things happen at once in it: see racedetector.AtOnce.
package stores

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/internal/racedetector"
	"parley/storage"
	"parley/storage/pgtest"
	"parley/storage/postgres"
	"parley/storage/sqlite"
)

// Each runs test once for each kind of store, as a subtest named after it. Without PostgreSQL that subtest is skipped
// with a message, and fails in CI.
func Each(t *testing.T, test func(t *testing.T, store *storage.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite opens an empty embedded store.
func SQLite(t testing.TB) *storage.Store {
	t.Helper()
	racedetector.UnlessAtOnce(t)
	path := SQLiteFile(t)
	store, err := sqlite.Open(context.Background(), path, sqlite.Options{SkipMigrate: true, CheckLocks: true, CheckPlans: true, NoSync: true})
	if err != nil {
		t.Fatalf("open SQLite: %v", err)
	}
	remember(t, store, sqlitePlace(path))
	t.Cleanup(func() { closeStore(t, store) })
	return store
}

// SQLiteFile is the path of an empty, migrated file: a copy of one that this process migrated once.
func SQLiteFile(t testing.TB) string {
	t.Helper()
	empty, err := emptyFile()
	if err != nil {
		t.Fatalf("migrate SQLite: %v", err)
	}
	path := filepath.Join(t.TempDir(), "parley.db")
	if err := os.WriteFile(path, empty, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// emptyFile is the content of an empty, migrated file.
var emptyFile = sync.OnceValues(func() (content []byte, err error) {
	folder, err := os.MkdirTemp("", "parley-empty-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "parley.db")
	store, err := sqlite.Open(context.Background(), path, sqlite.Options{NoSync: true})
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// Postgres opens an empty PostgreSQL store, over a database that other tests have had before.
func Postgres(t testing.TB) *storage.Store {
	t.Helper()
	racedetector.UnlessAtOnce(t)
	return PostgresWith(t, options)
}

// PostgresWith is Postgres with options of what is over the connections, whatever the race detector does.
func PostgresWith(t testing.TB, over postgres.Options) *storage.Store {
	t.Helper()
	l, lease := borrow(t)
	store := postgres.Over(lease, over)
	places.Store(store, l.place)
	t.Cleanup(func() {
		places.Delete(store)
		closeStore(t, store)
	})
	return store
}

// PostgresAt opens the store of a migrated PostgreSQL database, which several nodes may do.
func PostgresAt(t testing.TB, url string) *storage.Store {
	t.Helper()
	store, err := postgres.Open(context.Background(), url, options)
	if err != nil {
		t.Fatalf("open PostgreSQL: %v", err)
	}
	remember(t, store, postgresPlace(url))
	t.Cleanup(func() { closeStore(t, store) })
	return store
}

// PostgresCounted opens an empty PostgreSQL store with one connection, and counts how often that sends something: the round trips
// of a client that waits for each answer.
func PostgresCounted(t testing.TB, count *atomic.Int64) *storage.Store {
	t.Helper()
	racedetector.UnlessAtOnce(t)
	url := PostgresURL(t)
	store, err := postgres.Open(context.Background(), url, postgres.Options{SkipMigrate: true, Connections: 1, Configure: func(c *pgxpool.Config) {
		dial := c.ConnConfig.DialFunc
		c.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			return sends{conn, count}, err
		}
	}})
	if err != nil {
		t.Fatalf("open PostgreSQL: %v", err)
	}
	remember(t, store, postgresPlace(url))
	t.Cleanup(func() { closeStore(t, store) })
	return store
}

type sends struct {
	net.Conn
	count *atomic.Int64
}

func (s sends) Write(p []byte) (int, error) {
	s.count.Add(1)
	return s.Conn.Write(p)
}

// PostgresURL is the address of an empty, migrated PostgreSQL database, for tests that open several nodes over it.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return pgtest.Template(t, template(), migrate)
}

// template is the name of a database that migrate has made.
func template() string { return "parley_" + postgres.SchemaFingerprint() }

func migrate(dsn string) error {
	store, err := postgres.Open(context.Background(), dsn, postgres.Options{})
	if err != nil {
		return err
	}
	return store.Close()
}

func closeStore(t testing.TB, store *storage.Store) {
	if err := store.Close(); err != nil {
		t.Errorf("close the store: %v", err)
	}
}
