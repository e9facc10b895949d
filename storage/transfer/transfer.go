// Package transfer copies everything that one database holds into another, of either kind, and compares the two.
//
// It knows no table: what there is to copy is what both databases say that they have. Only three things are not copied as they
// are. The places of events are counted anew, since each kind of database has an order of its own that followers see; the
// index of words follows the deals by itself; and leases are of nodes that do not serve the copy.
package transfer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley/storage"
)

// Table is what has been copied of a table.
type Table struct {
	Name string
	Rows int64
}

// Copy copies what the database from holds into the database to, in one transaction, and answers what each table had. Both have
// the schema of this program. Whoever writes to from meanwhile is not in the copy. A database that holds anything already is
// refused, and where the two do not compare equal, nothing is kept.
func Copy(ctx context.Context, from, to Database) (tables []Table, err error) {
	return CopyTables(ctx, from, to, nil)
}

// CopyTables copies as Copy does, of some tables alone, which must hold nothing yet and name rows of no others; nil: of all.
func CopyTables(ctx context.Context, from, to Database, only []string) (tables []Table, err error) {
	source, err := from.read(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, source.close()) }()
	target, err := to.write(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, target.close()) }()
	names, err := sameTables(ctx, source, target)
	if err != nil {
		return nil, err
	}
	if only == nil {
		err = refuseFilled(ctx, target, append(slices.Clone(names), "leases"))
	} else {
		names = slices.DeleteFunc(names, func(name string) bool { return !slices.Contains(only, name) })
		err = refuseFilled(ctx, target, names)
	}
	if err != nil {
		return nil, err
	}
	if err := target.loosen(ctx); err != nil {
		return nil, err
	}
	for _, name := range names {
		copied, err := copyTable(ctx, source, target, name)
		if err != nil {
			return nil, fmt.Errorf("copy %s: %w", name, err)
		}
		tables = append(tables, copied)
	}
	if err := target.fasten(ctx); err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := compare(ctx, source, target, name); err != nil {
			return nil, err
		}
	}
	return tables, target.commit(ctx)
}

// Database is where a database is, and how to speak to it.
type Database interface {
	// read answers a snapshot.
	read(ctx context.Context) (side, error)
	// write answers a transaction.
	write(ctx context.Context) (filling, error)
}

// side is one of the two databases while they are looked at.
type side interface {
	tables(ctx context.Context) ([]string, error)
	columns(ctx context.Context, table string) ([]column, error)
	// each reads the rows of a query one after the other: whole numbers, texts, bytes and nil.
	each(ctx context.Context, query string, row func([]any) error) error
	// plain writes a column so that it is read as one of these.
	plain(c column) string
	// eventOrder is the order in which followers see events.
	eventOrder() string
	close() error
}

// filling is the database that is copied into.
type filling interface {
	side
	// loosen lets rows come in any order; fasten holds them to each other again, and to what numbers the next ones.
	loosen(ctx context.Context) error
	fasten(ctx context.Context) error
	clear(ctx context.Context, table string) error
	// fill inserts the rows that next answers, until it answers nil.
	fill(ctx context.Context, table string, columns []column, next func() ([]any, error)) error
	commit(ctx context.Context) error
}

// column is a column of a table that can be written.
type column struct {
	name string
	kind kind
}

type kind int

const (
	number kind = iota
	truth
	text
	document // JSON
	binary
)

// apart are the tables that each database has for itself. booked_values and stated_values are sums, which PostgreSQL keeps in parts: the
// triggers of the deals that are copied make them.
var apart = map[string]bool{
	"goose_db_version": true, "schema_support": true, "deal_words": true, "leases": true, "months": true, "booked_values": true, "stated_values": true,
}

// begun are the tables that have a row in a database that nothing has been done with.
var begun = func() map[string]bool {
	tables := map[string]bool{"account_state": true}
	for _, kind := range storage.RuleKinds {
		tables[kind.State()] = true
	}
	return tables
}()

// last are the tables that are filled by others' triggers, and so are copied when those are done.
var last = map[string]bool{"owner_values": true, "booked_days": true, "booked_months": true, "earned_months": true, "delivery_standings": true}

// commitColumn orders the events of PostgreSQL, and is given by it.
const commitColumn = "xact"

// wordsColumn says of a deal that its program stored its words. The copy has them of the database, as programs before have.
const wordsColumn = "words_apart"

// ownColumns are those that one kind of database has for itself, and sets where another's rows come without them: PostgreSQL
// checks by a trigger what SQLite does by guaranteed, which the next reservation of a day sets.
var ownColumns = map[string]bool{"events." + commitColumn: true, "deals." + wordsColumn: true, "inventory_days.guaranteed": true}

