package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/storage"
	"parley/storage/sqlite"
	"parley/storage/storagetest"
)

func TestMigrationsRunOnceWhenProcessesStartTogether(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	path := filepath.Join(t.TempDir(), "deep", "er", "parley.db")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			store, err := sqlite.Open(t.Context(), path, sqlite.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(store.Ping(t.Context()), store.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	store := open(t, path)
	version, err := store.SchemaVersion(t.Context())
	if err != nil || version == 0 {
		t.Errorf("schema version %d, %v", version, err)
	}
	if left, err := filepath.Glob(path + ".migrating*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestOpenCanLeaveTheSchemaAlone(t *testing.T) {
	t.Parallel()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "parley.db"), sqlite.Options{SkipMigrate: true})
	if err != nil {
		t.Fatal(err)
	}
	version, err := store.SchemaVersion(t.Context())
	if err = errors.Join(err, store.Close()); err != nil || version != 0 {
		t.Errorf("schema version %d, %v", version, err)
	}
}

func TestOtherProcessesWriteBesideTheServer(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	path := filepath.Join(t.TempDir(), "parley.db")
	server, command := open(t, path), open(t, path)
	storagetest.Stock(t, server, 1)
	var group sync.WaitGroup
	for i, store := range []*storage.Store{server, command} {
		group.Go(func() {
			for n := range 100 {
				insert(t, store, 1000*i+n, 1000*i+n+1)
			}
		})
	}
	group.Wait()
	if got := count(t, server); got != 200 {
		t.Errorf("%d quotes", got)
	}
}

// TestAForeignLockIsTold has another program hold the lock until the store has told of it; then what waited goes on.
func TestAForeignLockIsTold(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	path := stores.SQLiteFile(t)
	foreign, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = foreign.Close() }()
	holder, err := foreign.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holder.Close() }()
	told := make(chan string, 1)
	store, err := sqlite.Open(t.Context(), path, sqlite.Options{
		SkipMigrate: true, NoSync: true, LockedAfter: time.Millisecond, Locked: func(file string) {
			select {
			case told <- file:
			default:
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	if _, err := holder.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() {
		written <- store.Tx(t.Context(), func(tx *storage.Tx) error { tx.BeginTestWorld(); return nil })
	}()
	if file := <-told; file != path {
		t.Errorf("told of %s", file)
	}
	if _, err := holder.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
}

func TestCloseRefusesWhatComesAfter(t *testing.T) {
	t.Parallel()
	store := open(t, filepath.Join(t.TempDir(), "parley.db"))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	err := errors.Join(store.Close(), store.Tx(context.Background(), func(*storage.Tx) error { return nil }))
	if err == nil || store.Ping(context.Background()) == nil {
		t.Error("a closed store answers")
	}
}

func BenchmarkInsertQuote(b *testing.B) {
	storagetest.BenchmarkInsertQuote(b, func(b *testing.B) *storage.Store { return open(b, filepath.Join(b.TempDir(), "parley.db")) })
}

func BenchmarkImport(b *testing.B) {
	storagetest.BenchmarkImport(b, func(b *testing.B) *storage.Store { return open(b, filepath.Join(b.TempDir(), "parley.db")) })
}

// TestNewerSchemas is what a program meets that is started after a roll back.
func TestNewerSchemas(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "parley.db")
	store := open(t, path)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	run := func(statement string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	run("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)")
	if version, err := open(t, path).SchemaVersion(t.Context()); err != nil || version != 99999 {
		t.Errorf("schema version %d, %v", version, err)
	}
	run("UPDATE schema_support SET oldest_program = 99999")
	if _, err := sqlite.Open(t.Context(), path, sqlite.Options{}); err == nil || !strings.Contains(err.Error(), "use a newer program") {
		t.Errorf("opened a schema for later programs: %v", err)
	}
	if err := store.Ping(t.Context()); err != nil {
		t.Errorf("a program that was there before: %v", err)
	}
}

// TestAFileOfOthersIsLeftAlone opens, and restores into, files that others keep tables in, and one that is Litestream's alone.
func TestAFileOfOthersIsLeftAlone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	backup := filepath.Join(folder, "backup.db")
	open(t, backup)
	made := func(name, statement string) string {
		t.Helper()
		path := filepath.Join(folder, name)
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Close(), os.Chmod(path, 0o640)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, statement := range []string{"CREATE TABLE orders (a)", "CREATE TABLE mine (a)", "CREATE TABLE goose_db_version (version_id, is_applied); INSERT INTO goose_db_version VALUES (3, TRUE)"} {
		path := made(strings.NewReplacer(" ", "", "(", "", ")", "").Replace(statement)[:14]+".db", statement)
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, opening := sqlite.Open(t.Context(), path, sqlite.Options{})
		_, looking := sqlite.Check(t.Context(), path)
		for what, err := range map[string]error{"open": opening, "check": looking, "restore": sqlite.Restore(t.Context(), path, backup, filepath.Join(folder, "kept.db"))} {
			if err == nil || !strings.Contains(err.Error(), "name an empty one") {
				t.Errorf("%s: %s: %v", statement, what, err)
			}
		}
		after, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(after, before) {
			t.Errorf("%s: the file is another, %v", statement, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("%s: its mode is another: %v", statement, err)
		}
		if left, err := filepath.Glob(path + "?*"); err != nil || len(left) > 0 {
			t.Errorf("%s: left beside it are %v, %v", statement, left, err)
		}
	}
	open(t, made("followed.db", "CREATE TABLE _litestream_seq (id)"))
}
