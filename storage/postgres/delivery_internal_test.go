package postgres

import (
	"database/sql"
	"os"
	"testing"

	"parley/storage/pgtest"
	"parley/storage/storagetest"
)

func TestFiguresOfBeforeAreAddedUp(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Template(t, "storage_"+SchemaFingerprint(), func(dsn string) error { return Migrate(t.Context(), dsn) })
	store, err := Open(t.Context(), dsn, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	db, err := sql.Open("pgx", dsn)
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
