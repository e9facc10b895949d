package storage

import (
	"cmp"
	"slices"
	"time"

	"parley"
)

// ChangeFilter narrows a list of change requests. Zero values match all.
type ChangeFilter struct {
	Owner   *string
	Status  parley.ChangeStatus // as stored, or failed by Now
	Type    parley.ChangeType
	DealID  string
	OrderID string
	Now     time.Time
	Page    Page
}

const changeColumns = `id, owner, status, type, severity, deal_id, COALESCE(order_id, ''), reason, proposed, terms, expected, diffs,
	makegood, availability, impact, COALESCE(approval_id, ''), requested_by, requested_at, approved_by, approved_at, applied_by,
	applied_at, rejection_reason, failure_reason, before, version, updated_at, asked_by, lapses_at`

func scanChange(rows Rows, c *parley.ChangeRequest) error {
	return rows.Scan(&c.ID, &c.Owner, (*string)(&c.Status), (*string)(&c.Type), (*string)(&c.Severity), &c.DealID, &c.OrderID,
		&c.Reason, raw(&c.Proposed), decoded(&c.Terms), decoded(&c.Expected), decoded(&c.Diffs), raw(&c.Makegood),
		decoded(&c.Availability), decoded(&c.Impact), &c.ApprovalID, &c.RequestedBy, instant(&c.RequestedAt), &c.ApprovedBy,
		maybeInstant(&c.ApprovedAt), &c.AppliedBy, maybeInstant(&c.AppliedAt), &c.RejectionReason, &c.FailureReason,
		decoded(&c.Before), &c.Version, instant(&c.UpdatedAt), (*string)(&c.AskedBy), maybeInstant(&c.LapsesAt))
}

// Change answers a change request as it is stored; see parley.ChangeRequest.At.
func (r *Reader) Change(id string) *Pending[parley.ChangeRequest] {
	return one(r, scanChange, "change request", id, `SELECT `+changeColumns+` FROM change_requests WHERE id = $1`, id)
}

// ChangeForUpdate reads the change request and keeps it from changing until the transaction ends.
func (tx *Tx) ChangeForUpdate(id string) *Pending[parley.ChangeRequest] {
	tx.locks(changeRow, id)
	query := `SELECT ` + changeColumns + ` FROM change_requests WHERE id = $1` + tx.dialect.ForUpdate
	return one(&tx.Reader, scanChange, "change request", id, query, id)
}

// OpenChangesForUpdate answers the change requests of a deal that wait for a decision or to be applied, ordered by id,
// and keeps them from changing until the transaction ends.
func (tx *Tx) OpenChangesForUpdate(dealID string) *Pending[[]parley.ChangeRequest] {
	query := `SELECT ` + changeColumns + ` FROM change_requests WHERE deal_id = $1
		AND status IN ('pending', 'validating', 'pending_approval', 'approved') ORDER BY id` + tx.dialect.ForUpdate
	return locking(tx, changeRow, func(c *parley.ChangeRequest) string { return c.ID }, scanChange, query, dealID)
}

// Changes lists change requests as they are stored; see parley.ChangeRequest.At.
func (r *Reader) Changes(filter ChangeFilter) *Pending[Listing[parley.ChangeRequest]] {
	var w where
	w.owned(filter.Owner)
	switch filter.Status {
	case parley.ChangeApproved:
		w.and("status = 'approved' AND (lapses_at IS NULL OR lapses_at > ?)", micros(filter.Now))
	case parley.ChangeFailed:
		w.and("(status = 'failed' OR status = 'approved' AND lapses_at <= ?)", micros(filter.Now))
	case parley.ChangePending, parley.ChangeValidating, parley.ChangePendingApproval, parley.ChangeRejected, parley.ChangeApplied:
		w.and("status = ?", string(filter.Status))
	}
	equal(&w, "type", filter.Type)
	equal(&w, "deal_id", filter.DealID)
	equal(&w, "order_id", filter.OrderID)
	list := paged{table: "change_requests", columns: changeColumns, order: "id", id: "id"}
	return listing(r, list, w, filter.Page, scanChange)
}

