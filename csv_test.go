package parley_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
)

// TestWhoWritesCSVWritesInertCells looks at each file of the product that writes CSV: texts that others chose must not be formulas there.
func TestWhoWritesCSVWritesInertCells(t *testing.T) {
	t.Parallel()
	const manifest = "activation/filedrop/folder.go" // lists files whose names begin with the id of a deal
	writers := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "internal/") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if path != manifest && strings.Contains(string(source), "csv.NewWriter(") {
			writers++
			if !strings.Contains(string(source), "parley.InertCell(") {
				t.Errorf("%s writes CSV without parley.InertCell", path)
			}
		}
		return nil
	})
	if err != nil || writers < 5 {
		t.Errorf("%d files write CSV: %v", writers, err)
	}
}
