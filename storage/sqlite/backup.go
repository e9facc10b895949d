package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"parley/storage"
)

// Backup writes a copy of the database at path, as it is at one instant, into a file. Stores that have it open serve on
// meanwhile. The file appears under its name when it is whole and on the disk. A backup of the same database that is there already is
// replaced, any other file refused.
func Backup(ctx context.Context, path, file string) (err error) {
	if err := replaceable(ctx, path, file); err != nil {
		return fmt.Errorf("sqlite: backup: %w", err)
	}
	partial := file + ".partial"
	if err := os.Remove(partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sqlite: backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreAbsent(os.Remove(partial)))
		}
	}()
	if err := keepFilePrivate(partial); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(path, writerCache)+"&mode=rw")
	if err != nil {
		return fmt.Errorf("sqlite: backup: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", partial); err != nil {
		return fmt.Errorf("sqlite: backup: %w", err)
	}
	if err := syncPath(partial); err != nil {
		return err
	}
	if err := os.Rename(partial, file); err != nil {
		return fmt.Errorf("sqlite: backup: %w", err)
	}
	return syncPath(filepath.Dir(file))
}

// replaceable refuses to write over a file that is no backup of the database at path. What holds nothing may be written over.
func replaceable(ctx context.Context, path, file string) (err error) {
	present, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !present.Mode().IsRegular() {
		return fmt.Errorf("%s is there already and is no file", file)
	}
	if present.Size() == 0 {
		return nil
	}
	db, err := openToRead(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if !ours(ctx, db) {
		return fmt.Errorf("%s is there already and is no backup of this product: name another file", file)
	}
	own, err := OriginOf(ctx, path)
	if err != nil {
		return err
	}
	if of, err := OriginOf(ctx, file); err != nil || !of.Same(own) {
		return errors.Join(fmt.Errorf("%s is there already and is a backup of another database: name another file, or remove it", file), err)
	}
	return nil
}

func openToRead(file string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+escapePath(file)+"?mode=ro&_pragma=query_only(1)")
}

// ours tells a file of this product from any other.
func ours(ctx context.Context, db *sql.DB) bool {
	var id int64
	return db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id) == nil && id == applicationID
}

// Restore puts what a backup holds into the database file at path, which is created when it does not exist. It works
// while other processes have the database open: the pages are written in one transaction under SQLite's own locks, and
// everybody sees the restored state from then on. What the database held before is copied into the file kept first, where it
// held anything: nobody writes from before the copy until the restoring is done, so that what was acknowledged is in one of the two. A file
// that is no backup of this product, or one of a newer schema, is refused, and nothing is changed; one of an older schema is brought up to
// date.
func Restore(ctx context.Context, path, file, kept string) (err error) {
	if err := check(ctx, file); err != nil {
		return err
	}
	before, err := ContentsOf(ctx, path)
	if err != nil {
		return err
	}
	if err := notOthers(ctx, path); err != nil {
		return err
	}
	if err := keepPrivate(path); err != nil {
		return err
	}
	// The backup itself stays as it is: a copy of it is what gets migrated.
	folder, err := os.MkdirTemp(filepath.Dir(path), restoring+"*")
	if err != nil {
		return fmt.Errorf("sqlite: restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	staged := filepath.Join(folder, "staged.db")
	if err := copyPages(ctx, file, staged, nil); err != nil {
		return err
	}
	if err := Migrate(ctx, staged); err != nil {
		return err
	}
	return copyPages(ctx, staged, path, func() error {
		if before.Empty() {
			return nil
		}
		return keepCopy(ctx, path, filepath.Join(folder, "kept.db"), kept)
	})
}

// restoring begins the name of the folder in which a restore prepares what it puts in its place. It is gone when that is done, and left by
// one that was killed.
const restoring = ".restore-"

// Unfinished answers the folders that restores of databases in the folder of one have left, or are at work in now.
func Unfinished(path string) ([]string, error) {
	return filepath.Glob(filepath.Join(escapeGlob.Replace(filepath.Dir(path)), restoring+"*"))
}

var escapeGlob = strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]")

// keepCopy copies a database into a file that must not be there yet, and that appears when it is whole: it is made under another name. The
// copy is on the disk before what it is of is gone. The caller keeps others from doing the same at the same time.
func keepCopy(ctx context.Context, path, partial, kept string) error {
	if _, err := os.Lstat(kept); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sqlite: restore: %s is there already: %w", kept, errors.Join(err, fs.ErrExist))
	}
	if err := keepFilePrivate(partial); err != nil {
		return err
	}
	if err := copyPages(ctx, path, partial, nil); err != nil {
		return err
	}
	if err := syncPath(partial); err != nil {
		return err
	}
	if err := os.Rename(partial, kept); err != nil {
		return fmt.Errorf("sqlite: restore: %w", err)
	}
	return syncPath(filepath.Dir(kept))
}

