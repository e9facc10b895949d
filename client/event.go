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
	Type          parley.EventType
	FlowID        string
	QuoteID       string
	ProposalID    string
	NegotiationID string
	DealID        string
	OrderID       string
	SessionID     string
}

func (f EventFilter) query() query {
	q := query{}
	q.set("event_type", string(f.Type))
	q.set("flow_id", f.FlowID)
	q.set("quote_id", f.QuoteID)
	q.set("proposal_id", f.ProposalID)
	q.set("negotiation_id", f.NegotiationID)
	q.set("deal_id", f.DealID)
	q.set("order_id", f.OrderID)
	q.set("session_id", f.SessionID)
	return q
}

// EventList asks for a page of events.
type EventList struct {
	EventFilter
	Since time.Time // at or after; zero: from the first
	Page
}

// Events lists a page of events.
func (c *Client) Events(ctx context.Context, asked EventList) (Listing[document.Event], error) {
	q := asked.query()
	q.set("since", instant(asked.Since))
	asked.into(q)
	return list[document.Event](ctx, c, "/events", "events", q)
}

// AllEvents walks the events that there are, page by page. To go on with those that are yet to come, see Follow.
func (c *Client) AllEvents(ctx context.Context, asked EventList) iter.Seq2[document.Event, error] {
	return each(&asked.Page, func() (Listing[document.Event], error) { return c.Events(ctx, asked) })
}

// Event reads one event.
func (c *Client) Event(ctx context.Context, eventID string) (document.Event, error) {
	return get[document.Event](ctx, c, at("/events/", eventID), nil)
}
