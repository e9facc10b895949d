package client

import (
	"context"
	"iter"
	"time"

	"parley/wire/document"

	"parley"
)

// EventFilter narrows events; empty members match all.
type EventFilter struct {
	Type          parley.EventType `query:"event_type"`
	FlowID        string           `query:"flow_id"`
	QuoteID       string           `query:"quote_id"`
	ProposalID    string           `query:"proposal_id"`
	NegotiationID string           `query:"negotiation_id"`
	DealID        string           `query:"deal_id"`
	OrderID       string           `query:"order_id"`
	SessionID     string           `query:"session_id"`
}

// EventList asks for a page of events.
type EventList struct {
	EventFilter
	Since time.Time `query:"since"` // at or after; zero: from the first
	document.Paging
}

// Events lists a page of events.
func (c *Client) Events(ctx context.Context, asked EventList) (Listing[document.Event], error) {
	return list[document.Event](ctx, c, "/events", "events", asked)
}

// AllEvents walks the events that there are, page by page. To go on with those that are yet to come, see Follow.
func (c *Client) AllEvents(ctx context.Context, asked EventList) iter.Seq2[document.Event, error] {
	return each(&asked.Paging, func() (Listing[document.Event], error) { return c.Events(ctx, asked) })
}

// Event reads one event.
func (c *Client) Event(ctx context.Context, eventID string) (document.Event, error) {
	return get[document.Event](ctx, c, at("/events/", eventID), nil)
}
