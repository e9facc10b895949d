package document

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/wire/contract"
)

// OrderResponse is an order with its history.
type OrderResponse struct {
	OrderID   string             `json:"order_id"`
	Status    parley.OrderStatus `json:"status"`
	DealID    string             `json:"deal_id"`
	QuoteID   *string            `json:"quote_id"`
	Metadata  Object             `json:"metadata"`
	AuditLog  []OrderMove        `json:"audit_log" doc:"Oldest first."`
	Version   int64              `json:"version" doc:"One more with each move."`
	CreatedAt time.Time          `json:"created_at"`
	UpdatedAt time.Time          `json:"updated_at"`
	Order     contract.Order     `json:"order" doc:"The same order as the shared contract writes it."`
}

// Revision is the order's version.
func (o OrderResponse) Revision() int64 { return o.Version }

// TransitionResponse is an order that has moved, with the move and those that may follow.
type TransitionResponse struct {
	OrderResponse
	Transition  OrderMove            `json:"transition" doc:"The last move: this one, or the one to the publisher's approval that it led to."`
	AllowedNext []parley.OrderStatus `json:"allowed_next" doc:"Where this caller may move the order from here."`
}

// OrderMove is one transition of an order.
type OrderMove struct {
	TransitionID string              `json:"transition_id"`
	FromStatus   *parley.OrderStatus `json:"from_status" doc:"Null for the order's creation."`
	ToStatus     parley.OrderStatus  `json:"to_status"`
	Actor        string              `json:"actor" doc:"To a buyer, the publisher's people are all seller."`
	Reason       string              `json:"reason"`
	Metadata     Object              `json:"metadata"`
	At           time.Time           `json:"at"`
	Timestamp    time.Time           `json:"timestamp" doc:"The same as at."`
}

// OrderHistory is how an order came to where it is.
type OrderHistory struct {
	OrderID       string             `json:"order_id"`
	CurrentStatus parley.OrderStatus `json:"current_status"`
	Transitions   []OrderMove        `json:"transitions" doc:"Oldest first."`
	Count         int                `json:"transition_count"`
}

// OrderAudit are the transitions that a question matched.
type OrderAudit struct {
	OrderID    string      `json:"order_id"`
	AuditLog   []OrderMove `json:"audit_log" doc:"Oldest first."`
	TotalCount int         `json:"total_count"`

	CurrentStatus parley.OrderStatus `json:"current_status"`
	Transitions   []OrderMove        `json:"transitions" doc:"The same as audit_log."`
	Count         int                `json:"transition_count" doc:"The same as total_count."`
	CreatedAt     time.Time          `json:"created_at"`

	ChangeRequests     []ChangeResponse `json:"change_requests" doc:"All that were asked of the order or of its whole deal, whatever the question."`
	ChangeRequestCount int              `json:"change_request_count"`
}

// OrderReport counts orders.
type OrderReport struct {
	TotalCount  int64            `json:"total_count"`
	ByStatus    map[string]int64 `json:"by_status"`
	Transitions map[string]int64 `json:"transitions" doc:"How often each move was made, such as draft->submitted."`
	Actors      map[string]int64 `json:"actors" doc:"Moves by actor."`

	TotalOrders      int64            `json:"total_orders" doc:"The same as total_count."`
	StatusCounts     map[string]int64 `json:"status_counts" doc:"The same as by_status."`
	TotalTransitions int64            `json:"total_transitions"`
	AverageMoves     Tenths           `json:"avg_transitions_per_order" doc:"To one decimal place; 0 without orders."`
	ActorTypeCounts  map[string]int64 `json:"actor_type_counts" doc:"Moves by the kind of actor, such as buyer or operator."`
	ChangeRequests   ChangeCounts     `json:"change_requests"`
}

// Tenths is a number with one decimal place, in tenths.
type Tenths int64

// AppendJSON writes a number.
func (t Tenths) AppendJSON(body []byte) []byte {
	return parley.AppendMicros(body, int64(t)*(parley.MicrosPerUnit/10), 1)
}

// MarshalJSON implements json.Marshaler.
func (t Tenths) MarshalJSON() ([]byte, error) { return t.AppendJSON(nil), nil }

// UnmarshalJSON implements json.Unmarshaler.
func (t *Tenths) UnmarshalJSON(raw []byte) error {
	micros, err := parley.ParseMicros(string(raw))
	*t = Tenths(micros / (parley.MicrosPerUnit / 10))
	return err
}

// Schema is a JSON number.
func (Tenths) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// ChangeCounts counts change requests.
type ChangeCounts struct {
	Total    int64            `json:"total"`
	ByStatus map[string]int64 `json:"by_status"`
}

// OrderRequest is the body that opens an order.
type OrderRequest struct {
	Idempotency
	Conversation
	DealID   string `json:"deal_id" maxLength:"128"`
	QuoteID  string `json:"quote_id,omitempty" maxLength:"128" doc:"When given, must be the one that the deal was booked from."`
	Metadata Object `json:"metadata,omitempty"`
}

// TransitionRequest is the body that moves an order. Who moves it is what the credential says.
type TransitionRequest struct {
	Idempotency
	Conversation
	ToStatus parley.OrderStatus `json:"to_status" maxLength:"64"`
	Version  *int64             `json:"version,omitempty" minimum:"1" doc:"Of the order that you read: refused with 412 when it is no longer the current one."`
	Reason   string             `json:"reason,omitempty" maxLength:"2000"`
	Metadata Object             `json:"metadata,omitempty"`
}

// OrderFilter narrows a list of orders.
type OrderFilter struct {
	Status parley.OrderStatus `json:"status,omitempty" query:"status" enum:"draft,submitted,pending_approval,approved,in_progress,syncing,booked,completed,cancelled,rejected,failed,unbooked"`
	DealID string             `json:"deal_id,omitempty" query:"deal_id" maxLength:"128"`
	Paging
}
