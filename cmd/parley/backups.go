package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"parley/storage"
	"parley/storage/sqlite"
)

// backupName names a backup by its time, so that names sort as the backups were made; ours tells them from other files.
const backupName = "parley-20060102T150405Z.db"

var ours = regexp.MustCompile(`^parley-\d{8}T\d{6}Z\.db$`)

// ourPartial names a backup that is being made, or was when its maker was killed. One that nobody has written to for abandonedAfter is
// nobody's any more.
var ourPartial = regexp.MustCompile(`^parley-\d{8}T\d{6}Z\.db\.partial$`)

const abandonedAfter = time.Hour

// keepOn makes backups in a folder: one, or one after the other until the process is told to stop. Of those that go on, one that
// fails is told, and the next one is tried all the same.
func (c backupCommand) keepOn(p *process) error {
	path, err := p.embedded(c.File, "archive its log, see docs/operators.md")
	if err != nil {
		return err
	}
	settings, err := p.settings()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.File, 0o700); err != nil {
		return err
	}
	if err := p.withStore(func(*storage.Store) error { return nil }); err != nil { // which brings it up to date
		return err
	}
	for {
		err := c.one(p, path)
		if c.Every == 0 || p.ctx.Err() != nil {
			return ended(err, p)
		}
		if err != nil {
			p.logger(settings).Error("a backup was not made", "folder", c.File, "error", err)
		}
		next := time.NewTimer(time.Duration(c.Every))
		select {
		case <-p.ctx.Done():
			next.Stop()
			return nil
		case <-next.C:
		}
	}
}

// ended is the error of a backup that somebody waits for; being told to stop is none.
func ended(err error, p *process) error {
	if p.ctx.Err() != nil {
		return nil
	}
	return err
}

// one makes a backup, and removes those that are one too many once it is whole.
func (c backupCommand) one(p *process, path string) error {
	file := filepath.Join(c.File, clock().UTC().Format(backupName))
	if err := sqlite.Backup(p.ctx, path, file); err != nil {
		return fmt.Errorf("back up %s: %w", path, err)
	}
	if _, err := fmt.Fprintf(p.out, "%s is backed up in %s\n", path, file); err != nil {
		return err
	}
	if c.Keep == 0 {
		return nil
	}
	entries, err := os.ReadDir(c.File)
	if err != nil {
		return err
	}
	var made []string
	for _, entry := range entries {
		switch name := entry.Name(); {
		case !entry.Type().IsRegular():
		case ours.MatchString(name):
			made = append(made, name)
		case ourPartial.MatchString(name):
			if about, infoErr := entry.Info(); infoErr == nil && clock().Sub(about.ModTime()) > abandonedAfter {
				err = errors.Join(err, os.Remove(filepath.Join(c.File, name)))
			}
		}
	}
	slices.Sort(made)
	for _, old := range made[:max(0, len(made)-int(c.Keep))] {
		err = errors.Join(err, os.Remove(filepath.Join(c.File, old)))
	}
	return err
}
