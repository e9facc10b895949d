package postgres_test

import (
	"testing"

	"parley/storage"
	"parley/storage/pgtest"
	"parley/storage/postgres"
	"parley/storage/storagetest"
)

// migrated is the address of an empty database with the present schema.
func migrated(t testing.TB) string {
	return pgtest.Template(t, "storage", func(dsn string) error { return postgres.Migrate(t.Context(), dsn) })
}

func open(t testing.TB, dsn string, options postgres.Options) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), dsn, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return store
}

func TestConformance(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storage.Store { return open(t, migrated(t), postgres.Options{}) })
}