// ChangesOfDeals answers the change requests of these deals that are not over, ordered by id.
func (r *Reader) ChangesOfDeals(dealIDs []string) *Pending[[]parley.ChangeRequest] {
	among, ids := r.among(dealIDs)
	return many(r, scanChange, `SELECT `+changeColumns+` FROM change_requests WHERE deal_id `+among+`
		AND status IN ('pending', 'validating', 'pending_approval', 'approved') ORDER BY id`, ids)
}

// AppliedChange is a change that was made of a deal.
type AppliedChange struct {
	DealID string
	At     time.Time
	Before parley.DealTerms
}

// AppliedChanges answers the changes that were made of these deals, by deal and in the order in which they were made.
func (r *Reader) AppliedChanges(dealIDs []string) *Pending[[]AppliedChange] {
	among, ids := r.among(dealIDs)
	made := many(r, func(rows Rows, c *AppliedChange) error {
		return rows.Scan(&c.DealID, instant(&c.At), decoded(&c.Before))
	}, `SELECT deal_id, applied_at, before FROM change_requests`+r.indexedBy("change_requests_by_deal")+` WHERE deal_id `+among+` AND status = 'applied'`, ids)
	return then(made, func(found []AppliedChange) ([]AppliedChange, error) {
		slices.SortFunc(found, func(a, b AppliedChange) int {
			return cmp.Or(cmp.Compare(a.DealID, b.DealID), cmp.Compare(a.Before.Version, b.Before.Version))
		})
		return found, nil
	})
}

// InsertChange stores a new change request; CodeNotFound without its deal.
func (tx *Tx) InsertChange(c parley.ChangeRequest) {
	tx.added(changeRow, c.ID)
	unknown := notFound("deal", c.DealID)
	tx.add(Stmt{
		SQL: `INSERT INTO change_requests (id, owner, status, type, severity, deal_id, order_id, reason, proposed, terms, expected,
			diffs, makegood, availability, impact, approval_id, requested_by, requested_at, approved_by, approved_at, applied_by,
			applied_at, rejection_reason, failure_reason, before, version, updated_at, asked_by, lapses_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
			$25, $26, $27, $28, $29)`,
		Args: []any{
			c.ID, c.Owner, string(c.Status), string(c.Type), string(c.Severity), c.DealID, maybeText(c.OrderID), c.Reason,
			rawText(c.Proposed), tx.json(c.Terms), tx.json(c.Expected), tx.json(orEmpty(c.Diffs)), rawText(c.Makegood),
			tx.maybeJSON(c.Availability), tx.maybeJSON(c.Impact), maybeText(c.ApprovalID), c.RequestedBy, micros(c.RequestedAt),
			c.ApprovedBy, maybeMicros(c.ApprovedAt), c.AppliedBy, maybeMicros(c.AppliedAt), c.RejectionReason, c.FailureReason,
			tx.maybeJSON(c.Before), c.Version, micros(c.UpdatedAt), string(c.AskedBy), maybeMicros(c.LapsesAt),
		},
		Refused: refuseInsert("change request", c.ID, unknown),
	})
}

// UpdateChange stores everything that can change; when c.Version is not the stored one plus one, CodeContention.
func (tx *Tx) UpdateChange(c parley.ChangeRequest) {
	tx.locks(changeRow, c.ID)
	const update = `UPDATE change_requests SET status = $3, approval_id = $4, approved_by = $5, approved_at = $6, applied_by = $7,
		applied_at = $8, rejection_reason = $9, failure_reason = $10, before = $11, updated_at = $12, lapses_at = $13, severity = $14,
		version = $2
		WHERE id = $1 AND version = $2 - 1`
	tx.add(Stmt{
		SQL: update,
		Args: []any{
			c.ID, c.Version, string(c.Status), maybeText(c.ApprovalID), c.ApprovedBy, maybeMicros(c.ApprovedAt), c.AppliedBy,
			maybeMicros(c.AppliedAt), c.RejectionReason, c.FailureReason, tx.maybeJSON(c.Before), micros(c.UpdatedAt),
			maybeMicros(c.LapsesAt), string(c.Severity),
		},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeContention, "The change request %q has changed meanwhile. Read it again, then retry.", c.ID),
	})
}
