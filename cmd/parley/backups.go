package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"parley/storage"
	"parley/storage/sqlite"
)

// backupTime ends the names of backups, so that they sort as they were made.
const backupTime = "-20060102T150405Z.db"

// backupNames are the names of the backups of a database in a folder that those of others may share: its own name, and when they were made.
type backupNames struct {
	prefix         string
	whole, partial *regexp.Regexp
}

// namesOf answers how backups of the database at a path are named, which is by its own name. Formerly all were named after the product.
func namesOf(path string) backupNames {
	prefix := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	ours := `^(?:parley|` + regexp.QuoteMeta(prefix) + `)-\d{8}T\d{6}Z\.db`
	return backupNames{prefix, regexp.MustCompile(ours + `$`), regexp.MustCompile(ours + `\.partial$`)}
}

// abandonedAfter is how long a backup that is being made may not have been written to until it is one whose maker was killed.
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
	if err := p.withStore(func(*storage.Store) error { return nil }); err != nil { // which brings it up to date
		return err
	}
	if err := os.MkdirAll(c.File, 0o700); err != nil {
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

// one makes a backup, and removes those of the same database that are one too many once it is whole.
func (c backupCommand) one(p *process, path string) error {
	names := namesOf(path)
	file := filepath.Join(c.File, names.prefix+clock().UTC().Format(backupTime))
	if err := sqlite.Backup(p.ctx, path, file); err != nil {
		return fmt.Errorf("back up %s: %w", path, err)
	}
	if _, err := fmt.Fprintf(p.out, "%s is backed up in %s\n", path, file); err != nil {
		return err
	}
	if c.Keep == 0 {
		return nil
	}
	made, abandoned, err := c.made(context.WithoutCancel(p.ctx), names, file) // the one that was made last counts, also when it is the last
	if err != nil {
		return err
	}
	for _, name := range append(abandoned, made[:max(0, len(made)-int(c.Keep))]...) {
		err = errors.Join(err, os.Remove(filepath.Join(c.File, name)))
	}
	return err
}

// made answers the backups in the folder that are of the same database as a file there, oldest first, and what was abandoned of those that
// were being made. What cannot be read is nobody's to remove.
func (c backupCommand) made(ctx context.Context, names backupNames, file string) (made, abandoned []string, err error) {
	of, err := sqlite.OriginOf(ctx, file)
	if err != nil {
		return nil, nil, err
	}
	entries, err := os.ReadDir(c.File)
	if err != nil {
		return nil, nil, err
	}
	for _, entry := range entries {
		switch name := entry.Name(); {
		case !entry.Type().IsRegular():
		case names.whole.MatchString(name):
			if other, err := sqlite.OriginOf(ctx, filepath.Join(c.File, name)); err == nil && other.Same(of) {
				made = append(made, name)
			}
		case names.partial.MatchString(name):
			if about, err := entry.Info(); err == nil && clock().Sub(about.ModTime()) > abandonedAfter {
				abandoned = append(abandoned, name)
			}
		}
	}
	slices.SortFunc(made, func(a, b string) int { return strings.Compare(timeIn(a), timeIn(b)) })
	return made, abandoned, nil
}

// timeIn is the part of a backup's name that says when it was made.
func timeIn(name string) string { return name[len(name)-len(backupTime):] }
