package storage

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"sync"
	"time"

	"parley"
)

// Figures are what a store has done since it was opened, for monitoring.
type Figures struct {
	Transactions map[Ended]Spent
	// Events are those that this store has committed.
	Events map[Told]int64
	// Short counts transactions that were refused because a day had not the capacity.
	Short       int64
	Connections Connections
}

// Ended is how a transaction ended.
type Ended struct {
	Kind    TransactionKind
	Outcome Outcome
}

// TransactionKind tells transactions apart by what they may do.
type TransactionKind string

// The kinds. An append that has to be run on its own is a write.
const (
	KindRead   TransactionKind = "read"
	KindWrite  TransactionKind = "write"
	KindAppend TransactionKind = "append"
)

// Outcome is how a transaction ended.
type Outcome string

// The outcomes.
const (
	OutcomeCommitted Outcome = "committed"
	OutcomeRefused   Outcome = "refused"   // by a rule of the trade
	OutcomeUndone    Outcome = "undone"    // by its flow, which wanted nothing kept: a dry run, or an answer that is stored already
	OutcomeFailed    Outcome = "failed"    // by the database, or for a mistake of the program's
	OutcomeCancelled Outcome = "cancelled" // by who waited for it
)

// Spent is how many transactions there were, and how long they took together, with their waiting.
type Spent struct {
	Count int64
	Took  time.Duration
}

// Told is a kind of event: its type and, of a negotiation that has ended, how that was.
type Told struct {
	Type    parley.EventType
	Outcome string
}

// Connections are those of a store to its database.
type Connections struct {
	Most, Open, Busy int
	Waits            int64 // how often somebody had to wait for one
	Waited           time.Duration
	Retries          int64 // transactions that were run again for another one's sake
}

// tally counts for Figures.
type tally struct {
	mu      sync.Mutex
	figures Figures
}

// Figures answers them as they are now.
func (s *Store) Figures() Figures {
	s.tally.mu.Lock()
	figures := s.tally.figures
	figures.Transactions, figures.Events = maps.Clone(figures.Transactions), maps.Clone(figures.Events)
	s.tally.mu.Unlock()
	figures.Connections = s.driver.Connections()
	return figures
}

// running is a transaction under way.
type running struct {
	tally *tally
	kind  TransactionKind
	began time.Time
	told  func(error) // nil: nobody is told of its end
	// own tells that the flow ended the transaction with an error of its own, and no statement had failed.
	own bool
}

// begin tells whoever watches that a transaction begins.
func (s *Store) begin(ctx context.Context, kind TransactionKind) (context.Context, running) {
	r := running{tally: &s.tally, kind: kind, began: time.Now()}
	if s.options.Watch != nil {
		ctx, r.told = s.options.Watch(ctx, kind)
	}
	return ctx, r
}

// stop tells whoever watches that the transaction has ended.
func (r running) stop(err error) {
	if r.told != nil {
		r.told(err)
	}
}

// ended counts the transaction, and the events that are stored when it has committed.
func (r running) ended(err error, events []Told) {
	r.stop(err)
	r.tally.count(Ended{r.kind, outcomeOf(err, r.own)}, time.Since(r.began), err, events)
}

func (t *tally) count(how Ended, took time.Duration, err error, events []Told) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.figures.Transactions == nil {
		t.figures.Transactions, t.figures.Events = map[Ended]Spent{}, map[Told]int64{}
	}
	spent := t.figures.Transactions[how]
	t.figures.Transactions[how] = Spent{spent.Count + 1, spent.Took + took}
	if errors.Is(err, ErrCapacity) {
		t.figures.Short++
	}
	if err == nil {
		for _, event := range events {
			t.figures.Events[event]++
		}
	}
}

// outcomeOf tells how a transaction ended whose error is err, and the flow's own or not.
func outcomeOf(err error, own bool) Outcome {
	var known *parley.Error
	switch {
	case err == nil:
		return OutcomeCommitted
	case errors.Is(err, context.Canceled):
		return OutcomeCancelled
	case own && !errors.As(err, &known):
		return OutcomeUndone
	case own && known.Code != parley.CodeInternal:
		return OutcomeRefused
	case parley.Is(err, parley.CodeInternal), parley.Is(err, parley.CodeUnavailable):
		return OutcomeFailed
	}
	return OutcomeRefused
}

func told(e *parley.Event) Told {
	kind := Told{Type: e.Type}
	if e.Type == parley.EventNegotiationConcluded {
		var data struct {
			Status string `json:"status"`
		}
		if json.Unmarshal(e.Data, &data) == nil {
			kind.Outcome = data.Status
		}
	}
	return kind
}
