package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"

	"parley/storage"
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID is the header's mark of this product's files, set by the first migration.
const applicationID = 1347570777

// Migrate brings the file's schema up to date. Processes that start together wait for the first of them. A schema newer than
// this program's is left as it is, and refused when it is no longer one for this program.
func Migrate(ctx context.Context, path string) (err error) {
	// Until the lock is held the file is only looked at: two processes that both turn a new file to WAL mode would refuse
	// each other without waiting.
	var unlock func(done bool) error
	for unlock == nil {
		current, newest, err := versionsAt(ctx, path)
		if err != nil || current >= newest {
			return err
		}
		// When the lock was removed while this process waited for it, another one is done.
		unlock, err = lockBeside(ctx, path)
		if code := codeOf(err); err != nil && code != sqlite3.SQLITE_IOERR_FSTAT && code != sqlite3.SQLITE_READONLY_DBMOVED {
			return err
		}
	}
	defer func() { err = errors.Join(err, unlock(err == nil)) }()
	db, err := sql.Open("sqlite", dsn(path, readerCache))
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := newProvider(db)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("sqlite: migrate %s: %w", path, err)
	}
	return nil
}

// versionsAt tells a file's schema version and the newest one that this program knows. It changes nothing about the file,
// but for making an empty one where there is none.
func versionsAt(ctx context.Context, path string) (current, known int64, err error) {
	db, err := sql.Open("sqlite", fmt.Sprintf("file:%s?_pragma=busy_timeout(%d)", escapePath(path), busyTimeout.Milliseconds()))
	if err != nil {
		return 0, 0, fmt.Errorf("sqlite: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return versions(ctx, db)
}

// versions tells the schema version of a database that is open, and the newest one that this program knows.
func versions(ctx context.Context, db *sql.DB) (current, known int64, err error) {
	provider, err := newProvider(db)
	if err != nil {
		return 0, 0, err
	}
	known = newest(provider)
	if current, err = schemaVersion(ctx, db); err == nil {
		err = foreign(ctx, db, current)
	}
	if err == nil && current > known {
		err = explain(storage.SupportsProgram(ctx, db, current, known))
	}
	return current, known, err
}

// Check tells what Open would find at a path, and answers the error of what it would refuse. It changes nothing.
func Check(ctx context.Context, path string) (found storage.Standing, err error) {
	if err := isPath(path); err != nil {
		return found, err
	}
	if err := mayWriteBeside(path); err != nil {
		return found, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		return found, fmt.Errorf("sqlite: %w", err)
	}
	db, err := openAsItIs(path)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if found.Version, found.Known, err = versions(ctx, db); err != nil {
		return found, err
	}
	return found, explain(found.Look(ctx, db, func(table string) (bool, error) { return hasTable(ctx, db, table) }))
}

// mayWriteBeside tells whether the folder of a file, or the nearest one above it that there is, may be written in: SQLite makes files beside a
// database.
func mayWriteBeside(path string) error {
	folder := filepath.Dir(path)
	for {
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) || filepath.Dir(folder) == folder {
			break
		}
		folder = filepath.Dir(folder)
	}
	file, err := os.CreateTemp(folder, ".parley-check-*")
	if err != nil {
		return fmt.Errorf("sqlite: the database %s cannot be written: %w", path, err)
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// SchemaVersion implements storage.Driver.
func (db *database) SchemaVersion(ctx context.Context) (version int64, err error) {
	file, err := openToRead(db.path)
	if err != nil {
		return 0, explain(err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return schemaVersion(ctx, file)
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	return provider, nil
}

// newest is the schema version that this program knows.
func newest(provider *goose.Provider) int64 {
	sources := provider.ListSources()
	return sources[len(sources)-1].Version
}

// schemaVersion reads the version without making the table that holds it.
func schemaVersion(ctx context.Context, db *sql.DB) (int64, error) {
	if exists, err := hasTable(ctx, db, "goose_db_version"); err != nil || !exists {
		return 0, explain(err)
	}
	var version int64
	err := db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version, explain(err)
}

func hasTable(ctx context.Context, db *sql.DB, name string) (is bool, err error) {
	const tables = `SELECT COUNT(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = $1`
	err = db.QueryRowContext(ctx, tables, name).Scan(&is)
	return is, err
}

// lockBeside waits for, and holds, a lock that processes at the same file share. The lock is on a small database beside
// the file, because SQLite's locks work on every system and end with their process. unlock removes it again when the work
// is done: whoever got hold of it before, or makes a new one, finds that nothing is left to do.
func lockBeside(ctx context.Context, path string) (unlock func(done bool) error, err error) {
	beside := path + ".migrating"
	if err := keepFilePrivate(beside); err != nil { // it stays where a migration fails
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+escapePath(beside)+"?_pragma=busy_timeout(120000)")
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	c, err := db.Conn(ctx)
	if err == nil {
		_, err = c.ExecContext(ctx, "BEGIN EXCLUSIVE")
	}
	if err != nil {
		return nil, errors.Join(explain(err), db.Close())
	}
	return func(done bool) error {
		var removed error
		if done {
			if removed = os.Remove(beside); errors.Is(removed, fs.ErrNotExist) {
				removed = nil
			}
		}
		return errors.Join(removed, c.Close(), db.Close())
	}, nil
}
