package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"parley/storage"
)

// made refuses a file that is not there, and one that has no schema yet, without touching it.
func made(ctx context.Context, path string) error {
	switch version, err := versionAt(ctx, path); {
	case errors.Is(err, fs.ErrNotExist), err == nil && version == 0:
		if whole, err := filepath.Abs(path); err == nil {
			path = whole // a relative one is meant from where the server runs
		}
		return fmt.Errorf("%s: %w", path, storage.ErrNotMade)
	default:
		return err
	}
}

// versionAt reads the schema version of a file.
func versionAt(ctx context.Context, path string) (version int64, err error) {
	db, err := openAsItIs(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return schemaVersion(ctx, db)
}

// openAsItIs opens a file to read it, and leaves nothing beside it. SQLite makes a log and its index even for who only reads; where
// there is none nobody has the file open, and it is read without.
func openAsItIs(path string) (*sql.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	// A server that runs keeps a log beside the file, and one that was killed has left it.
	query := "?mode=ro&_pragma=query_only(1)"
	alone := true
	for _, companion := range companions[1:] {
		if _, err := os.Stat(path + companion); !errors.Is(err, fs.ErrNotExist) {
			alone = false
		}
	}
	if alone {
		query += "&immutable=1"
	} else {
		query += fmt.Sprintf("&_pragma=busy_timeout(%d)", busyTimeout.Milliseconds())
	}
	db, err := sql.Open("sqlite", "file:"+escapePath(path)+query)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	return db, nil
}
