package postgres

import (
	"database/sql"
	"os"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/pgtest"
	"parley/storage/storagetest"
)

func TestFiguresOfBeforeAreAddedUp(t *testing.T) {
	t.Parallel()
	store, raw, _ := beside(t)
	storagetest.DeliverySums(t, os.DirFS("migrations"), store, raw)
}

func TestFiguresAreMarkedWhoeverTakesThemIn(t *testing.T) {
	t.Parallel()
	store, raw, _ := beside(t)
	storagetest.Marks(t, store, raw)
}

func TestFiguresThatComeMeanwhileAreMarked(t *testing.T) {
	t.Parallel()
	store, raw, _ := beside(t)
	storagetest.Meanwhile(t, store, raw)
}

func TestWhoMarksADealWaitsInTurn(t *testing.T) {
	t.Parallel()
	store, _, db := beside(t)
	storagetest.InTurn(t, store, db)
}

// beside is an empty store, what runs a statement in its database past it, and that database.
func beside(t *testing.T) (store *storage.Store, raw func(sql string), db *sql.DB) {
	t.Helper()
	dsn := pgtest.Template(t, "storage_"+SchemaFingerprint(), func(dsn string) error { return Migrate(t.Context(), dsn) })
	store, err := Open(t.Context(), dsn, Options{Patience: time.Minute, FailDeadlocks: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	db, err = sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return store, func(sql string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}, db
}
