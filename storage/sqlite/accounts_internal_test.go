package sqlite

import (
	"database/sql"
	"path/filepath"
	"testing"

	"parley/storage"
	"parley/storage/storagetest"
)

func TestIdentitiesBecomeAccounts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "parley.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	provider, err := newProvider(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), storagetest.BeforeAccounts); err != nil {
		t.Fatal(err)
	}
	former := func(sql string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	storagetest.AccountMigration(t, former, func() *storage.Store {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		store, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		return store
	})
}
