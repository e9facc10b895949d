package seller

import (
	"context"
	"sync"

	"parley"
	"parley/approval"
	"parley/storage"
)

// overdue is how far this process has come with the approvals whose time is over.
type overdue struct {
	mu   sync.Mutex
	upTo storage.OverdueApproval
}

// SweepApprovals times out, or escalates, approvals that nobody decided in time, and says how many it looked at. Each is done
// in a transaction of its own: one that cannot be timed out is logged, and keeps no other from it.
func (s *Service) SweepApprovals(ctx context.Context) (int, error) {
	s.overdue.mu.Lock()
	defer s.overdue.mu.Unlock()
	var due []storage.OverdueApproval
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		var err error
		due, err = r.OverdueApprovals(s.clock(), s.overdue.upTo, sweepBatch).Get(ctx)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, a := range due {
		if err := s.timeOut(ctx, a.ID); err != nil {
			if ctx.Err() != nil || parley.Is(err, parley.CodeUnavailable) {
				return 0, err
			}
			s.log.Error("an approval could not be timed out", "approval_id", a.ID, "error", err)
		}
	}
	// The next call goes on after these, so that the ones that stay where they are do not hide those behind them.
	s.overdue.upTo = storage.OverdueApproval{}
	if len(due) == sweepBatch {
		s.overdue.upTo = due[sweepBatch-1]
	}
	return len(due), nil
}

// timeOut rejects an overdue approval, or hands it to the role that it escalates to, with as much time again.
func (s *Service) timeOut(ctx context.Context, id string) error {
	return anew(ctx, s.store.Tx, func(tx *storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
		found, err := w.ApprovalForUpdate(id).Get(ctx)
		if err != nil {
			return err
		}
		return w.timeOut(ctx, found)
	})
}

func (w *work) timeOut(ctx context.Context, a parley.Approval) error {
	before := a
	a, changed := approval.TimeOut(a, w.now)
	if !changed {
		return nil
	}
	if a.Status == parley.ApprovalPending {
		a.Version++
		w.UpdateApproval(a)
		return w.record(approvalEvent(parley.EventApprovalEscalated, a), "approval.escalate", "approval", a.ID,
			map[string]any{"role": before.Role}, map[string]any{"role": a.Role, "timeout_at": a.TimeoutAt})
	}
	a.Reason = "nobody decided in time"
	if err := w.record(approvalEvent(parley.EventApprovalTimedOut, a), "approval.time_out", "approval", a.ID,
		map[string]any{"status": before.Status}, map[string]any{"status": a.Status}); err != nil {
		return err
	}
	_, err := w.resume(ctx, a)
	return err
}
