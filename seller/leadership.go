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

// lastEffort is how long a process that is going down takes to store what it has in memory.
const lastEffort = 5 * time.Second

// Leadership is one node's part in deciding which of them does a duty of the background work. It is for one goroutine. Nodes whose
// clocks differ by more than the term may both believe that they lead, which costs work and harms nothing: every sweep takes
// its rows in a transaction of its own.
type Leadership struct {
	service *Service
	node    string
	lease   string // its name, which the nodes share
	duty    string // for people
	holds   bool
	asked   time.Time // by the process's own clock, which nothing moves
}

// Holds tells whether this node leads, and asks the database again when the last answer is old.
func (l *Leadership) Holds(ctx context.Context) bool {
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
	l.hold(holds)
	return holds
}

func (l *Leadership) hold(holds bool) {
	l.holds = holds
	l.service.leads.Store(l.lease, holds)
}

// Release lets another node lead at once, with a last effort of its own when ctx has ended: the process is going down.
func (l *Leadership) Release(ctx context.Context) {
	if !l.holds {
		return
	}
	l.hold(false)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastEffort)
	defer cancel()
	now := l.service.clock()
	if _, err := l.ask(last, now, now); err != nil {
		l.service.log.Warn("the lease for "+l.duty+" was not given back", "error", err)
	}
}

func (l *Leadership) ask(ctx context.Context, now, until time.Time) (bool, error) {
	var holds bool
	err := l.service.store.Tx(ctx, func(tx *storage.Tx) error {
		var err error
		holds, err = tx.Lease(l.lease, l.node, now, until).Get(ctx)
		return err
	})
	return holds, err
}
