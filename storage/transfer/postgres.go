package transfer

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Postgres is a database of PostgreSQL, by its URL.
type Postgres string

func (url Postgres) read(ctx context.Context) (side, error) {
	return url.begin(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
}

func (url Postgres) write(ctx context.Context) (filling, error) {
	return url.begin(ctx, pgx.TxOptions{})
}

func (url Postgres) begin(ctx context.Context, options pgx.TxOptions) (*postgresSide, error) {
	conn, err := pgx.Connect(ctx, string(url))
	if err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, options)
	if err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	return &postgresSide{conn: conn, tx: tx}, nil
}

type postgresSide struct {
	conn    *pgx.Conn
	tx      pgx.Tx
	loosed  []string // statements that add the references again
	settled bool
}

func (s *postgresSide) each(ctx context.Context, query string, row func([]any) error) error {
	rows, err := s.tx.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		for i, value := range values {
			switch v := value.(type) {
			case int32:
				values[i] = int64(v)
			case int16:
				values[i] = int64(v)
			}
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *postgresSide) tables(ctx context.Context) (names []string, err error) {
	err = s.each(ctx, `SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`,
		func(row []any) error {
			names = append(names, fmt.Sprint(row[0]))
			return nil
		})
	return names, err
}

func (s *postgresSide) columns(ctx context.Context, table string) (columns []column, err error) {
	err = s.each(ctx, `SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = current_schema()
		AND table_name = '`+table+`' AND is_generated = 'NEVER' ORDER BY ordinal_position`, func(row []any) error {
		c := column{name: fmt.Sprint(row[0]), kind: text}
		switch fmt.Sprint(row[1]) {
		case "bigint", "integer", "smallint":
			c.kind = number
		case "boolean":
			c.kind = truth
		case "json":
			c.kind = document
		case "bytea":
			c.kind = binary
		}
		columns = append(columns, c)
		return nil
	})
	return columns, err
}

func (s *postgresSide) plain(c column) string {
	switch c.kind {
	case truth:
		return c.name + "::int"
	case document:
		return c.name + "::text"
	case number, text, binary:
	}
	return c.name
}

func (s *postgresSide) eventOrder() string { return "xact, seq" }

// loosen takes the references between tables away, some of which go round in a circle.
func (s *postgresSide) loosen(ctx context.Context) error {
	var drop []string
	err := s.each(ctx, `SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
		WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`, func(row []any) error {
		alter := fmt.Sprintf("ALTER TABLE %v ", row[0])
		drop = append(drop, fmt.Sprintf("%sDROP CONSTRAINT %v", alter, row[1]))
		s.loosed = append(s.loosed, fmt.Sprintf("%sADD CONSTRAINT %v %v", alter, row[1], row[2]))
		return nil
	})
	if err != nil {
		return err
	}
	return s.run(ctx, drop...)
}

// fasten has the server check every reference, and numbers go on after the last one that was copied.
func (s *postgresSide) fasten(ctx context.Context) error {
	if err := s.run(ctx, s.loosed...); err != nil {
		return err
	}
	var numbered []string
	err := s.each(ctx, `SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = current_schema()
		AND is_identity = 'YES'`, func(row []any) error {
		if !apart[fmt.Sprint(row[0])] {
			numbered = append(numbered, fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%[1]v', '%[2]v'), (SELECT COALESCE(MAX(%[2]v), 0) + 1 FROM %[1]v), false)", row[0], row[1]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.run(ctx, append(numbered, "ANALYZE")...)
}

func (s *postgresSide) run(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if _, err := s.tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (s *postgresSide) clear(ctx context.Context, table string) error {
	return s.run(ctx, "DELETE FROM "+table)
}

func (s *postgresSide) fill(ctx context.Context, table string, columns []column, next func() ([]any, error)) error {
	into := make([]string, len(columns))
	for i, c := range columns {
		into[i] = c.name
	}
	_, err := s.tx.CopyFrom(ctx, pgx.Identifier{table}, into, pgx.CopyFromFunc(func() ([]any, error) {
		row, err := next()
		if err != nil || row == nil {
			return nil, err
		}
		for i, c := range columns {
			if whole, is := row[i].(int64); is && c.kind == truth {
				row[i] = whole != 0
			}
		}
		return row, nil
	}))
	return err
}

func (s *postgresSide) commit(ctx context.Context) error {
	s.settled = true
	return s.tx.Commit(ctx)
}

func (s *postgresSide) close() error {
	ctx := context.Background()
	var err error
	if !s.settled {
		err = s.tx.Rollback(ctx)
	}
	return errors.Join(err, s.conn.Close(ctx))
}
