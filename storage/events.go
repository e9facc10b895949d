package storage

import (
	"time"

	"parley"
)

// EventFilter narrows a list of events. Zero values match all.
type EventFilter struct {
	Owner         *string
	Type          parley.EventType
	FlowID        string
	QuoteID       string
	ProposalID    string
	NegotiationID string
	DealID        string
	OrderID       string
	SessionID     string
	Since         time.Time // at or after
	Page          Page
}

const eventColumns = `id, type, occurred_at, owner, actor, COALESCE(flow_id, ''), COALESCE(quote_id, ''), COALESCE(proposal_id, ''),
	COALESCE(negotiation_id, ''), COALESCE(deal_id, ''), COALESCE(order_id, ''), COALESCE(approval_id, ''),
	COALESCE(session_id, ''), data, detail`

func scanEvent(rows Rows, e *parley.Event) error {
	return rows.Scan(&e.ID, (*string)(&e.Type), instant(&e.OccurredAt), &e.Owner, &e.Actor, &e.FlowID, &e.QuoteID, &e.ProposalID,
		&e.NegotiationID, &e.DealID, &e.OrderID, &e.ApprovalID, &e.SessionID, raw(&e.Data), raw(&e.Detail))
}

// Event answers an event.
func (r *Reader) Event(id string) *Pending[parley.Event] {
	return one(r, scanEvent, "event", id, `SELECT `+eventColumns+` FROM events WHERE id = $1`, id)
}

// Events lists events in the order in which they were written, which tells apart those of one transaction, whose ids
// have the same time.
func (r *Reader) Events(filter EventFilter) *Pending[Listing[parley.Event]] {
	list := paged{table: "events", columns: eventColumns, order: "seq", id: "id", owner: filter.Owner}
	return listing(r, list, eventConditions(filter), filter.Page, scanEvent)
}

func eventConditions(filter EventFilter) where {
	var w where
	w.owned(filter.Owner)
	equal(&w, "type", filter.Type)
	equal(&w, "flow_id", filter.FlowID)
	equal(&w, "quote_id", filter.QuoteID)
	equal(&w, "proposal_id", filter.ProposalID)
	equal(&w, "negotiation_id", filter.NegotiationID)
	equal(&w, "deal_id", filter.DealID)
	equal(&w, "order_id", filter.OrderID)
	equal(&w, "session_id", filter.SessionID)
	if !filter.Since.IsZero() {
		w.and("occurred_at >= ?", micros(filter.Since))
	}
	return w
}

// EventsAfter answers, in an order that never changes, the events that follow the one with the given id ("" for the
// beginning), as far as no transaction still under way can put an event before them: a reader that goes on from the
// last one it got misses none and sees none twice. An id that names no event, or one of another owner than the
// filter's, is CodeNotFound.
func (r *Reader) EventsAfter(id string, filter EventFilter) *Pending[[]parley.Event] {
	var known *Pending[int64]
	if id != "" {
		var named where
		named.and("id = ?", id)
		named.owned(filter.Owner)
		known = one(r, scalar[int64], "event", id, `SELECT 1 FROM events`+named.clause(), named.args...)
	}
	w := eventConditions(filter)
	if r.dialect.EventSettled != "" {
		w.and(r.dialect.EventSettled)
	}
	list := paged{table: "events", columns: eventColumns, order: r.dialect.EventOrder, id: "id", owner: filter.Owner}
	tail := list.tail(&w, Page{After: id, Limit: filter.Page.Limit})
	events := many(r, scanEvent, `SELECT `+eventColumns+` FROM events`+tail, w.args...)
	if known == nil {
		return events
	}
	return then(known, func(int64) ([]parley.Event, error) { return events.value, nil })
}

