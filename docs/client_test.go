package docs_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"parley/client"
)

// TestThePageNamesWhatTheClientDoes holds the page about the Go package to its methods.
func TestThePageNamesWhatTheClientDoes(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("client.md")
	if err != nil {
		t.Fatal(err)
	}
	for method := range reflect.TypeFor[*client.Client]().Methods() {
		if !strings.Contains(string(page), "`"+method.Name+"`") {
			t.Errorf("client.md does not name %s", method.Name)
		}
	}
}

// TestAProgramElsewhereImportsTheClient builds the page's program in a module of its own, as the page says.
func TestAProgramElsewhereImportsTheClient(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("client.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```sh\n(go mod init .*?)```.*?```go\n(.*?)```").FindSubmatch(page)
	checkout, err := filepath.Abs("..")
	if err != nil || found == nil {
		t.Fatalf("the page has no program: %v", err)
	}
	sums, err := os.ReadFile("../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := errors.Join(
		os.Symlink(checkout, filepath.Join(folder, "parley")), os.Mkdir(filepath.Join(folder, "buyer"), 0o700),
		os.WriteFile(filepath.Join(folder, "buyer", "main.go"), found[2], 0o600), os.WriteFile(filepath.Join(folder, "buyer", "go.sum"), sums, 0o600),
	); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(found[1])) {
		args := strings.Fields(line)
		if strings.Join(args, " ") == "go mod tidy" {
			args = []string{"go", "build", "-mod=mod", "-o", "buyer", "."} // which asks no proxy for what only tests of ours need
		}
		command := exec.CommandContext(t.Context(), args[0], args[1:]...)
		command.Dir = filepath.Join(folder, "buyer")
		command.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false -trimpath", "GOWORK=off", "CGO_ENABLED=0")
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.TrimSpace(line), err, out)
		}
	}
}
