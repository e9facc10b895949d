package seller

import (
	"context"
	"time"

	"parley"
	"parley/storage"
)

// ExpireQuotes records that quotes ran out, with their events, and says how many it looked at. A quote is expired from its
// instant on whether or not this has run.
func (s *Service) ExpireQuotes(ctx context.Context) (int, error) {
	now := s.clock()
	return s.sweepDue(ctx, &s.swept.quotes, storage.DueQuotes, now, func(ids []string) error {
		return s.together(ctx, "a quote could not be expired", ids, func(tx *storage.Tx, ids []string) error {
			w := &work{Tx: tx, service: s, now: now, who: sweeper}
			quotes, err := tx.ExpireQuotes(now, ids).Get(ctx)
			w.tell(parley.EventQuoteExpired, quotes)
			return err
		})
	})
}

// DeclineQuotes ends the quotes of agreements that have been used or are over, and says how many: those that were being booked
// or made at the moment in which the others ended.
func (s *Service) DeclineQuotes(ctx context.Context) (int, error) {
	return s.sweepRows(ctx, &s.swept.spentQuotes, "a quote of a used agreement could not be ended", func(tx *storage.Tx, limit, skip int) (int64, error) {
		w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
		quotes, err := tx.DeclineSpentQuotes(limit, skip).Get(ctx)
		tx.LapseHolds(idsOfQuotes(quotes), w.now)
		w.tell(parley.EventQuoteDeclined, quotes)
		return int64(len(quotes)), err
	})
}

func idsOfQuotes(quotes []parley.Quote) []string {
	ids := make([]string, len(quotes))
	for i, q := range quotes {
		ids[i] = q.ID
	}
	return ids
}

// RemoveQuotes removes quotes that expired longer ago than the settings keep them and that nothing came of, and says how
// many it looked at. It goes on where it was the last time, so that what has to stay is not looked at again and again.
func (s *Service) RemoveQuotes(ctx context.Context) (int, error) {
	if s.settings.QuoteRetention == 0 {
		return 0, nil
	}
	p := &s.swept.oldQuotes
	p.mu.Lock()
	defer p.mu.Unlock()
	// An answer that can still be replayed names a quote that is still there.
	kept := max(s.settings.QuoteRetention, s.settings.AnswerTTL)
	old, err := s.due(ctx, p, storage.OldQuotes, s.clock().Add(-kept-time.Microsecond)) // longer ago, not as long ago
	if err != nil || len(old) == 0 {
		return 0, err
	}
	err = s.together(ctx, "an old quote could not be removed", ids(old), func(tx *storage.Tx, ids []string) error {
		tx.DeleteQuotes(ids, s.clock().Add(-holdWindow)) // it counts for how long a buyer has held
		return nil
	})
	if err != nil {
		return 0, err
	}
	p.upTo = old[len(old)-1]
	return len(old), nil
}

// ExpireProposals records that proposals ran out, with whatever they were waiting for, and says how many it looked at. Each
// is done in a transaction of its own, which locks in the order of all flows.
func (s *Service) ExpireProposals(ctx context.Context) (int, error) {
	return s.sweepDue(ctx, &s.swept.proposals, storage.DueProposals, s.clock(), func(ids []string) error {
		return s.apart(ctx, "a proposal could not be expired", ids, func(tx *storage.Tx, id string) error {
			w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
			return w.expireProposal(ctx, id)
		})
	})
}

