package postgres

import (
	"os"
	"testing"

	"parley/storage/storagetest"
)

func TestMigrationsLeaveFormerProgramsServing(t *testing.T) {
	t.Parallel()
	storagetest.Migrations(t, os.DirFS("migrations"))
}
