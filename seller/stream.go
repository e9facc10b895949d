package seller

import (
	"context"
	"errors"
	"time"

	"parley"
	"parley/storage"
)

// FromTheBeginning is the position before all events.
const FromTheBeginning = "0"

// streamBatch is how many events one look of a stream takes at the most.
const streamBatch = 500

// streamRecheck is how often a stream looks although nothing seems to have happened, so that a key that has expired does
// not go on reading for long.
const streamRecheck = 5 * time.Second

// FollowEvents hands the caller's events to send in the order in which they became final, as long as ctx lives: none is
// missed and none comes twice, whichever nodes wrote them. after is the position to go on from: the id of the last event
// that the caller got, FromTheBeginning, or "" for what is yet to come.
//
// send gets the events and the position after them; a caller that comes back with the last position that it was given goes
// on where it was. It is called once at the start, and then whenever there is something new, or with no events when there
// was nothing for as long as quiet says, so that an edge can keep its connection alive. FollowEvents ends when send fails,
// and when the caller's key is no longer good.
func (s *Service) FollowEvents(ctx context.Context, call Call, after string, filter storage.EventFilter, quiet time.Duration, send func(events []parley.Event, position string) error) error {
	owner, now, err := s.standpoint(ctx, call, filter)
	if err != nil {
		return err
	}
	if after == "" {
		after = now
	}
	defer s.followers.join(ctx, s)()
	spoken := time.Time{}
	for {
		news := s.followers.news(owner)
		events, err := s.EventsAfter(ctx, call, after, filter, streamBatch)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if len(events) > 0 {
			after = events[len(events)-1].ID
		}
		if len(events) > 0 || time.Since(spoken) >= quiet {
			if err := send(events, after); err != nil {
				return err
			}
			spoken = time.Now()
		}
		if len(events) == streamBatch {
			continue
		}
		timer := time.NewTimer(min(quiet-time.Since(spoken), streamRecheck))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-news:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// standpoint answers whose events a caller may follow ("" for everybody's), and the position after those that there are.
// A buyer's position is one of its own events, since another's would tell it when others trade.
func (s *Service) standpoint(ctx context.Context, call Call, filter storage.EventFilter) (owner, position string, err error) {
	position, err = read(ctx, s, call, func(v *view) (string, error) {
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return "", err
		}
		filter.Owner = ownOnly(who)
		owner = who.Owner()
		return v.LastEventID(storage.EventFilter{Owner: filter.Owner}).Get(ctx)
	})
	if position == "" {
		position = FromTheBeginning
	}
	return owner, position, err
}

// EventPosition answers the position after all the caller's events that there are, for FollowEvents to go on from.
func (s *Service) EventPosition(ctx context.Context, call Call) (string, error) {
	_, position, err := s.standpoint(ctx, call, storage.EventFilter{})
	return position, err
}

// EventsAfter answers at most limit of the caller's events that follow a position, in the order that FollowEvents has.
func (s *Service) EventsAfter(ctx context.Context, call Call, after string, filter storage.EventFilter, limit int) ([]parley.Event, error) {
	if after == FromTheBeginning {
		after = ""
	}
	return read(ctx, s, call, func(v *view) ([]parley.Event, error) {
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return nil, err
		}
		filter.Owner, filter.Page = ownOnly(who), storage.Page{Limit: limit}
		events, err := eventsAfter(ctx, v.Reader, after, filter)
		for i := range events {
			events[i] = seenBy(who, events[i])
		}
		return events, err
	})
}

// errEnough ends a stream that has what it waited for.
var errEnough = errors.New("seller: the events are there")

// AwaitEvents is the long poll: it answers at most limit of the caller's events after a position as soon as there is one,
// or none when ctx or the wait ends first, and the position to go on from. Positions are those of FollowEvents.
func (s *Service) AwaitEvents(ctx context.Context, call Call, after string, filter storage.EventFilter, limit int, wait time.Duration) (events []parley.Event, position string, err error) {
	position = after
	looked := false
	err = s.FollowEvents(ctx, call, after, filter, wait, func(found []parley.Event, next string) error {
		position = next
		if len(found) > 0 {
			events = found[:min(limit, len(found))]
			position = events[len(events)-1].ID
			return errEnough
		}
		if looked || wait == 0 {
			return errEnough
		}
		looked = true
		return nil
	})
	if errors.Is(err, errEnough) || ctx.Err() != nil { // a read that ctx ended in the middle has found nothing, no more
		err = nil
	}
	return events, position, err
}
