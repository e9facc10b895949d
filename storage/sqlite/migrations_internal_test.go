package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"parley/storage/storagetest"
)

func TestMigrationsLeaveFormerProgramsServing(t *testing.T) {
	t.Parallel()
	storagetest.Migrations(t, os.DirFS("migrations"))
}

// TestTheLockOfMigrationsIsPrivate holds the lock beside a file of an odd name, and has the migration fail.
func TestTheLockOfMigrationsIsPrivate(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	unlock, err := lockBeside(t.Context(), filepath.Join(folder, "a ?#%.db"))
	if err == nil {
		err = unlock(false)
	}
	if err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 || left[0].Name() != "a ?#%.db.migrating" {
		t.Fatalf("left are %v, %v", left, err)
	}
	if info, err := left[0].Info(); err != nil || info.Mode().Perm() != privateFile {
		t.Errorf("it is of mode %v, %v", info.Mode(), err)
	}
}
