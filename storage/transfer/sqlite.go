package transfer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"parley/storage/sqlite"
)

// SQLite is an embedded database, by the path of its file.
type SQLite string

func (path SQLite) read(ctx context.Context) (side, error) { return path.begin(ctx, true) }

func (path SQLite) write(ctx context.Context) (filling, error) { return path.begin(ctx, false) }

func (path SQLite) begin(ctx context.Context, readOnly bool) (*sqliteSide, error) {
	db, err := sqlite.Connect(string(path))
	if err != nil {
		return nil, err
	}
	// References are looked at when everything is there, which can be decided only outside a transaction.
	if _, err := db.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: readOnly})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s := &sqliteSide{sqlSide: sqlSide{tx}, db: db}
	// A snapshot begins with the first look.
	return s, s.each(ctx, "SELECT 1 FROM sqlite_schema LIMIT 1", func([]any) error { return nil })
}

type sqliteSide struct {
	sqlSide
	db *sql.DB
}

func (s *sqliteSide) tables(ctx context.Context) ([]string, error) {
	// Litestream keeps its place in tables of its own.
	return s.names(ctx, `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^'
		AND name NOT LIKE '^_litestream^_%' ESCAPE '^'`)
}

func (s *sqliteSide) columns(ctx context.Context, table string) (columns []column, err error) {
	// What is hidden is generated.
	err = s.each(ctx, `SELECT name, type FROM pragma_table_xinfo('`+table+`') WHERE hidden = 0`, func(row []any) error {
		c := column{name: fmt.Sprint(row[0]), kind: text}
		switch fmt.Sprint(row[1]) {
		case "INTEGER":
			c.kind = number
		case "BLOB":
			c.kind = binary
		}
		columns = append(columns, c)
		return nil
	})
	return columns, err
}

func (s *sqliteSide) plain(c column) string { return c.name }

func (s *sqliteSide) eventOrder() string { return "seq" }

func (s *sqliteSide) loosen(context.Context) error { return nil }

func (s *sqliteSide) fasten(ctx context.Context) error {
	var dangling error
	err := s.each(ctx, `SELECT "table", parent FROM pragma_foreign_key_check LIMIT 1`, func(row []any) error {
		dangling = fmt.Errorf("a row of %v names one of %v that is not there", row[0], row[1])
		return nil
	})
	return errors.Join(err, dangling)
}

func (s *sqliteSide) clear(ctx context.Context, table string) error {
	_, err := s.tx.ExecContext(ctx, `DELETE FROM `+table) //nolint:gosec // a name of the schema's
	return err
}

func (s *sqliteSide) fill(ctx context.Context, table string, columns []column, next func() ([]any, error)) error {
	into := make([]string, len(columns))
	for i, c := range columns {
		into[i] = c.name
	}
	insert, err := s.tx.PrepareContext(ctx, `INSERT INTO `+table+` (`+strings.Join(into, ", ")+`) VALUES (?`+strings.Repeat(", ?", len(into)-1)+`)`) //nolint:gosec // names of the schema's
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for {
		row, err := next()
		if err != nil || row == nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
}

func (s *sqliteSide) commit(context.Context) error { return s.tx.Commit() }

func (s *sqliteSide) close() error {
	err := s.tx.Rollback()
	if errors.Is(err, sql.ErrTxDone) {
		err = nil
	}
	return errors.Join(err, s.db.Close())
}

// sqlSide reads by way of database/sql.
type sqlSide struct{ tx *sql.Tx }

func (s sqlSide) each(ctx context.Context, query string, row func([]any) error) (err error) {
	rows, err := s.tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	into := make([]any, len(names))
	for rows.Next() {
		values := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s sqlSide) names(ctx context.Context, query string) (names []string, err error) {
	err = s.each(ctx, query, func(row []any) error {
		names = append(names, fmt.Sprint(row[0]))
		return nil
	})
	return names, err
}
