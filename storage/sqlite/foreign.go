package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"parley/storage"
)

// foreign refuses a file that others keep tables in, but for SQLite's own and Litestream's. version is that of its schema, as it was
// read before.
func foreign(ctx context.Context, db *sql.DB, version int64) error {
	if version > 0 {
		if !ours(ctx, db) {
			return storage.ErrOtherSchema
		}
		return nil
	}
	names, err := storage.NamesOthers(ctx, db, `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name <> 'goose_db_version'
		AND name NOT LIKE 'sqlite^_%' ESCAPE '^' AND name NOT LIKE '^_litestream^_%' ESCAPE '^' ORDER BY name LIMIT 4`)
	if err != nil || len(names) == 0 {
		return explain(err)
	}
	if now, err := schemaVersion(ctx, db); err != nil || now > 0 { // another process has made them meanwhile
		return err
	}
	return storage.SomebodyElses(names)
}

// notOthers refuses to touch a file that is there and is somebody else's. One that cannot be read is for what comes next to judge: a restore
// may be to mend it.
func notOthers(ctx context.Context, path string) (err error) {
	db, err := openAsItIs(path)
	if err != nil {
		return ignoreAbsent(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	version, unread := schemaVersion(ctx, db)
	if unread != nil {
		return nil
	}
	if err := foreign(ctx, db, version); err != nil {
		return fmt.Errorf("sqlite: %s: %w", path, err)
	}
	return nil
}
