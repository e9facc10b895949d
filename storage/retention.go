package storage

import (
	"slices"
	"time"

	"parley"
)

// everybody is the owner under whom the last removed event of all owners is kept; no owner is called that.
const everybody = "*"

// underWay are the deals that are not over.
const underWay = `deals.status NOT IN ('completed', 'cancelled', 'rejected', 'expired')`

// wanted are the events that something still needs which is not over: a trade that is open, or a webhook that is still delivered to.
const wanted = `EXISTS (SELECT 1 FROM deals WHERE deals.id = e.deal_id AND ` + underWay + `)
	OR EXISTS (SELECT 1 FROM deals WHERE deals.quote_id = e.quote_id AND ` + underWay + `)
	OR EXISTS (SELECT 1 FROM deals WHERE deals.proposal_id = e.proposal_id AND ` + underWay + `)
	OR EXISTS (SELECT 1 FROM orders WHERE orders.id = e.order_id AND orders.status NOT IN ('rejected', 'completed', 'cancelled', 'failed'))
	OR EXISTS (SELECT 1 FROM negotiations WHERE negotiations.id = e.negotiation_id AND negotiations.status IN ('active', 'pending_approval'))
	OR EXISTS (SELECT 1 FROM proposals WHERE proposals.id = e.proposal_id AND proposals.status IN ('pending_approval', 'accepted', 'counter_offered'))
	OR EXISTS (SELECT 1 FROM quotes WHERE quotes.id = e.quote_id AND quotes.status = 'available')
	OR EXISTS (SELECT 1 FROM approvals WHERE approvals.id = e.approval_id AND approvals.status = 'pending')
	OR EXISTS (SELECT 1 FROM webhooks WHERE webhooks.status = 'active' AND webhooks.owner IN ('', e.owner) AND e.id >= COALESCE(webhooks.position, ''))`

// LockOldEvents waits until no other transaction removes events for their age, or has a webhook go on from among them, and keeps others
// waiting until this one ends.
func (tx *Tx) LockOldEvents() { tx.lock("old events") }

// EventOwners answers, in their order, at most limit of those who have events, after one; nil: from the first.
func (r *Reader) EventOwners(after *string, limit int) *Pending[[]string] {
	// From each to the next by the index, however many events there are.
	first, args := `SELECT MIN(owner) FROM events`, []any{limit}
	if after != nil {
		first, args = first+` WHERE owner > $2`, append(args, *after)
	}
	return many(r, scalar[string], `WITH RECURSIVE owners (owner) AS (`+first+`
			UNION ALL SELECT (SELECT MIN(events.owner) FROM events WHERE events.owner > owners.owner) FROM owners WHERE owners.owner IS NOT NULL)
		SELECT owner FROM owners WHERE owner IS NOT NULL LIMIT $1`, args...)
}

// OldEvents answers at most limit of an owner's first events, up to one that is not older than an instant or that something still needs:
// what is kept of an owner has no gaps.
func (r *Reader) OldEvents(owner string, before time.Time, limit int) *Pending[[]string] {
	type event struct {
		id     string
		wanted bool
	}
	scan := func(rows Rows, e *event) error { return rows.Scan(&e.id, &e.wanted) }
	first := many(r, scan, `SELECT id, (`+wanted+`) FROM (SELECT * FROM events WHERE owner = $1 ORDER BY seq LIMIT $2) AS e ORDER BY seq`, owner, limit)
	return then(first, func(events []event) ([]string, error) {
		var old []string
		for _, e := range events {
			if e.wanted || e.id >= parley.FirstID(parley.PrefixEvent, before) {
				break
			}
			old = append(old, e.id)
		}
		return old, nil
	})
}

// DeleteEvents removes events of an owner's, at least one, and notes that.
func (tx *Tx) DeleteEvents(owner string, ids []string) {
	for _, whose := range []string{owner, everybody} {
		tx.exec(`INSERT INTO removed_events (owner, up_to) VALUES ($1, $2)
			ON CONFLICT (owner) DO UPDATE SET up_to = CASE WHEN excluded.up_to > removed_events.up_to THEN excluded.up_to ELSE removed_events.up_to END`,
			whose, slices.Max(ids))
	}
	tx.exec(`DELETE FROM events WHERE id IN (`+tx.dialect.Elements+`)`, tx.json(orEmpty(ids)))
}

// RemovedEvents answers the id of the last event that was removed of an owner's, or nil: of anybody's; empty: none was.
func (r *Reader) RemovedEvents(owner *string) *Pending[string] {
	whose := everybody
	if owner != nil {
		whose = *owner
	}
	return maybe(r, scalar[string], `SELECT up_to FROM removed_events WHERE owner = $1`, whose)
}

// OldAudits answers those of the next audit entries after one, of which there are at most limit, that are older than an instant.
func (r *Reader) OldAudits(after int64, before time.Time, limit int) *Pending[[]int64] {
	return many(r, scalar[int64], `SELECT seq FROM (SELECT seq, at FROM audits WHERE seq > $1 ORDER BY seq LIMIT $3) AS next WHERE at < $2 ORDER BY seq`,
		after, micros(before), limit)
}

// DeleteAudits removes, of the audit entries from one to another that are older than an instant, those that are about no deal and no order
// that is under way.
func (tx *Tx) DeleteAudits(from, to int64, before time.Time) {
	tx.exec(`DELETE FROM audits WHERE seq BETWEEN $1 AND $2 AND at < $3
		AND NOT (resource = 'deal' AND EXISTS (SELECT 1 FROM deals WHERE deals.id = audits.resource_id AND `+underWay+`))
		AND NOT (resource = 'order' AND EXISTS (SELECT 1 FROM orders WHERE orders.id = audits.resource_id AND orders.status NOT IN ('rejected', 'completed', 'cancelled', 'failed')))`,
		from, to, micros(before))
}
