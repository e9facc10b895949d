package seller

import (
	"context"

	"parley"
	"parley/storage"
)

// Event reads one event: an operator any, a buyer its own.
func (s *Service) Event(ctx context.Context, call Call, id string) (parley.Event, error) {
	return readOnce(ctx, s, call, func(v *view) (parley.Event, error) {
		pending := v.Event(id)
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return parley.Event{}, err
		}
		event, err := pending.Get(ctx)
		if err != nil {
			return parley.Event{}, err
		}
		if !who.IsOperator() && event.Owner != who.Owner() {
			return parley.Event{}, unknown("event", id)
		}
		return seenBy(who, event), nil
	})
}

// Events lists what happened: an operator sees all, a buyer its own.
func (s *Service) Events(ctx context.Context, call Call, filter storage.EventFilter) (storage.Listing[parley.Event], error) {
	return ownList(ctx, s, call, func(v *view, owner *string) *storage.Pending[Listing[parley.Event]] {
		filter.Owner = owner
		return v.Events(filter)
	}, func(_ *view, who parley.Principal, e parley.Event) parley.Event { return seenBy(who, e) })
}

// seenBy takes out of an event what is for the publisher alone: its detail, and who of its people acted.
func seenBy(who parley.Principal, event parley.Event) parley.Event {
	if who.IsOperator() {
		return event
	}
	event.Detail = nil
	if event.Actor != who.Actor() {
		event.Actor = "seller"
	}
	return event
}

// Audits lists who changed what, for the publisher.
func (s *Service) Audits(ctx context.Context, call Call, filter storage.AuditFilter) (storage.Listing[parley.AuditEntry], error) {
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[storage.Listing[parley.AuditEntry]] { return v.Audits(filter) })
}
