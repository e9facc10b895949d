package parley_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// serialPackages are those that the Makefile says have nothing that happens at once.
var serialPackages = regexp.MustCompile(`(?m)^SERIAL := ((?:.*\\\n)*.*)$`)

// atOnce are the packages by which things happen at once, or take care that they may.
var atOnce = []string{"sync", "sync/atomic", "net/http/httptest", "os/exec", "golang.org/x/sync", "parley/internal/stores"}

// TestWhatTheDetectorIsSparedHasNothingToFind reads the packages that make test never runs under the race detector, and their tests:
// none starts a goroutine, or has anything that several could use at once.
func TestWhatTheDetectorIsSparedHasNothingToFind(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	found := serialPackages.FindSubmatch(makefile)
	if found == nil {
		t.Fatal("the Makefile has no SERIAL")
	}
	folders := strings.Fields(strings.ReplaceAll(string(found[1]), "\\", ""))
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Errorf("%s has no file (%v)", folder, err)
		}
		for _, name := range files {
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range file.Imports {
				if path, err := strconv.Unquote(spec.Path.Value); err != nil || slices.Contains(atOnce, path) {
					t.Errorf("%s imports %s (%v): take its package out of the Makefile's SERIAL", name, path, err)
				}
			}
			for node := range ast.Preorder(file) {
				if begins, is := node.(*ast.GoStmt); is {
					t.Errorf("%s starts a goroutine: take its package out of the Makefile's SERIAL", set.Position(begins.Pos()))
				}
			}
		}
	}
}
