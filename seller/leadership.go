package seller

import (
	"context"
	"time"

	"parley/storage"
)

// How long a node that leads may be silent before another takes over, and how often it is heard of. A node that was killed
// is replaced within the sum of both; one that ends in order hands over at once.
const (
	leadershipTerm  = 6 * time.Second
	leadershipRenew = 2 * time.Second
)

// leadership is one node's part in deciding which of them does a duty of the background work. It is for one goroutine. Nodes whose
// clocks differ by more than the term may both believe that they lead, which costs work and harms nothing: every sweep takes
// its rows in a transaction of its own.
type leadership struct {
	service *Service
	node    string
	lease   string // its name, which the nodes share
	duty    string // for people
	holds   bool
	asked   time.Time // by the process's own clock, which nothing moves
}

// hold tells whether this node leads, and asks the database again when the last answer is old.
func (l *leadership) hold(ctx context.Context) bool {
	if !l.asked.IsZero() && time.Since(l.asked) < leadershipRenew {
		return l.holds
	}
	now := l.service.clock()
	holds, err := l.ask(ctx, now, now.Add(leadershipTerm))
	if ctx.Err() != nil {
		return false // the lease, if there is one, is still to be given back
	}
	l.asked = time.Now()
	switch {
	case err != nil:
		l.service.log.Warn("the lease for "+l.duty+" was not had", "error", err)
	case holds && !l.holds:
		l.service.log.Info(l.duty+" is this node's", "node", l.node)
	case !holds && l.holds:
		l.service.log.Info(l.duty+" is another node's", "node", l.node)
	}
	l.holds = holds
	return holds
}

// release lets another node lead at once.
func (l *leadership) release(ctx context.Context) error {
	if !l.holds {
		return nil
	}
	l.holds = false
	now := l.service.clock()
	_, err := l.ask(ctx, now, now)
	return err
}

func (l *leadership) ask(ctx context.Context, now, until time.Time) (bool, error) {
	var holds bool
	err := l.service.store.Tx(ctx, func(tx *storage.Tx) error {
		var err error
		holds, err = tx.Lease(l.lease, l.node, now, until).Get(ctx)
		return err
	})
	return holds, err
}
