package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// What a database holds, the hashes of keys and everybody's trades, is for its owner alone.
const (
	privateFile   fs.FileMode = 0o600
	privateFolder fs.FileMode = 0o700
)

// companions end the names of the files that SQLite keeps beside a database. It makes them with the database's mode.
var companions = []string{"", "-wal", "-shm", "-journal"}

// keepPrivate makes the database's folder and file where they are missing, and takes from all others what modes grant them.
// A folder that was there before is left as it is when anything else is in it. What belongs to another user is that user's
// to grant.
func keepPrivate(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, privateFolder); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	if err := keepFilePrivate(path); err != nil {
		return err
	}
	for _, companion := range companions {
		if err := tighten(path+companion, privateFile); err != nil {
			return err
		}
	}
	if ours, err := holdsOnly(folder, filepath.Base(path)); err != nil || !ours {
		return err
	}
	return tighten(folder, privateFolder)
}

// keepFilePrivate makes a file, empty, where it is missing: SQLite would make it for everybody to read.
func keepFilePrivate(path string) error {
	file, err := os.OpenFile(path, os.O_RDONLY|os.O_CREATE, privateFile)
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return nil
}

// tighten takes from a mode what goes beyond another.
func tighten(path string, most fs.FileMode) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&^most != 0 {
		err = os.Chmod(path, info.Mode().Perm()&most)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("sqlite: %w", err)
	}
	return nil
}

// demoKeys is the file that the demo keeps beside its database.
const demoKeys = "demo-keys"

// holdsOnly tells whether a folder is a database's own.
func holdsOnly(folder, name string) (bool, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return false, fmt.Errorf("sqlite: %w", err)
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), name) && !strings.HasPrefix(entry.Name(), demoKeys) && !strings.HasPrefix(entry.Name(), restoring) {
			return false, nil
		}
	}
	return true, nil
}
