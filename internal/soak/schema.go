package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// laterVersions are what the schemas of programs still to be written are numbered from.
const laterVersions = 90000

// widen does to every table what the migration of a later program may: it adds columns, which the nodes at work do not
// know, and counts as a version of the schema that is newer than theirs.
func (w *world) widen(ctx context.Context) (err error) {
	driver, dsn, tables := "pgx", w.databaseURL, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'
		AND tablename NOT LIKE 'goose%' ORDER BY tablename`
	if file, ok := strings.CutPrefix(w.databaseURL, "sqlite:"); ok {
		driver, dsn, tables = "sqlite", "file:"+file+"?_pragma=busy_timeout(30000)", `SELECT name FROM pragma_table_list WHERE type = 'table'
			AND schema = 'main' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%' ORDER BY name`
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	names, err := texts(ctx, db, tables)
	if err != nil || len(names) == 0 {
		return fmt.Errorf("%d tables to widen: %w", len(names), err)
	}
	w.widened++
	var statements []string
	for _, name := range names {
		statements = append(statements,
			fmt.Sprintf(`ALTER TABLE %s ADD COLUMN later_text_%d TEXT`, name, w.widened),
			fmt.Sprintf(`ALTER TABLE %s ADD COLUMN later_number_%d INTEGER NOT NULL DEFAULT 7`, name, w.widened))
	}
	statements = append(statements,
		fmt.Sprintf(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (%d, TRUE)`, laterVersions+w.widened))
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("widen: %w", err)
		}
	}
	return nil
}