// check tells whether a file is a database of this product that this program can use.
func check(ctx context.Context, file string) (err error) {
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("sqlite: restore: %w", err)
	}
	db, err := openToRead(file)
	if err != nil {
		return fmt.Errorf("sqlite: restore: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if !ours(ctx, db) {
		return fmt.Errorf("sqlite: restore: %s is not a backup of this product", file)
	}
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil || verdict != "ok" {
		return errors.Join(fmt.Errorf("sqlite: restore: %s is damaged: %s", file, verdict), err)
	}
	provider, err := newProvider(db)
	if err != nil {
		return err
	}
	version, err := schemaVersion(ctx, db)
	if err != nil || version <= newest(provider) {
		return err
	}
	if err := storage.SupportsProgram(ctx, db, version, newest(provider)); err != nil {
		return fmt.Errorf("sqlite: restore %s: %w", file, err)
	}
	return nil
}

// restorer is what the driver's connections can do beside database/sql.
type restorer interface {
	NewRestore(source string) (*driver.Backup, error)
}

// copyPages replaces the content of one database by another's, in one transaction. held, if any, is run when nobody else writes to the one
// any more, which still holds what it held, and ends it with its error.
func copyPages(ctx context.Context, from, to string, held func() error) (err error) {
	db, err := sql.Open("sqlite", dsn(to, writerCache))
	if err != nil {
		return fmt.Errorf("sqlite: restore: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	c, err := db.Conn(ctx)
	if err != nil {
		return explain(err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return c.Raw(func(raw any) error {
		target, can := raw.(restorer)
		if !can {
			return fmt.Errorf("sqlite: restore: %T cannot", raw)
		}
		restore, err := target.NewRestore("file:" + escapePath(from) + "?mode=ro")
		if err != nil {
			return fmt.Errorf("sqlite: restore: %w", err)
		}
		if held != nil {
			if err = stepOn(ctx, restore, 1); err == nil { // the first page takes the lock
				err = held()
			}
		}
		if err == nil {
			err = stepOn(ctx, restore, -1)
		}
		return errors.Join(err, explain(restore.Finish()))
	})
}

// stepOn copies some pages, or all that are left. The database being busy is not waited for by SQLite here.
func stepOn(ctx context.Context, restore *driver.Backup, pages int32) error {
	deadline := time.Now().Add(busyTimeout)
	for {
		_, err := restore.Step(pages)
		if err == nil {
			return nil
		}
		code := codeOf(err) & 0xff
		if code != sqlite3.SQLITE_BUSY && code != sqlite3.SQLITE_LOCKED || time.Now().After(deadline) {
			return explain(err)
		}
		pause := time.NewTimer(5 * time.Millisecond)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

// syncPath makes sure that a file, or the names in a folder, are on the disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err != nil {
		return fmt.Errorf("sqlite: backup: %w", err)
	}
	return nil
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
