package seller

import (
	"context"
	"errors"
	"fmt"
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

// ExpireQuotes records that quotes ran out, with their events, and says how many. A quote is expired from its instant on
// whether or not this has run.
func (s *Service) ExpireQuotes(ctx context.Context) (int, error) {
	var count int
	err := s.store.Tx(ctx, func(tx *storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
		quotes, err := tx.ExpireQuotes(w.now, sweepBatch).Get(ctx)
		if err != nil {
			return err
		}
		count = len(quotes)
		w.tell(parley.EventQuoteExpired, quotes)
		return nil
	})
	return count, err
}

// DeclineQuotes ends the quotes of agreements that have been used or are over, and says how many: those that were being booked
// or made at the moment in which the others ended.
func (s *Service) DeclineQuotes(ctx context.Context) (int, error) {
	var count int
	err := s.store.Tx(ctx, func(tx *storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
		quotes, err := tx.DeclineSpentQuotes(sweepBatch).Get(ctx)
		count = len(quotes)
		w.tell(parley.EventQuoteDeclined, quotes)
		return err
	})
	return count, err
}

// RemoveQuotes removes quotes that expired longer ago than the settings keep them and that nothing came of, and says how
// many it looked at. It goes on where it was the last time, so that what has to stay is not looked at again and again.
func (s *Service) RemoveQuotes(ctx context.Context) (int, error) {
	if s.settings.QuoteRetention == 0 {
		return 0, nil
	}
	s.removed.mu.Lock()
	defer s.removed.mu.Unlock()
	var old []storage.ExpiredQuote
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		// An answer that can still be replayed names a quote that is still there.
		kept := max(s.settings.QuoteRetention, s.settings.AnswerTTL)
		var err error
		old, err = r.ExpiredQuotes(s.clock().Add(-kept), s.removed.upTo, sweepBatch).Get(ctx)
		return err
	})
	if err != nil || len(old) == 0 {
		return 0, err
	}
	ids := make([]string, len(old))
	for i, quote := range old {
		ids[i] = quote.ID
	}
	remove := func(ids []string) error {
		return s.store.Tx(ctx, func(tx *storage.Tx) error {
			tx.DeleteQuotes(ids)
			return nil
		})
	}
	if err := s.apart(ctx, "an old quote could not be removed", ids, remove); err != nil {
		return 0, err
	}
	s.removed.upTo = old[len(old)-1]
	return len(old), nil
}

// apart does something to many at once, or to each alone when that fails: one that it cannot be done to is logged, and keeps
// no other from it. The error is one that keeps all of them from it, such as that of a database that is away.
func (s *Service) apart(ctx context.Context, otherwise string, ids []string, do func(ids []string) error) error {
	stops := func(err error) bool { return ctx.Err() != nil || parley.Is(err, parley.CodeUnavailable) }
	err := do(ids)
	if err == nil || stops(err) {
		return err
	}
	for _, id := range ids {
		if err := do([]string{id}); err != nil {
			if stops(err) {
				return err
			}
			s.log.Error(otherwise, "id", id, "error", err)
		}
	}
	return nil
}

// removal is how far this process has come with the removal of old quotes.
type removal struct {
	mu   sync.Mutex
	upTo storage.ExpiredQuote
}

// ExpireProposals records that proposals ran out, with whatever they were waiting for, and says how many it looked at. Each
// is done in a transaction of its own, which locks in the order of all flows; one that cannot be done is logged.
func (s *Service) ExpireProposals(ctx context.Context) (int, error) {
	var due []parley.Proposal
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		var err error
		due, err = r.OverdueProposals(s.clock(), sweepBatch).Get(ctx)
		return err
	})
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, p := range due {
		if err := anew(ctx, s.store.Tx, func(tx *storage.Tx) error { return s.expireProposal(ctx, tx, p) }); err != nil {
			failed = append(failed, fmt.Errorf("proposal %s: %w", p.ID, err))
		}
	}
	return len(due), errors.Join(failed...)
}

func (s *Service) expireProposal(ctx context.Context, tx *storage.Tx, seen parley.Proposal) error {
	w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
	p, err := w.lockProposal(ctx, seen)
	if err != nil || p.At(w.now).Status != parley.ProposalExpired || p.Status == parley.ProposalExpired {
		return err
	}
	if err := w.withdrawApproval(ctx, p.ApprovalID); err != nil {
		return err
	}
	if err := w.abandonNegotiation(ctx, p.NegotiationID, parley.NegotiationExpired); err != nil {
		return err
	}
	p.Status = parley.ProposalExpired
	w.updateProposal(&p)
	w.InsertEvent(w.event(proposalEvent(parley.EventProposalExpired, p), ""))
	return nil
}

