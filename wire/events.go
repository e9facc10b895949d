package wire

import (
	"context"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// EventFilter narrows a list of events.
type EventFilter struct {
	FlowID        string        `json:"flow_id,omitempty" query:"flow_id" maxLength:"128"`
	EventType     EventTypeName `json:"event_type,omitempty" query:"event_type"`
	QuoteID       string        `json:"quote_id,omitempty" query:"quote_id" maxLength:"128"`
	ProposalID    string        `json:"proposal_id,omitempty" query:"proposal_id" maxLength:"128"`
	NegotiationID string        `json:"negotiation_id,omitempty" query:"negotiation_id" maxLength:"128"`
	DealID        string        `json:"deal_id,omitempty" query:"deal_id" maxLength:"128"`
	OrderID       string        `json:"order_id,omitempty" query:"order_id" maxLength:"128"`
	SessionID     string        `json:"session_id,omitempty" query:"session_id" maxLength:"128" doc:"What was done in a session."`
	Since         *Moment       `json:"since,omitempty" query:"since" doc:"At or after a time, or from a day on."`
}

// EventListFilter is that of the list, which may be waited for.
type EventListFilter struct {
	EventFilter
	Wait *int `query:"wait" minimum:"0" maximum:"60" doc:"Seconds to wait for something new."`
	Paging
}

// EventTypeName is the type of events that a list is narrowed to: one that this seller tells of, or that the contract knows
// beside them.
type EventTypeName string

// Schema lists the types.
func (EventTypeName) Schema(huma.Registry) *huma.Schema {
	var names []string
	for _, known := range parley.EventTypes {
		names = append(names, string(known))
	}
	for _, known := range contract.EventTypes {
		names = append(names, string(known))
	}
	slices.Sort(names)
	schema := &huma.Schema{Type: huma.TypeString, Description: "Such as quote.created."}
	for _, name := range slices.Compact(names) {
		schema.Enum = append(schema.Enum, name)
	}
	return schema
}

// Domain is what the flow takes.
func (f EventFilter) Domain(zone *time.Location, page seller.Page) seller.EventFilter {
	return seller.EventFilter{
		Type: parley.EventType(f.EventType), FlowID: f.FlowID, QuoteID: f.QuoteID, ProposalID: f.ProposalID,
		NegotiationID: f.NegotiationID, DealID: f.DealID, OrderID: f.OrderID, SessionID: f.SessionID, Since: f.Since.Since(zone), Page: page,
	}
}

// EventOf writes an event.
func EventOf(_ View, e parley.Event) document.Event {
	rendered := document.Event{
		EventID: e.ID, EventType: e.Type, OccurredAt: e.OccurredAt, Actor: e.Actor,
		FlowID: contract.Optional(e.FlowID), QuoteID: contract.Optional(e.QuoteID), ProposalID: contract.Optional(e.ProposalID),
		NegotiationID: contract.Optional(e.NegotiationID), DealID: contract.Optional(e.DealID),
		OrderID: contract.Optional(e.OrderID), ApprovalID: contract.Optional(e.ApprovalID),
		Metadata: document.Object(e.Data), Detail: e.Detail, SourceAgent: "seller", SessionID: contract.Optional(e.SessionID),
	}
	if e.Data == nil {
		rendered.Metadata = document.Object("{}")
	}
	return rendered
}

// What is asked of events.
var (
	GetEvent   = Lookup[parley.Event, document.Event]{(*seller.Service).Event, EventOf}
	ListEvents = List[EventListFilter, parley.Event, document.Event]{
		Plural: "events", Render: EventOf, ID: func(e parley.Event) string { return e.ID },
		Find: func(ctx context.Context, x *Exchange, f EventListFilter, page seller.Page) (seller.Listing[parley.Event], error) {
			return x.Service.Events(ctx, x.Call, f.Domain(x.Settings.TimeZone, page))
		},
	}
)
