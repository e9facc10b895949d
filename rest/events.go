package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
)

var eventRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/events", Access: AccessCredential,
		ID: "listEvents", Tag: "Events", Summary: "List what happened",
		Description: "Every step of a flow leaves an event. To follow one flow, filter by flow_id: the quote or proposal that " +
			"it began with. With wait, the answer comes when there is something new, or after that many seconds without; " +
			"go on with its next_cursor, and no event is missed or comes twice. total_count then counts the rows at hand.",
	}, listing[eventParams, parley.Event, Event]{
		plural: "events",
		run: func(
			ctx context.Context, x *exchange, params eventParams, page seller.Page,
		) (seller.Listing[parley.Event], error) {
			return x.service.Events(ctx, x.call, params.Domain(x.Settings.TimeZone, page))
		},
		await:   awaitEvents,
		render:  renderEvent,
		id:      func(event parley.Event) string { return event.ID },
		example: sampleEvent,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/events/{event_id}", Access: AccessCredential,
		ID: "getEvent", Tag: "Events", Summary: "Read an event",
	}, func(ctx context.Context, x *exchange, path eventPath) (Event, error) {
		event, err := x.service.Event(ctx, x.call, path.EventID)
		return renderEvent(x.View, event), err
	}, func(x *exchange) Event { return renderEvent(x.View, sampleEvent) }),
}

type eventPath struct {
	EventID string `path:"event_id" maxLength:"128"`
}

type eventFilter struct {
	FlowID        string        `query:"flow_id" maxLength:"128"`
	EventType     EventTypeName `query:"event_type"`
	QuoteID       string        `query:"quote_id" maxLength:"128"`
	ProposalID    string        `query:"proposal_id" maxLength:"128"`
	NegotiationID string        `query:"negotiation_id" maxLength:"128"`
	DealID        string        `query:"deal_id" maxLength:"128"`
	OrderID       string        `query:"order_id" maxLength:"128"`
	SessionID     string        `query:"session_id" maxLength:"128" doc:"What was done in a session."`
	Since         *Moment       `query:"since" doc:"At or after a time, or from a day on."`
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

type eventParams struct {
	eventFilter
	Wait *int `query:"wait" minimum:"0" maximum:"60" doc:"Seconds to wait for something new."`
	Paging
}

func (f eventFilter) Domain(zone *time.Location, page seller.Page) seller.EventFilter {
	return seller.EventFilter{
		Type: parley.EventType(f.EventType), FlowID: f.FlowID, QuoteID: f.QuoteID, ProposalID: f.ProposalID,
		NegotiationID: f.NegotiationID, DealID: f.DealID, OrderID: f.OrderID, SessionID: f.SessionID, Since: f.Since.since(zone), Page: page,
	}
}

// awaitEvents is the long poll: of those who name a wait, and of those who go on where one has ended.
func awaitEvents(ctx context.Context, x *exchange, params eventParams) (awaited[parley.Event], bool, error) {
	var none awaited[parley.Event]
	position, follows := params.follows()
	switch {
	case params.Wait == nil && !follows:
		return none, false, nil
	case params.Cursor != "" && !follows:
		return none, false, parley.Invalid("cursor", "is not one that waiting gave; start without it")
	case params.Offset != 0 || params.Order == "newest":
		return none, false, parley.Invalid("wait", "goes with the oldest first, and without an offset")
	}
	wait := 0
	if params.Wait != nil {
		wait = *params.Wait
	}
	ctx, leave, err := x.stay(ctx)
	if err != nil {
		return none, false, err
	}
	defer leave()
	events, position, err := x.service.AwaitEvents(ctx, x.call, position, params.Domain(x.Settings.TimeZone, seller.Page{}), params.Limit,
		time.Duration(wait)*time.Second)
	return awaited[parley.Event]{items: events, position: position}, true, err
}

// Event is one thing that happened: the documented members together with those of the shared contract's Event.
type Event struct {
	EventID       string           `json:"event_id"`
	EventType     parley.EventType `json:"event_type"`
	OccurredAt    time.Time        `json:"occurred_at"`
	Actor         string           `json:"actor" doc:"To a buyer, the publisher's people are all seller."`
	FlowID        *string          `json:"flow_id" doc:"The quote or proposal that the flow began with."`
	QuoteID       *string          `json:"quote_id"`
	ProposalID    *string          `json:"proposal_id"`
	NegotiationID *string          `json:"negotiation_id"`
	DealID        *string          `json:"deal_id"`
	OrderID       *string          `json:"order_id"`
	ApprovalID    *string          `json:"approval_id"`
	Metadata      Object           `json:"metadata" doc:"What the event tells; prices are in micros."`
	Detail        json.RawMessage  `json:"detail,omitempty" doc:"For operators alone."`
	SourceAgent   string           `json:"source_agent"`
	SessionID     *string          `json:"session_id" doc:"Of the session in which it happened, if any."`
	CampaignID    *string          `json:"campaign_id"`
}

func renderEvent(_ wire.View, e parley.Event) Event {
	rendered := Event{
		EventID: e.ID, EventType: e.Type, OccurredAt: e.OccurredAt, Actor: e.Actor,
		FlowID: contract.Optional(e.FlowID), QuoteID: contract.Optional(e.QuoteID), ProposalID: contract.Optional(e.ProposalID),
		NegotiationID: contract.Optional(e.NegotiationID), DealID: contract.Optional(e.DealID),
		OrderID: contract.Optional(e.OrderID), ApprovalID: contract.Optional(e.ApprovalID),
		Metadata: Object(e.Data), Detail: e.Detail, SourceAgent: "seller", SessionID: contract.Optional(e.SessionID),
	}
	if e.Data == nil {
		rendered.Metadata = Object("{}")
	}
	return rendered
}
