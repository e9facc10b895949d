package sqlite_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/storage"
	"parley/storage/sqlite"
	"parley/storage/storagetest"
)

// insert stores the quotes from the first to before the last.
func insert(t testing.TB, store *storage.Store, from, to int) {
	t.Helper()
	err := store.Tx(t.Context(), func(tx *storage.Tx) error {
		for i := from; i < to; i++ {
			tx.InsertQuote(storagetest.Quote(i))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// count answers how many quotes a snapshot has.
func count(t testing.TB, store *storage.Store) int64 {
	t.Helper()
	var list storage.Listing[parley.Quote]
	err := store.Read(t.Context(), func(r *storage.Reader) error {
		var err error
		list, err = r.Quotes(storage.QuoteFilter{Page: storage.Page{Limit: 1}}).Get(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list.Total
}

func TestBackupIsOneInstantWhileWritersGoOn(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "live.db")
	store := open(t, path)
	storagetest.Stock(t, store, 1)
	insert(t, store, 0, 100)
	stop, stopped := make(chan struct{}), make(chan int)
	go func() {
		n := 100
		defer func() { stopped <- n }()
		for {
			select {
			case <-stop:
				return
			default:
				// Two at a time: a backup in between would have an odd number of them.
				insert(t, store, n, n+2)
				n += 2
			}
		}
	}()
	file := filepath.Join(folder, "backup.db")
	for range 3 {
		if err := sqlite.Backup(t.Context(), path, file); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	n := <-stopped
	if got := count(t, store); got != int64(n) {
		t.Errorf("the live store has %d quotes, want %d", got, n)
	}
	got := count(t, open(t, file))
	if got < 100 || got > int64(n) || got%2 != 0 {
		t.Errorf("the backup has %d quotes of %d", got, n)
	}
	if left, err := filepath.Glob(filepath.Join(folder, "*.partial")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestNothingIsWrittenIntoAFileThatWasMoved moves the file of a store that is open, and back.
func TestNothingIsWrittenIntoAFileThatWasMoved(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, elsewhere := filepath.Join(folder, "parley.db"), filepath.Join(folder, "elsewhere.db")
	store := open(t, path)
	storagetest.Stock(t, store, 1)
	insert(t, store, 0, 1)
	write := func() error {
		return store.Tx(t.Context(), func(tx *storage.Tx) error {
			tx.SetDealPace(storage.DealPace{DealID: "none", Seen: "x"})
			return nil
		})
	}
	move := func(from, to string) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	move(path, elsewhere)
	for _, another := range []bool{false, true} {
		if another {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := write(); !parley.Is(err, parley.CodeUnavailable) {
			t.Errorf("another file there: %t: written: %v", another, err)
		}
		if err := store.Ping(t.Context()); !parley.Is(err, parley.CodeUnavailable) {
			t.Errorf("another file there: %t: ready: %v", another, err)
		}
	}
	move(elsewhere, path)
	if err := store.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	insert(t, store, 1, 2)
	if got := count(t, store); got != 2 {
		t.Errorf("%d quotes", got)
	}
}

// TestARestoreLosesNothingThatIsWrittenMeanwhile counts what was acknowledged in what is kept and in what is live.
func TestARestoreLosesNothingThatIsWrittenMeanwhile(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	folder := t.TempDir()
	path, file, kept := filepath.Join(folder, "live.db"), filepath.Join(folder, "backup.db"), filepath.Join(folder, "kept.db")
	store := open(t, path)
	storagetest.Stock(t, store, 1)
	insert(t, store, 0, 500)
	if err := sqlite.Backup(t.Context(), path, file); err != nil {
		t.Fatal(err)
	}
	stop, stopped, began := make(chan struct{}), make(chan int), make(chan struct{})
	go func() {
		n := 500
		defer func() { stopped <- n }()
		for {
			select {
			case <-stop:
				return
			default:
				insert(t, store, n, n+1)
				if n++; n == 510 {
					close(began)
				}
			}
		}
	}()
	<-began
	if err := sqlite.Restore(t.Context(), path, file, kept); err != nil {
		t.Fatal(err)
	}
	close(stop)
	n := int64(<-stopped)
	before, after := count(t, open(t, kept)), count(t, store)
	if before+after-500 != n {
		t.Errorf("%d quotes are kept and %d live of %d, of which 500 are in both", before, after, n)
	}
}

func TestRestoreIntoALiveDatabase(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, file := filepath.Join(folder, "live.db"), filepath.Join(folder, "backup.db")
	store := open(t, path)
	storagetest.Stock(t, store, 1)
	insert(t, store, 0, 500)
	if err := sqlite.Backup(t.Context(), path, file); err != nil {
		t.Fatal(err)
	}
	insert(t, store, 500, 1500)
	if got := count(t, store); got != 1500 {
		t.Fatalf("%d quotes before", got)
	}
	// A reader in the middle of its snapshot keeps seeing that snapshot.
	err := store.Read(t.Context(), func(r *storage.Reader) error {
		before, err := r.Quotes(storage.QuoteFilter{Page: storage.Page{Limit: 1}}).Get(t.Context())
		if err != nil {
			return err
		}
		if err := sqlite.Restore(t.Context(), path, file, filepath.Join(t.TempDir(), "kept.db")); err != nil {
			return err
		}
		after, err := r.Quotes(storage.QuoteFilter{Page: storage.Page{Limit: 1}}).Get(t.Context())
		if after.Total != before.Total {
			t.Errorf("the snapshot moved from %d to %d quotes", before.Total, after.Total)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := count(t, store); got != 500 {
		t.Errorf("%d quotes after the restore", got)
	}
	insert(t, store, 500, 600)
	if got := count(t, store); got != 600 {
		t.Errorf("%d quotes after going on", got)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	reopened := open(t, path)
	if got := count(t, reopened); got != 600 {
		t.Errorf("%d quotes after opening again", got)
	}
	if left, err := filepath.Glob(filepath.Join(folder, ".restore-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestRestoreIntoNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	live := filepath.Join(folder, "live.db")
	store := open(t, live)
	storagetest.Stock(t, store, 1)
	insert(t, store, 0, 5)
	file, path := filepath.Join(folder, "a ?#% ü.db"), filepath.Join(folder, "new.db")
	if err := sqlite.Backup(t.Context(), live, file); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.Restore(t.Context(), path, file, filepath.Join(t.TempDir(), "kept.db")); err != nil {
		t.Fatal(err)
	}
	if got := count(t, open(t, path)); got != 5 {
		t.Errorf("%d quotes", got)
	}
}

func TestRestoreRefusesWhatIsNoBackup(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "live.db")
	store := open(t, path)
	storagetest.Stock(t, store, 1)
	insert(t, store, 0, 5)
	statements := func(name string, statements ...string) string {
		file := filepath.Join(folder, name)
		db, err := sql.Open("sqlite", file)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range statements {
			if _, err := db.ExecContext(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		return file
	}
	text := filepath.Join(folder, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(folder, "newer.db")
	if err := sqlite.Backup(t.Context(), path, newer); err != nil {
		t.Fatal(err)
	}
	statements("newer.db", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)",
		"UPDATE schema_support SET oldest_program = 99999")
	for name, file := range map[string]string{
		"nothing": filepath.Join(folder, "none"), "text": text, "another product's": statements("other.db", "CREATE TABLE quotes (id TEXT)"),
		"newer": newer,
	} {
		if err := sqlite.Restore(t.Context(), path, file, filepath.Join(t.TempDir(), "kept.db")); err == nil {
			t.Errorf("%s: restored", name)
		}
	}
	if got := count(t, store); got != 5 {
		t.Errorf("a refused restore left %d quotes", got)
	}
}

// TestBackupWritesOverNoOtherFile keeps what an operator named by mistake.
func TestBackupWritesOverNoOtherFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "live.db")
	open(t, path)
	file := filepath.Join(folder, "notes.txt")
	const notes = "what the desk agreed on"
	if err := os.WriteFile(file, []byte(notes), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.Backup(t.Context(), path, file); err == nil || !strings.Contains(err.Error(), "no backup of this product") {
		t.Errorf("over another file: %v", err)
	}
	if left, err := os.ReadFile(file); err != nil || string(left) != notes {
		t.Errorf("the file holds %q, %v", left, err)
	}
	if err := sqlite.Backup(t.Context(), path, folder); err == nil {
		t.Error("over a folder")
	}
	for range 2 {
		if err := sqlite.Backup(t.Context(), path, filepath.Join(folder, "tonight.db")); err != nil {
			t.Errorf("over the backup of the night before: %v", err)
		}
	}
}
