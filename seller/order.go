package seller

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"parley"
	"parley/storage"
)

// OrderRequest opens an order for a deal.
type OrderRequest struct {
	DealID   string
	QuoteID  string // when given, must be the deal's own
	Metadata json.RawMessage
}

// CreateOrder is the fourth step of quote to deal: a draft order that tracks the deal's fulfilment.
func (s *Service) CreateOrder(ctx context.Context, call Call, request OrderRequest, encode Encode[parley.Order]) (Answer, error) {
	if request.DealID == "" {
		return Answer{}, parley.Invalid("deal_id", "is required")
	}
	return write(ctx, s, call, encode, func(w *work) (parley.Order, error) {
		pendingDeal := w.DealForUpdate(request.DealID)
		others := w.Orders(storage.OrderFilter{DealID: request.DealID, Unended: true, Page: storage.Page{Limit: 1}})
		who, err := w.authorize(ctx, needCredential)
		if err != nil {
			return parley.Order{}, err
		}
		deal, err := pendingDeal.Get(ctx)
		if err != nil {
			return parley.Order{}, err
		}
		if !who.MaySee(deal.Owner) {
			return parley.Order{}, unknown("deal", request.DealID)
		}
		if request.QuoteID != "" && request.QuoteID != deal.QuoteID {
			return parley.Order{}, parley.Invalid("quote_id", "is not the quote that deal %s was booked from", deal.ID)
		}
		if !deal.Status.Runs() {
			return parley.Order{}, parley.Errorf(parley.CodeConflict, "A deal that is %s cannot be ordered.", deal.Status).
				With("current_status", deal.Status)
		}
		if err := w.allowedFor(ctx, goesOn, deal.Identity, "deal_id"); err != nil {
			return parley.Order{}, err
		}
		if err := w.claimsMayBuy(ctx, goesOn, deal.Identity, deal.Claimed, "deal_id"); err != nil {
			return parley.Order{}, err
		}
		present, err := others.Get(ctx)
		if err != nil {
			return parley.Order{}, err
		}
		if !s.settings.SeveralOrdersPerDeal && len(present.Items) > 0 {
			return parley.Order{}, parley.Errorf(parley.CodeConflict, "Deal %s already has an order.", deal.ID).
				With("order_id", present.Items[0].ID)
		}
		order := parley.Order{
			ID: s.ids.New(parley.PrefixOrder), Owner: deal.Owner, Status: parley.OrderDraft, DealID: deal.ID,
			QuoteID: deal.QuoteID, Terms: deal.OrderTerms(), Metadata: request.Metadata, Version: 1, CreatedAt: w.now, UpdatedAt: w.now,
			History: []parley.OrderTransition{{To: parley.OrderDraft, Actor: who.Actor(), At: w.now}},
		}
		w.InsertOrder(order, !s.settings.SeveralOrdersPerDeal)
		return order, w.record(orderEvent(parley.EventOrderCreated, order, deal), "order.create", "order", order.ID, nil,
			map[string]any{"deal_id": deal.ID, "status": order.Status})
	})
}

// states names every state of orders.
func states() string {
	names := make([]string, len(parley.OrderStatuses))
	for i, status := range parley.OrderStatuses {
		names[i] = string(status)
	}
	return strings.Join(names, ", ")
}

// mayBegin refuses to let a deal run on for a buyer, or for a seat that it claims, whose account is blocked.
func (w *work) mayBegin(ctx context.Context, dealID string) error {
	deal, err := w.Deal(dealID).Get(ctx)
	if err != nil {
		return err
	}
	if w.who.IsOperator() {
		return unblocked(ctx, &w.Reader, endOrUnblock, boughtBy(deal.Identity, deal.Claimed))
	}
	return w.claimsMayBuy(ctx, goesOn, deal.Identity, deal.Claimed, "order_id")
}

