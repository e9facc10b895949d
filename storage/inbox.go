package storage

import (
	"strings"
	"time"

	"parley"
)

// InboxReader is who looks at what waits: it tells the questions that are theirs from the others'.
type InboxReader struct {
	Actor string         // as parley.Principal.Actor has it
	Roles []parley.Scope // that they decide with
	// OwnToo tells that they may decide what they asked for themselves.
	OwnToo bool
}

// InboxFilter narrows the questions that wait for an answer. Zero values match all.
type InboxFilter struct {
	Reader     InboxReader
	Others     bool // everybody else's instead of the reader's
	Snoozed    bool // those out of the way until later instead of the others
	Role       parley.Scope
	Gate       parley.Gate
	Product    string // part of a product's id or name, in any case
	Buyer      string // part of an account, or of a buyer's names, in any case
	LeastValue int64  // micros, of any currency, before or after what would change it; what is for no known volume is above every value
	DueBefore  time.Time
	NotTold    *NotTold // what a person was not told of yet; nil: whatever they were told
	Now        time.Time
	Page       Page
}

// waiting are the conditions of an InboxFilter.
func (r *Reader) waiting(filter InboxFilter) where {
	var w where
	w.conditions = append(w.conditions, "status = 'pending'", "planned_for IS NULL")
	w.and("(on_timeout = 'escalate' OR timeout_at > ?)", micros(filter.Now))
	if filter.Snoozed {
		w.and("snoozed_until > ?", micros(filter.Now))
	} else {
		w.and("(snoozed_until IS NULL OR snoozed_until <= ?)", micros(filter.Now))
	}
	w.whose(filter.Reader, filter.Others)
	w.untold(filter.NotTold)
	if filter.Role != "" {
		w.and("(role = ? OR second_role = ?)", string(filter.Role), string(filter.Role))
	}
	equal(&w, "gate", filter.Gate)
	if filter.LeastValue > 0 {
		w.and("(CAST("+r.dialect.Field("facts", "deal_value_micros")+" AS BIGINT) >= ? OR "+r.dialect.Field("facts", "volume")+` = 'unknown'
			OR EXISTS (SELECT 1 FROM change_requests AS c WHERE c.id = approvals.change_id AND CAST(`+r.dialect.Field("c.impact", "before_micros")+` AS BIGINT) >= ?))`,
			filter.LeastValue, filter.LeastValue)
	}
	if !filter.DueBefore.IsZero() {
		w.and("timeout_at < ?", micros(filter.DueBefore))
	}
	if filter.Product != "" {
		named, values := hasText(filter.Product, "p.search")
		w.and(`EXISTS (SELECT 1 FROM products AS p WHERE p.id = `+r.dialect.Field("approvals.facts", "product_id")+` AND `+named+`)`, values...)
	}
	if filter.Buyer != "" {
		r.ofBuyer(&w, filter.Buyer)
	}
	return w
}

// whose narrows to what is a reader's, or to the rest: theirs is what is assigned to them, and what is assigned to nobody and
// waits for a role of theirs, but for what they asked for themselves, or have said yes to already.
func (w *where) whose(reader InboxReader, others bool) {
	assigned := "assignee = ?"
	values := []any{reader.Actor}
	if len(reader.Roles) > 0 {
		among := " IN (?" + strings.Repeat(", ?", len(reader.Roles)-1) + ")"
		assigned += " OR assignee = '' AND (role" + among + " OR second_role" + among + ")"
		for range 2 {
			for _, role := range reader.Roles {
				values = append(values, string(role))
			}
		}
	}
	mine := "(" + assigned + ") AND first_by <> ?"
	values = append(values, reader.Actor)
	if !reader.OwnToo {
		mine, values = mine+" AND requested_by <> ?", append(values, reader.Actor)
	}
	if others {
		mine = "NOT (" + mine + ")"
	}
	w.and(mine, values...)
}

// ofBuyer narrows to what a buyer with a name like this is concerned in.
func (r *Reader) ofBuyer(w *where, name string) {
	var names []string
	for _, field := range []string{"advertiser_name", "agency_name", "seat_name"} {
		names = append(names, `COALESCE(`+r.dialect.Field("b.identity", field)+`, '')`)
	}
	named, patterns := hasText(name, `lower(`+strings.Join(names, ` || ' ' || `)+`)`)
	owned, values := hasText(name, `lower(owner)`)
	conditions := []string{owned}
	for _, of := range buyersOf {
		conditions = append(conditions, `EXISTS (SELECT 1 FROM `+of.table+` AS b WHERE b.id = approvals.`+of.id+` AND `+named+`)`)
		values = append(values, patterns...)
	}
	w.and("("+strings.Join(conditions, " OR ")+")", values...)
}

