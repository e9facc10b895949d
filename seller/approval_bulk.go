package seller

import (
	"context"
	"errors"

	"parley"
)

// BulkDecision is what became of one approval of a bulk decision.
type BulkDecision struct {
	ApprovalID string
	Approval   *parley.Approval
	Err        error
}

// maxBulk is how many approvals one request may decide.
const maxBulk = 100

// errUnanswered ends a look for what is stored under a key where there is nothing.
var errUnanswered = errors.New("seller: nothing is stored under the key")

// DecideAllOnce is DecideAll under an idempotency key, when the call has one. The answer is kept once all are decided: a repetition that comes
// before finds those decided that are.
func (s *Service) DecideAllOnce(ctx context.Context, call Call, requests []DecisionRequest, resume bool, encode Encode[[]BulkDecision]) (Answer, error) {
	if call.repeatable() {
		answer, err := write(ctx, s, call, encode, func(w *work) ([]BulkDecision, error) {
			if _, err := w.authorize(ctx, needDesk); err != nil {
				return nil, err
			}
			return nil, errUnanswered
		})
		if !errors.Is(err, errUnanswered) {
			return answer, err
		}
	}
	results, err := s.DecideAll(ctx, call, requests, resume)
	if err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) ([]BulkDecision, error) {
		_, err := w.authorize(ctx, needDesk)
		return results, err
	})
}

// DecideAll decides and, when asked to, resumes many approvals, each in a transaction of its own: one that cannot be
// decided leaves the others decided.
func (s *Service) DecideAll(ctx context.Context, call Call, requests []DecisionRequest, resume bool) ([]BulkDecision, error) {
	if len(requests) == 0 || len(requests) > maxBulk {
		return nil, parley.Invalid("approval_ids", "must name from 1 to %d approvals", maxBulk)
	}
	if _, err := s.operator(ctx, call, needDesk); err != nil {
		return nil, err
	}
	call.IdempotencyKey = "" // deciding is once by itself
	results := make([]BulkDecision, len(requests))
	for i, request := range requests {
		results[i].ApprovalID = request.ApprovalID
		encode := func(a parley.Approval) (Answer, error) {
			results[i].Approval = &a
			return Answer{}, nil
		}
		decide := s.Decide
		if resume {
			decide = s.DecideAndResume
		}
		_, results[i].Err = decide(ctx, call, request, encode)
		if results[i].Err != nil {
			results[i].Approval = nil
			if e := new(parley.Error); !errors.As(results[i].Err, &e) {
				return nil, results[i].Err
			}
		}
	}
	return results, nil
}
