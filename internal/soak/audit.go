package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of postgres:// URLs
	_ "modernc.org/sqlite"             // the driver of the embedded store's file

	"parley"
	"parley/inventory"
)

// over are the states of deals that have ended.
const over = `'completed', 'cancelled', 'rejected', 'expired'`

// invariants are queries that find what must not be, in words of which both databases have the same meaning.
var invariants = []struct{ name, query string }{
	{"a deal's quote is bound to it", `SELECT d.id FROM deals AS d JOIN quotes AS q ON q.id = d.quote_id
		WHERE q.deal_id IS NULL OR q.deal_id <> d.id`},
	{"a quote's deal is its own", `SELECT q.id FROM quotes AS q LEFT JOIN deals AS d ON d.id = q.deal_id
		WHERE q.deal_id IS NOT NULL AND (d.quote_id IS NULL OR d.quote_id <> q.id)`},
	{"a deal's proposal is bound to it", `SELECT d.id FROM deals AS d JOIN proposals AS p ON p.id = d.proposal_id
		WHERE p.deal_id IS NULL OR p.deal_id <> d.id OR p.status <> 'booked'`},
	{"a quoted deal has the price quoted or negotiated", `SELECT d.id FROM deals AS d JOIN quotes AS q ON q.id = d.quote_id
		LEFT JOIN negotiations AS n ON n.quote_id = q.id AND n.status = 'accepted'
		WHERE d.final_micros <> COALESCE(n.agreed_micros, q.final_micros)`},
	{"a proposed deal has the price agreed", `SELECT d.id FROM deals AS d JOIN proposals AS p ON p.id = d.proposal_id
		WHERE d.final_micros <> p.agreed_micros`},
	{"no price is under the floor", `SELECT d.id FROM deals AS d JOIN products AS p ON p.id = d.product_id
		WHERE d.final_micros < p.floor_cpm`},
	{"no round is under the floor", `SELECT r.negotiation_id FROM negotiation_rounds AS r
		JOIN negotiations AS n ON n.id = r.negotiation_id WHERE r.seller_micros < n.floor_micros`},
	{"no day is oversold", `SELECT product_id FROM inventory_days WHERE reserved > capacity`},
	{"what accounts have booked is the sum of their deals", `SELECT account FROM (
			SELECT account, currency, kind, day, units, micros FROM booked_values
			UNION ALL
			SELECT account, currency, kind, day, -units, -micros FROM deal_values
		) AS moved GROUP BY account, currency, kind, day HAVING SUM(units) <> 0 OR SUM(micros) <> 0`},
	{"rounds are numbered without gap", `SELECT negotiation_id FROM negotiation_rounds GROUP BY negotiation_id
		HAVING COUNT(*) <> MAX(number) OR MIN(number) <> 1`},
	{"the seller's price never rises", `SELECT b.negotiation_id FROM negotiation_rounds AS a
		JOIN negotiation_rounds AS b ON b.negotiation_id = a.negotiation_id AND b.number = a.number + 1
		WHERE b.seller_micros > a.seller_micros AND b.action <> 'accept'`},
	{"an order stands where its history ends", `SELECT o.id FROM orders AS o
		LEFT JOIN order_transitions AS t ON t.order_id = o.id AND t.number =
			(SELECT MAX(number) FROM order_transitions WHERE order_id = o.id)
		WHERE t.to_status IS NULL OR t.to_status <> o.status`},
	{"an approval is carried out only when decided", `SELECT id FROM approvals WHERE resumed_at IS NOT NULL AND decided_at IS NULL`},
	{"a rejected booking is no deal", `SELECT a.id FROM approvals AS a JOIN deals AS d ON d.id = a.deal_id
		WHERE a.resumed_at IS NOT NULL AND a.gate = 'deal_booking'
			AND ((a.status = 'rejected') <> (d.status = 'rejected'))`},
	{"no order lives on a deal that is over", `SELECT o.id FROM orders AS o JOIN deals AS d ON d.id = o.deal_id
		WHERE d.status IN (` + over + `)
			AND o.status IN ('draft', 'submitted', 'pending_approval', 'approved', 'in_progress', 'syncing', 'booked')`},
	{"nothing is asked about a deal that is over", `SELECT a.id FROM approvals AS a JOIN deals AS d ON d.id = a.deal_id
		WHERE d.status IN (` + over + `) AND a.status = 'pending'`},
	{"no change of a deal that is over is open", `SELECT c.id FROM change_requests AS c JOIN deals AS d ON d.id = c.deal_id
		WHERE d.status IN (` + over + `) AND (c.status = 'pending_approval' OR c.status = 'approved' AND CAST(c.diffs AS TEXT) <> '[]')`},
	{"an applied cancellation has ended its deal", `SELECT c.id FROM change_requests AS c JOIN deals AS d ON d.id = c.deal_id
		WHERE c.type = 'cancellation' AND c.status = 'applied' AND d.status NOT IN ('cancelled', 'partially_cancelled')`},
	{"a deal whose end needs a grant has one", `SELECT d.id FROM deals AS d WHERE d.product_id = 'gated-end' AND d.status = 'cancelled'
		AND NOT EXISTS (SELECT 1 FROM approvals AS a WHERE a.deal_id = d.id AND a.gate = 'change_request' AND a.status = 'approved')`},
	{"one living order is all that a deal has", `SELECT deal_id FROM orders WHERE status NOT IN ('cancelled', 'completed')
		GROUP BY deal_id HAVING COUNT(*) > 1`},
	{"each change request has its audit entry", `SELECT c.id FROM change_requests AS c WHERE NOT EXISTS
		(SELECT 1 FROM audits AS a WHERE a.resource = 'change_request' AND a.resource_id = c.id)`},
	{"each quote has its event", missing("quotes", "quote_id", "quote.created")},
	{"each deal has its event", missing("deals", "deal_id", "deal.created")},
	{"each order has its event", missing("orders", "order_id", "order.created")},
	{"each proposal has its event", missing("proposals", "proposal_id", "proposal.received")},
	{"each approval has its event", missing("approvals", "approval_id", "approval.requested")},
	{"each quote has its audit entry", unaudited("quotes", "quote")},
	{"each order has its audit entry", unaudited("orders", "order")},
	{"each approval has its audit entry", unaudited("approvals", "approval")},
	{"each proposal has its audit entry", unaudited("proposals", "proposal")},
	{"a key has one answer, by whichever edge it came", `SELECT idempotency_key FROM answers GROUP BY idempotency_key HAVING COUNT(*) > 1`},
	{"no event is there twice", `SELECT deal_id FROM events WHERE type = 'deal.created' GROUP BY deal_id HAVING COUNT(*) > 1`},
}