// TransitionRequest moves an order to another state.
type TransitionRequest struct {
	OrderID  string
	To       parley.OrderStatus
	Reason   string
	Metadata json.RawMessage
	Version  *int64 // of the order that the caller has seen; nil: whatever it is
}

// TransitionOrder moves an order along its state machine. A buyer may submit and cancel its own; everything else is the
// deal desk's. It moves the order alone: the deal of a cancelled one can be ordered again.
func (s *Service) TransitionOrder(ctx context.Context, call Call, request TransitionRequest, encode Encode[parley.Order]) (Answer, error) {
	if !request.To.Valid() {
		return Answer{}, parley.Invalid("to_status", "must be one of %s", states())
	}
	return write(ctx, s, call, encode, func(w *work) (parley.Order, error) {
		known, version := w.Order(request.OrderID), storage.ApprovalRules.Version(&w.Reader)
		if request.To == parley.OrderCancelled {
			w.course = ends
		}
		who, err := w.authorize(ctx, needCredential)
		if err != nil {
			return parley.Order{}, err
		}
		seen, err := known.Get(ctx)
		if err != nil {
			return parley.Order{}, err
		}
		if err := sameVersion("order", seen.Version, request.Version); err != nil {
			return parley.Order{}, err
		}
		if err := mayMove(who, seen, request.To); err != nil {
			return parley.Order{}, err
		}
		if request.To == parley.OrderSubmitted || request.To == parley.OrderPendingApproval || request.To == parley.OrderApproved {
			if err := w.mayBegin(ctx, seen.DealID); err != nil {
				return parley.Order{}, err
			}
		}
		if err := w.leaveGate(ctx, seen, request.To); err != nil {
			return parley.Order{}, err
		}
		pendingDeal, hanging := w.DealForUpdate(seen.DealID), w.askWithOrder(seen.DealID, seen.ID)
		deal, err := pendingDeal.Get(ctx)
		if err != nil {
			return parley.Order{}, err
		}
		order, err := hanging.order.Get(ctx)
		if err != nil {
			return parley.Order{}, err
		}
		if order.Version != seen.Version {
			return parley.Order{}, errMoved
		}
		if !deal.Status.Runs() && request.To.Forward() {
			return parley.Order{}, parley.Errorf(parley.CodeConflict, "The deal of this order is %s; its order does not go on.", deal.Status).
				With("current_status", order.Status).With("deal_status", deal.Status).With("allowed_transitions", endsFor(who, order.Status))
		}
		if err := w.leftToActivations(ctx, request.To, deal, hanging); err != nil {
			return parley.Order{}, err
		}
		order, err = w.move(order, deal, request.To, request.Reason, request.Metadata)
		if err != nil {
			return order, err
		}
		if err := w.followOrder(ctx, order, deal, hanging); err != nil || request.To != parley.OrderSubmitted {
			return order, err
		}
		return w.gateOrder(ctx, order, deal, version)
	})
}

// mayMove tells whether this caller may move the order there.
func mayMove(who parley.Principal, order parley.Order, to parley.OrderStatus) error {
	if !who.MaySee(order.Owner) {
		return unknown("order", order.ID)
	}
	if !order.Status.Allows(to) {
		return parley.Errorf(parley.CodeConflict, "An order that is %s cannot become %s.", order.Status, to).
			With("current_status", order.Status).With("allowed_transitions", allowedFor(who, order.Status))
	}
	if !who.IsOperator() {
		if !order.Status.BuyerMay(to) {
			return parley.Errorf(parley.CodeForbidden, "Moving an order to %s is the publisher's part. A buyer may submit or cancel.", to)
		}
		return nil
	}
	if to.TakesBack() {
		return needApprover(who, AnonymousAccess{})
	}
	return needDesk(who, AnonymousAccess{})
}

// ordered is what an order of a deal commits the publisher to.
func ordered(deal parley.Deal) commitment {
	c := dealCommitment(deal, deal.Price.FinalCPM)
	c.deal = &deal
	return c
}

// waiting is what an order's move to its gate keeps: the approval that it waits for.
type waiting struct {
	ApprovalID string `json:"approval_id"`
}

