package seller

import (
	"context"

	"parley"
	"parley/approval"
	"parley/storage"
)

// SweepApprovals times out, or escalates, approvals that nobody decided in time, and says how many it looked at. Each is done
// in a transaction of its own.
func (s *Service) SweepApprovals(ctx context.Context) (int, error) {
	return s.sweepDue(ctx, &s.swept.approvals, storage.DueApprovals, s.clock(), func(ids []string) error {
		return s.apart(ctx, "an approval could not be timed out", ids, func(tx *storage.Tx, id string) error {
			w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
			found, err := w.ApprovalForUpdate(id).Get(ctx)
			if err != nil {
				return err
			}
			return w.timeOut(ctx, found)
		})
	})
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
