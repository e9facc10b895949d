package sqlite

import (
	"io/fs"
	"testing"

	"parley/storage/storagetest"
)

func TestMigrationsLeaveFormerProgramsServing(t *testing.T) {
	t.Parallel()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	storagetest.Migrations(t, files)
}