// buyersOf are the tables whose rows name a buyer, by the column of an approval that refers to them.
var buyersOf = []struct{ table, id string }{{"proposals", "proposal_id"}, {"deals", "deal_id"}, {"quotes", "quote_id"}}

// inboxTable is the table with its index by deadline, which a database without statistics has to be told of.
func (r *Reader) inboxTable() string {
	if r.dialect.IndexedBy == "" {
		return "approvals"
	}
	return "approvals" + r.dialect.IndexedBy + "approvals_by_deadline"
}

// inboxColumns are those of a question with its names.
func (r *Reader) inboxColumns() string {
	return approvalColumns + `,
		COALESCE((SELECT p.name FROM products AS p WHERE p.id = ` + r.dialect.Field("approvals.facts", "product_id") + `), ''),
		COALESCE((SELECT b.identity FROM deals AS b WHERE b.id = approvals.deal_id),
			(SELECT b.identity FROM proposals AS b WHERE b.id = approvals.proposal_id),
			(SELECT b.identity FROM quotes AS b WHERE b.id = approvals.quote_id)),
		COALESCE((SELECT n.buyer_micros FROM negotiation_rounds AS n WHERE n.negotiation_id = approvals.negotiation_id
				AND n.buyer_micros > 0 ORDER BY n.number DESC LIMIT 1),
			(SELECT b.proposed_micros FROM proposals AS b WHERE b.id = approvals.proposal_id), 0),
		COALESCE((SELECT b.impressions FROM proposals AS b WHERE b.id = approvals.proposal_id), 0),
		COALESCE((SELECT b.flight_start FROM proposals AS b WHERE b.id = approvals.proposal_id), 0),
		COALESCE((SELECT b.flight_end FROM proposals AS b WHERE b.id = approvals.proposal_id), 0)`
}

func scanInboxItem(rows Rows, item *parley.InboxItem) error {
	return rows.Scan(append(approvalFields(&item.Approval), &item.ProductName, decoded(&item.Buyer), &item.OfferedCPM,
		&item.AskedImpressions, (*int32)(&item.AskedFlight.Start), (*int32)(&item.AskedFlight.End))...)
}

// Inbox lists the questions that wait, the nearest to its timeout first. A page goes on from any place at the cost of the first.
func (r *Reader) Inbox(filter InboxFilter) *Pending[Listing[parley.InboxItem]] {
	list := paged{table: r.inboxTable(), columns: r.inboxColumns(), order: "timeout_at, id", id: "id", rows: "approvals"}
	return listing(r, list, r.waiting(filter), filter.Page, scanInboxItem)
}

// InboxItem answers a question with its names, as it is stored; see parley.Approval.At.
func (r *Reader) InboxItem(id string) *Pending[parley.InboxItem] {
	return one(r, scanInboxItem, "approval", id, `SELECT `+r.inboxColumns()+` FROM approvals WHERE id = $1`, id)
}

// Waiting counts the questions of an InboxFilter, up to a number.
func (r *Reader) Waiting(filter InboxFilter, most int) *Pending[int64] {
	w := r.waiting(filter)
	query := `SELECT COUNT(*) FROM (SELECT 1 FROM ` + r.inboxTable() + w.clause() + ` LIMIT ` + w.arg(most) + `) AS counted`
	return maybe(r, scanWhole, query, w.args...)
}

// PlannedApprovals answers the questions whose answer can be taken back still, the next to be carried out first, up to a number.
func (r *Reader) PlannedApprovals(most int) *Pending[[]parley.InboxItem] {
	from := "approvals"
	if r.dialect.IndexedBy != "" {
		from += r.dialect.IndexedBy + "approvals_planned"
	}
	return many(r, scanInboxItem, `SELECT `+r.inboxColumns()+` FROM `+from+`
		WHERE status = 'pending' AND planned_for IS NOT NULL ORDER BY planned_for LIMIT $1`, most)
}

// ApprovalComments answers what was said about a question, oldest first.
func (r *Reader) ApprovalComments(approvalID string) *Pending[[]parley.ApprovalComment] {
	scan := func(rows Rows, c *parley.ApprovalComment) error {
		return rows.Scan(&c.ID, &c.ApprovalID, &c.By, &c.Text, instant(&c.At))
	}
	return many(r, scan, `SELECT id, approval_id, by_actor, text, at FROM approval_comments WHERE approval_id = $1 ORDER BY id`, approvalID)
}

// InsertApprovalComment stores what somebody says about a question.
func (tx *Tx) InsertApprovalComment(c parley.ApprovalComment) {
	tx.add(Stmt{
		SQL:  `INSERT INTO approval_comments (id, approval_id, by_actor, text, at) VALUES ($1, $2, $3, $4, $5)`,
		Args: []any{c.ID, c.ApprovalID, c.By, c.Text, micros(c.At)},
	})
}
