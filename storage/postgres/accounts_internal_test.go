package postgres

import (
	"database/sql"
	"os"
	"testing"

	"github.com/pressly/goose/v3"

	"parley/storage"
	"parley/storage/pgtest"
	"parley/storage/storagetest"
)

func TestIdentitiesBecomeAccounts(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	provider, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS("migrations"), goose.WithDisableGlobalRegistry(true))
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
		store, err := Open(t.Context(), dsn, Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		return store
	})
}
