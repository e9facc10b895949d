package storage

import (
	"time"

	"parley"
)

// ApprovalFilter narrows a list of approvals. Zero values match all.
type ApprovalFilter struct {
	Status     parley.ApprovalStatus // as stored, or timed out by Now
	Gate       parley.Gate
	ProposalID string
	DealID     string
	Owner      *string // whose they are
	Now        time.Time
	Page       Page
}

const approvalColumns = `id, gate, status, rule_id, rule_name, role, owner, COALESCE(proposal_id, ''), COALESCE(negotiation_id, ''),
	COALESCE(quote_id, ''), COALESCE(deal_id, ''), COALESCE(order_id, ''), COALESCE(change_id, ''), facts, snapshot,
	requested_at, timeout_at, on_timeout, escalate_to, decided_by, decided_at, reason, modifications, resumed_at, outcome,
	version, requested_by, rule_role, rule_condition, message_to_buyer, planned, planned_for,
	assignee, snoozed_until, second_role, rule_second_role, first_by, first_at, first_yes`

func scanApproval(rows Rows, a *parley.Approval) error { return rows.Scan(approvalFields(a)...) }

func approvalFields(a *parley.Approval) []any {
	return []any{
		&a.ID, (*string)(&a.Gate), (*string)(&a.Status), &a.RuleID, &a.RuleName, (*string)(&a.Role), &a.Owner,
		&a.ProposalID, &a.NegotiationID, &a.QuoteID, &a.DealID, &a.OrderID, &a.ChangeID, decoded(&a.Case), raw(&a.Snapshot),
		instant(&a.RequestedAt), instant(&a.TimeoutAt), (*string)(&a.OnTimeout), (*string)(&a.EscalateTo), &a.DecidedBy,
		maybeInstant(&a.DecidedAt), &a.Reason, decoded(&a.Modifications), maybeInstant(&a.ResumedAt), raw(&a.Outcome), &a.Version,
		&a.RequestedBy, (*string)(&a.RuleRole), &a.RuleCondition, &a.BuyerMessage, decoded(&a.Planned), maybeInstant(&a.PlannedFor),
		&a.Assignee, maybeInstant(&a.SnoozedUntil), (*string)(&a.SecondRole), (*string)(&a.RuleSecondRole), &a.FirstBy, maybeInstant(&a.FirstAt),
		decoded(&a.FirstYes),
	}
}

// Approval answers an approval as it is stored; see parley.Approval.At.
func (r *Reader) Approval(id string) *Pending[parley.Approval] {
	return one(r, scanApproval, "approval", id, `SELECT `+approvalColumns+` FROM approvals WHERE id = $1`, id)
}

// ApprovalForUpdate reads the approval and keeps it from changing until the transaction ends.
func (tx *Tx) ApprovalForUpdate(id string) *Pending[parley.Approval] {
	tx.locks(approvalRow, id)
	return one(&tx.Reader, scanApproval, "approval", id, `SELECT `+approvalColumns+` FROM approvals WHERE id = $1`+tx.dialect.ForUpdate, id)
}

// Approvals lists approvals as they are stored; see parley.Approval.At.
func (r *Reader) Approvals(filter ApprovalFilter) *Pending[Listing[parley.Approval]] {
	var w where
	equal(&w, "gate", filter.Gate)
	equal(&w, "proposal_id", filter.ProposalID)
	equal(&w, "deal_id", filter.DealID)
	w.owned(filter.Owner)
	switch filter.Status {
	case parley.ApprovalPending:
		w.and("status = 'pending' AND (on_timeout = 'escalate' OR timeout_at > ? OR planned_for IS NOT NULL)", micros(filter.Now))
	case parley.ApprovalTimedOut:
		w.and("(status = 'timed_out' OR status = 'pending' AND on_timeout = 'reject' AND timeout_at <= ? AND planned_for IS NULL)", micros(filter.Now))
	case parley.ApprovalApproved, parley.ApprovalRejected, parley.ApprovalCountered, parley.ApprovalWithdrawn:
		w.and("status = ?", string(filter.Status))
	}
	list := paged{table: "approvals", columns: approvalColumns, order: "id", id: "id"}
	return listing(r, list, w, filter.Page, scanApproval)
}

// WaitingApprovals answers how many approvals wait for an answer, and since when the first of them does; zero: none waits.
func (r *Reader) WaitingApprovals() *Pending[Backlog] {
	return maybe(r, scanBacklog, `SELECT COUNT(*), MIN(requested_at) FROM approvals WHERE status = 'pending'`)
}

// PendingApprovalsForUpdate answers the pending approvals of a deal, of its orders and of its changes, ordered by id,
// and keeps them from changing until the transaction ends.
func (tx *Tx) PendingApprovalsForUpdate(dealID string) *Pending[[]parley.Approval] {
	query := `SELECT ` + approvalColumns + ` FROM approvals WHERE deal_id = $1 AND COALESCE(status, '') = 'pending' ORDER BY id` + tx.dialect.ForUpdate
	return locking(tx, approvalRow, func(a *parley.Approval) string { return a.ID }, scanApproval, query, dealID)
}

