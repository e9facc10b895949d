package stores

import (
	"context"
	"errors"
	"testing"

	"parley/storage"
	"parley/storage/postgres"
)

// TestALentDatabaseIsAsItWas changes what tests change, and what they should not.
func TestALentDatabaseIsAsItWas(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		statements []string
		kept       bool
	}{
		"nothing": {nil, true},
		"rows and ids": {[]string{
			`INSERT INTO audits (at, actor, action, resource, resource_id, request_id) VALUES (1, 'key:a', 'quote.create', 'quote', 'q', 'r')`,
		}, true},
		"what migrations wrote":  {[]string{`UPDATE pricing_state SET version = version + 7`, `DELETE FROM approval_state`}, true},
		"another table":          {[]string{`CREATE TABLE more (id BIGINT)`}, false},
		"a column less":          {[]string{`ALTER TABLE audits DROP COLUMN resource_id CASCADE`}, false},
		"what the planner knows": {[]string{`ANALYZE months`}, false},
		"a trigger that is off":  {[]string{`ALTER TABLE deals DISABLE TRIGGER ALL`}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLent(t)
			t.Cleanup(func() {
				l.place.close()
				if err := errors.Join(l.aside.Close(context.Background()), l.driver.Close(), l.drop()); err != nil {
					t.Error(err)
				}
			})
			store := postgres.Over(l.driver, options)
			places.Store(store, l.place)
			t.Cleanup(func() { places.Delete(store) })
			before := Dump(t, store)
			Run(t, store, test.statements...)
			if test.statements != nil && test.kept && Dump(t, store) == before {
				t.Fatal("the statements changed nothing")
			}
			kept, err := l.empty(t.Context())
			if err != nil || kept != test.kept {
				t.Fatalf("kept: %t, %v; want %t", kept, err, test.kept)
			}
			if kept && Dump(t, store) != before {
				t.Errorf("what was empty has become\n%s", Dump(t, store))
			}
			const next = `SELECT COALESCE(MAX(last_value), 0) FROM pg_sequences WHERE sequencename = 'audits_seq_seq'`
			look(t, store, func(at *place) {
				if id := number[int64](t, at.db, next); kept && id != 0 {
					t.Errorf("the last id is %d", id)
				}
			})
		})
	}
}

// TestNothingGetsThroughAfterATest holds on to a store for longer than its test lasts.
func TestNothingGetsThroughAfterATest(t *testing.T) {
	t.Parallel()
	var store *storage.Store
	t.Run("a test", func(t *testing.T) { store = PostgresWith(t, options) })
	for name, err := range map[string]error{
		"Tx":     store.Tx(t.Context(), func(*storage.Tx) error { return nil }),
		"Append": store.Append(t.Context(), func(tx *storage.Tx) error { _, err := tx.Key("").Get(t.Context()); return err }),
		"Ping":   store.Ping(t.Context()),
	} {
		if !errors.Is(err, storage.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
