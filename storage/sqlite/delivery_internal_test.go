package sqlite

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"parley/storage"
	"parley/storage/storagetest"
)

func TestFiguresOfBeforeAreAddedUp(t *testing.T) {
	t.Parallel()
	store, raw := beside(t)
	storagetest.DeliverySums(t, os.DirFS("migrations"), store, raw)
}

func TestFiguresAreMarkedWhoeverTakesThemIn(t *testing.T) {
	t.Parallel()
	store, raw := beside(t)
	storagetest.Marks(t, store, raw)
}

// beside is an empty store, and what runs a statement in its database past it.
func beside(t *testing.T) (store *storage.Store, raw func(sql string)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "parley.db")
	store, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return store, func(sql string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}
