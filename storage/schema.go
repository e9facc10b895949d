package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// SupportsProgram refuses a database whose schema, of a version newer than the program knows, is not one that it can work on.
// A migration that only adds leaves the former program serving, which is how nodes are upgraded one after the other; one
// that takes away says in schema_support which program must be there by then.
func SupportsProgram(ctx context.Context, db *sql.DB, current, known int64) error {
	var oldest int64
	if err := db.QueryRowContext(ctx, `SELECT oldest_program FROM schema_support`).Scan(&oldest); err != nil {
		return fmt.Errorf("read which programs schema version %d is for: %w", current, err)
	}
	if known < oldest {
		return fmt.Errorf("the database has schema version %d, for programs that know version %d or a later one; this one knows %d: use a newer program",
			current, oldest, known)
	}
	return nil
}

// Standing is what a database is found to be before anything is done with it.
type Standing struct {
	Version int64 // of its schema; 0: it has none yet
	Known   int64 // the newest version that this program knows
	// Test tells that it is a test world's, Demo that it was made for a demo.
	Test, Demo bool
	// Stocked tells that it holds keys or products, Used that something has been done with it.
	Stocked, Used bool
}

// Look tells what a database is, whose schema may be of any version. has answers whether there is a table of a name.
func (s *Standing) Look(ctx context.Context, db *sql.DB, has func(table string) (bool, error)) error {
	for _, question := range []struct {
		table, condition string
		marks            []*bool
	}{
		{"test_clock", "1 = 1", []*bool{&s.Test}},
		{"secrets", "name = 'demo'", []*bool{&s.Demo}},
		{"keys", "1 = 1", []*bool{&s.Stocked, &s.Used}},
		{"products", "1 = 1", []*bool{&s.Stocked, &s.Used}},
		{"secrets", "1 = 1", []*bool{&s.Used}},
		{"leases", "1 = 1", []*bool{&s.Used}},
	} {
		there, err := has(question.table)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		var found bool
		if err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+question.table+" WHERE "+question.condition+")").Scan(&found); err != nil {
			return err
		}
		for _, mark := range question.marks {
			*mark = *mark || found
		}
	}
	return nil
}

// NamesOthers reads the names of tables that stand in a database without a schema of this product's.
func NamesOthers(ctx context.Context, db *sql.DB, query string) (names []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// SomebodyElses refuses a database that others keep tables in, of these names: what is made of it could not be told from what they have.
func SomebodyElses(tables []string) error {
	const shown = 3
	named := strings.Join(tables[:min(len(tables), shown)], ", ")
	if len(tables) > shown {
		named += " and others"
	}
	return fmt.Errorf("the database has tables of something else (%s), and none of this product's: name an empty one", named)
}

// ErrOtherSchema refuses a database that another product keeps versions of its schema in, as this one does.
var ErrOtherSchema = errors.New("the database has the schema of another product: name an empty one")
