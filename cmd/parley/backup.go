package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"parley/config"
	"parley/storage/backend"
	"parley/storage/sqlite"
)

type migrateCommand struct{ config.Database }

// Run brings the database up to date, which opening it does.
func (migrateCommand) Run(p *process) error {
	return p.withStore(func(store backend.Store) error {
		version, err := store.SchemaVersion(p.ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "the database is up to date, at version %d of its schema\n", version)
		return err
	})
}

type backupCommand struct {
	config.Database
	File string `arg:"" help:"File to write; one that is there already is replaced."`
}

// Run copies the embedded database into a file.
func (c backupCommand) Run(p *process) error {
	path, err := p.embedded(c.File, "pg_dump backs it up")
	if err != nil {
		return err
	}
	return p.withStore(func(store backend.Store) error {
		copying, can := store.(backend.Backupper)
		if !can {
			return errors.New("this database has no backup of its own")
		}
		if err := copying.Backup(p.ctx, c.File); err != nil {
			return fmt.Errorf("back up %s: %w", path, err)
		}
		_, err := fmt.Fprintf(p.out, "%s is backed up in %s\n", path, c.File)
		return err
	})
}

type restoreCommand struct {
	config.Database
	File string `arg:"" help:"Backup to put in the place of what the database holds now."`
}

// Run puts a backup in the place of the embedded database.
func (c restoreCommand) Run(p *process) error {
	path, err := p.embedded(c.File, "pg_restore restores it")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	if err := sqlite.Restore(p.ctx, path, c.File); err != nil {
		return fmt.Errorf("restore %s: %w", path, err)
	}
	_, err = fmt.Fprintf(p.out, "%s is as it was in %s\n", path, c.File)
	return err
}

// embedded answers the path of the embedded database. It is an error when the settings name another kind, which has its
// own tools, or when file is the database itself.
func (p *process) embedded(file, instead string) (string, error) {
	settings, err := p.settings()
	if err != nil {
		return "", err
	}
	path, ok := settings.DatabaseURL.SQLite()
	if !ok {
		return "", errors.New("this is for the embedded database, and the settings name a PostgreSQL one; " + instead)
	}
	database, err := os.Stat(path)
	if err == nil {
		if other, err := os.Stat(file); err == nil && os.SameFile(database, other) {
			return "", fmt.Errorf("%s is the database itself; name another file", file)
		}
	}
	return path, nil
}
