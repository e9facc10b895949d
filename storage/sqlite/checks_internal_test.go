package sqlite

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"parley/storage"
)

// TestRowsOfTradeAreCheckedWithoutTables writes a row of each table that trade writes, whose values are no words of theirs, and mends what is
// refused until nothing is: each column with a few values refuses others, and none by a list, of which SQLite makes a table each time.
func TestRowsOfTradeAreCheckedWithoutTables(t *testing.T) {
	t.Parallel()
	db, err := open(t.Context(), t.TempDir()+"/parley.db", Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	c, err := connect(db.path, readerCache, "foreign_keys(0)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	for table, want := range map[string][]string{
		"quotes":             {"deal_type", "status", "tier"},
		"deals":              {"deal_type", "status", "tier"},
		"proposals":          {"deal_type", "recommendation", "status", "tier"},
		"negotiations":       {"deal_type", "status", "tier"},
		"negotiation_rounds": {"action"},
		"events":             nil,
		"audits":             nil,
	} {
		row := c.columns(t, table)
		if table == "negotiations" { // which are about a quote or a proposal
			row["quote_id"] = "'x'"
		}
		var held []string
		for range 20 {
			_, err := c.do(t.Context(), insertion(table, row), nil)
			if err == nil {
				break
			}
			_, refused, checked := strings.Cut(err.Error(), "CHECK constraint failed: ")
			if !checked {
				t.Fatalf("%s: %v", table, err)
			}
			column, rest, _ := strings.Cut(refused, " = '")
			first, _, several := strings.Cut(rest, "' OR "+column+" = '")
			switch {
			case several:
				held = append(held, column)
				row[column] = "'" + first + "'"
			case strings.Contains(refused, "json_valid("):
				_, column, _ = strings.Cut(refused, "json_valid(")
				column, _, _ = strings.Cut(column, ")")
				row[column] = "'{}'"
			default:
				t.Fatalf("%s: refused by %s", table, refused)
			}
		}
		slices.Sort(held)
		if !slices.Equal(held, want) {
			t.Errorf("%s: %v hold their values by comparisons, want %v", table, held, want)
		}
	}
}

// TestSumsOfDealsAreMovedWithoutTables reads the programs of what a new deal and a changed one have moved.
func TestSumsOfDealsAreMovedWithoutTables(t *testing.T) {
	t.Parallel()
	db, err := open(t.Context(), t.TempDir()+"/parley.db", Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	c, err := connect(db.path, readerCache)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	programs := 0
	for _, sql := range []string{"EXPLAIN INSERT INTO deals DEFAULT VALUES", "EXPLAIN UPDATE deals SET status = 'booked'"} {
		err := c.ask(t.Context(), &storage.Stmt{SQL: sql, Scan: func(rows storage.Rows) error {
			within := "" // the trigger whose program it is
			for rows.Next() {
				var address, p1, p2, p3, p4, p5, comment any
				var operation string
				if err := rows.Scan(&address, &operation, &p1, &p2, &p3, &p4, &p5, &comment); err != nil {
					return err
				}
				if name, _ := p4.(string); operation == "Init" {
					within = name
					programs++
				}
				// The two kinds of what a deal counts for are a table of their own.
				if operation == "OpenEphemeral" && within != "" && p4 != nil {
					t.Errorf("%s: %s makes a table of values", sql, within)
				}
			}
			return rows.Err()
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if programs < 10 {
		t.Errorf("%d programs", programs)
	}
}

// columns are those of a table that must have a value, each with one of its type.
func (c *conn) columns(t *testing.T, table string) map[string]string {
	t.Helper()
	row := map[string]string{}
	err := c.ask(t.Context(), &storage.Stmt{
		SQL: "SELECT name, type FROM pragma_table_info($1) WHERE \"notnull\" OR pk", Args: []any{table}, Scan: func(rows storage.Rows) error {
			for rows.Next() {
				var name, kind string
				if err := rows.Scan(&name, &kind); err != nil {
					return err
				}
				row[name] = "1"
				if kind == "TEXT" {
					row[name] = "'x'"
				}
			}
			return rows.Err()
		},
	})
	if err != nil || len(row) == 0 {
		t.Fatalf("%s: %v %v", table, row, err)
	}
	return row
}

func insertion(table string, row map[string]string) string {
	names := slices.Sorted(maps.Keys(row))
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = row[name]
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(names, ", "), strings.Join(values, ", "))
}
