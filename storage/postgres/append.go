package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"parley"
	"parley/storage"
	"parley/storage/sqlstore"
)

// Append implements storage.Store. The questions of callers that ask at the same time go to the server in one round trip,
// and so do their rows, in one transaction: what the server does once for a transaction or a round trip is most of what a
// few rows cost it.
func (s *Store) Append(ctx context.Context, fn func(storage.Tx) error) error {
	tx := sqlstore.NewAppend(s.questions, dialect, nil)
	err := fn(tx)
	if err == nil {
		var rows []sqlstore.Stmt
		if rows, err = tx.Appended(ctx); err == nil && len(rows) > 0 {
			err = s.appends.Batch(ctx, rows)
		}
	}
	for attempt := 0; attempt < mostAttempts && (errors.Is(err, errApart) || errors.Is(err, storage.ErrAnswered)); attempt++ {
		err = s.Tx(ctx, func(tx storage.Tx) error { return fn(tx) })
	}
	return err
}

const (
	// mostInGroup bounds how many callers share a transaction, and so how long the first of them waits for the others.
	mostInGroup = 128
	// groupsAtATime is how many transactions of a kind are under way: while one waits for the disk, another is filled.
	groupsAtATime = 2
	// groupTimeout ends a transaction on a connection that has gone silent.
	groupTimeout = 30 * time.Second
)

// errApart tells a caller that nothing of its group was stored, and that it has to ask on its own.
var errApart = errors.New("postgres: the group's transaction was given up")

var errClosed = &parley.Error{Code: parley.CodeUnavailable, Message: "The server is shutting down. Retry in a moment."}

// lane sends the statements of callers that come at the same time as one transaction. It waits for nobody: a caller that
// comes alone is served alone.
type lane struct {
	store *Store
	begin string
	turns chan *turn
}

// turn is a caller's part of a group.
type turn struct {
	ctx   context.Context
	stmts []sqlstore.Stmt
	ended chan error
}

// Batch implements sqlstore.Driver. A caller whose context ends leaves at once; whether its rows were stored is then not
// known, as with any commit whose answer is not waited for.
func (l *lane) Batch(ctx context.Context, stmts []sqlstore.Stmt) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &turn{ctx: ctx, stmts: stmts, ended: make(chan error, 1)}
	select {
	case l.turns <- t:
	case <-ctx.Done():
		return ctx.Err()
	case <-l.store.closing:
		return errClosed
	}
	select {
	case err := <-t.ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve sends one group after the other until the store closes.
func (l *lane) serve() {
	for {
		var group []*turn
		select {
		case first := <-l.turns:
			group = append(group, first)
		case <-l.store.closing:
			return
		}
		for more := true; more && len(group) < mostInGroup; {
			select {
			case next := <-l.turns:
				group = append(group, next)
			default:
				more = false
			}
		}
		l.send(group)
	}
}

// send runs a group's transaction and tells each caller how its own part ended. Whose context has ended by then is left out,
// and told so: nobody hears of the group's success whose rows are not in it.
func (l *lane) send(group []*turn) {
	ctx, cancel := context.WithTimeout(context.Background(), groupTimeout)
	defer cancel()
	acquired, err := l.store.acquire(ctx)
	group = slices.DeleteFunc(group, func(t *turn) bool {
		gone := t.ctx.Err()
		if gone != nil {
			t.ended <- gone
		}
		return gone != nil
	})
	if err == nil {
		if len(group) > 0 {
			err = together(ctx, &conn{Conn: acquired.Conn(), begin: l.begin}, group)
		}
		acquired.Release()
	}
	for _, t := range group {
		t.ended <- err
	}
}

// together runs the transaction on a connection. Unless that was lost on the way, an error means that nothing was stored.
func together(ctx context.Context, c *conn, group []*turn) error {
	writes := c.begin == beginWrite
	var stmts []sqlstore.Stmt
	for _, t := range group {
		stmts = append(stmts, t.stmts...)
	}
	err := c.send(ctx, stmts, true)
	if err == nil {
		return nil
	}
	c.rollback(ctx)
	if c.IsClosed() && writes {
		return c.broken(ctx, explain(err))
	}
	return errApart
}
