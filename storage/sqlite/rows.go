package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"

	"zombiezen.com/go/sqlite"
)

// rows implements storage.Rows over a statement that runs.
type rows struct {
	conn    *conn
	stmt    *sqlite.Stmt
	ctx     context.Context
	watched bool // for the end of ctx
	err     error
}

// Next implements storage.Rows.
func (r *rows) Next() bool {
	if r.err != nil {
		return false
	}
	var more bool
	if more, r.err = r.stmt.Step(); r.err != nil {
		if gone := r.ctx.Err(); gone != nil && sqlite.ErrCode(r.err) == sqlite.ResultInterrupt {
			r.err = gone
		}
		return false
	}
	return more
}

// Err implements storage.Rows.
func (r *rows) Err() error { return r.err }

// end lets the statement go, and answers its error, or that of whoever read its rows.
func (r *rows) end(reading error) error {
	if r.watched {
		r.conn.file.SetInterrupt(nil)
	}
	// It repeats the error of the last step, if there was one.
	reset := r.stmt.Reset()
	switch {
	case reading != nil:
		return reading
	case r.err != nil:
		return r.err
	}
	return reset
}

// Scan implements storage.Rows. Types are taken as they are stored: a number is not read as text, nor text as a number.
func (r *rows) Scan(dest ...any) error {
	if n := r.stmt.ColumnCount(); n != len(dest) {
		return fmt.Errorf("sqlite: %d columns for %d values", n, len(dest))
	}
	for i, into := range dest {
		if err := r.scan(i, into); err != nil {
			return fmt.Errorf("sqlite: column %d: %w", i+1, err)
		}
	}
	return nil
}

var (
	errNull = errors.New("is NULL")
	errKind = errors.New("is of another type")
)

func (r *rows) scan(i int, into any) error {
	kind := r.stmt.ColumnType(i)
	switch into := into.(type) {
	case *string:
		if kind == sqlite.TypeText {
			*into = r.stmt.ColumnText(i)
			return nil
		}
	case *int64:
		if kind == sqlite.TypeInteger {
			*into = r.stmt.ColumnInt64(i)
			return nil
		}
	case sql.Scanner:
		return into.Scan(r.value(i, kind))
	case *any:
		*into = r.value(i, kind)
		return nil
	}
	return r.assign(i, kind, reflect.ValueOf(into).Elem())
}

// assign sets a value of one of the domain's own types, or an optional one.
func (r *rows) assign(i int, kind sqlite.ColumnType, into reflect.Value) error {
	if into.Kind() == reflect.Pointer {
		if kind == sqlite.TypeNull {
			into.SetZero()
			return nil
		}
		value := reflect.New(into.Type().Elem())
		into.Set(value)
		return r.scan(i, value.Interface())
	}
	switch kind {
	case sqlite.TypeText, sqlite.TypeBlob:
		switch {
		case into.Kind() == reflect.String:
			into.SetString(r.stmt.ColumnText(i))
			return nil
		case into.Kind() == reflect.Slice && into.Type().Elem().Kind() == reflect.Uint8:
			into.SetBytes([]byte(r.stmt.ColumnText(i)))
			return nil
		}
	case sqlite.TypeInteger:
		n := r.stmt.ColumnInt64(i)
		switch {
		case into.CanInt() && !into.OverflowInt(n):
			into.SetInt(n)
			return nil
		case into.CanUint() && n >= 0 && !into.OverflowUint(uint64(n)):
			into.SetUint(uint64(n))
			return nil
		case into.Kind() == reflect.Bool && (n == 0 || n == 1):
			into.SetBool(n == 1)
			return nil
		case into.CanFloat():
			into.SetFloat(float64(n))
			return nil
		}
	case sqlite.TypeFloat:
		if into.CanFloat() {
			into.SetFloat(r.stmt.ColumnFloat(i))
			return nil
		}
	case sqlite.TypeNull:
		return errNull
	}
	return fmt.Errorf("%w: %s for %s", errKind, kind, into.Type())
}

// value is a column as database/sql has it.
func (r *rows) value(i int, kind sqlite.ColumnType) any {
	switch kind {
	case sqlite.TypeText:
		return r.stmt.ColumnText(i)
	case sqlite.TypeInteger:
		return r.stmt.ColumnInt64(i)
	case sqlite.TypeFloat:
		return r.stmt.ColumnFloat(i)
	case sqlite.TypeBlob:
		return []byte(r.stmt.ColumnText(i))
	case sqlite.TypeNull:
	}
	return nil
}

// bind gives a statement its arguments, each of its own.
func bind(stmt *sqlite.Stmt, args []any) error {
	if n := stmt.BindParamCount(); n != len(args) {
		return fmt.Errorf("sqlite: %d arguments for %d parameters", len(args), n)
	}
	for i, arg := range args {
		if err := bindOne(stmt, i+1, arg); err != nil {
			return fmt.Errorf("sqlite: argument %d: %w", i+1, err)
		}
	}
	return nil
}

func bindOne(stmt *sqlite.Stmt, i int, arg any) error {
	switch arg := arg.(type) {
	case nil:
		stmt.BindNull(i)
		return nil
	case string:
		stmt.BindText(i, arg)
		return nil
	case int64:
		stmt.BindInt64(i, arg)
		return nil
	case int:
		stmt.BindInt64(i, int64(arg))
		return nil
	case []byte:
		stmt.BindBytes(i, arg)
		return nil
	}
	switch v := reflect.ValueOf(arg); {
	case v.Kind() == reflect.Pointer && v.IsNil():
		stmt.BindNull(i)
	case v.Kind() == reflect.Pointer:
		return bindOne(stmt, i, v.Elem().Interface())
	case v.Kind() == reflect.String:
		stmt.BindText(i, v.String())
	case v.CanInt():
		stmt.BindInt64(i, v.Int())
	case v.Kind() == reflect.Bool:
		stmt.BindBool(i, v.Bool())
	case v.CanFloat():
		stmt.BindFloat(i, v.Float())
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		stmt.BindBytes(i, v.Bytes())
	default:
		return fmt.Errorf("%w: %T", errKind, arg)
	}
	return nil
}
