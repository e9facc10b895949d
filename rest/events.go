package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"parley"
	"parley/rest/contract"
	"parley/seller"
)

var eventRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/events", Access: AccessCredential,
		ID: "listEvents", Tag: "Events", Summary: "List what happened",
		Description: "Every step of a flow leaves an event. To follow one flow, filter by flow_id: the quote or proposal that " +
			"it began with.",
	}, listing[eventFilter, parley.Event, Event]{
		plural: "events",
		run: func(
			ctx context.Context, x *exchange, filter eventFilter, page seller.Page,
		) (seller.Listing[parley.Event], error) {
			return x.service.Events(ctx, x.call, filter.domain(page))
		},
		render:  renderEvent,
		id:      func(event parley.Event) string { return event.ID },
		example: sampleEvent,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/events/{event_id}", Access: AccessCredential,
		ID: "getEvent", Tag: "Events", Summary: "Read an event",
	}, func(ctx context.Context, x *exchange, path eventPath) (Event, error) {
		event, err := x.service.Event(ctx, x.call, path.EventID)
		return renderEvent(x, event), err
	}, func(x *exchange) Event { return renderEvent(x, sampleEvent) }),
}

type eventPath struct {
	EventID string `path:"event_id" maxLength:"128"`
}

type eventFilter struct {
	FlowID        string     `query:"flow_id" maxLength:"128"`
	EventType     string     `query:"event_type" maxLength:"64" doc:"Such as quote.created."`
	QuoteID       string     `query:"quote_id" maxLength:"128"`
	ProposalID    string     `query:"proposal_id" maxLength:"128"`
	NegotiationID string     `query:"negotiation_id" maxLength:"128"`
	DealID        string     `query:"deal_id" maxLength:"128"`
	OrderID       string     `query:"order_id" maxLength:"128"`
	Since         *time.Time `query:"since" doc:"At or after."`
	Paging
}

func (f eventFilter) domain(page seller.Page) seller.EventFilter {
	filter := seller.EventFilter{
		Type: parley.EventType(f.EventType), FlowID: f.FlowID, QuoteID: f.QuoteID, ProposalID: f.ProposalID,
		NegotiationID: f.NegotiationID, DealID: f.DealID, OrderID: f.OrderID, Page: page,
	}
	if f.Since != nil {
		filter.Since = f.Since.UTC()
	}
	return filter
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
	SessionID     *string          `json:"session_id"`
	CampaignID    *string          `json:"campaign_id"`
}

func renderEvent(_ *exchange, e parley.Event) Event {
	rendered := Event{
		EventID: e.ID, EventType: e.Type, OccurredAt: e.OccurredAt, Actor: e.Actor,
		FlowID: contract.Optional(e.FlowID), QuoteID: contract.Optional(e.QuoteID), ProposalID: contract.Optional(e.ProposalID),
		NegotiationID: contract.Optional(e.NegotiationID), DealID: contract.Optional(e.DealID),
		OrderID: contract.Optional(e.OrderID), ApprovalID: contract.Optional(e.ApprovalID),
		Metadata: Object(e.Data), Detail: e.Detail, SourceAgent: "seller",
	}
	if e.Data == nil {
		rendered.Metadata = Object("{}")
	}
	return rendered
}
