package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"parley/config"
	"parley/storage"
	"parley/storage/sqlite"
)

type migrateCommand struct{ world }

// Run brings the database up to date, which opening it does.
func (migrateCommand) Run(p *process) error {
	return p.making().withStore(func(store *storage.Store) error {
		version, err := store.SchemaVersion(p.ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "the database is up to date, at version %d of its schema\n", version)
		return err
	})
}

type backupCommand struct {
	world
	File  string   `arg:"" help:"File to write; a backup of the same database that is there already is replaced. With --every or --keep a folder, in which each backup is a file named by the database and the time."`
	Every interval `placeholder:"DURATION" help:"Go on making a backup this often, such as 15m or 1d, until stopped."`
	Keep  count    `placeholder:"N" help:"Remove all but the newest N backups of this database in the folder after each one."`
}

// Run copies the embedded database into a file, or into files of a folder again and again.
func (c backupCommand) Run(p *process) error {
	if c.Every > 0 || c.Keep > 0 {
		return c.keepOn(p)
	}
	path, err := p.embedded(c.File, "pg_dump backs it up")
	if err != nil {
		return err
	}
	return p.withStore(func(*storage.Store) error {
		if err := sqlite.Backup(p.ctx, path, c.File); err != nil {
			return fmt.Errorf("back up %s: %w", path, err)
		}
		_, err := fmt.Fprintf(p.out, "%s is backed up in %s\n", path, c.File)
		return err
	})
}

type restoreCommand struct {
	world
	File string `arg:"" help:"Backup to put in the place of what the database holds now, of which a copy is kept beside it."`
	Yes  bool   `help:"Replace what the database holds without being asked."`
}

// Run puts a backup in the place of the embedded database.
func (c restoreCommand) Run(p *process) error {
	path, err := p.embedded(c.File, "pg_restore restores it")
	if err != nil {
		return err
	}
	switch about, err := os.Stat(c.File); {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("there is no file %s", c.File)
	case err != nil:
		return err
	case !about.Mode().IsRegular():
		return fmt.Errorf("%s is no file that could be a backup", c.File)
	}
	present, err := sqlite.ContentsOf(p.ctx, path)
	if err != nil {
		return err
	}
	coming, err := sqlite.ContentsOf(p.ctx, c.File)
	if err != nil {
		return fmt.Errorf("%s is no backup that can be read: %w", c.File, err)
	}
	if err := p.ofTheWorld(coming, present, c.File); err != nil {
		return err
	}
	kept := ""
	if !present.Empty() {
		kept = freeName(path + ".replaced")
		if err := c.consent(p, path, present, coming); err != nil {
			return err
		}
	}
	left, err := sqlite.Unfinished(path)
	if err != nil {
		return err
	}
	for _, folder := range left {
		if _, err := fmt.Fprintf(p.err, "%s: %s\n", folder, unfinishedRestore); err != nil {
			return err
		}
	}
	if err := sqlite.Restore(p.ctx, path, c.File, kept); err != nil {
		return fmt.Errorf("restore %s: %w", path, err)
	}
	if kept != "" {
		if _, err := fmt.Fprintf(p.out, "what %s held is kept in %s\n", path, kept); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(p.out, "%s is as it was in %s\n", path, c.File)
	return err
}

// unfinishedRestore is what the folder of a restore says that is there when none should be.
const unfinishedRestore = "a restore is at work there, or one that was killed has left it: remove it once none runs; " +
	"such a one may have made the newest file .replaced beside the database, too, which is then a copy of what it holds or held"

// tellUnfinished warns of what restores that were killed have left beside the embedded database, which may be as large as it is.
func tellUnfinished(settings config.Settings, log *slog.Logger) {
	path, embedded := settings.DatabaseURL.SQLite()
	if !embedded {
		return
	}
	left, err := sqlite.Unfinished(path)
	for _, folder := range left {
		log.Warn(unfinishedRestore, "folder", folder)
	}
	if err != nil {
		log.Warn("the folder of the database was not looked through for what restores have left", "error", err)
	}
}

// consent says what is there and what comes instead, and makes sure that somebody wants it.
func (c restoreCommand) consent(p *process, path string, present, coming sqlite.Contents) error {
	if _, err := fmt.Fprintf(p.err, "%s holds %s\n%s holds %s\nThe server loses what only the first has.\n", path, present, c.File, coming); err != nil {
		return err
	}
	if c.Yes {
		return nil
	}
	unasked := errors.New("nothing was restored: give --yes to replace what the database holds")
	terminal, ok := p.in.(*os.File)
	if !ok {
		return unasked
	}
	if about, err := terminal.Stat(); err != nil || about.Mode()&os.ModeCharDevice == 0 {
		return unasked
	}
	if _, err := fmt.Fprint(p.err, "Replace it? Type yes: "); err != nil {
		return err
	}
	var answer string
	if _, err := fmt.Fscanln(terminal, &answer); err != nil || answer != "yes" {
		return unasked
	}
	return nil
}

// ofTheWorld refuses a backup of one world in the place of the other's database: what is real would go on under a clock that was moved, and
// be told to real webhooks, or what was tried out would be sold. A test world is one with nothing in it too; of the real trade is what else
// holds anything. What is in the wrong place, and holds nothing, is replaced.
func (p *process) ofTheWorld(coming, present sqlite.Contents, file string) error {
	real := !coming.Test && !coming.Empty()
	switch {
	case coming.Test && (!p.test || !present.Test && !present.Empty()):
		return fmt.Errorf("%s is of a test world, and nothing real is traded there: it is restored with --test", file)
	case real && (p.test || present.Test && !present.Empty()):
		return fmt.Errorf("%s is of the real trade, and the database is the test world's: 'parley test-world copy' has what is sold there", file)
	case !coming.Test && present.Test && !present.Empty():
		return fmt.Errorf("%s holds nothing, and the database is the test world's", file)
	}
	return nil
}

// freeName is the first of name, name-2, name-3 and so on that is no file's.
func freeName(name string) string {
	free := name
	for n := 2; ; n++ {
		if _, err := os.Lstat(free); errors.Is(err, os.ErrNotExist) {
			return free
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}

// embedded answers the path of the embedded database. It is an error when the settings name another kind, which has its
// own tools, or when file is the database itself.
func (p *process) embedded(file, instead string) (string, error) {
	settings, err := p.settings()
	if err != nil {
		return "", err
	}
	url := settings.DatabaseURL
	if p.test {
		if url = settings.TestURL(); url == "" {
			return "", errNoTestWorld
		}
	}
	path, ok := url.SQLite()
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
