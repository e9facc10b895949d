package storage

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"parley"
)

// Reader is what can be asked: a queue of questions over a connection, and the methods that fill it. It changes nothing.
// It is for one goroutine.
type Reader struct {
	conn    Conn
	dialect *Dialect
	queue   []Stmt
	sent    int  // how often the queue has been sent
	once    bool // it may be sent once
	err     error

	kept      *kept
	committed bool // what is answered has been committed, not just written in the same transaction

	adds   bool            // nothing may be changed but rows added
	apart  *[]Stmt         // where they are kept, apart from what is asked; nil: they are sent with that
	recall *Recall         // what may be told from memory; nil: nothing
	asked  []func(*Recall) // keep what is to be remembered of the answers under way
}

// Tx is a transaction: everything that can be asked, and everything that can be changed. It is for one goroutine.
type Tx struct {
	Reader
	lockOrder *lockOrder // nil: not checked
	events    []Told     // that it has written
}

// flush sends what is queued. After an error it only repeats that error.
func (r *Reader) flush(ctx context.Context) error {
	stmts, err := r.rest()
	if err != nil || len(stmts) == 0 {
		return err
	}
	if r.once && r.sent > 0 {
		r.err = ErrAskedAgain
		return r.err
	}
	if r.err = r.conn.Batch(ctx, stmts); r.err == nil {
		r.sent++
		r.remember()
	}
	return r.err
}

// rest takes what is queued out of the queue, for a commit that sends it together with the end of the transaction, or
// answers the error that already spoiled the transaction.
func (r *Reader) rest() ([]Stmt, error) {
	stmts := r.queue
	r.queue = nil
	return stmts, r.err
}

func (r *Reader) add(stmt Stmt) {
	for _, arg := range stmt.Args {
		if text, is := arg.(string); is && (strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text)) {
			r.spoil(parley.Errorf(parley.CodeValidation, "Text must be valid UTF-8 without the character U+0000."))
			return
		}
	}
	if !stmt.Asks() {
		r.committed = false
	}
	switch {
	case !r.adds:
		if r.recall != nil && TouchesRemembered(&stmt) {
			r.recall = nil
		}
	case stmt.Adds && r.apart != nil:
		*r.apart = append(*r.apart, stmt)
		return
	case !stmt.Adds && stmt.Scan == nil:
		r.spoil(ErrNotAppended)
		return
	}
	r.queue = append(r.queue, stmt)
}

// exec queues a statement that answers no rows.
func (r *Reader) exec(sql string, args ...any) { r.add(Stmt{SQL: sql, Args: args}) }

// lock waits for the lock of a name, and holds it until the transaction ends; one that is alone anyway needs none.
func (tx *Tx) lock(name string) {
	if tx.dialect.LockKey != "" {
		tx.exec(tx.dialect.LockKey, name)
	}
}

// spoil makes the transaction fail at the next flush or commit with what went wrong before the database saw it.
func (r *Reader) spoil(err error) {
	if r.err == nil {
		r.err = err
	}
}

// json encodes a nested value for its column.
func (r *Reader) json(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		r.spoil(err)
		return "null"
	}
	return string(raw)
}

// among is the rest of a condition on a column, that it is one of ids, which are given as $1. A list has PostgreSQL plan the statement
// anew each time, which takes longer than the rest of it.
func (r *Reader) among(ids []string) (condition, arg string) {
	if len(ids) == 1 {
		return `= $1`, ids[0]
	}
	return `IN (` + r.dialect.Elements + `)`, r.json(orEmpty(ids))
}

// claimed is what a buyer claims to be, as it is stored; most claim nothing.
func (tx *Tx) claimed(i parley.Identity) string {
	if i == (parley.Identity{}) {
		return "{}"
	}
	return tx.json(i)
}

// Pending is an answer that has been asked for.
type Pending[T any] struct {
	reader *Reader
	queue  int // which of the reader's queues brings it, by how many were sent before
	value  T
	err    error             // instead of the value
	settle func() (T, error) // makes value and err of other answers, which the same flush brings; nil once it has
}

// asking is what a reader has yet to be answered.
func asking[T any](r *Reader) *Pending[T] { return &Pending[T]{reader: r, queue: r.sent} }

