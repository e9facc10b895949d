package seller

import (
	"context"
	"strings"
	"time"

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

// AuditFilter narrows a list of audit entries. Zero values match all.
type AuditFilter struct {
	Resource   string
	ResourceID string
	Actor      string    // a principal as in events, or the id of its key alone; whoever has its key, by every key that it was rotated from and into
	Since      time.Time // at or after
	Until      time.Time // before
	Page       Page      // Page.After is the number of an entry
}

// Audits lists who changed what, for the publisher.
func (s *Service) Audits(ctx context.Context, call Call, filter AuditFilter) (Listing[parley.AuditEntry], error) {
	return read(ctx, s, call, func(v *view) (Listing[parley.AuditEntry], error) {
		roles, keyID := []string{string(parley.RoleOperator), string(parley.RoleBuyer)}, filter.Actor
		if role, id, said := strings.Cut(filter.Actor, ":"); said {
			roles, keyID = []string{role}, id
		}
		keys := v.PersonsKeys(keyID)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return Listing[parley.AuditEntry]{}, err
		}
		asked := storage.AuditFilter{Resource: filter.Resource, ResourceID: filter.ResourceID, Since: filter.Since, Until: filter.Until, Page: filter.Page}
		if filter.Actor != "" {
			ids, err := keys.Get(ctx)
			if err != nil {
				return Listing[parley.AuditEntry]{}, err
			}
			asked.Actors = []string{filter.Actor}
			for _, role := range roles {
				for _, id := range append(ids, keyID) {
					asked.Actors = append(asked.Actors, role+":"+id)
				}
			}
		}
		return v.Audits(asked).Get(ctx)
	})
}
