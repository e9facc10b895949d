package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestBackupsAreMadeAgainAndAgain beside a server that trades, and the newest of them restores.
func TestBackupsAreMadeAgainAndAgain(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	server := at.serve(t, "--demo")
	defer server.stop(t)
	folder := filepath.Join(at.folder, "backups")
	at.must(t, "backup", "--keep", "3", folder)
	strange := []string{"notes.txt", "parley-mine.db", "parley-20200101T000000Z.db.partial"}
	for _, name := range append(strange, "parley-20200101T000000Z.db", "parley-20200101T000001Z.db", "parley-20200101T000002Z.db") {
		at.write(t, filepath.Join("backups", name), "")
	}

	command := at.command("backup", "--every", "1s", "--keep", "2", folder)
	out := &lockedBuffer{}
	command.Stdout, command.Stderr = out, out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	out.awaitCount(t, "is backed up in", 3)
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var made []string
	for _, entry := range entries {
		if regexp.MustCompile(`^parley-\d{8}T\d{6}Z\.db$`).MatchString(entry.Name()) {
			made = append(made, entry.Name())
		}
	}
	if len(made) != 2 || made[0] < time.Now().UTC().Add(-time.Hour).Format("parley-20060102") {
		t.Errorf("kept are %v", made)
	}
	if len(entries) != len(made)+len(strange) {
		t.Errorf("the folder has %v", entries)
	}
	at.must(t, "restore", "--yes", filepath.Join(folder, made[1]))
	if done := at.run(t, nil, "backup", "--every", "1ms", folder); done.code != 2 || !strings.Contains(done.err, "--every") {
		t.Errorf("exit code %d: %s", done.code, done.err)
	}
}
