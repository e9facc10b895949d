package pgtest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ErrNotInstalled says that the server's programs were not found.
var ErrNotInstalled = errors.New(
	"the PostgreSQL server is not installed: install version 15 or newer (Debian: apt-get install postgresql)")

// Programs is the folder of PostgreSQL's server programs: where pg_config says, else the newest version where Debian
// keeps them, else where initdb is on the PATH. It returns ErrNotInstalled when there is none.
func Programs(ctx context.Context) (string, error) {
	var candidates []string
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		candidates = append(candidates, strings.TrimSpace(string(out)))
	}
	debian, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.SortFunc(debian, func(a, b string) int { return majorVersion(b) - majorVersion(a) })
	candidates = append(candidates, debian...)
	if initdb, err := exec.LookPath("initdb"); err == nil {
		candidates = append(candidates, filepath.Dir(initdb))
	}
	for _, folder := range candidates {
		if hasServer(folder) {
			return folder, nil
		}
	}
	return "", ErrNotInstalled
}

// majorVersion reads the 15 of /usr/lib/postgresql/15/bin; 0 when there is no number.
func majorVersion(folder string) int {
	version, err := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
	if err != nil {
		return 0
	}
	return version
}

// hasServer tells a server's folder from one with only the client's programs.
func hasServer(folder string) bool {
	for _, program := range []string{"initdb", "pg_ctl", "postgres"} {
		if info, err := os.Stat(filepath.Join(folder, program)); err != nil || info.IsDir() {
			return false
		}
	}
	return true
}
