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
	former, _, migrated := formerDatabase(t, storagetest.BeforeAccounts)
	storagetest.AccountMigration(t, former, migrated)
}

func TestMonthsHaveTheirFlightsAlone(t *testing.T) {
	t.Parallel()
	former, upTo, migrated := formerDatabase(t, storagetest.BeforeMonths)
	storagetest.MonthsMigration(t, dialect.NextDealSeq, former, upTo, migrated)
}

func TestFiguresOfFormerProgramsAreMarked(t *testing.T) {
	t.Parallel()
	former, upTo, migrated := formerDatabase(t, storagetest.BeforeMarks)
	storagetest.MarksMigration(t, dialect.NextDealSeq, former, upTo, migrated)
}

// formerDatabase is one of a former version of the schema: what runs a statement in it, migrates it, and opens it with the present one.
func formerDatabase(t *testing.T, version int64) (former func(sql string, args ...any), upTo func(version int64), migrated func() *storage.Store) {
	t.Helper()
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
	former = func(sql string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	upTo = func(version int64) {
		t.Helper()
		if _, err := provider.UpTo(t.Context(), version); err != nil {
			t.Fatal(err)
		}
	}
	upTo(version)
	return former, upTo, func() *storage.Store {
		store, err := Open(t.Context(), dsn, Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		return store
	}
}
