package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley"
	"parley/storage"
)

// conn is a connection while one transaction uses it.
type conn struct {
	*pgx.Conn
	begin string // what is to be sent in front of the first batch; empty once it is
	// patience is how long the server may take over a round trip; 0: as long as the caller waits.
	patience time.Duration
}

// Batch implements storage.Conn.
func (c *conn) Batch(ctx context.Context, stmts []storage.Stmt) error {
	return c.send(ctx, stmts, false)
}

// send sends the statements in one round trip, with BEGIN in front of the transaction's first ones, and COMMIT behind its
// last ones. When one fails the server skips all that follow, COMMIT too.
func (c *conn) send(ctx context.Context, stmts []storage.Stmt, commit bool) (err error) {
	if c.patience > 0 {
		if slices.ContainsFunc(stmts, func(s storage.Stmt) bool { return s.Long }) {
			// Whether the server answers at all is found out before what may take long.
			if err := c.ready(ctx); err != nil {
				return err
			}
		} else {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, c.patience)
			defer cancel()
		}
	}
	batch := &pgx.Batch{}
	begins := c.begin != ""
	if begins {
		batch.Queue(c.begin)
		c.begin = ""
	}
	for i := range stmts {
		batch.Queue(stmts[i].SQL, stmts[i].Args...)
	}
	if commit {
		batch.Queue("COMMIT")
	}
	results := c.SendBatch(ctx, batch)
	defer func() {
		if closing := results.Close(); err == nil {
			err = explain(closing)
		}
	}()
	if begins {
		if _, err := results.Exec(); err != nil {
			return refusedToBegin(err)
		}
	}
	for i := range stmts {
		if err := receive(results, &stmts[i]); err != nil {
			if constraint := constraintOf(err); constraint != 0 {
				return stmts[i].Failed(constraint, err)
			}
			if stmts[i].Otherwise != nil && is(err, divisionByZero) {
				return stmts[i].Otherwise
			}
			return explain(err)
		}
	}
	if commit {
		return committed(results.Exec())
	}
	return nil
}

// ready begins the transaction by itself.
func (c *conn) ready(ctx context.Context) error {
	if c.begin == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	begin := c.begin
	c.begin = ""
	if _, err := c.Exec(ctx, begin); err != nil {
		return refusedToBegin(err)
	}
	return nil
}

// receive takes one statement's answer.
func receive(results pgx.BatchResults, stmt *storage.Stmt) error {
	if stmt.Scan == nil {
		tag, err := results.Exec()
		if err != nil {
			return err
		}
		return stmt.Judge(tag.RowsAffected())
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	return stmt.Scan(rows)
}

// commit sends the rest of a transaction and ends it, in one round trip when no statement's effect has to be judged here before
// the transaction may stand.
func (c *conn) commit(ctx context.Context, rest []storage.Stmt) error {
	if c.begin != "" && len(rest) == 0 {
		return nil // nothing was ever sent
	}
	judged := slices.ContainsFunc(rest, func(s storage.Stmt) bool { return s.Affected != nil })
	if !judged {
		for i := range rest {
			judge(&rest[i])
		}
		return c.send(ctx, rest, true)
	}
	if err := c.send(ctx, rest, false); err != nil {
		return err
	}
	if c.patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.patience)
		defer cancel()
	}
	return committed(c.Exec(ctx, "COMMIT"))
}

// judge has the server stop at a statement that does not change as many rows as it has to, so that nobody has to look before the
// COMMIT behind it is sent.
func judge(stmt *storage.Stmt) {
	if stmt.Otherwise == nil {
		return
	}
	stmt.Args = append(slices.Clip(stmt.Args), stmt.Wants)
	stmt.SQL = "WITH changed AS (" + stmt.SQL + " RETURNING 1) SELECT 1 / CAST(COUNT(*) = $" + strconv.Itoa(len(stmt.Args)) + " AS INTEGER) FROM changed"
	stmt.Wants = 1 // the row of this
}

