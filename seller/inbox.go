package seller

import (
	"context"

	"parley"
	"parley/storage"
)

// InboxFilter says which questions the inbox holds. Whose they are and the present are filled in.
type InboxFilter = storage.InboxFilter

const (
	countedWaiting = 1000 // questions that are counted; of more, the count says that there are at least so many
	inboxPlanned   = 100  // answers that can be taken back still
	inboxFollowing = 5    // of each kind of other things to do
	inboxPeople    = 200  // operators' keys, to name people by
)

// Inbox is what waits for the publisher's people.
type Inbox struct {
	Mine, Others Listing[parley.InboxItem] // the nearest to its timeout first
	Snoozed      int64
	Planned      []parley.InboxItem // answers that can be taken back still
	People       []parley.Key       // operators' keys
	Views        []parley.SavedView

	// The rest is what else there is to do, a few of each with how many there are.
	Orders       Listing[parley.Order]         // that wait for the publisher's next step
	Changes      Listing[parley.ChangeRequest] // approved, and not made yet
	LastRounds   Listing[parley.Negotiation]   // that the buyer's next answer may end
	ByHand       Listing[parley.Negotiation]   // that a person answers
	Webhooks     Listing[parley.Webhook]       // that fail
	Destinations Listing[parley.Destination]   // paused since sending to them failed
	Activations  Listing[parley.Activation]    // that a person has to repair
}

// Waiting are the questions that wait for an answer.
func (i Inbox) Waiting() int64 { return i.Mine.Total + i.Others.Total }

// Inbox answers what waits, in one look at the store: the caller's own questions, then everybody else's, each a page of its own.
func (s *Service) Inbox(ctx context.Context, call Call, filter InboxFilter, others Page) (Inbox, error) {
	return read(ctx, s, call, func(v *view) (Inbox, error) {
		who, err := v.authorize(ctx, needScope(parley.ScopeViewer))
		if err != nil {
			return Inbox{}, err
		}
		filter.Reader, filter.Now = s.inboxReader(who), v.now
		theirs := filter
		theirs.Others, theirs.Page = true, others
		few := Page{Limit: inboxFollowing, CountTo: countedWaiting}
		mine, rest := v.Inbox(filter), v.Inbox(theirs)
		snoozed := v.snoozed(filter.Reader)
		planned, people := v.PlannedApprovals(inboxPlanned), v.Keys(storage.KeyFilter{Role: parley.RoleOperator, Page: Page{Limit: inboxPeople}})
		views := v.SavedViews(who.KeyID)
		following := v.following(few)
		var inbox Inbox
		if inbox.Mine, err = mine.Get(ctx); err != nil {
			return Inbox{}, err
		}
		if inbox.Others, err = rest.Get(ctx); err != nil {
			return Inbox{}, err
		}
		for _, count := range snoozed {
			n, err := count.Get(ctx)
			if err != nil {
				return Inbox{}, err
			}
			inbox.Snoozed += n
		}
		if inbox.Planned, err = planned.Get(ctx); err != nil {
			return Inbox{}, err
		}
		keys, err := people.Get(ctx)
		if err != nil {
			return Inbox{}, err
		}
		inbox.People = keys.Items
		if inbox.Views, err = views.Get(ctx); err != nil {
			return Inbox{}, err
		}
		inbox.Views = viewsOf(parley.ViewInbox, inbox.Views)
		if err := v.prices().prospects(ctx, inbox.Mine.Items, inbox.Others.Items, inbox.Planned); err != nil {
			return Inbox{}, err
		}
		return inbox, following.get(ctx, &inbox)
	})
}

// InboxItem reads one question with its names, and what would come of it.
func (s *Service) InboxItem(ctx context.Context, call Call, id string) (parley.InboxItem, error) {
	return s.InboxItemOn(ctx, call, id, nil)
}

// InboxItemOn is InboxItem with what a counter on terms of the desk's own would come to; nil: a yes.
func (s *Service) InboxItemOn(ctx context.Context, call Call, id string, own *parley.Modifications) (parley.InboxItem, error) {
	return read(ctx, s, call, func(v *view) (parley.InboxItem, error) {
		pending := v.InboxItem(id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.InboxItem{}, err
		}
		found, err := pending.Get(ctx)
		if err != nil {
			return found, err
		}
		found.Approval = found.At(v.now)
		items := []parley.InboxItem{found}
		err = v.prices().prospectsOn(ctx, own, items)
		return items[0], err
	})
}

// ApprovalItems is Approvals with what tells them apart, and what would come of those that wait.
func (s *Service) ApprovalItems(ctx context.Context, call Call, filter ApprovalFilter) (Listing[parley.InboxItem], error) {
	found, err := s.Approvals(ctx, call, filter)
	if err != nil {
		return Listing[parley.InboxItem]{}, err
	}
	return read(ctx, s, call, func(v *view) (Listing[parley.InboxItem], error) {
		asked := make([]*storage.Pending[parley.InboxItem], len(found.Items))
		for i, a := range found.Items {
			asked[i] = v.InboxItem(a.ID)
		}
		items := Listing[parley.InboxItem]{Items: make([]parley.InboxItem, len(asked)), Total: found.Total}
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return items, err
		}
		for i, pending := range asked {
			item, err := pending.Get(ctx)
			if err != nil {
				return items, err
			}
			item.Approval = found.Items[i]
			items.Items[i] = item
		}
		return items, v.prices().prospects(ctx, items.Items)
	})
}

