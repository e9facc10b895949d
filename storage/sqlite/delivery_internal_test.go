package sqlite

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"parley/storage/storagetest"
)

func TestFiguresOfBeforeAreAddedUp(t *testing.T) {
	t.Parallel()
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
	storagetest.DeliverySums(t, os.DirFS("migrations"), store, func(sql string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	})
}
