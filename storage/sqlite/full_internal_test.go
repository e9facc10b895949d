package sqlite

import (
	"path/filepath"
	"sync"
	"testing"

	"parley"
	"parley/internal/racedetector"
)

// TestAFullDatabaseIsUnavailable puts a transaction for which there is no room between two others of one batch. Whether
// SQLite gives up the statement or all of them, those that failed are told to come back, and the writer goes on.
func TestAFullDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	db, err := open(t.Context(), filepath.Join(t.TempDir(), "parley.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	writer, err := db.newWriter()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = writer.Close() })
	for _, query := range []string{"CREATE TABLE room (taken BLOB)", "PRAGMA max_page_count = 1"} { // 1: as many as there are
		if err := writer.run(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	const small, large = "INSERT INTO room VALUES ('')", "INSERT INTO room VALUES (randomblob(1000000))"
	outcome := func(queries ...string) []error {
		var together batch
		errs := make([]error, len(queries))
		var callers sync.WaitGroup
		for i, query := range queries {
			one := newJob(t.Context(), false)
			together.add(one)
			callers.Go(func() {
				for {
					select {
					case c := <-one.granted:
						one.run(c, func(c *conn) error { return c.run(t.Context(), query) })
						continue
					case errs[i] = <-one.result:
					}
					return
				}
			})
		}
		db.commit(writer, together.functions, false)
		callers.Wait()
		return errs
	}
	errs := outcome(small, large, small)
	for i, err := range errs {
		if err != nil && !parley.Is(err, parley.CodeUnavailable) {
			t.Errorf("transaction %d: %v", i, err)
		}
	}
	if errs[1] == nil {
		t.Error("there was room for the large one")
	}
	if errs := outcome(small, small); errs[0] != nil || errs[1] != nil {
		t.Errorf("afterwards: %v", errs)
	}
}
