package sqlstore

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"parley"
	"parley/storage"
)

// Tx is one transaction over a Driver: a queue of statements and the methods that fill it. It implements storage.Tx, and
// storage.Reader for a transaction that only reads. It is for one goroutine.
type Tx struct {
	driver  Driver
	dialect *Dialect
	queue   []Stmt
	err     error

	appending bool   // the driver only reads
	appended  []Stmt // what is to be inserted
	memory    *Memory
	basis     *Basis
	asked     []func(map[question]any) // tell what is to be remembered of the answers under way

	lockOrder *lockOrder // nil: not checked
}

var _ storage.Tx = (*Tx)(nil)

// NewTx makes an empty transaction over a connection on which the caller has begun one, or whose driver begins one with
// the first batch.
func NewTx(driver Driver, dialect *Dialect) *Tx { return &Tx{driver: driver, dialect: dialect} }

// NewAppend makes an empty transaction whose driver is only asked to read, and not even that for what the memory, which may
// be nil, holds. What it adds is kept until Appended takes it; any other change spoils it.
func NewAppend(driver Driver, dialect *Dialect, memory *Memory) *Tx {
	tx := &Tx{driver: driver, dialect: dialect, appending: true, memory: memory}
	if memory != nil {
		tx.basis = memory.basis()
	}
	return tx
}

// Appended sends the questions that are still queued, and answers what is to be inserted.
func (tx *Tx) Appended(ctx context.Context) ([]Stmt, error) {
	if err := tx.Flush(ctx); err != nil {
		return nil, err
	}
	return tx.appended, nil
}

// Flush sends what is queued. After an error it only repeats that error.
func (tx *Tx) Flush(ctx context.Context) error {
	stmts, err := tx.Rest()
	if err != nil || len(stmts) == 0 {
		return err
	}
	if tx.err = tx.driver.Batch(ctx, stmts); tx.err == nil {
		tx.remember()
	}
	return tx.err
}

// Rest takes what is queued out of the queue, for a commit that sends it together with the end of the transaction, or
// answers the error that already spoiled the transaction.
func (tx *Tx) Rest() ([]Stmt, error) {
	stmts := tx.queue
	tx.queue = nil
	return stmts, tx.err
}

func (tx *Tx) add(stmt Stmt) {
	for _, arg := range stmt.Args {
		if text, is := arg.(string); is && (strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text)) {
			tx.spoil(parley.Errorf(parley.CodeValidation, "Text must be valid UTF-8 without the character U+0000."))
			return
		}
	}
	switch {
	case !tx.appending:
	case stmt.Adds:
		tx.appended = append(tx.appended, stmt)
		return
	case stmt.Scan == nil:
		tx.spoil(storage.ErrNotAppended)
		return
	}
	tx.queue = append(tx.queue, stmt)
}

// exec queues a statement that answers no rows.
func (tx *Tx) exec(sql string, args ...any) { tx.add(Stmt{SQL: sql, Args: args}) }

// spoil makes the transaction fail at the next flush or commit with what went wrong before the database saw it.
func (tx *Tx) spoil(err error) {
	if tx.err == nil {
		tx.err = err
	}
}

// json encodes a nested value for its column.
func (tx *Tx) json(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		tx.spoil(err)
		return "null"
	}
	return string(raw)
}

// claimed is what a buyer claims to be, as it is stored; most claim nothing.
func (tx *Tx) claimed(i parley.Identity) string {
	if i == (parley.Identity{}) {
		return "{}"
	}
	return tx.json(i)
}

// pending is an answer that comes with the next flush.
type pending[T any] struct {
	tx     *Tx
	value  T
	absent func() *parley.Error // when the row that had to be there was not
}

// Get implements storage.Pending.
func (p *pending[T]) Get(ctx context.Context) (T, error) {
	var none T
	if err := p.tx.Flush(ctx); err != nil {
		return none, err
	}
	if p.absent != nil {
		return none, p.absent()
	}
	return p.value, nil
}

// scanner reads one row into a value.
type scanner[T any] func(Rows, *T) error

// one asks for a single row. Without it the answer is CodeNotFound, naming what and id.
func one[T any](tx *Tx, scan scanner[T], what, id, sql string, args ...any) *pending[T] {
	p := &pending[T]{tx: tx, absent: func() *parley.Error { return notFound(what, id) }}
	tx.add(Stmt{SQL: sql, Args: args, Scan: func(rows Rows) error {
		for rows.Next() {
			p.absent = nil
			if err := scan(rows, &p.value); err != nil {
				return err
			}
		}
		return rows.Err()
	}})
	return p
}

// many asks for all rows of a statement. The answer is never nil, so that it encodes as a list.
func many[T any](tx *Tx, scan scanner[T], sql string, args ...any) *pending[[]T] {
	p := &pending[[]T]{tx: tx, value: []T{}}
	tx.add(Stmt{SQL: sql, Args: args, Scan: collect(&p.value, scan)})
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
func affected(tx *Tx, sql string, args ...any) *pending[int64] {
	p := &pending[int64]{tx: tx}
	tx.add(Stmt{SQL: sql, Args: args, Affected: func(n int64) error {
		p.value = n
		return nil
	}})
	return p
}

// scalar reads a row of one column.
func scalar[T any](rows Rows, value *T) error { return rows.Scan(value) }

func notFound(what, id string) *parley.Error {
	return parley.Errorf(parley.CodeNotFound, "There is no %s %q. Check the id, and that this key may see it.", what, id)
}

// exactlyOne makes a compare-and-set: a statement that changed no row fails with the error.
func exactlyOne(otherwise *parley.Error) func(int64) error {
	return func(n int64) error {
		if n != 1 {
			return otherwise
		}
		return nil
	}
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

// mapped is an answer made from another one, when that is there.
type mapped[F, T any] struct {
	from    *pending[F]
	through func(F) T
	value   T
	done    bool
}

// Get implements storage.Pending.
func (m *mapped[F, T]) Get(ctx context.Context) (T, error) {
	from, err := m.from.Get(ctx)
	if err != nil {
		var none T
		return none, err
	}
	if !m.done {
		m.value, m.done = m.through(from), true
	}
	return m.value, nil
}

// Lock queues a statement of the backend's own that only takes a lock.
func (tx *Tx) Lock(sql string) { tx.exec(sql) }

// first is the only row of an answer of many.
type first[T any] struct {
	from   *pending[[]T]
	absent *parley.Error
}

// Get implements storage.Pending.
func (f *first[T]) Get(ctx context.Context) (T, error) {
	var none T
	rows, err := f.from.Get(ctx)
	if err != nil {
		return none, err
	}
	if len(rows) == 0 {
		return none, f.absent
	}
	return rows[0], nil
}

// paired is an answer made from two others.
type paired[A, B, T any] struct {
	a    storage.Pending[A]
	b    storage.Pending[B]
	both func(A, B) T
}

// Get implements storage.Pending.
func (p *paired[A, B, T]) Get(ctx context.Context) (T, error) {
	var none T
	a, err := p.a.Get(ctx)
	if err != nil {
		return none, err
	}
	b, err := p.b.Get(ctx)
	if err != nil {
		return none, err
	}
	return p.both(a, b), nil
}