// gateOrder meets the gate with an order that has just been submitted.
func (w *work) gateOrder(ctx context.Context, order parley.Order, deal parley.Deal, version *storage.Pending[int64]) (parley.Order, error) {
	about := aboutDeal(deal)
	about.Owner, about.OrderID, about.RequestedBy = order.Owner, order.ID, w.who.Actor()
	rule, facts, stopped, err := w.prices().meet(ctx, version, ordered(deal), about, parley.GateOrderSubmission)
	if err != nil || !stopped {
		return order, err
	}
	asked, err := w.requestApproval(rule, facts, about)
	if err != nil {
		return parley.Order{}, err
	}
	mark, err := snapshot(waiting{asked.ID})
	if err != nil {
		return parley.Order{}, err
	}
	return w.move(order, deal, parley.OrderPendingApproval, "The publisher's deal desk decides.", mark)
}

// leaveGate keeps an order at its gate from being moved around the decision, and ends the question when the order is
// cancelled.
func (w *work) leaveGate(ctx context.Context, order parley.Order, to parley.OrderStatus) error {
	if order.Status != parley.OrderPendingApproval {
		return nil
	}
	asked, ok, err := orderQuestion(ctx, &w.Reader, order)
	if err != nil || !ok {
		return err
	}
	if to == parley.OrderCancelled {
		held, err := w.ApprovalForUpdate(asked.ID).Get(ctx)
		if err != nil {
			return err
		}
		if held.Version != asked.Version {
			return errMoved // decided meanwhile, and perhaps another one is asked by now
		}
		return w.withdrawApproval(ctx, asked.ID)
	}
	return parley.Errorf(parley.CodeConflict, "This order waits for an approval. Decide and resume that instead.").
		With("approval_id", asked.ID)
}

// orderQuestion is the approval that an order at its gate waits for; ok is false when an operator put it there by hand.
func orderQuestion(ctx context.Context, r *storage.Reader, order parley.Order) (asked parley.Approval, ok bool, err error) {
	const most = 100 // of the deal, newest first
	found, err := r.Approvals(storage.ApprovalFilter{
		DealID: order.DealID, Gate: parley.GateOrderSubmission, Page: storage.Page{Limit: most, Newest: true},
	}).Get(ctx)
	for _, a := range found.Items {
		if a.OrderID == order.ID && a.ChangeID == "" && a.Status != parley.ApprovalWithdrawn && a.ResumedAt == nil {
			return a, true, nil
		}
	}
	return parley.Approval{}, false, err
}

// allowedFor are the moves that are open to this caller; never nil, so that it encodes as a list.
func allowedFor(who parley.Principal, from parley.OrderStatus) []parley.OrderStatus {
	allowed := make([]parley.OrderStatus, 0, len(from.Next()))
	for _, to := range from.Next() {
		if who.MayMoveOrder(from, to) {
			allowed = append(allowed, to)
		}
	}
	return allowed
}

// endsFor are the moves that are open to this caller on an order whose deal is over.
func endsFor(who parley.Principal, from parley.OrderStatus) []parley.OrderStatus {
	return slices.DeleteFunc(allowedFor(who, from), parley.OrderStatus.Forward)
}

// move writes one transition.
func (w *work) move(order parley.Order, deal parley.Deal, to parley.OrderStatus, reason string, metadata json.RawMessage) (parley.Order, error) {
	transition := parley.OrderTransition{
		From: order.Status, To: to, Actor: w.who.Actor(), Reason: reason, Metadata: metadata, At: w.now,
	}
	w.MoveOrder(order.ID, transition)
	order.History = append(slices.Clone(order.History), transition)
	order.Status, order.UpdatedAt = to, w.now
	order.Version++
	return order, w.record(orderEvent(parley.EventOrderTransitioned, order, deal), "order.transition", "order", order.ID,
		map[string]any{"status": transition.From}, map[string]any{"status": to, "reason": reason})
}

