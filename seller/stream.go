package seller

import (
	"context"
	"errors"
	"sync"
	"time"

	"parley"
	"parley/storage"
)

// streamBatch is how many events one look of a stream takes at the most.
const streamBatch = 500

// streamPoll is how often a stream looks for what other nodes have committed.
const streamPoll = 500 * time.Millisecond

// bell wakes the streams of this process when one of its transactions has committed.
type bell struct {
	mu   sync.Mutex
	rung chan struct{}
}

// next answers a channel that is closed at the next ring.
func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung == nil {
		b.rung = make(chan struct{})
	}
	return b.rung
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung != nil {
		close(b.rung)
		b.rung = nil
	}
}

// FollowEvents hands the caller's events to send in the order in which they became final, from the one after the given
// id on, as long as ctx lives: none is missed and none comes twice, whichever nodes wrote them, and a caller that comes
// back with the last id it got goes on where it was. An empty id starts with what is yet to come. send gets an empty
// batch when there is nothing new for a while, so that an edge can keep its connection alive. FollowEvents ends when send
// fails, and when the caller's key is no longer good.
func (s *Service) FollowEvents(ctx context.Context, call Call, after string, filter storage.EventFilter, send func([]parley.Event) error) error {
	if after == "" {
		last, err := look(ctx, s, call, func(v *view) (string, error) {
			pending := v.LastEventID()
			if _, err := v.authorize(ctx, needCredential); err != nil {
				return "", err
			}
			return pending.Get(ctx)
		})
		if err != nil {
			return err
		}
		after = last
	}
	for {
		rung := s.bell.next()
		events, err := s.EventsAfter(ctx, call, after, filter, streamBatch)
		if err != nil {
			return err
		}
		if err := send(events); err != nil {
			return err
		}
		if len(events) > 0 {
			after = events[len(events)-1].ID
		}
		if len(events) == streamBatch {
			continue
		}
		timer := time.NewTimer(streamPoll)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-rung:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// EventsAfter answers at most limit of the caller's events that follow the one with the given id ("" for the beginning), in the order
// that FollowEvents has.
func (s *Service) EventsAfter(ctx context.Context, call Call, after string, filter storage.EventFilter, limit int) ([]parley.Event, error) {
	return look(ctx, s, call, func(v *view) ([]parley.Event, error) {
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return nil, err
		}
		filter.Owner, filter.Page = ownOnly(who), storage.Page{Limit: limit}
		events, err := v.EventsAfter(after, filter).Get(ctx)
		for i := range events {
			events[i] = seenBy(who, events[i])
		}
		return events, err
	})
}

// errEnough ends a stream that has what it waited for.
var errEnough = errors.New("seller: the events are there")

// AwaitEvents is the long poll: it answers the caller's events after the given id as soon as there is one, or none when ctx or the
// wait ends first.
func (s *Service) AwaitEvents(ctx context.Context, call Call, after string, filter storage.EventFilter, wait time.Duration) ([]parley.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	var found []parley.Event
	err := s.FollowEvents(ctx, call, after, filter, func(events []parley.Event) error {
		if len(events) > 0 {
			found = events
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) || ctx.Err() != nil {
		err = nil
	}
	return found, err
}
