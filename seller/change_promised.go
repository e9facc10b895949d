package seller

import (
	"context"
	"slices"

	"parley"
	"parley/change"
	"parley/storage"
)

// promised is what was granted of a deal, and has not been made of it yet.
type promised struct {
	changes *storage.Pending[[]parley.ChangeRequest] // of the deal, that are not over
	answers *storage.Pending[[]parley.Approval]      // about those that wait
}

func (p prices) promisedOf(dealID string) promised {
	return promised{p.ChangesOfDeals([]string{dealID}), p.AnsweredChanges(dealID)}
}

// rivalsOfChange are the changes of the same deal that were granted before the one that q asks about, and after which that one can no
// longer be made. Each change is one from all terms of its deal as they were, so that of two that are granted the second fails when
// somebody applies it. The end of the deal has no rival: it takes what hangs on the deal with it.
func (p prices) rivalsOfChange(ctx context.Context, q *judged, c parley.ChangeRequest, deal parley.Deal) (ids []string, err error) {
	if c.Ends() {
		return nil, nil
	}
	today := p.service.today(p.now)
	return p.rivals(ctx, q, deal, func(after parley.Deal) bool {
		_, failure := change.Applicable(c, after, today)
		return failure != ""
	})
}

// rivalsOfOrder are the changes that were granted before a yes to an order of their deal, and that change or end what is ordered.
func (p prices) rivalsOfOrder(ctx context.Context, q *judged, deal parley.Deal) (ids []string, err error) {
	return p.rivals(ctx, q, deal, func(after parley.Deal) bool { return len(change.Differences(deal.Terms(), after.Terms())) > 0 })
}

// rivals are the changes that were granted before a yes to q and leave a deal that outdates it. What the publisher asked for and the buyer has
// not agreed to is none: the buyer may want the other.
func (p prices) rivals(ctx context.Context, q *judged, deal parley.Deal, outdates func(after parley.Deal) bool) (ids []string, err error) {
	today := p.service.today(p.now)
	changes, err := q.promised.changes.Get(ctx)
	if err != nil {
		return nil, err
	}
	answers, err := q.promised.answers.Get(ctx)
	if err != nil {
		return nil, err
	}
	for _, other := range changes {
		other = other.At(p.now)
		granted := other.Status == parley.ChangeApproved || slices.ContainsFunc(answers, func(answer parley.Approval) bool {
			return answer.ID == other.ApprovalID && grantedBefore(answer, q.item.Approval)
		})
		if other.ID == q.item.ChangeID || !granted || change.WaitsForBuyer(other, deal, today) {
			continue
		}
		if after, ok := change.Applied(other, deal, today); ok && outdates(after) {
			ids = append(ids, other.ID)
		}
	}
	return ids, nil
}

// grantedBefore tells whether an answer that was given is a yes, and came before the one that is given, or planned, to a.
func grantedBefore(answer, a parley.Approval) bool {
	switch {
	case answer.Status == parley.ApprovalApproved:
		return true
	case answer.PlannedFor == nil || answer.Planned.Status != parley.ApprovalApproved || answer.FirstOfTwo():
		return false
	}
	return a.PlannedFor == nil || answer.PlannedFor.Before(*a.PlannedFor) || answer.PlannedFor.Equal(*a.PlannedFor) && answer.ID < a.ID
}