// OrderQuestion is the approval that an order waits for, which alone moves it on; ok is false where it waits for none.
func (s *Service) OrderQuestion(ctx context.Context, call Call, id string) (asked parley.Approval, ok bool, err error) {
	asked, err = read(ctx, s, call, func(v *view) (parley.Approval, error) {
		pending := v.Order(id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.Approval{}, err
		}
		order, err := pending.Get(ctx)
		if err != nil || order.Status != parley.OrderPendingApproval {
			return parley.Approval{}, err
		}
		asked, _, err := orderQuestion(ctx, v.Reader, order)
		return asked, err
	})
	return asked, asked.ID != "", err
}

// Order reads one order with its history.
func (s *Service) Order(ctx context.Context, call Call, id string) (parley.Order, error) {
	return own(ctx, s, call, needCredential, "order", id, (*storage.Reader).Order, func(o parley.Order) string { return o.Owner },
		whole)
}

// Orders lists the caller's orders; an operator sees all.
func (s *Service) Orders(ctx context.Context, call Call, filter storage.OrderFilter) (storage.Listing[parley.Order], error) {
	return ownList(ctx, s, call, func(v *view, owner *string) *storage.Pending[Listing[parley.Order]] {
		filter.Owner = owner
		return v.Orders(filter)
	}, whole)
}

// AuditQuery narrows the moves of an order. Zero values match all.
type AuditQuery struct {
	Actor string // by its name, or its kind such as buyer
	Period
}

// OrderAudit is an order with those of its moves that were asked for, and with every change that was asked of it or of its whole
// deal.
type OrderAudit struct {
	Order   parley.Order
	Moves   []parley.OrderTransition
	Changes []parley.ChangeRequest
}

// OrderAudit answers who moved an order, when and why.
func (s *Service) OrderAudit(ctx context.Context, call Call, id string, query AuditQuery) (OrderAudit, error) {
	return read(ctx, s, call, func(v *view) (OrderAudit, error) {
		pending := v.Order(id)
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return OrderAudit{}, err
		}
		order, err := pending.Get(ctx)
		if err != nil {
			return OrderAudit{}, err
		}
		if !who.MaySee(order.Owner) {
			return OrderAudit{}, unknown("order", id)
		}
		audit := OrderAudit{Order: order, Moves: slices.DeleteFunc(slices.Clone(order.History), func(t parley.OrderTransition) bool {
			kind, _, _ := strings.Cut(t.Actor, ":")
			return query.Actor != "" && t.Actor != query.Actor && kind != query.Actor ||
				!query.From.IsZero() && t.At.Before(query.From) || !query.To.IsZero() && !t.At.Before(query.To)
		})}
		asked, err := v.Changes(storage.ChangeFilter{DealID: order.DealID, Now: v.now, Page: storage.Page{Limit: maxAudited}}).Get(ctx)
		for _, c := range asked.Items {
			if c.OrderID == "" || c.OrderID == id {
				audit.Changes = append(audit.Changes, seenChange(who, c.At(v.now)))
			}
		}
		return audit, err
	})
}

// maxAudited is how many change requests an order's audit looks at.
const maxAudited = 500

// OrderReport counts the caller's orders that were made in a period; an operator's are all.
func (s *Service) OrderReport(ctx context.Context, call Call, period Period) (parley.OrderReport, error) {
	return read(ctx, s, call, func(v *view) (parley.OrderReport, error) {
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return parley.OrderReport{}, err
		}
		return v.OrderReport(ownOnly(who), period).Get(ctx)
	})
}

func orderEvent(eventType parley.EventType, o parley.Order, d parley.Deal) parley.Event {
	event := dealEvent(eventType, d)
	event.Owner, event.OrderID = o.Owner, o.ID
	members := map[string]any{"status": o.Status}
	if last := len(o.History) - 1; last > 0 {
		members["from_status"] = o.History[last].From
	}
	event.Data = data(members)
	return event
}
