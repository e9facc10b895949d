package storage

import (
	"strings"

	"parley"
)

// OrderFilter narrows a list of orders. Zero values match all.
type OrderFilter struct {
	Owner   *string
	Status  parley.OrderStatus
	DealID  string
	Unended bool   // orders that something can still become of
	ToMove  bool   // orders that go on once the publisher moves them
	Created Period // orders whose ids are of a time within an hour of their creation
	// Search is the beginning of an order's id, in any case, a quote's id, an owner, or else a deal's id.
	Search string
	Page   Page
}

const orderColumns = `id, owner, status, deal_id, COALESCE(quote_id, ''), metadata, version, created_at, updated_at`

func scanOrder(rows Rows, o *parley.Order) error {
	return rows.Scan(&o.ID, &o.Owner, (*string)(&o.Status), &o.DealID, &o.QuoteID, raw(&o.Metadata), &o.Version,
		instant(&o.CreatedAt), instant(&o.UpdatedAt))
}

const transitionColumns = `order_id, from_status, to_status, actor, reason, metadata, at`

func scanTransition(rows Rows, row *owned[parley.OrderTransition]) error {
	t := &row.child
	return rows.Scan(&row.ownerID, (*string)(&t.From), (*string)(&t.To), &t.Actor, &t.Reason, raw(&t.Metadata), instant(&t.At))
}

// orderTerms are the columns of parley.OrderTerms, for the orders that a condition on them picks.
const orderTerms = `SELECT o.id, COALESCE(d.proposal_id, ''), d.flight_start, d.flight_end, d.impressions, d.price, d.carried
	FROM orders o JOIN deals d ON d.id = o.deal_id WHERE o.id `

func scanOrderTerms(rows Rows, row *owned[parley.OrderTerms]) error {
	var deal parley.Deal
	err := rows.Scan(&row.ownerID, &deal.ProposalID, (*int32)(&deal.Flight.Start), (*int32)(&deal.Flight.End), &deal.Impressions,
		decoded(&deal.Price), decoded(&deal.Carried))
	row.child = deal.OrderTerms()
	return err
}

func addTerms(o *parley.Order, terms parley.OrderTerms) { o.Terms = terms }

func addTransition(o *parley.Order, t parley.OrderTransition) { o.History = append(o.History, t) }

// Order answers an order with its history.
func (r *Reader) Order(id string) *Pending[parley.Order] { return r.order(id, "") }

// OrderForUpdate reads the order and keeps it from changing until the transaction ends.
func (tx *Tx) OrderForUpdate(id string) *Pending[parley.Order] {
	tx.locks(orderRow, id)
	return tx.order(id, tx.dialect.ForUpdate)
}

func (r *Reader) order(id, lock string) *Pending[parley.Order] {
	p := one(r, scanOrder, "order", id, `SELECT `+orderColumns+` FROM orders WHERE id = $1`+lock, id)
	children(r, scanTransition, func(_ string, t parley.OrderTransition) { addTransition(&p.value, t) },
		`SELECT `+transitionColumns+` FROM order_transitions WHERE order_id = $1 ORDER BY number`, id)
	children(r, scanOrderTerms, func(_ string, t parley.OrderTerms) { addTerms(&p.value, t) }, orderTerms+`= $1`, id)
	return p
}

// Orders lists orders with their history.
func (r *Reader) Orders(filter OrderFilter) *Pending[Listing[parley.Order]] {
	var w where
	w.owned(filter.Owner)
	equal(&w, "status", filter.Status)
	equal(&w, "deal_id", filter.DealID)
	if filter.Unended {
		w.and("status NOT IN (" + endedOrders + ")")
	}
	if filter.ToMove {
		w.and("status IN (" + ordersToMove + ")")
	}
	w.made(parley.PrefixOrder, filter.Created)
	w.identified(filter.Search, parley.PrefixOrder, "deal_id", append(owners, reference{parley.PrefixQuote, "quote_id"})...)
	list := paged{table: "orders", columns: orderColumns, order: "id", id: "id"}
	p := listing(r, list, w, filter.Page, scanOrder)
	tail := list.tail(&w, filter.Page)
	children(r, scanTransition, intoList(&p.value.Items, func(o *parley.Order) string { return o.ID }, addTransition),
		`SELECT `+transitionColumns+` FROM order_transitions WHERE order_id IN (SELECT id FROM orders`+tail+`)
		ORDER BY order_id, number`, w.args...)
	children(r, scanOrderTerms, intoList(&p.value.Items, func(o *parley.Order) string { return o.ID }, addTerms),
		orderTerms+`IN (SELECT id FROM orders`+tail+`)`, w.args...)
	return p
}

