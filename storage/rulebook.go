package storage

import (
	"time"

	"parley"
)

// Rulebook is one kind of versioned rule: a table of rules with the version in force, a table of all versions with their
// content, a view of those in use, and a state whose version moves with every change. What is to be known of a kind stands in
// one place, and it is kept by the methods of this type.
type Rulebook[T any] struct {
	RuleKind
	content string // the columns of one version after rule_id and version, comma-separated
	fields  func(*T) []any
	args    func(*Tx, T) []any
	head    func(*T) (id *string, version *int64, createdAt *time.Time)
}

// InForce are all rules of a kind that are in use.
type InForce[T any] struct {
	Version int64 // moves with every change of one
	Rules   []T
}

func (b *Rulebook[T]) columns() string { return "id, version, created_at, " + b.content }

func (b *Rulebook[T]) scan(rows Rows, rule *T) error {
	id, version, createdAt := b.head(rule)
	return rows.Scan(append([]any{id, version, instant(createdAt)}, b.fields(rule)...)...)
}

// Version moves with every change of a rule of the kind.
func (b *Rulebook[T]) Version(r *Reader) *Pending[int64] {
	return known(r, question{what: b.state}, func() *Pending[int64] {
		return one(r, scalar[int64], b.Words+" state", "", `SELECT version FROM `+b.state)
	})
}

// One answers a rule in use.
func (b *Rulebook[T]) One(r *Reader, id string) *Pending[T] {
	return one(r, b.scan, b.Words, id, `SELECT `+b.columns()+` FROM `+b.table+`_in_use WHERE id = $1`, id)
}

func (b *Rulebook[T]) all(r *Reader) *Pending[[]T] {
	return many(r, b.scan, `SELECT `+b.columns()+` FROM `+b.table+`_in_use ORDER BY id`)
}

// InForce answers all rules in use, with the version that they are of.
func (b *Rulebook[T]) InForce(r *Reader) *Pending[InForce[T]] {
	version, rules := b.Version(r), b.all(r)
	return then(version, func(version int64) (InForce[T], error) { return InForce[T]{Version: version, Rules: rules.value}, nil })
}

// List lists the rules in use.
func (b *Rulebook[T]) List(r *Reader, page Page) *Pending[Listing[T]] {
	return listing(r, paged{table: b.table + "_in_use", columns: b.columns(), order: "id", id: "id"}, where{}, page, b.scan)
}

// History answers every version of a rule, oldest first, also of a deleted one.
func (b *Rulebook[T]) History(r *Reader, id string) *Pending[[]T] {
	query := `SELECT rule_id, version, (SELECT created_at FROM ` + b.table + ` WHERE id = rule_id), ` + b.content +
		` FROM ` + b.versions + ` WHERE rule_id = $1 ORDER BY version`
	return many(r, b.scan, query, id)
}

// Insert stores a new rule and moves the version; a repeated id is CodeConflict.
func (b *Rulebook[T]) Insert(tx *Tx, rule T) {
	id, version, createdAt := b.head(&rule)
	b.move(tx)
	tx.add(Stmt{
		SQL:     `INSERT INTO ` + b.table + ` (id, version, created_at) VALUES ($1, $2, $3)`,
		Args:    []any{*id, *version, micros(*createdAt)},
		Refused: refuse(parley.Errorf(parley.CodeConflict, "The %s %q exists.", b.Words, *id), PrimaryKey),
	})
	b.insertVersion(tx, rule)
}

// Update stores a version, keeps the former and moves the version of all; when the rule's is not the stored one plus one,
// CodePreconditionFailed.
func (b *Rulebook[T]) Update(tx *Tx, rule T) {
	id, version, _ := b.head(&rule)
	b.move(tx)
	tx.add(Stmt{
		SQL:   `UPDATE ` + b.table + ` SET version = $2 WHERE id = $1 AND version = $2 - 1 AND deleted_at IS NULL`,
		Args:  []any{*id, *version},
		Wants: 1, Otherwise: b.stale(*id),
	})
	b.insertVersion(tx, rule)
}

// Delete removes a rule from use, keeps its history and moves the version of all; when version is not the stored one,
// CodePreconditionFailed.
func (b *Rulebook[T]) Delete(tx *Tx, id string, version int64, at time.Time, by string) {
	b.move(tx)
	tx.add(Stmt{
		SQL:   `UPDATE ` + b.table + ` SET deleted_at = $3, deleted_by = $4 WHERE id = $1 AND version = $2 AND deleted_at IS NULL`,
		Args:  []any{id, version, micros(at), by},
		Wants: 1, Otherwise: b.stale(id),
	})
}

func (b *Rulebook[T]) insertVersion(tx *Tx, rule T) {
	id, version, _ := b.head(&rule)
	args := append([]any{*id, *version}, b.args(tx, rule)...)
	tx.add(Stmt{
		SQL:     `INSERT INTO ` + b.versions + ` (rule_id, version, ` + b.content + `) VALUES ` + placeholders(len(args)),
		Args:    args,
		Refused: refuse(b.stale(*id), PrimaryKey),
	})
}

func (b *Rulebook[T]) stale(id string) *parley.Error {
	return parley.Errorf(parley.CodePreconditionFailed, "The %s %q has changed meanwhile. Read it again, then repeat the change.", b.Words, id)
}
