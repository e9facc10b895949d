package sqlite_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"parley/storage/sqlite"
	"parley/storage/storagetest"
)

// modes answers the permissions of what is in a folder, and of the folder itself under ".".
func modes(t *testing.T, folder string) map[string]fs.FileMode {
	t.Helper()
	found := map[string]fs.FileMode{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		found[name] = info.Mode().Perm()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// checkPrivate holds files and folder to their owner alone, and to being there.
func checkPrivate(t *testing.T, when, folder string, files ...string) {
	t.Helper()
	found := modes(t, folder)
	for _, file := range files {
		if _, there := found[file]; !there {
			t.Errorf("%s: there is no %s", when, file)
		}
	}
	for name, mode := range found {
		if mode&0o077 != 0 {
			t.Errorf("%s: %s has mode %v", when, name, mode)
		}
	}
}

// TestFilesAreTheOwnersAlone looks at a database that is new, that was there with wider modes, that is backed up, and that is
// restored over.
func TestFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	path, backup := filepath.Join(folder, "parley.db"), filepath.Join(folder, "parley.db.backup")
	store := open(t, path)
	storagetest.Stock(t, store, 1)
	checkPrivate(t, "new", folder, "parley.db", "parley.db-wal", "parley.db-shm")
	for name, mode := range modes(t, folder) {
		if err := os.Chmod(filepath.Join(folder, name), mode|0o055); err != nil {
			t.Fatal(err)
		}
	}
	again := open(t, path) // as another process of the same database does, while the first one serves
	insert(t, again, 0, 1)
	checkPrivate(t, "opened again", folder, "parley.db", "parley.db-wal", "parley.db-shm")
	if err := sqlite.Backup(t.Context(), path, backup); err != nil {
		t.Fatal(err)
	}
	checkPrivate(t, "backed up", folder, "parley.db.backup")
	kept := path + ".replaced"
	if err := sqlite.Restore(t.Context(), path, backup, kept); err != nil {
		t.Fatal(err)
	}
	checkPrivate(t, "restored", folder, "parley.db", "parley.db.replaced")
	elsewhere := filepath.Join(folder, "parley.db.elsewhere")
	if err := sqlite.Restore(t.Context(), elsewhere, backup, ""); err != nil {
		t.Fatal(err)
	}
	checkPrivate(t, "restored elsewhere", folder, "parley.db.elsewhere")
}

// TestFoldersOfOthersAreLeftAsTheyAre has a database among other files, whose readers it does not lock out.
func TestFoldersOfOthersAreLeftAsTheyAre(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "index.html"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, filepath.Join(folder, "parley.db"))
	for name, mode := range modes(t, folder) {
		if wide := name == "." || name == "index.html"; wide != (mode&0o044 != 0) {
			t.Errorf("%s has mode %v", name, mode)
		}
	}
}

// TestRestoreKeepsWhatItReplaces in a file of its own, and never in the place of another.
func TestRestoreKeepsWhatItReplaces(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, backup, kept := filepath.Join(folder, "parley.db"), filepath.Join(folder, "backup.db"), filepath.Join(folder, "kept.db")
	store := open(t, path)
	storagetest.Stock(t, store, 1)
	insert(t, store, 0, 3)
	if err := sqlite.Backup(t.Context(), path, backup); err != nil {
		t.Fatal(err)
	}
	insert(t, store, 3, 10)
	before, err := sqlite.ContentsOf(t.Context(), path)
	if err != nil || before.Quotes != 10 || before.Empty() {
		t.Fatalf("%v, %v", before, err)
	}
	if err := sqlite.Restore(t.Context(), path, backup, kept); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.Restore(t.Context(), path, backup, kept); err == nil {
		t.Error("what was kept before has been written over")
	}
	if after, err := sqlite.ContentsOf(t.Context(), kept); err != nil || after != before {
		t.Errorf("kept: %v, want %v (%v)", after, before, err)
	}
	if n := count(t, store); n != 3 {
		t.Errorf("%d quotes are restored", n)
	}
	if nothing, err := sqlite.ContentsOf(t.Context(), filepath.Join(folder, "none.db")); err != nil || !nothing.Empty() {
		t.Errorf("a file that is not there: %v, %v", nothing, err)
	}
}
