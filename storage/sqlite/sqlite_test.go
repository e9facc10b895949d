package sqlite_test

import (
	"testing"

	"parley/internal/stores"
	"parley/storage"
	"parley/storage/sqlite"
	"parley/storage/storagetest"
)

func open(t testing.TB, path string) *storage.Store {
	t.Helper()
	return openWith(t, path, sqlite.Options{})
}

func openWith(t testing.TB, path string, options sqlite.Options) *storage.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path, options)
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
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) *storage.Store {
		return openWith(t, stores.SQLiteFile(t), sqlite.Options{SkipMigrate: true, NoSync: true})
	})
}

func TestAFileOfFiguresIsTakenInByShortSteps(t *testing.T) {
	t.Parallel()
	storagetest.DeliverySteps(t, func(watch storage.Watch) *storage.Store {
		return openWith(t, stores.SQLiteFile(t), sqlite.Options{SkipMigrate: true, NoSync: true, CheckPlans: true, CheckLocks: true, Watch: watch})
	})
}
