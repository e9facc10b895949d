package postgres

import (
	"context"
	"errors"
	"testing"

	"parley/storage"
	"parley/storage/pgtest"
)

// TestWhoIsLeftOutOfAGroupIsToldSo has callers give up after they have joined a group and before it is sent. The others'
// success is not theirs: neither may they take their rows for stored, nor what they asked for as answered.
func TestWhoIsLeftOutOfAGroupIsToldSo(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Template(t, "storage_"+SchemaFingerprint(), func(dsn string) error { return Migrate(t.Context(), dsn) })
	db, err := open(t.Context(), dsn, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	gone, leave := context.WithCancel(t.Context())
	leave()
	row := func(scope string) []storage.Stmt {
		return []storage.Stmt{{
			SQL:  `INSERT INTO answers (scope, idempotency_key, fingerprint, status, body, created_at) VALUES ($1, 'k', 'f', 201, '', 0)`,
			Args: []any{scope},
		}}
	}
	question := []storage.Stmt{{SQL: `SELECT 1`, Scan: func(rows storage.Rows) error { return rows.Err() }}}
	for name, lane := range map[string]*lane{"questions": db.questions, "rows": db.appends} {
		stmts := func(scope string) []storage.Stmt {
			if lane == db.appends {
				return row(name + scope)
			}
			return question
		}
		stays := &part{ctx: t.Context(), stmts: stmts("stays"), ended: make(chan error, 1)}
		leaves := &part{ctx: gone, stmts: stmts("leaves"), ended: make(chan error, 1)}
		lane.send([]*part{leaves, stays})
		if err := <-stays.ended; err != nil {
			t.Errorf("%s: who stayed was told %v", name, err)
		}
		if err := <-leaves.ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: who left was told %v", name, err)
		}
		alone := &part{ctx: gone, stmts: stmts("alone"), ended: make(chan error, 1)}
		lane.send([]*part{alone})
		if err := <-alone.ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: who left a group of one was told %v", name, err)
		}
	}
	var stored int
	if err := db.pool.QueryRow(t.Context(), `SELECT count(*) FROM answers`).Scan(&stored); err != nil || stored != 1 {
		t.Errorf("%d rows are stored, want that of who stayed (%v)", stored, err)
	}
}
