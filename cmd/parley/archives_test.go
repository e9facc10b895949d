package main_test

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/pe"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// TestTheArchives has GoReleaser judge its file, and make the archives for this machine and for one of another system and processor, which is
// what differs most: their checksums are right, what they are to hold is in them, the programs are for whom they say, and beside each
// stands of which modules it is made. The program for this machine runs.
func TestTheArchives(t *testing.T) {
	t.Parallel()
	program, lister := releaseTool(t, "goreleaser"), releaseTool(t, "cyclonedx-gomod")
	own, other := runtime.GOOS+"_"+runtime.GOARCH, "windows_arm64"
	if runtime.GOOS == "windows" {
		t.Skip("its archive is of another form")
	}
	folder := t.TempDir()
	written, err := os.ReadFile("../../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const all = "    goos: [linux, darwin, windows]\n    goarch: [amd64, arm64]\n"
	file := strings.Replace(string(written), all, "    targets: ["+own+", "+other+"]\n", 1) + "dist: " + filepath.Join(folder, "dist") + "\n"
	if !strings.Contains(string(written), all) {
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
		command.Env = append(os.Environ(), "PATH="+filepath.Dir(lister)+string(filepath.ListSeparator)+os.Getenv("PATH"))
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("goreleaser %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	run("check", ".goreleaser.yaml")
	// What it leaves out reaches other programs or the network.
	run("release", "--snapshot", "--skip=before,publish", "--config", config)

	made := checked(t, filepath.Join(folder, "dist"))
	if len(made) != 4 {
		t.Fatalf("made %v", made)
	}
	for _, name := range made {
		path := filepath.Join(folder, "dist", name)
		var held map[string]bool
		switch {
		case strings.HasSuffix(name, own+".tar.gz"):
			held = unpacked(t, path, folder)
			out, err := exec.CommandContext(t.Context(), filepath.Join(folder, "parley"), "--version").CombinedOutput()
			if err != nil || !strings.HasPrefix(string(out), "parley ") || strings.Contains(string(out), " dev ") {
				t.Errorf("its version is %s, %v", out, err)
			}
		case strings.HasSuffix(name, other+".zip"):
			held = unzipped(t, path)
		case strings.HasSuffix(name, own+".cdx.json"), strings.HasSuffix(name, other+".cdx.json"):
			madeOf(t, path)
			continue
		default:
			t.Errorf("%s was made, too", name)
			continue
		}
		for _, want := range []string{"parley", "LICENSE", "README.md", "CHANGELOG.md", "docs/deploying.md", "deploy/systemd/parley.service", "deploy/caddy/Caddyfile", "deploy/nginx/parley.conf"} {
			if !held[want] {
				t.Errorf("%s is not in %s", want, name)
			}
		}
	}
}

// checked are the files that the checksums of a folder name, each of which has its own.
func checked(t *testing.T, folder string) []string {
	t.Helper()
	sums, err := os.ReadFile(filepath.Join(folder, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if computed := sha256.Sum256(content); hex.EncodeToString(computed[:]) != sum {
			t.Errorf("the sum of %s is not %s", name, sum)
		}
		names = append(names, name)
	}
	return names
}

// madeOf holds the list of what a program is made of to the modules that ours needs, each with its version and its sum.
func madeOf(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Format     string `json:"bomFormat"`
		Components []struct {
			Name    string `json:"name"`
			Version string `json:"version"`
			Hashes  []any  `json:"hashes"`
		} `json:"components"`
	}
	if err := json.Unmarshal(content, &list); err != nil || list.Format != "CycloneDX" {
		t.Fatalf("%s is %.200s, %v", path, content, err)
	}
	versions := map[string]string{}
	for _, c := range list.Components {
		versions[c.Name] = c.Version
		if c.Version == "" || c.Name != "std" && len(c.Hashes) == 0 {
			t.Errorf("%s has no version or no sum in %s", c.Name, path)
		}
	}
	built, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("the test does not know what it is made of")
	}
	for _, name := range []string{"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/go-json-experiment/json"} {
		for _, module := range built.Deps {
			if module.Path == name && versions[name] != module.Version {
				t.Errorf("%s is %s in %s, and built is %s", name, versions[name], path, module.Version)
			}
		}
		if versions[name] == "" {
			t.Errorf("%s is not in %s", name, path)
		}
	}
	if versions["std"] == "" {
		t.Errorf("the standard library is not in %s", path)
	}
}

// unzipped tells which files an archive for Windows holds, its program by the name that it has elsewhere, which is for that system.
func unzipped(t *testing.T, path string) map[string]bool {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	held := map[string]bool{}
	for _, entry := range archive.File {
		held[strings.TrimSuffix(entry.Name, ".exe")] = true
		if entry.Name != "parley.exe" {
			continue
		}
		file, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		program, err := pe.NewFile(bytes.NewReader(content))
		if err != nil || program.Machine != pe.IMAGE_FILE_MACHINE_ARM64 {
			t.Errorf("its program is not for Windows on arm64: %v", err)
		}
	}
	return held
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
