package a2a

import (
	"context"
	"errors"
	"time"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"parley"
	"parley/seller"
)

// position is where the caller's events are, so that none that follows is missed; empty of a caller without a key, who has none
// to follow.
func (x *exchange) position(ctx context.Context) (string, error) {
	if x.Caller.Role == parley.RoleAnonymous {
		return "", nil
	}
	return x.server.service.EventPosition(ctx, x.call)
}

// filterOf narrows events to those that a trade's state can change with.
func filterOf(t seller.Trade) seller.EventFilter {
	if t.Change != nil {
		return seller.EventFilter{DealID: t.Change.DealID}
	}
	return seller.EventFilter{FlowID: t.ID()}
}

// await waits until a trade is no longer the publisher's to decide on, but not longer than an answer may take.
func (x *exchange) await(ctx context.Context, s *sent) error {
	if s.position == "" {
		return nil
	}
	x.place.GiveBack()
	ctx, leave, err := x.stay(ctx)
	if err != nil {
		return nil //nolint:nilerr // there is no place to wait in: the task tells that it waits
	}
	defer leave()
	until := time.Now().Add(x.server.options.Wait)
	for stateOf(*s.trade) == sdk.TaskStateWorking {
		left := time.Until(until)
		if left <= 0 || ctx.Err() != nil {
			return nil
		}
		events, position, err := x.server.service.AwaitEvents(ctx, x.call, s.position, filterOf(*s.trade), 1, left)
		if err != nil {
			return err
		}
		s.position = position
		if len(events) == 0 && x.quiet != nil {
			return x.quiet()
		}
		if len(events) == 0 {
			return nil
		}
		trade, err := x.server.service.Trade(ctx, x.call, s.trade.ID())
		if err != nil {
			return err
		}
		s.trade = &trade
	}
	return nil
}

var errEnough = errors.New("a2a: the stream has come to its end")

// follow tells a task, and then each step that it makes, until it is the buyer's turn or the task is over. What it came to is told
// before the last step.
func (x *exchange) follow(ctx context.Context, s *sent, yield func(sdk.Event, error) bool) {
	task, err := x.answered(s)
	if err != nil {
		yield(nil, x.failed(ctx, err))
		return
	}
	if !yield(task, nil) || stateOf(*s.trade) != sdk.TaskStateWorking || s.position == "" {
		return
	}
	x.place.GiveBack()
	told := *s.trade
	err = x.server.service.FollowEvents(ctx, x.call, s.position, filterOf(told), x.server.options.Heartbeat, func(events []parley.Event, _ string) error {
		if len(events) == 0 && x.quiet != nil {
			return x.quiet()
		}
		if len(events) == 0 {
			return nil
		}
		trade, err := x.server.service.Trade(ctx, x.call, told.ID())
		if err != nil {
			return err
		}
		if stateOf(trade) == stateOf(told) && roundsOf(trade) == roundsOf(told) {
			return nil
		}
		told = trade
		return x.step(trade, yield)
	})
	if err != nil && !errors.Is(err, errEnough) && ctx.Err() == nil {
		yield(nil, x.failed(ctx, err))
	}
}

// step tells where a trade has come to.
func (x *exchange) step(trade seller.Trade, yield func(sdk.Event, error) bool) error {
	task, err := taskOf(x.View, trade)
	if err != nil {
		return err
	}
	ended := task.Status.State != sdk.TaskStateWorking
	if ended {
		for _, artifact := range task.Artifacts {
			if !yield(&sdk.TaskArtifactUpdateEvent{TaskID: task.ID, ContextID: task.ContextID, Artifact: artifact, LastChunk: true}, nil) {
				return errEnough
			}
		}
	}
	if !yield(&sdk.TaskStatusUpdateEvent{TaskID: task.ID, ContextID: task.ContextID, Status: task.Status}, nil) || ended {
		return errEnough
	}
	return nil
}
