package seller

import (
	"context"
	"errors"

	"parley"
)

// errTried ends a transaction of which nothing is to be kept.
var errTried = errors.New("seller: it was only tried")

// tried does what a flow does in its transaction, and keeps nothing of it: what it answers and refuses is what the flow would. Nothing is
// read or stored under the call's key.
func tried[T any](call Call, flow func(Call, Encode[T]) (Answer, error)) (T, error) {
	var came T
	call.IdempotencyKey = ""
	_, err := flow(call, func(result T) (Answer, error) {
		came = result
		return Answer{}, errTried
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return came, err
}

// TryDecision answers what DecideAndResume would come to now, with the outcome, and keeps nothing.
func (s *Service) TryDecision(ctx context.Context, call Call, request DecisionRequest) (parley.Approval, error) {
	return tried(call, func(call Call, encode Encode[parley.Approval]) (Answer, error) {
		return s.DecideAndResume(ctx, call, request, encode)
	})
}

// TryAnswer answers what AnswerNegotiation would come to now, and keeps nothing.
func (s *Service) TryAnswer(ctx context.Context, call Call, answer HandAnswer) (Turn, error) {
	return tried(call, func(call Call, encode Encode[Turn]) (Answer, error) {
		return s.AnswerNegotiation(ctx, call, answer, encode)
	})
}