// inboxReader is who looks at the inbox.
func (s *Service) inboxReader(who parley.Principal) storage.InboxReader {
	reader := storage.InboxReader{Actor: who.Actor(), OwnToo: s.settings.SelfApproval}
	for _, role := range []parley.Scope{parley.ScopeApprover, parley.ScopeFinance, parley.ScopeLegal, parley.ScopeAdmin} {
		if who.Has(role) {
			reader.Roles = append(reader.Roles, role)
		}
	}
	return reader
}

// snoozed asks how many questions are out of the way until later, the reader's own and the others'.
func (v *view) snoozed(reader storage.InboxReader) []*storage.Pending[int64] {
	filter := InboxFilter{Reader: reader, Snoozed: true, Now: v.now}
	theirs := filter
	theirs.Others = true
	return []*storage.Pending[int64]{v.Waiting(filter, countedWaiting), v.Waiting(theirs, countedWaiting)}
}

// following is what else there is to do, on its way.
type following struct {
	orders       *storage.Pending[Listing[parley.Order]]
	changes      *storage.Pending[Listing[parley.ChangeRequest]]
	lastRounds   *storage.Pending[Listing[parley.Negotiation]]
	byHand       *storage.Pending[Listing[parley.Negotiation]]
	webhooks     *storage.Pending[Listing[parley.Webhook]]
	destinations *storage.Pending[Listing[parley.Destination]]
	activations  *storage.Pending[Listing[parley.Activation]]
}

func (v *view) following(few Page) following {
	return following{
		orders:  v.Orders(OrderFilter{ToMove: true, Page: few}),
		changes: v.Changes(ChangeFilter{Status: parley.ChangeApproved, Now: v.now, Page: few}),
		lastRounds: v.Negotiations(NegotiationFilter{
			Status: parley.NegotiationActive, LastRound: true, Now: v.now, Page: few,
		}),
		byHand:       v.Negotiations(NegotiationFilter{Status: parley.NegotiationActive, ByHand: true, Now: v.now, Page: few}),
		webhooks:     v.Webhooks(WebhookFilter{Failing: true, Page: few}),
		destinations: v.Destinations(DestinationFilter{Failing: true, Page: few}),
		activations:  v.Activations(ActivationFilter{Status: parley.ActivationFailed, Page: few}),
	}
}

func (f following) get(ctx context.Context, into *Inbox) (err error) {
	if into.Orders, err = f.orders.Get(ctx); err != nil {
		return err
	}
	if into.Changes, err = f.changes.Get(ctx); err != nil {
		return err
	}
	if into.LastRounds, err = f.lastRounds.Get(ctx); err != nil {
		return err
	}
	if into.ByHand, err = f.byHand.Get(ctx); err != nil {
		return err
	}
	if into.Webhooks, err = f.webhooks.Get(ctx); err != nil {
		return err
	}
	if into.Destinations, err = f.destinations.Get(ctx); err != nil {
		return err
	}
	into.Activations, err = f.activations.Get(ctx)
	return err
}

// ToDo counts what waits for the publisher's people, each up to a thousand.
type ToDo struct {
	Mine, Others int64 // questions
	Orders       int64 // to move
	Changes      int64 // of deals, to make
	LastRounds   int64 // negotiations in their last round, and those that a person answers
	Webhooks     int64 // that fail
	Destinations int64 // and deals that are stuck on their way to one
}

// Waiting are the questions that wait for an answer.
func (t ToDo) Waiting() int64 { return t.Mine + t.Others }

// ToDo counts what waits, in one look at the store.
func (s *Service) ToDo(ctx context.Context, call Call) (ToDo, error) {
	return read(ctx, s, call, func(v *view) (ToDo, error) {
		who, err := v.authorize(ctx, needScope(parley.ScopeViewer))
		if err != nil {
			return ToDo{}, err
		}
		filter := InboxFilter{Reader: s.inboxReader(who), Now: v.now}
		theirs := filter
		theirs.Others = true
		mine, others := v.Waiting(filter, countedWaiting), v.Waiting(theirs, countedWaiting)
		following := v.following(Page{Limit: 1, CountTo: countedWaiting})
		var todo ToDo
		if todo.Mine, err = mine.Get(ctx); err != nil {
			return ToDo{}, err
		}
		if todo.Others, err = others.Get(ctx); err != nil {
			return ToDo{}, err
		}
		var inbox Inbox
		if err := following.get(ctx, &inbox); err != nil {
			return ToDo{}, err
		}
		todo.Orders, todo.Changes, todo.LastRounds = inbox.Orders.Total, inbox.Changes.Total, inbox.LastRounds.Total+inbox.ByHand.Total
		todo.Webhooks, todo.Destinations = inbox.Webhooks.Total, inbox.Destinations.Total+inbox.Activations.Total
		return todo, nil
	})
}
