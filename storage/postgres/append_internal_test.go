package postgres

import (
	"context"
	"errors"
	"strconv"
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

// TestRowsOfAGroup has callers whose rows are alike share statements, and one whose rows are others': all are stored as each has
// them, or none.
func TestRowsOfAGroup(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Template(t, "storage_"+SchemaFingerprint(), func(dsn string) error { return Migrate(t.Context(), dsn) })
	db, err := open(t.Context(), dsn, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	answer := func(scope, key string) storage.Stmt {
		return storage.Stmt{
			SQL:  `INSERT INTO answers (scope, idempotency_key, fingerprint, status, body, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			Adds: true, Args: []any{scope, key, "f " + key, 201, []byte(scope + key), 7},
		}
	}
	audit := func(id string) storage.Stmt {
		return storage.Stmt{
			SQL: `INSERT INTO audits (at, actor, action, resource, resource_id, request_id, before, after)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			Adds: true, Args: []any{1, "a", "b", "c", id, "d", nil, `{"id":"` + id + `"}`},
		}
	}
	send := func(scopes int, twice bool, want error) {
		t.Helper()
		var group []*part
		for n := range scopes {
			key := strconv.Itoa(n)
			stmts := []storage.Stmt{answer(strconv.FormatBool(twice), key), audit(key), answer(strconv.FormatBool(twice)+"'s other", key)}
			if n == 3 {
				stmts = stmts[1:]
			}
			if twice && n == scopes-1 {
				stmts = append(stmts, answer("true", "0"))
			}
			group = append(group, &part{ctx: t.Context(), stmts: stmts, ended: make(chan error, 1)})
		}
		db.appends.send(group)
		for n, p := range group {
			if err := <-p.ended; !errors.Is(err, want) {
				t.Errorf("caller %d of %d was told %v", n, scopes, err)
			}
		}
	}
	send(25, false, nil)
	send(6, true, storage.ErrApart)
	var answers, bodies, audits, ids int
	err = db.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM answers), (SELECT count(DISTINCT body) FROM answers
		WHERE convert_from(body, 'UTF8') = scope || idempotency_key AND fingerprint = 'f ' || idempotency_key),
		(SELECT count(*) FROM audits), (SELECT count(DISTINCT resource_id) FROM audits WHERE (after::jsonb)->>'id' = resource_id)`).
		Scan(&answers, &bodies, &audits, &ids)
	if err != nil || answers != 49 || bodies != 49 || audits != 25 || ids != 25 {
		t.Errorf("%d answers, %d of them right, and %d audits, %d of them right (%v)", answers, bodies, audits, ids, err)
	}
}
