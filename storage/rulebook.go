package storage

import (
	"time"

	"parley"
)

// rulebook is one kind of versioned rule: a table of rules with the version in force, a table of all versions with their
// content, a view of those in use, and a state whose version moves with every change.
type rulebook[T any] struct {
	what     string // in messages
	state    string // the table of the state
	table    string // and with _in_use the view
	versions string // the table of the versions
	content  string // the columns of one version after rule_id and version, comma-separated
	fields   func(*T) []any
	args     func(*Tx, T) []any
	identity func(T) (id string, version int64, createdAt time.Time)
	head     func(*T) (id *string, version *int64, createdAt *time.Time)
}

func (b *rulebook[T]) columns() string { return "id, version, created_at, " + b.content }

func (b *rulebook[T]) scan(rows Rows, rule *T) error {
	id, version, createdAt := b.head(rule)
	return rows.Scan(append([]any{id, version, instant(createdAt)}, b.fields(rule)...)...)
}

// move comes first in every change, so that two changes wait for each other.
func (b *rulebook[T]) move(tx *Tx) { tx.exec(`UPDATE ` + b.state + ` SET version = version + 1`) }

func (b *rulebook[T]) version(r *Reader) *Pending[int64] {
	return one(r, scalar[int64], b.what+" state", "", `SELECT version FROM `+b.state)
}

func (b *rulebook[T]) one(r *Reader, id string) *Pending[T] {
	return one(r, b.scan, b.what, id, `SELECT `+b.columns()+` FROM `+b.table+`_in_use WHERE id = $1`, id)
}

func (b *rulebook[T]) all(r *Reader) *Pending[[]T] {
	return many(r, b.scan, `SELECT `+b.columns()+` FROM `+b.table+`_in_use ORDER BY id`)
}

func (b *rulebook[T]) page(r *Reader, page Page) *Pending[Listing[T]] {
	return listing(r, paged{table: b.table + "_in_use", columns: b.columns(), order: "id", id: "id"}, where{}, page, b.scan)
}

func (b *rulebook[T]) history(r *Reader, id string) *Pending[[]T] {
	query := `SELECT rule_id, version, (SELECT created_at FROM ` + b.table + ` WHERE id = rule_id), ` + b.content +
		` FROM ` + b.versions + ` WHERE rule_id = $1 ORDER BY version`
	return many(r, b.scan, query, id)
}

func (b *rulebook[T]) insert(tx *Tx, rule T) {
	id, version, createdAt := b.identity(rule)
	b.move(tx)
	tx.add(Stmt{
		SQL:     `INSERT INTO ` + b.table + ` (id, version, created_at) VALUES ($1, $2, $3)`,
		Args:    []any{id, version, micros(createdAt)},
		Refused: refuse(parley.Errorf(parley.CodeConflict, "The %s %q exists.", b.what, id), PrimaryKey),
	})
	b.insertVersion(tx, rule)
}

func (b *rulebook[T]) update(tx *Tx, rule T) {
	id, version, _ := b.identity(rule)
	b.move(tx)
	tx.add(Stmt{
		SQL:      `UPDATE ` + b.table + ` SET version = $2 WHERE id = $1 AND version = $2 - 1 AND deleted_at IS NULL`,
		Args:     []any{id, version},
		Affected: exactlyOne(b.stale(id)),
	})
	b.insertVersion(tx, rule)
}

func (b *rulebook[T]) remove(tx *Tx, id string, version int64, at time.Time, by string) {
	b.move(tx)
	tx.add(Stmt{
		SQL:      `UPDATE ` + b.table + ` SET deleted_at = $3, deleted_by = $4 WHERE id = $1 AND version = $2 AND deleted_at IS NULL`,
		Args:     []any{id, version, micros(at), by},
		Affected: exactlyOne(b.stale(id)),
	})
}

func (b *rulebook[T]) insertVersion(tx *Tx, rule T) {
	id, version, _ := b.identity(rule)
	args := append([]any{id, version}, b.args(tx, rule)...)
	tx.add(Stmt{
		SQL:     `INSERT INTO ` + b.versions + ` (rule_id, version, ` + b.content + `) VALUES ` + placeholders(len(args)),
		Args:    args,
		Refused: refuse(b.stale(id), PrimaryKey),
	})
}

func (b *rulebook[T]) stale(id string) *parley.Error {
	return parley.Errorf(parley.CodePreconditionFailed, "The %s %q has changed meanwhile. Read it again, then repeat the change.", b.what, id)
}
