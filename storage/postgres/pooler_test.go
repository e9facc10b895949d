package postgres_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/storage/pgtest"
	"parley/storage/postgres"
	"parley/storage/storagetest"
)

// pooled is the address of a database through a pooler that lends a connection for a transaction.
func pooled(t *testing.T, dsn string) string {
	t.Helper()
	pooler, err := pgtest.StartPooler(t.Context(), dsn)
	if errors.Is(err, pgtest.ErrNoPooler) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pooler.Stop(); err != nil {
			t.Error(err)
		}
	})
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return pooler.DSN(config.Database)
}

// TestThroughAPooler takes in a file, which needs a connection for long, and writes and reads it back by transactions that may each be
// on another connection, and so may each of their statements be where they are not one.
func TestThroughAPooler(t *testing.T) {
	t.Parallel()
	direct := pgtest.Database(t)
	store := open(t, pooled(t, direct), postgres.Options{Direct: direct})
	storagetest.DeliverTwice(t, store, 200, 50)
}

// TestAPoolerIsToldOf: without the address past it, the server says at its start what is in its way.
func TestAPoolerIsToldOf(t *testing.T) {
	t.Parallel()
	_, err := postgres.Open(t.Context(), pooled(t, pgtest.Database(t)), postgres.Options{})
	if err == nil || !strings.Contains(err.Error(), "database-direct-url") {
		t.Errorf("got %v", err)
	}
}
