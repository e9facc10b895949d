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

// rival is the change of the same deal that was granted before another one that a is about, and after which that one can no longer be
// made; empty: there is none. Each change is one from all terms of its deal as they were, so that of two that are granted the second fails when
// somebody applies it. The end of the deal has no rival: it takes what hangs on the deal with it. What the publisher asked for and the
// buyer has not agreed to is none: the buyer may want the other.
func (p prices) rival(ctx context.Context, a parley.Approval, c parley.ChangeRequest, deal parley.Deal, promised promised) (id string, err error) {
	if c.Ends() {
		return "", nil
	}
	today := p.service.today(p.now)
	changes, err := promised.changes.Get(ctx)
	if err != nil {
		return "", err
	}
	answers, err := promised.answers.Get(ctx)
	if err != nil {
		return "", err
	}
	for _, other := range changes {
		other = other.At(p.now)
		granted := other.Status == parley.ChangeApproved || slices.ContainsFunc(answers, func(answer parley.Approval) bool {
			return answer.ID == other.ApprovalID && grantedBefore(answer, a)
		})
		if other.ID == c.ID || !granted || change.WaitsForBuyer(other, deal, today) {
			continue
		}
		after, ok := change.Applied(other, deal, today)
		if !ok {
			continue
		}
		if _, failure := change.Applicable(c, after, today); failure != "" {
			return other.ID, nil
		}
	}
	return "", nil
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
