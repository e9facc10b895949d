package seller

import (
	"context"
	"errors"
	"sync"
	"time"

	"parley"
	"parley/storage"
)

// sweepBatch is how many rows one sweep's transaction touches, so that no request waits long behind it: on the embedded
// store every other writer does.
const sweepBatch = 100

// sweeper acts in events and audit entries for what time did.
var sweeper = parley.Principal{Role: parley.RoleOperator, KeyID: "sweeper", Label: "sweeper"}

// swept is how far this process has come with each kind of row that time does something to.
type swept struct {
	quotes, holds, keys, proposals, negotiations, approvals, planned, changes, failed, oldQuotes place
	over                                                                                         passedEnd
	pacing                                                                                       pacing
	reckoned                                                                                     reckoned
	answers, sessionAnswers, days, sessions, spentQuotes                                         passed

	aged      aged
	anonymous sync.Mutex
	nobodys   map[storage.AnonymousKind]string // the id up to which this process has come
}

// place is a place among the rows that are due.
type place struct {
	mu   sync.Mutex
	upTo storage.Due
}

// passed is how many of the first rows are passed over.
type passed struct {
	mu   sync.Mutex
	rows int
}

// stops tells whether an error keeps all rows from what is done to them, such as that of a database that is away, and not the
// one alone.
func stops(ctx context.Context, err error) bool {
	return ctx.Err() != nil || parley.Is(err, parley.CodeUnavailable) && !errors.Is(err, errMoved)
}

// sweepDue does something to a batch of the rows whose time was over at an instant, and says how many it looked at. The next
// call goes on after them, so that those that it cannot be done to do not hide those behind them; past the last it begins anew.
func (s *Service) sweepDue(ctx context.Context, p *place, kind storage.DueKind, at time.Time, do func(ids []string) error) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	due, err := s.due(ctx, p, kind, at)
	if err != nil {
		return 0, err
	}
	if err := do(ids(due)); err != nil {
		return 0, err
	}
	p.upTo = storage.Due{}
	if len(due) == sweepBatch {
		p.upTo = due[sweepBatch-1]
	}
	return len(due), nil
}

func (s *Service) due(ctx context.Context, p *place, kind storage.DueKind, at time.Time) (due []storage.Due, err error) {
	err = s.store.Read(ctx, func(r *storage.Reader) error {
		due, err = r.Due(kind, at, p.upTo, sweepBatch).Get(ctx)
		return err
	})
	return due, err
}

func ids(due []storage.Due) []string {
	ids := make([]string, len(due))
	for i, d := range due {
		ids[i] = d.ID
	}
	return ids
}

// together does something to many rows in one transaction, or to each alone when that fails.
func (s *Service) together(ctx context.Context, otherwise string, ids []string, do func(tx *storage.Tx, ids []string) error) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.store.Tx(ctx, func(tx *storage.Tx) error { return do(tx, ids) })
	if err == nil || stops(ctx, err) {
		return err
	}
	return s.apart(ctx, otherwise, ids, func(tx *storage.Tx, id string) error { return do(tx, []string{id}) })
}

// apart does something to each of many rows in a transaction of its own: one that it cannot be done to is logged, and keeps no
// other from it. The error is one that keeps all of them from it.
func (s *Service) apart(ctx context.Context, otherwise string, ids []string, do func(tx *storage.Tx, id string) error) error {
	for _, id := range ids {
		err := anew(ctx, s.store.Tx, func(tx *storage.Tx) error { return do(tx, id) })
		switch {
		case err == nil:
		case stops(ctx, err):
			return err
		default:
			s.log.Error(otherwise, "id", id, "error", err)
		}
	}
	return nil
}

// sweepRows does something to rows that are found by what they are, in one transaction or, when that fails, one by one, and says
// how many it looked at. Those that it cannot be done to are passed over until it has come to the last row.
func (s *Service) sweepRows(ctx context.Context, p *passed, otherwise string, do func(tx *storage.Tx, limit, skip int) (int64, error)) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	some := func(limit int) (count int64, err error) {
		err = s.store.Tx(ctx, func(tx *storage.Tx) error {
			count, err = do(tx, limit, p.rows)
			return err
		})
		return count, err
	}
	count, err := some(sweepBatch)
	switch {
	case err == nil:
		if count < sweepBatch {
			p.rows = 0
		}
		return int(count), nil
	case stops(ctx, err):
		return 0, err
	}
	for looked := range sweepBatch {
		count, err := some(1)
		switch {
		case err == nil && count == 0:
			p.rows = 0
			return looked, nil
		case err == nil:
		case stops(ctx, err):
			return looked, err
		default:
			s.log.Error(otherwise, "error", err)
			p.rows++
		}
	}
	return sweepBatch, nil
}