// ExpireNegotiations records that buyers did not answer in time, and says how many.
func (s *Service) ExpireNegotiations(ctx context.Context) (int, error) {
	var count int
	err := s.store.Tx(ctx, func(tx *storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
		negotiations, err := tx.ExpireNegotiations(w.now, sweepBatch).Get(ctx)
		if err != nil {
			return err
		}
		count = len(negotiations)
		for _, n := range negotiations {
			w.InsertEvent(w.event(negotiationEvent(parley.EventNegotiationConcluded, n), ""))
		}
		return nil
	})
	return count, err
}

// ForgetAnswers removes idempotent answers that are older than the settings keep them, and says how many.
func (s *Service) ForgetAnswers(ctx context.Context) (int, error) {
	return s.sweepRows(ctx, func(w *work) (int64, error) {
		return w.DeleteAnswers(w.now.Add(-s.settings.AnswerTTL), sweepBatch).Get(ctx)
	})
}

// sweepRows removes rows that nothing else depends on, in a transaction of their own, and says how many.
func (s *Service) sweepRows(ctx context.Context, remove func(*work) (int64, error)) (int, error) {
	var count int64
	err := s.store.Tx(ctx, func(tx *storage.Tx) error {
		var err error
		count, err = remove(&work{Tx: tx, service: s, now: s.clock(), who: sweeper})
		return err
	})
	return int(count), err
}

// RunBackground does the work that time asks for until ctx ends: it expires quotes, proposals and negotiations, times
// approvals out, removes old quotes, forgets old idempotent answers and stores when keys were used. node names this process;
// one node at a time leads and sweeps, every so often and at once when it begins to lead.
func (s *Service) RunBackground(ctx context.Context, node string, every time.Duration) {
	leader := &Leadership{service: s, node: node, lease: "background", duty: "background work"}
	beat := time.NewTicker(min(leadershipRenew, every))
	defer beat.Stop()
	var noted, swept time.Time
	for {
		if time.Since(noted) >= every {
			noted = time.Now()
			if err := s.StoreLastUses(ctx); err != nil {
				s.log.Warn("the last uses of keys were not stored", "error", err)
			}
		}
		led := leader.holds
		if leader.Holds(ctx) && (!led || time.Since(swept) >= every) {
			swept = time.Now()
			s.sweep(ctx, leader, every)
		}
		select {
		case <-ctx.Done():
			s.endBackground(ctx, leader)
			return
		case <-beat.C:
		}
	}
}

// endBackground stores what was noted in memory, and lets another node lead: the process is going down.
func (s *Service) endBackground(ctx context.Context, leader *Leadership) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastEffort)
	defer cancel()
	if err := s.StoreLastUses(last); err != nil {
		s.log.Warn("the last uses of keys were not stored", "error", err)
	}
	leader.Release(ctx)
}

// sweep does one round of the leader's work. A failure is logged and the next round tries again.
func (s *Service) sweep(ctx context.Context, leader *Leadership, within time.Duration) {
	for what, sweep := range map[string]func(context.Context) (int, error){
		"quotes were not expired":                  s.ExpireQuotes,
		"quotes of used agreements were not ended": s.DeclineQuotes,
		"proposals were not expired":               s.ExpireProposals,
		"negotiations were not expired":            s.ExpireNegotiations,
		"approvals were not timed out":             s.SweepApprovals,
		"approved changes did not lapse":           s.LapseChanges,
		"old idempotent answers were not removed":  s.ForgetAnswers,
		"old negotiation days were not removed":    s.ForgetNegotiationDays,
		"old quotes were not removed":              s.RemoveQuotes,
		"what is nobody's was not removed":         s.RemoveAnonymous,
		"old sessions were not removed":            s.RemoveSessions,
	} {
		if err := sweepAll(ctx, leader, sweep, within); err != nil && ctx.Err() == nil {
			s.log.Warn(what, "error", err)
		}
	}
}

// idlePart is how much longer a sweep rests after each transaction than that took, so that requests have most of the
// database while much is to be swept.
const idlePart = 3

// sweepAll sweeps until nothing is left, another node leads, or for as long as given; the rest is for the next round.
func sweepAll(ctx context.Context, leader *Leadership, sweep func(context.Context) (int, error), within time.Duration) error {
	for began := time.Now(); leader.Holds(ctx); {
		at := time.Now()
		count, err := sweep(ctx)
		if err != nil || count < sweepBatch || time.Since(began) > within {
			return err
		}
		rest := time.NewTimer(idlePart * time.Since(at))
		select {
		case <-rest.C:
		case <-ctx.Done():
			rest.Stop()
			return nil
		}
	}
	return nil
}