func missing(table, column, event string) string {
	return `SELECT id FROM ` + table + ` EXCEPT SELECT ` + column + ` FROM events WHERE type = '` + event + `'`
}

func unaudited(table, resource string) string {
	return `SELECT id FROM ` + table + ` EXCEPT SELECT resource_id FROM audits WHERE resource = '` + resource + `'`
}

// auditor looks into the database past the program that keeps it.
type auditor struct{ db *sql.DB }

func openAuditor(databaseURL string) (*auditor, error) {
	driver, dsn := "pgx", databaseURL
	if file, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		driver, dsn = "sqlite", "file:"+file+"?mode=ro&_pragma=busy_timeout(30000)"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	return &auditor{db}, nil
}

// audit checks every invariant, and what was acknowledged against what is there.
func (a *auditor) audit(ctx context.Context, r *record) error {
	var problems []error
	for _, i := range invariants {
		offending, err := texts(ctx, a.db, i.query)
		if err != nil {
			return fmt.Errorf("audit: %s: %w", i.name, err)
		}
		if len(offending) > 0 {
			problems = append(problems, fmt.Errorf("audit: it is not so that %s: %d rows, such as %s", i.name, len(offending), offending[0]))
		}
	}
	return errors.Join(append(problems, a.ledger(ctx), a.acknowledged(ctx, r))...)
}

