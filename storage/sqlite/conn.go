package sqlite

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
	"zombiezen.com/go/sqlite"

	"parley"
	"parley/storage"
)

// conn is one connection with its prepared statements. It is for one goroutine at a time. It speaks to SQLite itself, not through
// database/sql, which takes twice as long to read a row as SQLite does.
type conn struct {
	file  *sqlite.Conn
	stmts map[string]*sqlite.Stmt
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

// connect opens a file that is there, with the settings that every connection starts with and more.
func connect(path string, cacheKiB int, more ...string) (*conn, error) {
	file, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		return nil, explain(err)
	}
	file.SetBusyTimeout(busyTimeout)
	c := &conn{file: file, stmts: map[string]*sqlite.Stmt{}}
	for _, setting := range append(settings(cacheKiB), more...) {
		if err := c.run(context.Background(), "PRAGMA "+setting); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return c, nil
}

func (c *conn) prepare(query string) (*sqlite.Stmt, error) {
	if stmt, there := c.stmts[query]; there {
		return stmt, nil
	}
	if len(c.stmts) >= mostStatements {
		c.forget()
	}
	stmt, rest, err := c.file.PrepareTransient(byNumber(query))
	if err == nil && rest > 0 {
		err = errors.Join(fmt.Errorf("sqlite: more than one statement: %s", query), stmt.Finalize())
	}
	if err != nil {
		return nil, err
	}
	c.stmts[query] = stmt
	return stmt, nil
}

var numbered = regexp.MustCompile(`\$(\d+)`)

// byNumber writes the parameters of a statement as SQLite numbers them; with a $ they would be names to it, numbered as they come.
func byNumber(query string) string { return numbered.ReplaceAllString(query, "?$1") }

// forget drops the prepared statements. Closing one can only fail for what its last use has already reported.
func (c *conn) forget() {
	for query, stmt := range c.stmts {
		_ = stmt.Finalize()
		delete(c.stmts, query)
	}
}

// run executes a statement of the transaction's own, such as BEGIN.
func (c *conn) run(ctx context.Context, query string) error {
	_, err := c.do(ctx, query, nil)
	c.dirty = c.dirty || err != nil
	return explain(err)
}

// Close forgets the statements and closes the connection.
func (c *conn) Close() error {
	c.forget()
	return explain(c.file.Close())
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

func (c *conn) execute(ctx context.Context, stmt *storage.Stmt) error {
	if c.notes && storage.TouchesRemembered(stmt) {
		c.changes = append(c.changes, *stmt)
	}
	c.dirty = c.dirty || !stmt.Asks()
	if stmt.Scan != nil {
		return c.ask(ctx, stmt)
	}
	n, err := c.do(ctx, stmt.SQL, stmt.Args)
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

// do runs a statement to its end and answers how many rows it has changed; what rows it answers are left.
func (c *conn) do(ctx context.Context, query string, args []any) (changed int64, err error) {
	answered, err := c.begin(ctx, query, args)
	if err != nil {
		return 0, err
	}
	defer func() { err = answered.end(err) }()
	for answered.Next() {
		continue
	}
	return int64(c.file.Changes()), nil
}

// ask runs a statement and has its rows read.
func (c *conn) ask(ctx context.Context, stmt *storage.Stmt) (err error) {
	answered, err := c.begin(ctx, stmt.SQL, stmt.Args)
	if err != nil {
		return err
	}
	defer func() { err = answered.end(err) }()
	return stmt.Scan(answered)
}

// begin prepares a statement for its first row. Until it ends, the end of the context, where it has one, interrupts it.
func (c *conn) begin(ctx context.Context, query string, args []any) (*rows, error) {
	stmt, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	if err := bind(stmt, args); err != nil {
		return nil, err
	}
	patience := ctx.Done()
	if patience != nil {
		c.file.SetInterrupt(patience)
	}
	return &rows{conn: c, stmt: stmt, ctx: ctx, watched: patience != nil}, nil
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

// codeOf is the extended result code of an error of either of SQLite's drivers; 0 when it is none of SQLite's.
func codeOf(err error) int {
	var failure *driver.Error
	if errors.As(err, &failure) {
		return failure.Code()
	}
	if code := sqlite.ErrCode(err); code != sqlite.ResultError {
		return int(code)
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
