package stores

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx

	"parley/storage"
)

// place is where a store is, for those who look at it from outside, all over one connection.
type place struct {
	driver, source string
	tables         string // the query for their names
	// rows is the query for all rows of some tables, each as the table's name and values as text.
	rows func(tables []string) string
	// version is the query for a number that changes with everything that another connection commits; empty: there is none.
	version string
	// newest is the query for the last transaction that brought an event, settled the one that tells whether all that may come
	// before it have ended; empty: they have.
	newest, settled string

	mu     sync.Mutex
	db     *sql.DB
	dumped string // when the version was at
	at     int64
}

func sqlitePlace(path string) *place {
	return &place{
		driver: "sqlite", source: "file:" + path + "?_pragma=busy_timeout(30000)",
		tables: `SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
			AND name NOT LIKE 'deal_words%' ORDER BY name`,
		version: `PRAGMA data_version`,
	}
}

const postgresTables = `SELECT table_name::text FROM information_schema.tables
	WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name`

func postgresPlace(url string) *place {
	return &place{
		driver: "pgx", source: url,
		tables: postgresTables,
		rows: func(tables []string) string {
			var each []string
			for _, table := range tables {
				each = append(each, fmt.Sprintf(`SELECT '%s', t::text FROM %s AS t`, table, table))
			}
			return strings.Join(each, ` UNION ALL `)
		},
		newest:  `SELECT COALESCE(MAX(xact::text::bigint), 0) FROM events`,
		settled: `SELECT $1::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`,
	}
}

var places sync.Map // of *place by *storage.Store

func remember(t testing.TB, store *storage.Store, at *place) {
	places.Store(store, at)
	t.Cleanup(func() {
		places.Delete(store)
		at.close()
	})
}

func (p *place) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.db != nil {
		_ = p.db.Close()
	}
}

// look lets a function at the database of a store that this package opened, alone.
func look(t testing.TB, store *storage.Store, fn func(*place)) {
	t.Helper()
	found, ok := places.Load(store)
	if !ok {
		t.Fatal("the store was opened elsewhere")
	}
	at, _ := found.(*place)
	at.mu.Lock()
	defer at.mu.Unlock()
	if at.db == nil {
		db, err := sql.Open(at.driver, at.source)
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1) // the version is one connection's
		at.db = db
	}
	fn(at)
}

// Run runs statements on the database of a store that this package opened, past the store.
func Run(t testing.TB, store *storage.Store, statements ...string) {
	t.Helper()
	look(t, store, func(at *place) {
		at.dumped = ""
		for _, statement := range statements {
			if _, err := at.db.ExecContext(t.Context(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	})
}

// Settle waits until those who follow the events of a store that this package opened hear of all that has happened. On a
// PostgreSQL server that is when what was under way has ended, in other tests' databases too.
func Settle(t testing.TB, store *storage.Store) {
	t.Helper()
	look(t, store, func(at *place) {
		if at.newest == "" {
			return
		}
		newest := number[int64](t, at.db, at.newest)
		again := time.NewTicker(2 * time.Millisecond)
		defer again.Stop()
		for giveUp := time.After(time.Minute); !number[bool](t, at.db, at.settled, newest); {
			select {
			case <-again.C:
			case <-giveUp:
				t.Fatal("what has happened is not settled after a minute")
			}
		}
	})
}

// number is a query's one answer.
func number[T any](t testing.TB, db *sql.DB, query string, args ...any) (answer T) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return answer
}

// Dump is every row of every table of a store that this package opened, in an order that does not depend on how they came.
func Dump(t testing.TB, store *storage.Store) (dump string) {
	t.Helper()
	look(t, store, func(at *place) {
		if at.version == "" {
			dump = at.dump(t)
			return
		}
		// A change between the two is in the dump, and seen again by the next.
		if version := number[int64](t, at.db, at.version); at.dumped == "" || version != at.at {
			at.dumped, at.at = at.dump(t), version
		}
		dump = at.dumped
	})
	return dump
}

func (p *place) dump(t testing.TB) string {
	t.Helper()
	var tables, rows []string
	for _, name := range rowsOf(t, p.db, p.tables) {
		tables = append(tables, name[0])
	}
	if p.rows != nil {
		for _, row := range rowsOf(t, p.db, p.rows(tables)) {
			rows = append(rows, strings.Join(row, " | "))
		}
	} else {
		for _, table := range tables {
			for _, row := range rowsOf(t, p.db, `SELECT * FROM `+table) {
				rows = append(rows, table+" | "+strings.Join(row, " | "))
			}
		}
	}
	slices.Sort(rows)
	return strings.Join(rows, "\n")
}

// rowsOf are the values of each row of a query, as text.
func rowsOf(t testing.TB, db *sql.DB, query string) [][]string {
	t.Helper()
	found, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = found.Close() }()
	columns, err := found.Columns()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	var rows [][]string
	for found.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		texts := make([]string, len(values))
		for i, value := range values {
			if raw, is := value.([]byte); is {
				value = string(raw)
			}
			texts[i] = fmt.Sprint(value)
		}
		rows = append(rows, texts)
	}
	if err := found.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return rows
}
