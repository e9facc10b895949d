package seller

import (
	"context"

	"parley"
	"parley/approval"
	"parley/storage"
)

// SweepApprovals times out, or escalates, approvals that nobody decided in time, and says how many.
func (s *Service) SweepApprovals(ctx context.Context) (int, error) {
	var count int
	err := s.store.Tx(ctx, func(tx storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
		overdue, err := tx.OverdueApprovals(w.now, sweepBatch).Get(ctx)
		if err != nil {
			return err
		}
		count = len(overdue)
		for _, a := range overdue {
			if err := w.timeOut(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	return count, err
}

// timeOut rejects an overdue approval, or hands it to the role that it escalates to, with as much time again.
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
