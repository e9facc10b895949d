package parley

import (
	"encoding/json"
	"math"
	"time"
)

// OrderStatus is where an order stands.
type OrderStatus string

// The twelve states of an order.
const (
	OrderDraft           OrderStatus = "draft"
	OrderSubmitted       OrderStatus = "submitted"
	OrderPendingApproval OrderStatus = "pending_approval"
	OrderApproved        OrderStatus = "approved"
	OrderRejected        OrderStatus = "rejected"
	OrderInProgress      OrderStatus = "in_progress"
	OrderSyncing         OrderStatus = "syncing"
	OrderBooked          OrderStatus = "booked"
	OrderUnbooked        OrderStatus = "unbooked"
	OrderCompleted       OrderStatus = "completed"
	OrderCancelled       OrderStatus = "cancelled"
	OrderFailed          OrderStatus = "failed"
)

var orderLifecycle = lifecycle[OrderStatus]{
	OrderDraft:           {OrderSubmitted, OrderCancelled},
	OrderSubmitted:       {OrderPendingApproval, OrderApproved, OrderCancelled, OrderFailed},
	OrderPendingApproval: {OrderApproved, OrderRejected, OrderCancelled},
	OrderApproved:        {OrderInProgress, OrderCancelled},
	OrderInProgress:      {OrderSyncing, OrderFailed, OrderCancelled},
	OrderSyncing:         {OrderBooked, OrderFailed},
	OrderBooked:          {OrderCompleted, OrderUnbooked},
	OrderRejected:        {OrderDraft},
	OrderFailed:          {OrderDraft},
	OrderUnbooked:        {OrderDraft},
	OrderCompleted:       {},
	OrderCancelled:       {},
}

// OrderStatuses are all states, in the order of a smooth run.
var OrderStatuses = [...]OrderStatus{
	OrderDraft, OrderSubmitted, OrderPendingApproval, OrderApproved, OrderInProgress, OrderSyncing, OrderBooked,
	OrderCompleted, OrderCancelled, OrderRejected, OrderFailed, OrderUnbooked,
}

// Valid tells whether the status is one of the order's states.
func (s OrderStatus) Valid() bool { return orderLifecycle.known(s) }

// Allows tells whether an order may move from this state to another.
func (s OrderStatus) Allows(to OrderStatus) bool { return orderLifecycle.allows(s, to) }

// Next are the states that may follow.
func (s OrderStatus) Next() []OrderStatus { return orderLifecycle.next(s) }

// EndWithDeal is how an order in this state ends when its deal does: cancelled, unbooked when the ad server has it, or failed
// on its way there. lives is false for an order that has come to its end, or to nothing.
func (s OrderStatus) EndWithDeal() (end OrderStatus, lives bool) {
	for _, end := range []OrderStatus{OrderCancelled, OrderUnbooked, OrderFailed} {
		if s.Allows(end) {
			return end, true
		}
	}
	return "", false
}

// PastGate tells whether an order in this state was submitted and nobody is asked about it any more, so that a change of its deal's
// terms changes what the publisher has agreed to carry out.
func (s OrderStatus) PastGate() bool {
	switch s {
	case OrderSubmitted, OrderApproved, OrderInProgress, OrderSyncing, OrderBooked:
		return true
	case OrderDraft, OrderPendingApproval, OrderCompleted, OrderCancelled, OrderRejected, OrderFailed, OrderUnbooked:
	}
	return false
}

// Forward tells whether an order that comes to this state goes on, rather than ends or comes to nothing.
func (s OrderStatus) Forward() bool {
	switch s {
	case OrderCancelled, OrderRejected, OrderFailed, OrderUnbooked:
		return false
	case OrderDraft, OrderSubmitted, OrderPendingApproval, OrderApproved, OrderInProgress, OrderSyncing, OrderBooked, OrderCompleted:
	}
	return true
}

// Delivers tells whether an order in this state wants its deal at the systems that serve it.
func (s OrderStatus) Delivers() bool {
	switch s {
	case OrderApproved, OrderInProgress, OrderSyncing, OrderBooked, OrderCompleted:
		return true
	case OrderDraft, OrderSubmitted, OrderPendingApproval, OrderRejected, OrderUnbooked, OrderCancelled, OrderFailed:
	}
	return false
}

// ToMove tells whether an order in this state waits for the publisher to move it on. One that waits for an approval has that asked
// by itself.
func (s OrderStatus) ToMove() bool {
	switch s {
	case OrderSubmitted, OrderApproved, OrderInProgress, OrderSyncing:
		return true
	case OrderDraft, OrderPendingApproval, OrderBooked, OrderCompleted, OrderCancelled, OrderRejected, OrderFailed, OrderUnbooked:
	}
	return false
}

// BuyerMay tells whether a buyer may ask for the move on its own order; everything else is the operator's.
func (s OrderStatus) BuyerMay(to OrderStatus) bool {
	return s.Allows(to) && (to == OrderSubmitted || to == OrderCancelled)
}

// TakesBack tells whether coming to this state takes back what was ordered. It ends an order as a deal is ended, and needs the same
// role of an operator.
func (s OrderStatus) TakesBack() bool { return s == OrderCancelled || s == OrderUnbooked }

// MayMoveOrder tells whether somebody who may see an order can move it from one state to another that follows.
func (p Principal) MayMoveOrder(from, to OrderStatus) bool {
	switch {
	case !p.IsOperator():
		return from.BuyerMay(to)
	case to.TakesBack():
		return p.Has(ScopeApprover)
	default:
		return p.Has(ScopeApprover) || p.Has(ScopeFinance) || p.Has(ScopeLegal)
	}
}

// Order tracks the fulfilment of a deal.
type Order struct {
	ID        string
	Owner     string
	Status    OrderStatus
	DealID    string
	QuoteID   string
	Terms     OrderTerms // of its deal, as they are now
	Metadata  json.RawMessage
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
	History   []OrderTransition // oldest first
}

// OrderTerms are what an order has from its deal. They are read with the order, and written with the deal alone.
type OrderTerms struct {
	ProposalID     string
	Flight         Flight
	Impressions    int64 // 0: none named
	CPM            Money
	ConsentContext json.RawMessage
}

// OrderTerms are the deal's terms as its orders show them.
func (d Deal) OrderTerms() OrderTerms {
	return OrderTerms{
		ProposalID: d.ProposalID, Flight: d.Flight, Impressions: d.Impressions,
		CPM: Money{Micros: d.Price.FinalCPM, Currency: d.Price.Currency}, ConsentContext: d.Carried.ConsentContext,
	}
}

// Budget is what the volume costs at the CPM; nothing when no volume is named. A value that no amount can hold is the
// largest one.
func (t OrderTerms) Budget() Money {
	micros, err := DealValue(t.CPM.Micros, t.Impressions)
	if err != nil {
		micros = math.MaxInt64
	}
	return Money{Micros: micros, Currency: t.CPM.Currency}
}

// OrderTransition is one move of an order.
type OrderTransition struct {
	From     OrderStatus // empty for the order's creation
	To       OrderStatus
	Actor    string
	Reason   string
	Metadata json.RawMessage
	At       time.Time
}

// OrderReport counts orders for the deal desk.
type OrderReport struct {
	Total       int64
	ByStatus    map[OrderStatus]int64
	Transitions map[string]int64 // "draft->submitted": how often
	Actors      map[string]int64 // transitions by actor
	Changes     map[ChangeStatus]int64
}
