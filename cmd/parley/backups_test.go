package main_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/storage/sqlite"
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
	abandoned := filepath.Join(folder, "parley-20200101T000009Z.db.partial")
	at.write(t, filepath.Join("backups", filepath.Base(abandoned)), "")
	if hoursAgo := time.Now().Add(-2 * time.Hour); os.Chtimes(abandoned, hoursAgo, hoursAgo) != nil {
		t.Fatal("it is not older")
	}
	first, err := filepath.Glob(filepath.Join(folder, "parley-2*Z.db"))
	if err != nil || len(first) != 1 {
		t.Fatalf("made %v, %v", first, err)
	}
	backup, err := os.ReadFile(first[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strange {
		at.write(t, filepath.Join("backups", name), "")
	}
	for _, name := range []string{"parley-20200101T000000Z.db", "parley-20200101T000001Z.db", "parley-20200101T000002Z.db"} {
		at.write(t, filepath.Join("backups", name), string(backup))
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
	if _, err := os.Stat(abandoned); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a killed backup left is there: %v", err)
	}
	at.must(t, "restore", "--yes", filepath.Join(folder, made[1]))
}

// TestBackupsOfOthersAreLeftAlone has several databases backed up into one folder, of which each keeps its own newest, and refuses to write over
// another's.
func TestBackupsOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.environ = []string{"PARLEY_DATABASE_FOR_TESTS=beside"}
	folder := filepath.Join(at.folder, "backups")
	names := func() (names []string) {
		t.Helper()
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		return names
	}
	// A database of another place that has the same name, as those of two publishers have, and a damaged file.
	at.createKey(t, "--role", "buyer", "--label", "B", "--seat", "s", "--database-url", "sqlite:elsewhere/parley.db")
	at.must(t, "backup", "--database-url", "sqlite:elsewhere/parley.db", "theirs.db")
	if err := errors.Join(os.Mkdir(folder, 0o700), os.Rename(filepath.Join(at.folder, "theirs.db"), filepath.Join(folder, "parley-20200101T000000Z.db"))); err != nil {
		t.Fatal(err)
	}
	at.write(t, "backups/parley-20200101T000001Z.db", "damaged")
	at.createKey(t, "--role", "buyer", "--label", "B", "--seat", "s")
	at.createKey(t, "--test", "--role", "buyer", "--label", "B", "--seat", "s")
	at.must(t, "backup", "--keep", "1", folder)
	made := names()
	if len(made) != 3 {
		t.Fatalf("the folder has %v", made)
	}
	at.must(t, "backup", "--test", "--keep", "1", folder)
	if now := names(); len(now) != 4 || !slices.Equal(now[:3], made[:3]) && !slices.Equal(now[1:], made) || !strings.Contains(strings.Join(now, " "), "parley.test-2") {
		t.Errorf("beside %v a test world's backup made it %v", made, now)
	}
	for _, other := range [][]string{{"--test"}, {"--database-url", "sqlite:elsewhere/parley.db"}} {
		if done := at.run(t, nil, append([]string{"backup", filepath.Join(folder, made[2])}, other...)...); done.code != 1 || !strings.Contains(done.err, "of another database") {
			t.Errorf("%s over another's backup: exit code %d\n%s", other, done.code, done.err)
		}
	}
}

// TestARestoreThatIsKilled leaves the database as it was or as it is to be, never half a copy of what it held, and a folder that the next
// commands tell of.
func TestARestoreThatIsKilled(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.serve(t, "--demo").stop(t)
	at.must(t, "backup", "tonight.db")
	at.createKey(t, "--role", "operator", "--label", "Since then")
	path := filepath.Join(at.folder, "data", "parley.db")
	contents := func(file string) sqlite.Contents {
		t.Helper()
		held, err := sqlite.ContentsOf(t.Context(), file)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		return held
	}
	before, coming := contents(path), contents(filepath.Join(at.folder, "tonight.db"))
	if before == coming {
		t.Fatalf("both hold %s", before)
	}
	find := func(pattern string) []string {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(at.folder, "data", pattern))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	// It is killed as soon as it has made one of these.
	for _, pattern := range []string{".restore-*/staged.db", ".restore-*/kept.db", "parley.db.replaced*"} {
		restore := at.command("restore", "--yes", filepath.Join(at.folder, "tonight.db"))
		there := len(find(pattern))
		if err := restore.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			_ = restore.Wait() // it may have been killed
			close(ended)
		}()
		for running := true; running; {
			select {
			case <-ended:
				running = false
			default:
				if len(find(pattern)) > there {
					_ = restore.Process.Kill() // it may have ended meanwhile
				}
			}
		}
		if held := contents(path); held != before && held != coming {
			t.Errorf("the database holds %s", held)
		}
		for _, kept := range find("parley.db.replaced*") {
			if strings.HasSuffix(kept, "-wal") || strings.HasSuffix(kept, "-shm") {
				continue // of looking at it
			}
			if held := contents(kept); held != before && held != coming {
				t.Errorf("%s holds %s", kept, held)
			}
		}
	}
	if err := os.Mkdir(filepath.Join(at.folder, "data", ".restore-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve", "--check"}, {"restore", "--yes", "tonight.db"}} {
		if done := at.run(t, nil, args...); done.code != 0 || !strings.Contains(done.err, filepath.Join("data", ".restore-1")) || !strings.Contains(done.err, "was killed") {
			t.Errorf("parley %s: %d, %s", strings.Join(args, " "), done.code, done.err)
		}
	}
	server := at.serve(t)
	if !strings.Contains(server.log.String(), ".restore-1") {
		t.Errorf("serve does not tell of it\n%s", server.log)
	}
	server.stop(t)
}