func (w *work) expireProposal(ctx context.Context, id string) error {
	seen, err := w.Proposal(id).Get(ctx)
	if err != nil {
		return err
	}
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

// ExpireNegotiations records that buyers did not answer in time, and says how many it looked at.
func (s *Service) ExpireNegotiations(ctx context.Context) (int, error) {
	now := s.clock()
	return s.sweepDue(ctx, &s.swept.negotiations, storage.DueNegotiations, now, func(ids []string) error {
		return s.together(ctx, "a negotiation could not be expired", ids, func(tx *storage.Tx, ids []string) error {
			w := &work{Tx: tx, service: s, now: now, who: sweeper}
			negotiations, err := tx.ExpireNegotiations(now, ids).Get(ctx)
			for _, n := range negotiations {
				w.InsertEvent(w.event(negotiationEvent(parley.EventNegotiationConcluded, n), ""))
			}
			return err
		})
	})
}

// ForgetAnswers removes idempotent answers that are older than the settings keep them, and says how many it looked at.
func (s *Service) ForgetAnswers(ctx context.Context) (int, error) {
	before := s.clock().Add(-s.settings.AnswerTTL)
	return s.sweepRows(ctx, &s.swept.answers, "an old idempotent answer could not be removed", func(tx *storage.Tx, limit, skip int) (int64, error) {
		return tx.DeleteAnswers(before, limit, skip).Get(ctx)
	})
}

// RunBackground does the work that time asks for until ctx ends: it carries out planned decisions at once, expires quotes, proposals and negotiations, times
// approvals out, removes old quotes, forgets old idempotent answers and stores when keys were used. node names this process;
// one node at a time leads and sweeps, every so often and at once when it begins to lead, when it settles too what programs before left.
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
		if leader.Holds(ctx) {
			if !led {
				if _, err := s.SettleSeats(ctx); err != nil && ctx.Err() == nil {
					s.log.Warn("the accounts of seats were not made one", "error", err)
				}
				if _, err := s.SettleNames(ctx); err != nil && ctx.Err() == nil {
					s.log.Warn("accounts were not made to be found whatever the case of their letters", "error", err)
				}
				if _, err := s.SplitOwners(ctx); err != nil && ctx.Err() == nil {
					s.log.Warn("what seats at several DSPs own was not told apart", "error", err)
				}
			}
			// Somebody looks at the page and waits for it.
			if err := sweepAll(ctx, leader.Holds, s.CarryOutDecisions, every); err != nil && ctx.Err() == nil {
				s.log.Warn("planned decisions were not carried out", "error", err)
			}
			if !led || time.Since(swept) >= every {
				swept = time.Now()
				s.sweep(ctx, leader, every)
			}
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
	for what, sweep := range s.sweeps() {
		if err := sweepAll(ctx, leader.Holds, sweep, within); err != nil && ctx.Err() == nil {
			s.log.Warn(what, "error", err)
		}
	}
}

// sweeps are what the leader does, with what has failed when one fails altogether. Each steps past the rows that it cannot be
// done to.
func (s *Service) sweeps() map[string]func(context.Context) (int, error) {
	return map[string]func(context.Context) (int, error){
		"quotes were not expired":                  s.ExpireQuotes,
		"the end of keys was not told":             s.TellKeys,
		"holds were not ended":                     s.EndHolds,
		"quotes of used agreements were not ended": s.DeclineQuotes,
		"proposals were not expired":               s.ExpireProposals,
		"negotiations were not expired":            s.ExpireNegotiations,
		"approvals were not timed out":             s.SweepApprovals,
		"approved changes did not lapse":           s.LapseChanges,
		"deals that are over were not completed":   s.CompleteDeals,
		"how deals keep up was not looked at":      s.PaceDeals,
		"what deals earned was not reckoned":       s.ReckonEarnings,
		"orders that wait for failures go on":      s.FailOrders,
		"old idempotent answers were not removed":  s.ForgetAnswers,
		"old negotiation days were not removed":    s.ForgetNegotiationDays,
		"old quotes were not removed":              s.RemoveQuotes,
		"what is nobody's was not removed":         s.RemoveAnonymous,
		"old sessions were not removed":            s.RemoveSessions,
		"old negotiations were not removed":        s.RemoveNegotiations,
		"old events were not removed":              s.RemoveEvents,
		"old audit entries were not removed":       s.RemoveAudits,
	}
}

// idlePart is how much longer a sweep rests after each transaction than that took, so that requests have most of the
// database while much is to be swept.
const idlePart = 3

// sweepAll sweeps until nothing is left, another node leads, or for as long as given; the rest is for the next round.
func sweepAll(ctx context.Context, leads func(context.Context) bool, sweep func(context.Context) (int, error), within time.Duration) error {
	for began := time.Now(); leads(ctx); {
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
