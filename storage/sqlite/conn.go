package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"parley"
	"parley/storage"
)

// conn is one connection with its prepared statements. It is for one goroutine at a time.
type conn struct {
	*sql.Conn
	stmts map[string]*sql.Stmt
	// On the writer's connection, the statements of the transaction under way that may have changed what is remembered.
	notes   bool
	changes []storage.Stmt
	// defers has statements that may come last wait in last for the end of the common transaction.
	defers bool
	last   []storage.Stmt
	// dirty tells that what ran since it was last false has changed something, or has failed and may have ended the transaction.
	dirty bool
}

// mostStatements bounds the statements that a connection keeps prepared. Lists have a statement for each combination of
// filters, of which a process sees few.
const mostStatements = 512

func newConn(ctx context.Context, db *sql.DB) (*conn, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, explain(err)
	}
	return &conn{Conn: c, stmts: map[string]*sql.Stmt{}}, nil
}

func (c *conn) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, there := c.stmts[query]; there {
		return stmt, nil
	}
	if len(c.stmts) >= mostStatements {
		c.forget()
	}
	stmt, err := c.PrepareContext(ctx, inOrder(query))
	if err == nil {
		c.stmts[query] = stmt
	}
	return stmt, err
}

var numbered = regexp.MustCompile(`\$(\d+)`)

// inOrder writes the parameters of a statement without their numbers where they stand in order, as they do in every INSERT: the
// driver reads the name of each parameter that has one, each time that it binds it.
func inOrder(query string) string {
	for i, found := range numbered.FindAllStringSubmatch(query, -1) {
		if found[1] != strconv.Itoa(i+1) {
			return query
		}
	}
	return numbered.ReplaceAllLiteralString(query, "?")
}

// forget drops the prepared statements. Closing one can only fail for what its last use has already reported.
func (c *conn) forget() {
	for query, stmt := range c.stmts {
		_ = stmt.Close()
		delete(c.stmts, query)
	}
}

// run executes a statement of the transaction's own, such as BEGIN.
func (c *conn) run(ctx context.Context, query string) error {
	stmt, err := c.prepare(ctx, query) //nolint:sqlclosecheck // kept for the connection's life; see forget
	if err == nil {
		_, err = stmt.ExecContext(ctx)
	}
	c.dirty = c.dirty || err != nil
	return explain(err)
}

// Close gives the connection back and forgets its statements.
func (c *conn) Close() error {
	c.forget()
	return c.Conn.Close()
}

// Batch implements storage.Conn. The context ends it between two statements, and within one that may take long: to look out for
// that costs as much as a short one.
func (c *conn) Batch(ctx context.Context, stmts []storage.Stmt) error {
	whole := context.WithoutCancel(ctx)
	for i := range stmts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.defers && stmts[i].Last {
			c.last = append(c.last, stmts[i])
			continue
		}
		patience := whole
		if stmts[i].Long {
			patience = ctx
		}
		if err := c.execute(patience, &stmts[i]); err != nil {
			c.dirty = true
			if constraint := constraintOf(err); constraint != 0 {
				return stmts[i].Failed(constraint, err)
			}
			return explain(err)
		}
	}
	return nil
}

func (c *conn) execute(ctx context.Context, stmt *storage.Stmt) (err error) {
	prepared, err := c.prepare(ctx, stmt.SQL) //nolint:sqlclosecheck // kept for the connection's life; see forget
	if err != nil {
		return err
	}
	if c.notes && storage.Changes(stmt) {
		c.changes = append(c.changes, *stmt)
	}
	c.dirty = c.dirty || !stmt.Asks()
	if stmt.Scan == nil {
		result, err := prepared.ExecContext(ctx, stmt.Args...)
		if err != nil || stmt.Affected == nil && stmt.Otherwise == nil && stmt.Else == nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		if stmt.Else != nil {
			if rest := stmt.Else(n); rest != nil {
				return c.execute(ctx, rest)
			}
			return nil
		}
		return stmt.Judge(n)
	}
	rows, err := prepared.QueryContext(ctx, stmt.Args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if err := stmt.Scan(rows); err != nil {
		return err
	}
	return rows.Err()
}

// constraintOf tells which constraint an error is about; 0 for any other error.
func constraintOf(err error) storage.Constraint {
	switch codeOf(err) {
	case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return storage.PrimaryKey
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		return storage.Unique
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return storage.ForeignKey
	case sqlite3.SQLITE_CONSTRAINT_CHECK, sqlite3.SQLITE_CONSTRAINT_TRIGGER:
		return storage.Check
	}
	return 0
}

// codeOf is the extended result code of an error; 0 when it is none of SQLite's.
func codeOf(err error) int {
	var failure *driver.Error
	if errors.As(err, &failure) {
		return failure.Code()
	}
	return 0
}

// explain wraps an error that is not about a constraint; domain errors pass as they are.
func explain(err error) error {
	var known *parley.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	// The primary result code is the lowest byte of an extended one.
	switch codeOf(err) & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return &parley.Error{Code: parley.CodeUnavailable, Message: "The database is busy. Retry in a moment.", Cause: err}
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM:
		return &parley.Error{
			Code: parley.CodeUnavailable, Message: "The database cannot be written or read now. Retry in a moment.", Cause: err,
		}
	}
	return fmt.Errorf("sqlite: %w", err)
}
