package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Environment names the variable that announces a running server as a postgres:// URL of a superuser, who may create
// databases.
const Environment = "PARLEY_TEST_POSTGRES"

// Database returns the URL of a fresh, empty database, which is dropped when the test ends.
func Database(t testing.TB) string {
	t.Helper()
	dsn, drop := createDatabase(t, server(t), "test_", "")
	t.Cleanup(func() { dropped(t, drop) })
	return dsn
}

// dropped drops a database whose test is over.
func dropped(t testing.TB, drop func() error) {
	if err := drop(); err != nil {
		t.Errorf("pgtest: %v", err)
	}
}

// Template returns the URL of a fresh copy of a database that migrate has prepared, dropped when the test ends. The
// first caller on a server runs migrate, everyone else copies its result, in whatever process; migrate must close its
// connections. The name stands for what migrate does: a server that outlives the test run keeps its templates, so let the
// name carry the schema's version when one is used.
func Template(t testing.TB, name string, migrate func(dsn string) error) string {
	t.Helper()
	dsn, drop := copied(t, "test_", name, migrate)
	t.Cleanup(func() { dropped(t, drop) })
	return dsn
}

// Kept is Template for a database that outlives the test, with what drops it. One that nobody drops ends with the server; on a server that
// outlives the test run, with a run of later tests.
func Kept(t testing.TB, name string, migrate func(dsn string) error) (dsn string, drop func() error) {
	t.Helper()
	sweeping.Do(func() { sweep(t, server(t)) })
	return copied(t, fmt.Sprintf("%s%d_", keptPrefix, time.Now().Unix()), name, migrate)
}

const (
	keptPrefix = "kept_"
	// keptFor is longer than any run of tests.
	keptFor = 2 * time.Hour
)

var sweeping sync.Once

// sweep drops what former runs have kept.
func sweep(t testing.TB, root string) {
	t.Helper()
	const old = `SELECT datname FROM pg_database WHERE datname ~ '^kept_[0-9]+_' AND split_part(datname, '_', 2)::bigint < $1`
	conn, err := pgx.Connect(t.Context(), root)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(t.Context(), old, time.Now().Add(-keptFor).Unix())
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	for _, name := range names {
		if err := execute(t.Context(), root, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)"); err != nil {
			t.Logf("pgtest: %v", err) // another process drops it
		}
	}
}

// copied makes a copy of a database that migrate has prepared.
func copied(t testing.TB, prefix, name string, migrate func(dsn string) error) (dsn string, drop func() error) {
	t.Helper()
	root := server(t)
	template := "template_" + name
	if len(template) > longestName {
		t.Fatalf("pgtest: the template name %q is longer than PostgreSQL keeps", name)
	}
	seen := root + " " + template
	if _, is := templates.Load(seen); !is {
		if err := ensureTemplate(t.Context(), root, template, migrate); err != nil {
			t.Fatalf("pgtest: prepare %s: %v", template, err)
		}
		templates.Store(seen, true)
	}
	return createDatabase(t, root, prefix, template)
}

// templates are those that this process has seen on a server, by its URL and their names.
var templates sync.Map

// longestName leaves room for "_draft" in the 63 bytes that PostgreSQL keeps of a name.
const longestName = 57

// own is the cluster of this process, started by the first test that needs it when none is announced. The guard behind
// it ends it with the process.
var own = sync.OnceValues(func() (*Cluster, error) { return Start(context.Background(), Options{}) })

// Apart returns the URL of an empty database on a server of its own, which ends with the test. It is for a test that keeps
// one transaction open for long: events of every database of a server wait for the oldest transaction of all of them.
func Apart(t testing.TB) string {
	t.Helper()
	cluster, err := Start(t.Context(), Options{})
	started(t, err)
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	return cluster.DSN()
}

// server is the URL of the server that this test run shares.
func server(t testing.TB) string {
	t.Helper()
	if announced := os.Getenv(Environment); announced != "" {
		return announced
	}
	cluster, err := own()
	started(t, err)
	return cluster.DSN()
}

// started ends a test that has no server: as skipped where none is installed, but not in continuous integration.
func started(t testing.TB, err error) {
	t.Helper()
	switch {
	case errors.Is(err, ErrNotInstalled) && os.Getenv("CI") != "true":
		t.Skipf("pgtest: NOT TESTED on PostgreSQL: %v", err)
	case err != nil:
		t.Fatalf("pgtest: %v", err)
	}
}

// Analyze does for a database what a server in use does for every one within its minute, and the tests' server, to be quick, for
// none: it counts what is there, so that statements which connections planned over empty tables are planned anew.
func Analyze(t testing.TB, dsn string) {
	t.Helper()
	if err := execute(t.Context(), dsn, "ANALYZE"); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
}

// createDatabase makes a database, and what drops it.
func createDatabase(t testing.TB, root, prefix, template string) (dsn string, drop func() error) {
	t.Helper()
	name := prefix + strings.ToLower(rand.Text())
	create := "CREATE DATABASE " + quote(name)
	if template != "" {
		// Copying the files takes the server less than writing what is in them to its log.
		create += " TEMPLATE " + quote(template) + " STRATEGY FILE_COPY"
	}
	if err := execute(t.Context(), root, create); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	dsn, err := inDatabase(root, name)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return dsn, func() error {
		// The test's context is over by now. FORCE ends what a failed test left connected.
		return execute(context.Background(), root, "DROP DATABASE "+quote(name)+" WITH (FORCE)")
	}
}

// ensureTemplate makes the template unless the server has it. It works under another name until it is whole, so that a
// failed migration leaves no half of a template, and under a lock, so that processes do not do the work twice.
func ensureTemplate(ctx context.Context, root, template string, migrate func(dsn string) error) (err error) {
	conn, err := pgx.Connect(ctx, root)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.Background())) }()
	// Held until the connection closes.
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(hashtext($1))", template); err != nil {
		return err
	}
	var exists bool
	const query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
	if err := conn.QueryRow(ctx, query, template).Scan(&exists); err != nil || exists {
		return err
	}
	draft := template + "_draft"
	dsn, err := inDatabase(root, draft)
	if err != nil {
		return err
	}
	for _, statement := range []string{
		"DROP DATABASE IF EXISTS " + quote(draft) + " WITH (FORCE)",
		"CREATE DATABASE " + quote(draft),
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := migrate(dsn); err != nil {
		return err
	}
	// A template that nobody can connect to is never "being accessed by other users" when it is copied.
	for _, statement := range []string{
		"ALTER DATABASE " + quote(draft) + " WITH ALLOW_CONNECTIONS false",
		"ALTER DATABASE " + quote(draft) + " RENAME TO " + quote(template),
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// execute runs a statement on the server, over connections that this process keeps: each costs the server more than most tests do.
func execute(ctx context.Context, root, statement string) error {
	made, _ := pools.LoadOrStore(root, sync.OnceValues(func() (*pgxpool.Pool, error) {
		return pgxpool.New(context.Background(), root)
	}))
	open, _ := made.(func() (*pgxpool.Pool, error))
	pool, err := open()
	if err != nil {
		return err
	}
	_, err = pool.Exec(ctx, statement)
	return err
}

var pools sync.Map // of what opens a *pgxpool.Pool, by the server's URL

// inDatabase is the URL of another database on the same server.
func inDatabase(root, name string) (string, error) {
	address, err := url.Parse(root)
	if err != nil || (address.Scheme != "postgres" && address.Scheme != "postgresql") {
		return "", fmt.Errorf("%s must be a postgres:// URL", Environment)
	}
	address.Path = "/" + name
	return address.String(), nil
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
