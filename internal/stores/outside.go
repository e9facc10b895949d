package stores

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx

	"parley/storage"
)

// place is where a store is, for those who look at it from outside.
type place struct{ driver, source, tables string }

var places sync.Map // of storage.Store

func remember(t testing.TB, store storage.Store, at place) {
	places.Store(store, at)
	t.Cleanup(func() { places.Delete(store) })
}

// enter opens the database of a store that this package opened beside it.
func enter(t testing.TB, store storage.Store) (db *sql.DB, tables string) {
	t.Helper()
	found, ok := places.Load(store)
	if !ok {
		t.Fatal("the store was opened elsewhere")
	}
	at, _ := found.(place)
	db, err := sql.Open(at.driver, at.source)
	if err != nil {
		t.Fatal(err)
	}
	return db, at.tables
}

// Run runs statements on the database of a store that this package opened, past the store.
func Run(t testing.TB, store storage.Store, statements ...string) {
	t.Helper()
	db, _ := enter(t, store)
	defer func() { _ = db.Close() }()
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Dump is every row of every table of a store that this package opened, in an order that does not depend on how they came.
func Dump(t testing.TB, store storage.Store) string {
	t.Helper()
	db, tables := enter(t, store)
	defer func() { _ = db.Close() }()
	var dump strings.Builder
	for _, table := range rowsOf(t, db, tables) {
		rows := rowsOf(t, db, `SELECT * FROM `+table)
		slices.Sort(rows)
		fmt.Fprintf(&dump, "%s\n\t%s\n", table, strings.Join(rows, "\n\t"))
	}
	return dump.String()
}

// rowsOf is each row of a query as a text.
func rowsOf(t testing.TB, db *sql.DB, query string) []string {
	t.Helper()
	found, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("dump: %v", err)
	}
	defer func() { _ = found.Close() }()
	columns, err := found.Columns()
	if err != nil {
		t.Fatalf("dump: %v", err)
	}
	var rows []string
	for found.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			t.Fatalf("dump: %v", err)
		}
		texts := make([]string, len(values))
		for i, value := range values {
			if raw, is := value.([]byte); is {
				value = string(raw)
			}
			texts[i] = fmt.Sprint(value)
		}
		rows = append(rows, strings.Join(texts, " | "))
	}
	if err := found.Err(); err != nil {
		t.Fatalf("dump: %v", err)
	}
	return rows
}
