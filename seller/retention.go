package seller

import (
	"context"
	"sync"

	"parley"
	"parley/storage"
)

// aged is how far this process has come with what is removed for its age.
type aged struct {
	mu    sync.Mutex
	owner *string                          // of events: the last one who was looked at; nil: begin with the first
	audit int64                            // the entry of the audit trail up to which all was looked at
	lost  map[storage.AnonymousKind]string // proposals and negotiations up to which all was looked at, where one could not be removed
}

// ownersAtOnce is how many owners' events one sweep looks at.
const ownersAtOnce = 20

// RemoveEvents removes events that are older than the settings keep them, of each owner from the first on, up to one that an open trade
// or a webhook still needs; and says how many.
func (s *Service) RemoveEvents(ctx context.Context) (int, error) {
	if s.settings.KeepEvents == 0 {
		return 0, nil
	}
	p := &s.swept.aged
	p.mu.Lock()
	defer p.mu.Unlock()
	var owners []string
	err := s.store.Read(ctx, func(r *storage.Reader) (err error) {
		owners, err = r.EventOwners(p.owner, ownersAtOnce).Get(ctx)
		return err
	})
	if err != nil {
		return 0, err
	}
	removed := 0
	for _, owner := range owners {
		count := 0
		err := s.store.Tx(ctx, func(tx *storage.Tx) error {
			tx.LockOldEvents()
			old, err := tx.OldEvents(owner, s.clock().Add(-s.settings.KeepEvents), sweepBatch).Get(ctx)
			if count = len(old); err != nil || count == 0 {
				return err
			}
			tx.DeleteEvents(owner, old)
			return nil
		})
		switch {
		case err == nil && count == sweepBatch:
			return removed + count, nil // there may be more of them
		case err == nil:
			removed += count
		case stops(ctx, err):
			return removed, err
		default: // what is kept of an owner has no gaps: all of theirs stay
			s.log.Error("a buyer's old events could not be removed", "owner", owner, "error", err)
		}
		p.owner = &owner
	}
	if len(owners) < ownersAtOnce {
		p.owner = nil
	}
	return removed, nil
}

// RemoveAudits removes entries of the audit trail that are older than the settings keep them and about no deal and no order that is under
// way, and says how many it looked at.
func (s *Service) RemoveAudits(ctx context.Context) (int, error) {
	if s.settings.KeepAudits == 0 {
		return 0, nil
	}
	p := &s.swept.aged
	p.mu.Lock()
	defer p.mu.Unlock()
	before := s.clock().Add(-s.settings.KeepAudits)
	var old []int64
	err := s.store.Read(ctx, func(r *storage.Reader) (err error) {
		old, err = r.OldAudits(p.audit, before, sweepBatch).Get(ctx)
		return err
	})
	if err != nil {
		return 0, err
	}
	if len(old) == 0 {
		p.audit = 0 // it begins with the first again
		return 0, nil
	}
	remove := func(from, to int64) error {
		return s.store.Tx(ctx, func(tx *storage.Tx) error { tx.DeleteAudits(from, to, before); return nil })
	}
	err = remove(old[0], old[len(old)-1])
	if stops(ctx, err) {
		return 0, err
	}
	for i := 0; err != nil && i < len(old); i++ {
		failed := remove(old[i], old[i])
		if stops(ctx, failed) {
			return i, failed
		}
		if failed != nil {
			s.log.Error("an old audit entry could not be removed", "seq", old[i], "error", failed)
		}
	}
	p.audit = old[len(old)-1]
	return sweepBatch, nil
}

// RemoveNegotiations removes proposals and negotiations that ended without a deal, that no approval is about, and whose time has been over for
// longer than the settings keep them, and says how many.
func (s *Service) RemoveNegotiations(ctx context.Context) (int, error) {
	if s.settings.KeepNegotiations == 0 {
		return 0, nil
	}
	p := &s.swept.aged
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lost == nil {
		p.lost = map[storage.AnonymousKind]string{}
	}
	most := 0
	for _, k := range s.anonymousKinds()[:2] { // negotiations, then the proposals that some of them were about
		count, err := s.removeOver(ctx, over{
			kind: k.kind, before: parley.FirstID(k.prefix, s.clock().Add(-k.ttl-s.settings.KeepNegotiations)), find: (*storage.Tx).LostForDelete,
			passed: p.lost, failed: "what ended without a deal could not be removed",
		})
		if most = max(most, count); err != nil {
			return most, err
		}
	}
	return most, nil
}

// errEventsRemoved tells a reader who goes on from an event before those that are kept.
var errEventsRemoved = parley.Errorf(parley.CodeNotFound, "Events that followed this one are not kept any more. Read what stands now, then begin anew: "+
	"from the oldest event that is kept, or from now on.").With("begin_anew", true)

// goOn is where a reader goes on who has read up to a position: there; or at the oldest event that is kept, where the position itself is the
// last that was removed. It is errEventsRemoved where some that were not read are removed.
func goOn(position, removed string, owner *string, known bool) (string, error) {
	switch {
	case removed == "" || position == "" || position > removed:
		return position, nil // an unknown one is refused by who looks for it
	case owner != nil && known:
		return position, nil // what is kept of one owner has no gaps
	case owner != nil && position == removed:
		return "", nil
	}
	return "", errEventsRemoved
}

// goesOn refuses to have a webhook go on that rested, where events are removed that it has not had.
func (w *work) goesOn(ctx context.Context, before parley.Webhook, hook *parley.Webhook) error {
	if before.Status == parley.WebhookActive || hook.Status != parley.WebhookActive {
		return nil
	}
	w.LockOldEvents()
	var owner *string
	if hook.Owner != "" {
		owner = &hook.Owner
	}
	removed, stands := w.RemovedEvents(owner), w.Event(hook.Position)
	upTo, err := removed.Get(ctx)
	if err != nil {
		return err
	}
	_, err = stands.Get(ctx)
	from, gone := goOn(hook.Position, upTo, owner, err == nil)
	if hook.Position == "" && upTo >= parley.FirstID(parley.PrefixEvent, hook.CreatedAt) {
		gone = errEventsRemoved
	}
	if gone != nil {
		return parley.Errorf(parley.CodeConflict, "Events that this webhook has not had are not kept any more. Read what stands now, then begin anew: "+
			"have it delivered to again from a later event on.").With("begin_anew", true)
	}
	hook.Position = from
	return nil
}

// eventsAfter answers events after a position, in the order of all readers.
func eventsAfter(ctx context.Context, r *storage.Reader, position string, filter storage.EventFilter) ([]parley.Event, error) {
	removed := r.RemovedEvents(filter.Owner)
	events, err := r.EventsAfter(position, filter).Get(ctx)
	if err != nil && !parley.Is(err, parley.CodeNotFound) {
		return nil, err
	}
	upTo, failed := removed.Get(ctx)
	if failed != nil {
		return nil, failed
	}
	from, gone := goOn(position, upTo, filter.Owner, err == nil)
	switch {
	case gone != nil:
		return nil, gone
	case from != position:
		return r.EventsAfter(from, filter).Get(ctx)
	}
	return events, err
}