// LastEventID is the id of the last of the events that match, after which EventsAfter would answer only what is yet to
// come; "" when there is none.
func (r *Reader) LastEventID(filter EventFilter) *Pending[string] {
	w := eventConditions(filter)
	if r.dialect.EventSettled != "" {
		w.and(r.dialect.EventSettled)
	}
	list := paged{table: "events", order: r.dialect.EventOrder, id: "id"}
	tail := list.tail(&w, Page{Newest: true, Limit: 1})
	return maybe(r, scalar[string], `SELECT id FROM events`+tail, w.args...)
}

// EventBefore answers the id of the event that comes before the one with the given id in the order of EventsAfter; "" when it is the
// first. An id that names no event, or one of another owner than the filter's, is CodeNotFound.
func (r *Reader) EventBefore(id string, filter EventFilter) *Pending[string] {
	var named where
	named.and("id = ?", id)
	named.owned(filter.Owner)
	known := one(r, scalar[int64], "event", id, `SELECT 1 FROM events`+named.clause(), named.args...)
	w := eventConditions(filter)
	list := paged{table: "events", order: r.dialect.EventOrder, id: "id", owner: filter.Owner}
	tail := list.tail(&w, Page{After: id, Newest: true, Limit: 1})
	before := maybe(r, scalar[string], `SELECT id FROM events`+tail, w.args...)
	return then(known, func(int64) (string, error) { return before.value, nil })
}

// Backlog is how much waits for somebody, such as events for one who follows them.
type Backlog struct {
	Count  int64
	Oldest time.Time // since when the first of it waits; zero: nothing does
}

func scanBacklog(rows Rows, b *Backlog) error {
	var oldest *time.Time
	err := rows.Scan(&b.Count, maybeInstant(&oldest))
	if oldest != nil {
		b.Oldest = *oldest
	}
	return err
}

// EventsBehind counts, to at most so many, the events that follow the one with the given id ("" for the beginning).
func (r *Reader) EventsBehind(id string, filter EventFilter, most int) *Pending[Backlog] {
	w := eventConditions(filter)
	if r.dialect.EventSettled != "" {
		w.and(r.dialect.EventSettled)
	}
	list := paged{table: "events", order: r.dialect.EventOrder, id: "id", owner: filter.Owner}
	tail := list.tail(&w, Page{After: id, Limit: most})
	return maybe(r, scanBacklog, `SELECT COUNT(*), MIN(occurred_at) FROM (SELECT occurred_at FROM events`+tail+`) AS behind`, w.args...)
}

// UnsettledEvents counts the events that nobody who follows is shown yet, as a transaction still under way may put one before
// them.
func (r *Reader) UnsettledEvents() *Pending[Backlog] {
	if r.dialect.EventSettled == "" {
		return &Pending[Backlog]{reader: r}
	}
	return maybe(r, scanBacklog, `SELECT COUNT(*), MIN(occurred_at) FROM events WHERE NOT (`+r.dialect.EventSettled+`)`)
}

// InsertEvent records what happened; it may be part of an append. A repeated id is CodeConflict.
func (tx *Tx) InsertEvent(e parley.Event) {
	const insert = `INSERT INTO events (id, type, occurred_at, owner, actor, flow_id, quote_id, proposal_id, negotiation_id,
		deal_id, order_id, approval_id, session_id, data, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	id := e.ID // all of the event that is kept for a refusal
	tx.events = append(tx.events, told(&e))
	tx.add(Stmt{
		SQL: insert, Adds: true,
		Args: []any{
			e.ID, string(e.Type), micros(e.OccurredAt), e.Owner, e.Actor, maybeText(e.FlowID), maybeText(e.QuoteID),
			maybeText(e.ProposalID), maybeText(e.NegotiationID), maybeText(e.DealID), maybeText(e.OrderID),
			maybeText(e.ApprovalID), maybeText(e.SessionID), rawText(e.Data), rawText(e.Detail),
		},
		Refused: func(met Constraint) *parley.Error {
			return refuse(parley.Errorf(parley.CodeConflict, "The event %q exists.", id), PrimaryKey, Unique)(met)
		},
	})
}
