// Package backend opens the store that a database URL names.
package backend

import (
	"context"
	"fmt"
	"strings"

	"parley/storage"
	"parley/storage/postgres"
	"parley/storage/sqlite"
)

// Options change how a store is opened.
type Options struct {
	// SkipMigrate leaves the schema as it is; by default Open brings it up to date.
	SkipMigrate bool
	// MustExist refuses a database that nobody has made yet (storage.ErrNotMade), which Open otherwise makes.
	MustExist bool
	// Direct is the URL of the same PostgreSQL without a pooler in between; empty: there is none.
	Direct string
	// Connections is how many connections a pool may hold; 0 leaves it to the backend.
	Connections int
	// Watch hears of every transaction; nil: nobody does.
	Watch storage.Watch
	// Locked is that of the embedded store.
	Locked func(path string)
}

// Open opens the store named by a URL: sqlite:PATH for the embedded one, postgres://... for PostgreSQL.
func Open(ctx context.Context, url string, options Options) (*storage.Store, error) {
	if path, is := SQLitePath(url); is {
		return sqlite.Open(ctx, path, sqlite.Options{
			SkipMigrate: options.SkipMigrate, MustExist: options.MustExist, Readers: options.Connections, Watch: options.Watch, Locked: options.Locked,
		})
	}
	if isPostgres(url) {
		return postgres.Open(ctx, url, postgres.Options{
			SkipMigrate: options.SkipMigrate, MustExist: options.MustExist, Direct: options.Direct, Connections: options.Connections, Watch: options.Watch,
		})
	}
	return nil, errURL(url)
}

// Check tells what Open would find, and answers the error of a database that it would refuse. It changes nothing. Direct is as in Options.
func Check(ctx context.Context, url, direct string) (storage.Standing, error) {
	if path, is := SQLitePath(url); is {
		return sqlite.Check(ctx, path)
	}
	if isPostgres(url) {
		return postgres.Check(ctx, url, direct)
	}
	return storage.Standing{}, errURL(url)
}

// SQLitePath is the file that a URL of the embedded store names.
func SQLitePath(url string) (string, bool) { return strings.CutPrefix(url, "sqlite:") }

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// errURL does not repeat the URL, which may hold a password.
func errURL(url string) error {
	scheme, _, _ := strings.Cut(url, ":")
	return fmt.Errorf("a database URL is sqlite:PATH or postgres://..., not %q", scheme+":...")
}