// GrantedApprovals answers the approved approvals of a proposal, of a negotiation and of a quote; an empty id matches
// none.
func (r *Reader) GrantedApprovals(proposalID, negotiationID, quoteID string) *Pending[[]parley.Approval] {
	// COALESCE keeps the index of statuses out of this, which finds everything that was ever granted.
	const query = `SELECT ` + approvalColumns + ` FROM approvals WHERE COALESCE(status, '') = 'approved'
		AND (proposal_id = $1 OR negotiation_id = $2 OR quote_id = $3) ORDER BY id`
	return many(r, scanApproval, query, maybeText(proposalID), maybeText(negotiationID), maybeText(quoteID))
}

// AnsweredChanges answers what was answered about the changes of a deal, and has not been carried out: the approvals of them that are granted
// and not resumed, or whose answer is planned.
func (r *Reader) AnsweredChanges(dealID string) *Pending[[]parley.Approval] {
	// COALESCE as above.
	const query = `SELECT ` + approvalColumns + ` FROM approvals WHERE deal_id = $1 AND change_id IS NOT NULL AND resumed_at IS NULL
		AND (COALESCE(status, '') = 'approved' OR COALESCE(status, '') = 'pending' AND planned_for IS NOT NULL) ORDER BY id`
	return many(r, scanApproval, query, dealID)
}

// InsertApproval stores a new approval; a repeated id is CodeConflict.
func (tx *Tx) InsertApproval(a parley.Approval) {
	tx.added(approvalRow, a.ID)
	tx.add(Stmt{
		SQL: `INSERT INTO approvals (id, gate, status, rule_id, rule_name, role, owner, proposal_id, negotiation_id, quote_id, deal_id,
			order_id, change_id, facts, snapshot, requested_at, timeout_at, on_timeout, escalate_to, decided_by, decided_at, reason,
			modifications, resumed_at, outcome, version, requested_by, rule_role, rule_condition, message_to_buyer,
			second_role, rule_second_role, first_by, first_at, first_yes)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
			$25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35)`,
		Args: []any{
			a.ID, string(a.Gate), string(a.Status), a.RuleID, a.RuleName, string(a.Role), a.Owner, maybeText(a.ProposalID),
			maybeText(a.NegotiationID), maybeText(a.QuoteID), maybeText(a.DealID), maybeText(a.OrderID), maybeText(a.ChangeID),
			tx.json(a.Case), rawText(a.Snapshot), micros(a.RequestedAt), micros(a.TimeoutAt), string(a.OnTimeout),
			string(a.EscalateTo), a.DecidedBy, maybeMicros(a.DecidedAt), a.Reason, tx.maybeJSON(a.Modifications),
			maybeMicros(a.ResumedAt), rawText(a.Outcome), a.Version, a.RequestedBy, string(a.RuleRole), a.RuleCondition, a.BuyerMessage,
			string(a.SecondRole), string(a.RuleSecondRole), a.FirstBy, maybeMicros(a.FirstAt), tx.maybeJSON(a.FirstYes),
		},
		Refused: refuse(parley.Errorf(parley.CodeConflict, "The approval %q exists.", a.ID), PrimaryKey),
	})
}

// UpdateApproval stores everything that can change; when a.Version is not the stored one plus one, CodeContention.
func (tx *Tx) UpdateApproval(a parley.Approval) {
	tx.locks(approvalRow, a.ID)
	const update = `UPDATE approvals SET status = $3, role = $4, timeout_at = $5, on_timeout = $6, decided_by = $7, decided_at = $8,
		reason = $9, modifications = $10, resumed_at = $11, outcome = $12, message_to_buyer = $13, planned = $14, planned_for = $15,
		assignee = $16, snoozed_until = $17, second_role = $18, first_by = $19, first_at = $20, first_yes = $21, facts = $22, version = $2
		WHERE id = $1 AND version = $2 - 1`
	tx.add(Stmt{
		SQL: update,
		Args: []any{
			a.ID, a.Version, string(a.Status), string(a.Role), micros(a.TimeoutAt), string(a.OnTimeout), a.DecidedBy,
			maybeMicros(a.DecidedAt), a.Reason, tx.maybeJSON(a.Modifications), maybeMicros(a.ResumedAt), rawText(a.Outcome),
			a.BuyerMessage, tx.maybeJSON(a.Planned), maybeMicros(a.PlannedFor), a.Assignee, maybeMicros(a.SnoozedUntil),
			string(a.SecondRole), a.FirstBy, maybeMicros(a.FirstAt), tx.maybeJSON(a.FirstYes), tx.json(a.Case),
		},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeContention, "The approval %q has changed meanwhile. Read it again, then retry.", a.ID),
	})
}
