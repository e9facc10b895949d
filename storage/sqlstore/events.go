package sqlstore

import (
	"context"

	"parley"
	"parley/storage"
)

const eventColumns = `id, type, occurred_at, owner, actor, COALESCE(flow_id, ''), COALESCE(quote_id, ''), COALESCE(proposal_id, ''),
	COALESCE(negotiation_id, ''), COALESCE(deal_id, ''), COALESCE(order_id, ''), COALESCE(approval_id, ''),
	COALESCE(session_id, ''), data, detail`

func scanEvent(rows Rows, e *parley.Event) error {
	return rows.Scan(&e.ID, (*string)(&e.Type), instant(&e.OccurredAt), &e.Owner, &e.Actor, &e.FlowID, &e.QuoteID, &e.ProposalID,
		&e.NegotiationID, &e.DealID, &e.OrderID, &e.ApprovalID, &e.SessionID, raw(&e.Data), raw(&e.Detail))
}

// Event implements storage.Events.
func (tx *Tx) Event(id string) storage.Pending[parley.Event] {
	return one(tx, scanEvent, "event", id, `SELECT `+eventColumns+` FROM events WHERE id = $1`, id)
}

// Events implements storage.Events. The list is in the order in which events were written, which tells apart those of one
// transaction, whose ids have the same time.
func (tx *Tx) Events(filter storage.EventFilter) storage.Pending[storage.Listing[parley.Event]] {
	list := paged{table: "events", columns: eventColumns, order: "seq", id: "id", owner: filter.Owner}
	return listing(tx, list, eventConditions(filter), filter.Page, scanEvent)
}

func eventConditions(filter storage.EventFilter) where {
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

// EventsAfter implements storage.Events. An id that names no event, or one of another owner than the filter's, is
// CodeNotFound.
func (tx *Tx) EventsAfter(id string, filter storage.EventFilter) storage.Pending[[]parley.Event] {
	var known *pending[int64]
	if id != "" {
		var named where
		named.and("id = ?", id)
		named.owned(filter.Owner)
		known = one(tx, scalar[int64], "event", id, `SELECT 1 FROM events`+named.clause(), named.args...)
	}
	w := eventConditions(filter)
	if tx.dialect.EventSettled != "" {
		w.and(tx.dialect.EventSettled)
	}
	list := paged{table: "events", columns: eventColumns, order: tx.dialect.EventOrder, id: "id", owner: filter.Owner}
	tail := list.tail(&w, storage.Page{After: id, Limit: filter.Page.Limit})
	events := many(tx, scanEvent, `SELECT `+eventColumns+` FROM events`+tail, w.args...)
	if known == nil {
		return events
	}
	return &guarded[int64, []parley.Event]{guard: known, value: events}
}

// LastEventID implements storage.Events.
func (tx *Tx) LastEventID(filter storage.EventFilter) storage.Pending[string] {
	w := eventConditions(filter)
	if tx.dialect.EventSettled != "" {
		w.and(tx.dialect.EventSettled)
	}
	list := paged{table: "events", order: tx.dialect.EventOrder, id: "id"}
	tail := list.tail(&w, storage.Page{Newest: true, Limit: 1})
	p := one(tx, scalar[string], "", "", `SELECT id FROM events`+tail, w.args...)
	p.absent = nil
	return p
}

// InsertEvent implements storage.EventWriter.
func (tx *Tx) InsertEvent(e parley.Event) {
	const insert = `INSERT INTO events (id, type, occurred_at, owner, actor, flow_id, quote_id, proposal_id, negotiation_id,
		deal_id, order_id, approval_id, session_id, data, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	tx.add(Stmt{
		SQL: insert, Adds: true,
		Args: []any{
			e.ID, string(e.Type), micros(e.OccurredAt), e.Owner, e.Actor, maybeText(e.FlowID), maybeText(e.QuoteID),
			maybeText(e.ProposalID), maybeText(e.NegotiationID), maybeText(e.DealID), maybeText(e.OrderID),
			maybeText(e.ApprovalID), maybeText(e.SessionID), rawText(e.Data), rawText(e.Detail),
		},
		Refused: func(met Constraint) *parley.Error {
			return refuse(parley.Errorf(parley.CodeConflict, "The event %q exists.", e.ID), PrimaryKey, Unique)(met)
		},
	})
}

// guarded is an answer that stands when another one does.
type guarded[G, T any] struct {
	guard *pending[G]
	value *pending[T]
}

// Get implements storage.Pending.
func (g *guarded[G, T]) Get(ctx context.Context) (T, error) {
	if _, err := g.guard.Get(ctx); err != nil {
		var none T
		return none, err
	}
	return g.value.Get(ctx)
}
