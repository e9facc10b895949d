package main_test

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestTheArchives has GoReleaser judge its file, and make the archive for this machine: its checksum is right, what it is to hold is in it,
// and its program runs.
func TestTheArchives(t *testing.T) {
	t.Parallel()
	program := releaseTool(t, "goreleaser")
	if runtime.GOOS == "windows" {
		t.Skip("its archive is of another form")
	}
	folder := t.TempDir()
	written, err := os.ReadFile("../../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const all, everywhere = "goos: [linux, darwin, windows]", "goarch: [amd64, arm64]"
	file := strings.NewReplacer(all, "goos: ["+runtime.GOOS+"]", everywhere, "goarch: ["+runtime.GOARCH+"]").Replace(string(written)) +
		"dist: " + filepath.Join(folder, "dist") + "\n"
	if strings.Contains(file, all) || strings.Contains(file, everywhere) || !strings.Contains(string(written), all) {
		t.Fatal("the file builds for others than the documents say")
	}
	config := filepath.Join(folder, "goreleaser.yaml")
	if err := os.WriteFile(config, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), program, args...)
		command.Dir = "../.."
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("goreleaser %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	run("check", ".goreleaser.yaml")
	// What it leaves out reaches other programs or the network.
	run("release", "--snapshot", "--skip=before,sbom,publish", "--config", config)

	sums, err := os.ReadFile(filepath.Join(folder, "dist", "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	sum, name, _ := strings.Cut(strings.TrimSpace(string(sums)), "  ")
	archive, err := os.ReadFile(filepath.Join(folder, "dist", name))
	if err != nil {
		t.Fatal(err)
	}
	if computed := sha256.Sum256(archive); hex.EncodeToString(computed[:]) != sum {
		t.Errorf("the sum of %s is not %s", name, sum)
	}
	held := unpacked(t, filepath.Join(folder, "dist", name), folder)
	for _, want := range []string{"parley", "LICENSE", "README.md", "CHANGELOG.md", "docs/deploying.md", "deploy/systemd/parley.service", "deploy/caddy/Caddyfile", "deploy/nginx/parley.conf"} {
		if !held[want] {
			t.Errorf("%s is not in %s", want, name)
		}
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join(folder, "parley"), "--version").CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "parley ") || strings.Contains(string(out), " dev ") {
		t.Errorf("its version is %s, %v", out, err)
	}
}

// unpacked tells which files an archive holds, and puts its program into a folder.
func unpacked(t *testing.T, archive, folder string) map[string]bool {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	content, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]bool{}
	for entries := tar.NewReader(content); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return held
		}
		if err != nil {
			t.Fatal(err)
		}
		held[entry.Name] = true
		if entry.Name != "parley" {
			continue
		}
		program, err := io.ReadAll(entries)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "parley"), program, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
