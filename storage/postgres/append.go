package postgres

import (
	"context"
	"errors"
	"slices"

	"parley/storage"
)

// Lanes implements storage.Driver. What the server does once for a transaction or a round trip is most of what a few questions or rows
// cost it.
func (db *database) Lanes() storage.Lanes {
	return storage.Lanes{Questions: db.questions, Appends: db.appends}
}

const (
	// mostInGroup bounds how many callers share a transaction, and so how long the first of them waits for the others.
	mostInGroup = 128
	// groupsAtATime is how many transactions of a kind are under way: while one waits for the disk, another is filled.
	groupsAtATime = 2
)

// lane sends the statements of callers that come at the same time as one transaction. It waits for nobody: a caller that
// comes alone is served alone.
type lane struct {
	database *database
	begin    string
	parts    chan *part
}

// part is a caller's part of a group.
type part struct {
	ctx   context.Context
	stmts []storage.Stmt
	ended chan error
}

// Batch implements storage.Conn. A caller whose context ends leaves at once; whether its rows were stored is then not
// known, as with any commit whose answer is not waited for. ErrApart is for a caller of whose group nothing was stored.
func (l *lane) Batch(ctx context.Context, stmts []storage.Stmt) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := &part{ctx: ctx, stmts: stmts, ended: make(chan error, 1)}
	select {
	case l.parts <- p:
	case <-ctx.Done():
		return ctx.Err()
	case <-l.database.closing:
		return storage.ErrClosed
	}
	select {
	case err := <-p.ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve sends one group after the other until the store closes.
func (l *lane) serve() {
	for {
		var group []*part
		select {
		case first := <-l.parts:
			group = append(group, first)
		case <-l.database.closing:
			return
		}
		for more := true; more && len(group) < mostInGroup; {
			select {
			case next := <-l.parts:
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
func (l *lane) send(group []*part) {
	ctx := context.Background() // the server's patience bounds each of its steps
	acquired, err := l.database.acquire(ctx)
	group = slices.DeleteFunc(group, func(p *part) bool {
		gone := p.ctx.Err()
		if gone != nil {
			p.ended <- gone
		}
		return gone != nil
	})
	if err == nil {
		if len(group) > 0 {
			err = together(ctx, l.database.conn(acquired, l.begin), group)
		}
		acquired.Release()
	}
	for _, p := range group {
		p.ended <- err
	}
}

// together runs the transaction on a connection. Unless that was lost on the way, an error means that nothing was stored.
func together(ctx context.Context, c *conn, group []*part) error {
	writes := c.begin == beginWrite
	var stmts []storage.Stmt
	if writes {
		stmts = joined(group)
	} else {
		for _, p := range group {
			stmts = append(stmts, p.stmts...)
		}
	}
	err := c.send(ctx, stmts, true)
	if err == nil {
		return nil
	}
	c.rollback(ctx)
	// A server that has taken its time once is not asked again for the same.
	if c.IsClosed() && (writes || errors.Is(err, context.DeadlineExceeded)) {
		return c.broken(ctx, explain(err))
	}
	return storage.ErrApart
}
