package pgtest_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/storage/pgtest"
)

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return conn
}

func run(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func count(t *testing.T, conn *pgx.Conn, query string) int {
	t.Helper()
	var n int
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestDatabasesAreIsolated(t *testing.T) {
	t.Parallel()
	first, second := connect(t, pgtest.Database(t)), connect(t, pgtest.Database(t))
	for _, conn := range []*pgx.Conn{first, second} {
		run(t, conn, "CREATE TABLE note (text text NOT NULL)")
	}
	run(t, first, "INSERT INTO note VALUES ('only here')")
	if n := count(t, first, "SELECT count(*) FROM note"); n != 1 {
		t.Errorf("the first database holds %d notes, want 1", n)
	}
	if n := count(t, second, "SELECT count(*) FROM note"); n != 0 {
		t.Errorf("the second database sees %d notes of the first, want 0", n)
	}
}

func TestDatabaseIsDroppedWithItsTest(t *testing.T) {
	t.Parallel()
	var dsn string
	t.Run("inner", func(t *testing.T) {
		dsn = pgtest.Database(t)
		run(t, connect(t, dsn), "SELECT 1")
	})
	if dsn == "" {
		t.Skip("there was no database to drop")
	}
	if conn, err := pgx.Connect(t.Context(), dsn); err == nil {
		t.Errorf("the database outlived its test: %v", conn.Close(t.Context()))
	}
}

func TestTemplateIsMigratedOnceAndCopied(t *testing.T) {
	t.Parallel()
	name := "once_" + strings.ToLower(rand.Text())
	var migrations, copies atomic.Int32
	migrate := func(dsn string) error {
		migrations.Add(1)
		conn, err := pgx.Connect(context.Background(), dsn)
		if err != nil {
			return err
		}
		_, err = conn.Exec(context.Background(),
			"CREATE TABLE note (text text NOT NULL); INSERT INTO note VALUES ('from the template')")
		return errors.Join(err, conn.Close(context.Background()))
	}
	t.Run("copies", func(t *testing.T) {
		for range 4 {
			t.Run("copy", func(t *testing.T) {
				t.Parallel()
				conn := connect(t, pgtest.Template(t, name, migrate))
				run(t, conn, "INSERT INTO note VALUES ('mine')")
				if n := count(t, conn, "SELECT count(*) FROM note"); n != 2 {
					t.Errorf("a copy holds %d notes, want the template's and its own", n)
				}
				copies.Add(1)
			})
		}
	})
	if copies.Load() > 0 && migrations.Load() != 1 {
		t.Errorf("migrated %d times, want once", migrations.Load())
	}
}

func TestFailedMigrationIsTriedAgain(t *testing.T) {
	t.Parallel()
	name := "again_" + strings.ToLower(rand.Text())
	watched := &watch{TB: t}
	watched.run(func() { pgtest.Template(watched, name, func(string) error { return errors.New("half done") }) })
	if !watched.failed {
		t.Error("a failed migration went unnoticed")
	}
	run(t, connect(t, pgtest.Template(t, name, func(string) error { return nil })), "SELECT 1")
}

// watch notes a Fatalf instead of failing the test that expects it.
type watch struct {
	testing.TB
	failed bool
}

func (w *watch) Fatalf(string, ...any) {
	w.failed = true
	panic(w)
}

func (w *watch) run(body func()) {
	defer func() {
		if thrown := recover(); thrown != nil && thrown != w {
			panic(thrown)
		}
	}()
	body()
}

func TestDurableClusterAndItsEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cluster, err := pgtest.Start(ctx, pgtest.Options{Durable: true})
	if errors.Is(err, pgtest.ErrNotInstalled) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, cluster.DSN())
	if err != nil {
		t.Fatal(err)
	}
	var fsync, socket string
	const query = "SELECT current_setting('fsync'), current_setting('unix_socket_directories')"
	if err := conn.QueryRow(ctx, query).Scan(&fsync, &socket); err != nil {
		t.Fatal(err)
	}
	if fsync != "on" {
		t.Errorf("fsync = %s in a durable cluster", fsync)
	}
	if err := cluster.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the cluster's folder is still there: %v", err)
	}
}