// committed tells whether COMMIT did: the server answers ROLLBACK to it when the transaction had failed.
func committed(tag pgconn.CommandTag, err error) error {
	if err == nil && tag.String() != "COMMIT" {
		err = fmt.Errorf("the server answered %s to COMMIT", tag)
	}
	return explain(err)
}

// idle is the transaction status of a connection without one.
const idle = 'I'

// lastWord is how long the server may take over what tidies a connection up, whatever has become of the request.
const lastWord = 5 * time.Second

// rollback ends what is still open. A connection on which that does not succeed is closed, and the pool replaces it.
func (c *conn) rollback(ctx context.Context) {
	if c.IsClosed() || c.PgConn().TxStatus() == idle {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	if _, err := c.Exec(ctx, "ROLLBACK"); err != nil {
		_ = c.Close(ctx)
	}
}

// broken tells an error that came of a connection which was lost, whatever it was lost in: what the driver reports of that
// has no code. Whether a COMMIT on its way was done is not known then.
func (c *conn) broken(ctx context.Context, err error) error {
	if c.IsClosed() && ctx.Err() == nil && parley.Is(err, parley.CodeInternal) {
		return unavailable(err)
	}
	return err
}

// refusedToBegin is the error of a BEGIN, which asks for nothing but a transaction: a server that refuses it, as one that is
// the standby of another does to a writing one, is in no state to serve.
func refusedToBegin(err error) error {
	var failure *pgconn.PgError
	if errors.As(err, &failure) {
		return unavailable(err)
	}
	return explain(err)
}

// unavailable is the error of a database that may answer when it is asked again.
func unavailable(cause error) error {
	return &parley.Error{
		Code: parley.CodeUnavailable, Message: "The database does not answer. Retry in a moment, with the same idempotency key.", Cause: cause,
	}
}

// The codes of PostgreSQL's Appendix A that are told apart.
const (
	uniqueViolation      = "23505"
	foreignKeyViolation  = "23503"
	checkViolation       = "23514"
	divisionByZero       = "22012"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	featureNotSupported  = "0A000"
	readOnlyTransaction  = "25006"
	ioError              = "58030"
	protocolViolation    = "08P01"
)

// constraintOf tells which constraint an error is about; 0 for any other error.
func constraintOf(err error) storage.Constraint {
	var failure *pgconn.PgError
	if !errors.As(err, &failure) {
		return 0
	}
	switch failure.Code {
	case uniqueViolation:
		if failure.ConstraintName == failure.TableName+"_pkey" {
			return storage.PrimaryKey
		}
		return storage.Unique
	case foreignKeyViolation:
		return storage.ForeignKey
	case checkViolation:
		return storage.Check
	}
	return 0
}

// is tells whether the server answered with this code.
func is(err error, code string) bool {
	var failure *pgconn.PgError
	return errors.As(err, &failure) && failure.Code == code
}

// passing tells whether the server gave a transaction up that may succeed when it is run again.
func passing(err error) bool {
	var failure *pgconn.PgError
	if !errors.As(err, &failure) {
		return false
	}
	switch failure.Code {
	case serializationFailure, deadlockDetected:
		return true
	case featureNotSupported:
		// A statement that this connection prepared before another node migrated the schema; it has been forgotten now.
		return failure.Routine == "RevalidateCachedQuery"
	}
	return false
}

// explain wraps an error that is not about a constraint; domain errors pass as they are.
func explain(err error) error {
	var known *parley.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	var failure *pgconn.PgError
	var connecting *pgconn.ConnectError
	if errors.As(err, &connecting) || errors.As(err, &failure) && down(failure.Code) {
		return unavailable(err)
	}
	return fmt.Errorf("postgres: %w", err)
}

// down tells whether a code is about the server's state and not about what it was asked: classes 08, 53 and 57P are
// connections, resources such as the disk, and the operator's intervention. A server that takes no writes has become, or
// is still, the standby of another.
func down(code string) bool {
	return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "57P") ||
		code == readOnlyTransaction || code == ioError
}