// Get flushes the transaction's queue unless the answer has come with an earlier one, and then always gives the same answer. A row
// that does not exist is CodeNotFound, unless the method that was asked says otherwise.
func (p *Pending[T]) Get(ctx context.Context) (T, error) {
	err := p.reader.err
	if p.queue >= p.reader.sent {
		err = p.reader.flush(ctx)
	}
	if err != nil {
		var none T
		return none, err
	}
	return p.answer()
}

// answer is for when everything that was asked has been flushed.
func (p *Pending[T]) answer() (T, error) {
	if p.settle != nil {
		p.value, p.err = p.settle()
		p.settle = nil
	}
	if p.err != nil {
		var none T
		return none, p.err
	}
	return p.value, nil
}

// scanner reads one row into a value.
type scanner[T any] func(Rows, *T) error

// one asks for a single row. Without it the answer is CodeNotFound, naming what and id.
func one[T any](r *Reader, scan scanner[T], what, id, sql string, args ...any) *Pending[T] {
	p := asking[T](r)
	r.add(Stmt{SQL: sql, Args: args, Scan: func(rows Rows) error {
		found := false
		for rows.Next() {
			found = true
			if err := scan(rows, &p.value); err != nil {
				return err
			}
		}
		if !found {
			p.err = notFound(what, id)
		}
		return rows.Err()
	}})
	return p
}

// maybe asks for a single row. Without it the answer is the zero value.
func maybe[T any](r *Reader, scan scanner[T], sql string, args ...any) *Pending[T] {
	p := asking[T](r)
	r.add(Stmt{SQL: sql, Args: args, Scan: func(rows Rows) error {
		for rows.Next() {
			if err := scan(rows, &p.value); err != nil {
				return err
			}
		}
		return rows.Err()
	}})
	return p
}

// many asks for all rows of a statement. The answer is never nil, so that it encodes as a list.
func many[T any](r *Reader, scan scanner[T], sql string, args ...any) *Pending[[]T] {
	p := asking[[]T](r)
	p.value = []T{}
	r.add(Stmt{SQL: sql, Args: args, Scan: collect(&p.value, scan)})
	return p
}

// collect reads all rows into a slice.
func collect[T any](into *[]T, scan scanner[T]) func(Rows) error {
	return func(rows Rows) error {
		for rows.Next() {
			var value T
			if err := scan(rows, &value); err != nil {
				return err
			}
			*into = append(*into, value)
		}
		return rows.Err()
	}
}

// affected asks how many rows a statement changed.
func affected(tx *Tx, sql string, args ...any) *Pending[int64] {
	p := asking[int64](&tx.Reader)
	tx.add(Stmt{SQL: sql, Args: args, Affected: func(n int64) error {
		p.value = n
		return nil
	}})
	return p
}

// then makes an answer of another one, when that is there. Values of what was asked for beside that are there by then.
func then[F, T any](from *Pending[F], through func(F) (T, error)) *Pending[T] {
	p := asking[T](from.reader)
	p.settle = func() (T, error) {
		found, err := from.answer()
		if err != nil {
			var none T
			return none, err
		}
		return through(found)
	}
	return p
}

// orNil is the only row of an answer of many, or nil.
func orNil[T any](rows *Pending[[]T]) *Pending[*T] {
	return then(rows, func(found []T) (*T, error) {
		if len(found) == 0 {
			return nil, nil
		}
		return &found[0], nil
	})
}

// scalar reads a row of one column.
func scalar[T any](rows Rows, value *T) error { return rows.Scan(value) }

func notFound(what, id string) *parley.Error {
	return parley.Errorf(parley.CodeNotFound, "There is no %s %q. Check the id, and that this key may see it.", what, id)
}

// refuse gives the same error for each of the listed constraints.
func refuse(err *parley.Error, constraints ...Constraint) func(Constraint) *parley.Error {
	return func(met Constraint) *parley.Error {
		for _, c := range constraints {
			if c == met {
				return err
			}
		}
		return nil
	}
}

// refuseInsert gives the errors of a row that is there already, and of one that names what is not.
func refuseInsert(what, id string, unknown *parley.Error) func(Constraint) *parley.Error {
	return func(met Constraint) *parley.Error {
		switch met {
		case PrimaryKey:
			return parley.Errorf(parley.CodeConflict, "The %s %q exists.", what, id)
		case ForeignKey:
			return unknown
		case Unique, Check:
		}
		return nil
	}
}