func sameTables(ctx context.Context, source, target side) ([]string, error) {
	have, err := source.tables(ctx)
	if err != nil {
		return nil, err
	}
	want, err := target.tables(ctx)
	if err != nil {
		return nil, err
	}
	own := func(name string) bool { return apart[name] }
	have, want = slices.DeleteFunc(have, own), slices.DeleteFunc(want, own)
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		return nil, fmt.Errorf("the schemas differ: %v and %v", have, want)
	}
	order := func(name string) int {
		if last[name] {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(have, func(a, b string) int { return order(a) - order(b) })
	return have, nil
}

// sameColumns are those of a table that both databases have, in the source's order.
func sameColumns(ctx context.Context, source, target side, table string) (from, into []column, err error) {
	have, err := source.columns(ctx, table)
	if err != nil {
		return nil, nil, err
	}
	want, err := target.columns(ctx, table)
	if err != nil {
		return nil, nil, err
	}
	known := map[string]column{}
	for _, c := range want {
		known[c.name] = c
	}
	for _, c := range have {
		if c.name == commitColumn || c.name == wordsColumn {
			continue
		}
		same, there := known[c.name]
		if !there && ownColumns[table+"."+c.name] {
			continue
		}
		if !there {
			return nil, nil, fmt.Errorf("the schemas differ: only one has the column %s of %s", c.name, table)
		}
		delete(known, c.name)
		from, into = append(from, c), append(into, same)
	}
	maps.DeleteFunc(known, func(name string, _ column) bool { return ownColumns[table+"."+name] })
	if len(known) > 0 {
		return nil, nil, fmt.Errorf("the schemas differ: only one has the columns %v of %s", slices.Sorted(maps.Keys(known)), table)
	}
	return from, into, nil
}

// refuseFilled refuses a target that holds anything.
func refuseFilled(ctx context.Context, target side, tables []string) error {
	for _, table := range tables {
		if begun[table] {
			continue
		}
		filled := false
		err := target.each(ctx, `SELECT 1 FROM `+table+` LIMIT 1`, func([]any) error {
			filled = true
			return nil
		})
		if err != nil {
			return err
		}
		if filled {
			return fmt.Errorf("the target is not empty: there is something in its table %s. Name a database that nothing has been done with", table)
		}
	}
	return nil
}

func copyTable(ctx context.Context, source side, target filling, table string) (Table, error) {
	from, into, err := sameColumns(ctx, source, target, table)
	if err != nil {
		return Table{}, err
	}
	if err := target.clear(ctx, table); err != nil {
		return Table{}, err
	}
	query := make([]string, len(from))
	for i, c := range from {
		query[i] = source.plain(c)
		if table == "events" && c.name == "seq" {
			query[i] = `ROW_NUMBER() OVER (ORDER BY ` + source.eventOrder() + `)`
		}
	}
	copied := Table{Name: table}
	rows, stop := pull(func(row func([]any) error) error {
		return source.each(ctx, `SELECT `+strings.Join(query, ", ")+` FROM `+table, row)
	})
	defer stop()
	err = target.fill(ctx, table, into, func() ([]any, error) {
		row, err := rows()
		if row != nil {
			copied.Rows++
		}
		return row, err
	})
	return copied, err
}

// errStopped ends the reading of rows that nobody wants any more.
var errStopped = errors.New("transfer: the reading has been stopped")

// pull turns rows that are pushed into rows that are asked for. stop is called at the end.
func pull(push func(func([]any) error) error) (next func() ([]any, error), stop func()) {
	rows, stopped, ended := make(chan []any, 64), make(chan struct{}), make(chan struct{})
	var failed error
	go func() {
		defer close(ended)
		defer close(rows)
		failed = push(func(row []any) error {
			select {
			case rows <- row:
				return nil
			case <-stopped:
				return errStopped
			}
		})
	}()
	next = func() ([]any, error) {
		row, more := <-rows
		if !more {
			return nil, failed
		}
		return row, nil
	}
	return next, func() {
		close(stopped)
		<-ended
	}
}

// compare holds a table's counts and sums in both databases to each other: how many rows there are and, of each column, how
// many are there, what the numbers come to, and how long the texts are together.
func compare(ctx context.Context, source, target side, table string) error {
	from, into, err := sameColumns(ctx, source, target, table)
	if err != nil {
		return err
	}
	have, err := sums(ctx, source, table, from)
	if err != nil {
		return err
	}
	got, err := sums(ctx, target, table, into)
	if err != nil {
		return err
	}
	if have != got {
		return fmt.Errorf("the copy of %s is not what it is of: its counts and sums are %s, and were %s", table, got, have)
	}
	return nil
}

func sums(ctx context.Context, s side, table string, columns []column) (string, error) {
	parts := []string{`COUNT(*)`}
	for _, c := range columns {
		if table == "events" && c.name == "seq" {
			continue
		}
		value := s.plain(c)
		parts = append(parts, `COUNT(`+value+`)`)
		if c.kind == number || c.kind == truth {
			// Apart, so that no sum is too large for any kind of database.
			parts = append(parts, `CAST(COALESCE(SUM(`+value+` / 1000000), 0) AS BIGINT)`, `CAST(COALESCE(SUM(`+value+` % 1000000), 0) AS BIGINT)`)
		} else {
			parts = append(parts, `CAST(COALESCE(SUM(LENGTH(`+value+`)), 0) AS BIGINT)`)
		}
	}
	found := ""
	err := s.each(ctx, `SELECT `+strings.Join(parts, ", ")+` FROM `+table, func(row []any) error {
		found = fmt.Sprint(row)
		return nil
	})
	return found, err
}