// livingOrders, agreedOrders and endedOrders are the states of orders that end with their deal, of those that are past their gate, and
// those after which nothing comes; ordersToMove those in which an order waits for the publisher's next step, and deliveringOrders those
// in which it wants its deal served.
var (
	ordersToMove     = statusList(parley.OrderStatus.ToMove)
	deliveringOrders = statusList(parley.OrderStatus.Delivers)
	agreedOrders     = statusList(parley.OrderStatus.PastGate)
	livingOrders     = statusList(func(s parley.OrderStatus) bool { _, lives := s.EndWithDeal(); return lives })
	endedOrders      = statusList(func(s parley.OrderStatus) bool { return len(s.Next()) == 0 })
)

// statusList writes the states that are of a kind, for IN (...).
func statusList(is func(parley.OrderStatus) bool) string {
	var names []string
	for _, status := range parley.OrderStatuses {
		if is(status) {
			names = append(names, "'"+string(status)+"'")
		}
	}
	return strings.Join(names, ", ")
}

// LivingOrdersForUpdate answers the orders of a deal that end with it, ordered by id, and keeps them from changing
// until the transaction ends; see parley.OrderStatus.EndWithDeal.
func (tx *Tx) LivingOrdersForUpdate(dealID string) *Pending[[]parley.Order] {
	living := ` FROM orders WHERE deal_id = $1 AND status IN (` + livingOrders + `)`
	id := func(o *parley.Order) string { return o.ID }
	p := locking(tx, orderRow, id, scanOrder, `SELECT `+orderColumns+living+` ORDER BY id`+tx.dialect.ForUpdate, dealID)
	children(&tx.Reader, scanTransition, intoList(&p.value, id, addTransition),
		`SELECT `+transitionColumns+` FROM order_transitions WHERE order_id IN (SELECT id`+living+`) ORDER BY order_id, number`, dealID)
	return p
}

// OrderOfDelivery answers the newest order that has a deal at the systems that serve it, or else the newest that had; empty: none was ever
// approved. The end of a deal names it too, when it has ended.
func (r *Reader) OrderOfDelivery(dealID string) *Pending[string] {
	return maybe(r, scalar[string], `SELECT id FROM orders WHERE deal_id = $1 AND (status IN (`+deliveringOrders+`)
		OR EXISTS (SELECT 1 FROM order_transitions WHERE order_id = orders.id AND to_status = 'approved'))
		ORDER BY CASE WHEN status IN (`+deliveringOrders+`) THEN 0 ELSE 1 END, id DESC LIMIT 1`, dealID)
}

// OrderPastGate tells whether an order of a deal is past its gate; see parley.OrderStatus.PastGate.
func (r *Reader) OrderPastGate(dealID string) *Pending[bool] {
	const query = `SELECT EXISTS (SELECT 1 FROM orders WHERE deal_id = $1 AND status IN (`
	scan := func(rows Rows, is *bool) error { return rows.Scan(is) }
	return one(r, scan, "orders of deal", dealID, query+agreedOrders+`))`, dealID)
}

