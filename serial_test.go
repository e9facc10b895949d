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

// foldersOf are the packages that the Makefile lists under a name.
func foldersOf(t *testing.T, name string) []string {
	t.Helper()
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^` + name + ` := ((?:.*\\\n)*.*)$`).FindSubmatch(makefile)
	if found == nil {
		t.Fatalf("the Makefile has no %s", name)
	}
	return strings.Fields(strings.ReplaceAll(string(found[1]), "\\", ""))
}

// atOnce are the packages by which things happen at once, or take care that they may.
var atOnce = []string{"sync", "sync/atomic", "net/http/httptest", "os/exec", "golang.org/x/sync", "parley/internal/stores"}

// TestWhatTheDetectorIsSparedHasNothingToFind reads the packages that make test never runs under the race detector, and their tests:
// none starts a goroutine, or has anything that several could use at once.
func TestWhatTheDetectorIsSparedHasNothingToFind(t *testing.T) {
	t.Parallel()
	for _, folder := range foldersOf(t, "SERIAL") {
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

// TestPackagesThatAreSparedHaveNothingToWatch reads the tests of the packages that are not built for the race detector: none has it watch.
func TestPackagesThatAreSparedHaveNothingToWatch(t *testing.T) {
	t.Parallel()
	for _, folder := range foldersOf(t, "SPARED") {
		names, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
		if err != nil || len(names) == 0 {
			t.Errorf("%s has no test (%v)", folder, err)
		}
		var files []*ast.File
		for _, name := range names {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
		functions := functionsOf(files)
		for _, function := range functions {
			if function.watched || function.test && function.reaches(functions, starts, map[string]bool{}) && !function.reaches(functions, says, map[string]bool{}) {
				t.Errorf("things happen at once in %s of %s: take its package out of the Makefile's SPARED", function.name, folder)
			}
		}
	}
}

// TestWhatHappensAtOnceIsWatched reads the tests of each package that opens stores: one that starts a goroutine, by itself or by what it
// calls in its package, says so to the race detector, which leaves the others out.
func TestWhatHappensAtOnceIsWatched(t *testing.T) {
	t.Parallel()
	folders := map[string][]*ast.File{}
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, entry os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err == nil {
			folders[filepath.Dir(name)] = append(folders[filepath.Dir(name)], file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, files := range folders {
		if !slices.ContainsFunc(files, opensStores) {
			continue
		}
		functions := functionsOf(files)
		for _, function := range functions {
			if function.test && function.reaches(functions, starts, map[string]bool{}) && !function.reaches(functions, says, map[string]bool{}) {
				t.Errorf("%s: things happen at once in %s: it is to say racedetector.AtOnce(t)", set.Position(function.at), function.name)
			}
		}
	}
}

func opensStores(file *ast.File) bool {
	return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"parley/internal/stores"` })
}

// function is one of a package's tests, or what they call.
type function struct {
	name    string
	at      token.Pos
	test    bool
	goes    bool // starts a goroutine itself
	says    bool // what it is to the race detector
	watched bool // by that
	calls   []string
}

func functionsOf(files []*ast.File) map[string]*function {
	functions := map[string]*function{}
	for _, file := range files {
		for _, declared := range file.Decls {
			of, is := declared.(*ast.FuncDecl)
			if !is {
				continue
			}
			f := functions[of.Name.Name]
			if f == nil {
				f = &function{name: of.Name.Name, at: of.Pos()}
				functions[f.name] = f
			}
			f.test = of.Recv == nil && (strings.HasPrefix(f.name, "Test") && f.name != "TestMain" || strings.HasPrefix(f.name, "Fuzz"))
			for node := range ast.Preorder(of) {
				f.read(node)
			}
		}
	}
	return functions
}

func (f *function) read(node ast.Node) {
	switch node := node.(type) {
	case *ast.GoStmt:
		f.goes = true
	case *ast.Ident:
		f.calls = append(f.calls, node.Name)
	case *ast.SelectorExpr:
		from, _ := node.X.(*ast.Ident)
		f.goes = f.goes || node.Sel.Name == "Go"
		if from != nil && from.Name == "racedetector" {
			f.watched = f.watched || node.Sel.Name == "AtOnce"
			f.says = f.says || f.watched || node.Sel.Name == "Serial"
		}
	}
}

func starts(f *function) bool { return f.goes }
func says(f *function) bool   { return f.says }

// reaches tells whether something is so of a function, or of one that it calls.
func (f *function) reaches(functions map[string]*function, is func(*function) bool, seen map[string]bool) bool {
	seen[f.name] = true
	return is(f) || slices.ContainsFunc(f.calls, func(name string) bool {
		called := functions[name]
		return called != nil && !called.test && !seen[name] && called.reaches(functions, is, seen)
	})
}
