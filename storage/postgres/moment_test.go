package postgres_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley"
	"parley/storage"
	"parley/storage/pgtest"
	"parley/storage/postgres"
)

// TestADatabaseGoesBackToAMoment does what docs/operators.md says: what was written after the moment is gone, all before it is
// there, and the store goes on.
func TestADatabaseGoesBackToAMoment(t *testing.T) {
	t.Parallel()
	cluster, err := pgtest.Start(t.Context(), pgtest.Options{Durable: true, Archive: true})
	if errors.Is(err, pgtest.ErrNotInstalled) && os.Getenv("CI") != "true" {
		t.Skipf("NOT TESTED on PostgreSQL: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	}()
	open := func() *storage.Store {
		t.Helper()
		store, err := postgres.Open(t.Context(), cluster.DSN(), postgres.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	write := func(store *storage.Store, id string) {
		t.Helper()
		event := parley.Event{ID: id, Type: parley.EventQuoteCreated, OccurredAt: time.Now()}
		if err := store.Tx(t.Context(), func(tx *storage.Tx) error {
			tx.InsertEvent(event)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	there := func(store *storage.Store, id string) bool {
		t.Helper()
		err := store.Read(t.Context(), func(r *storage.Reader) error {
			_, err := r.Event(id).Get(t.Context())
			return err
		})
		if err != nil && !parley.Is(err, parley.CodeNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}

	store := open()
	write(store, "evt-before-the-backup")
	if err := cluster.BaseBackup(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(store, "evt-after-the-backup")
	conn, err := pgx.Connect(t.Context(), cluster.DSN())
	if err != nil {
		t.Fatal(err)
	}
	var moment time.Time
	if err := errors.Join(conn.QueryRow(t.Context(), "SELECT clock_timestamp()").Scan(&moment), conn.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	write(store, "evt-wrong")
	if err := errors.Join(store.Close(), cluster.ReturnTo(t.Context(), moment)); err != nil {
		t.Fatal(err)
	}
	store = open()
	defer func() { _ = store.Close() }()
	for id, want := range map[string]bool{"evt-before-the-backup": true, "evt-after-the-backup": true, "evt-wrong": false} {
		if there(store, id) != want {
			t.Errorf("%s is there: %v, want %v", id, !want, want)
		}
	}
	write(store, "evt-wrong")
	if !there(store, "evt-wrong") {
		t.Error("what was written again is not there")
	}
}