// OrderReport counts the orders of an owner, or everybody's when owner is nil, that were made in a period, with their moves, and the
// change requests made in it. An order's creation is no transition.
func (r *Reader) OrderReport(owner *string, period Period) *Pending[parley.OrderReport] {
	p := asking[parley.OrderReport](r)
	p.value = parley.OrderReport{
		ByStatus: map[parley.OrderStatus]int64{}, Transitions: map[string]int64{}, Actors: map[string]int64{},
		Changes: map[parley.ChangeStatus]int64{},
	}
	made := func(column string) *where {
		var w where
		w.owned(owner)
		if !period.From.IsZero() {
			w.and(column+" >= ?", micros(period.From))
		}
		if !period.To.IsZero() {
			w.and(column+" < ?", micros(period.To))
		}
		return &w
	}
	w, changes := made("created_at"), made("requested_at")
	tally := func(query string, args []any, count func(name string, n int64)) {
		r.add(Stmt{SQL: query, Args: args, Long: true, Scan: func(rows Rows) error {
			for rows.Next() {
				var name string
				var n int64
				if err := rows.Scan(&name, &n); err != nil {
					return err
				}
				count(name, n)
			}
			return rows.Err()
		}})
	}
	tally(`SELECT status, COUNT(*) FROM orders`+w.clause()+` GROUP BY status`, w.args, func(status string, n int64) {
		p.value.ByStatus[parley.OrderStatus(status)] = n
		p.value.Total += n
	})
	tally(`SELECT status, COUNT(*) FROM change_requests`+changes.clause()+` GROUP BY status`, changes.args, func(status string, n int64) {
		p.value.Changes[parley.ChangeStatus(status)] = n
	})
	w.and("from_status <> ''")
	moves := ` FROM order_transitions JOIN orders ON orders.id = order_id` + w.clause()
	tally(`SELECT from_status || '->' || to_status AS move, COUNT(*)`+moves+` GROUP BY from_status, to_status`, w.args,
		func(move string, n int64) { p.value.Transitions[move] = n })
	tally(`SELECT actor, COUNT(*)`+moves+` GROUP BY actor`, w.args, func(actor string, n int64) { p.value.Actors[actor] = n })
	return p
}

// InsertOrder stores a new order and its first transition. With exclusive set, a deal that already has an exclusive
// order, which has not come to its end, is CodeContention.
func (tx *Tx) InsertOrder(o parley.Order, exclusive bool) {
	var exclusiveDeal any
	if exclusive {
		exclusiveDeal = o.DealID
	}
	tx.added(orderRow, o.ID)
	if exclusive {
		// An order that has come to its end makes room for another. The deal's row is held, so no other order comes between.
		tx.exec(`UPDATE orders SET exclusive_deal_id = NULL WHERE exclusive_deal_id = $1 AND status IN (`+endedOrders+`)`, o.DealID)
	}
	unknown := notFound("deal", o.DealID)
	tx.add(Stmt{
		SQL: `INSERT INTO orders (id, owner, status, deal_id, exclusive_deal_id, quote_id, metadata, version, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		Args: []any{
			o.ID, o.Owner, string(o.Status), o.DealID, exclusiveDeal, maybeText(o.QuoteID), rawText(o.Metadata), o.Version,
			micros(o.CreatedAt), micros(o.UpdatedAt),
		},
		Refused: func(met Constraint) *parley.Error {
			switch met {
			case PrimaryKey:
				return parley.Errorf(parley.CodeConflict, "The order %q exists.", o.ID)
			case Unique:
				return parley.Errorf(parley.CodeContention, "Deal %s already has an order.", o.DealID)
			case ForeignKey:
				return unknown
			case Check:
			}
			return nil
		},
	})
	for _, t := range o.History {
		tx.insertTransition(o.ID, t)
	}
}

// MoveOrder stores a transition; when the stored status is not t.From, CodeContention.
func (tx *Tx) MoveOrder(id string, t parley.OrderTransition) {
	tx.locks(orderRow, id)
	tx.add(Stmt{
		SQL:   `UPDATE orders SET status = $3, version = version + 1, updated_at = $4 WHERE id = $1 AND status = $2`,
		Args:  []any{id, string(t.From), string(t.To), micros(t.At)},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeContention, "The order %q has moved meanwhile. Read it again, then retry.", id),
	})
	tx.insertTransition(id, t)
}

// insertTransition adds to the history of an order whose row the transaction has just written, and so holds.
func (tx *Tx) insertTransition(orderID string, t parley.OrderTransition) {
	const insert = `INSERT INTO order_transitions (order_id, number, from_status, to_status, actor, reason, metadata, at)
		SELECT CAST($1 AS TEXT), COALESCE(MAX(number), 0) + 1, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT),
			CAST($5 AS TEXT), $6, CAST($7 AS BIGINT)
		FROM order_transitions WHERE order_id = $1`
	tx.exec(insert, orderID, string(t.From), string(t.To), t.Actor, t.Reason, rawText(t.Metadata), micros(t.At))
}