// ledger holds what each product's day has reserved against the spread of the deals and the holds that have inventory.
func (a *auditor) ledger(ctx context.Context) (err error) {
	type day struct {
		product string
		day     parley.Date
	}
	held := map[day]int64{}
	rows, err := a.db.QueryContext(ctx, `SELECT product_id, impressions, flight_start, flight_end FROM deals
		WHERE deal_type = 'PG' AND status NOT IN ('cancelled', 'rejected', 'expired')
		UNION ALL SELECT product_id, impressions, flight_start, flight_end FROM holds WHERE status = 'active'`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var product string
		var impressions int64
		var flight parley.Flight
		if err := rows.Scan(&product, &impressions, (*int32)(&flight.Start), (*int32)(&flight.End)); err != nil {
			return err
		}
		for i, n := range inventory.Spread(impressions, flight) {
			held[day{product, flight.Start + parley.Date(i)}] += n
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	booked, err := a.db.QueryContext(ctx, `SELECT product_id, day, reserved FROM inventory_days`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, booked.Close()) }()
	for booked.Next() {
		var at day
		var n int64
		if err := booked.Scan(&at.product, (*int32)(&at.day), &n); err != nil {
			return err
		}
		if n != held[at] {
			return fmt.Errorf("audit: the ledger has %d reserved of %s on %s, the deals %d", n, at.product, at.day, held[at])
		}
		delete(held, at)
	}
	for at, n := range held {
		if n != 0 {
			return fmt.Errorf("audit: the ledger has nothing of the %d that deals hold of %s on %s", n, at.product, at.day)
		}
	}
	return booked.Err()
}

// acknowledged looks for everything that clients were told.
func (a *auditor) acknowledged(ctx context.Context, r *record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	deals, err := a.deals(ctx)
	if err != nil {
		return err
	}
	var problems []error
	for id, told := range r.deals {
		if is := deals[id]; is != told {
			problems = append(problems, fmt.Errorf("audit: deal %s is %+v, and a client was told %+v", id, is, told))
		}
	}
	orders, err := pairs(ctx, a.db, `SELECT id, status FROM orders`)
	if err != nil {
		return err
	}
	decisions, err := pairs(ctx, a.db, `SELECT id, status FROM approvals`)
	if err != nil {
		return err
	}
	for what, c := range map[string]struct{ told, are map[string]string }{"order": {r.orders, orders}, "approval": {r.decisions, decisions}} {
		for id, told := range c.told {
			if c.are[id] != told {
				problems = append(problems, fmt.Errorf("audit: %s %s is %q, and a client was told %s", what, id, c.are[id], told))
			}
		}
	}
	kept, err := pairs(ctx, a.db, `SELECT idempotency_key, idempotency_key FROM answers`)
	if err != nil {
		return err
	}
	for key := range r.answers {
		if _, ok := kept[key]; !ok {
			problems = append(problems, fmt.Errorf("audit: the answer under the idempotency key %s is not kept", key))
		}
	}
	const most = 10
	return errors.Join(problems[:min(len(problems), most)]...)
}

func (a *auditor) deals(ctx context.Context) (found map[string]dealRecord, err error) {
	rows, err := a.db.QueryContext(ctx, `SELECT id, COALESCE(quote_id, ''), COALESCE(proposal_id, ''), final_micros, status FROM deals`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	found = map[string]dealRecord{}
	for rows.Next() {
		var id string
		var d dealRecord
		if err := rows.Scan(&id, &d.quoteID, &d.proposalID, &d.micros, &d.status); err != nil {
			return nil, err
		}
		found[id] = d
	}
	return found, rows.Err()
}

// reserved is what the ledger holds of a product on a day.
func (a *auditor) reserved(ctx context.Context, product string, day parley.Date) (int64, error) {
	var n int64
	err := a.db.QueryRowContext(ctx, `SELECT COALESCE(SUM(reserved), 0) FROM inventory_days WHERE product_id = $1 AND day = $2`,
		product, int64(day)).Scan(&n)
	return n, err
}

func texts(ctx context.Context, db *sql.DB, query string) (found []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		found = append(found, text)
	}
	return found, rows.Err()
}

func pairs(ctx context.Context, db *sql.DB, query string) (found map[string]string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	found = map[string]string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return nil, err
		}
		found[key] = value
	}
	return found, rows.Err()
}
