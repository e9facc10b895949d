package rest

import (
	"context"
	"net/http"
	"time"

	"parley"
	"parley/rest/contract"
	"parley/seller"
)

var approvalRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/approvals", Access: AccessOperator, Scopes: viewer,
		ID: "listApprovals", Tag: "Approvals", Summary: "List what waits for a decision",
		Description: "The pending ones, oldest first; name a status for those that were decided.",
	}, listing[approvalFilter, parley.Approval, Approval]{
		plural: "approvals",
		run: func(
			ctx context.Context, x *exchange, filter approvalFilter, page seller.Page,
		) (seller.Listing[parley.Approval], error) {
			return x.service.Approvals(ctx, x.call, filter.domain(page))
		},
		render:  renderApproval,
		id:      func(approval parley.Approval) string { return approval.ID },
		example: sampleApproval,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/approvals/{approval_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getApproval", Tag: "Approvals", Summary: "Read a question to the deal desk and its answer",
	}, func(ctx context.Context, x *exchange, path approvalPath) (Approval, error) {
		approval, err := x.service.Approval(ctx, x.call, path.ApprovalID)
		return renderApproval(x, approval), err
	}, func(x *exchange) Approval { return renderApproval(x, sampleApproval) }),
	change(Route{
		Method: http.MethodPost, Path: "/approvals/{approval_id}/decide", Access: AccessOperator, Scopes: desk,
		ID: "decideApproval", Tag: "Approvals", Summary: "Decide, once",
		Description: "The key needs the role that the approval names. A decision is carried out when the approval is resumed; " +
			"with resume, at once and in the same transaction. With counter, modifications are what the seller offers instead: " +
			"they become the buyer's counter terms. Decided already, or timed out: 409 with the status.",
		Example: `{"decision": "counter", "reason": "Q4 is nearly full", "modifications": {"counter_cpm": 31.50, ` +
			`"impressions": 8000000, "note": "This is what is left in Q4."}, "resume": true}`,
		Failures: []int{http.StatusConflict},
	}, changing[approvalPath, DecisionRequest, parley.Approval, Approval]{
		run: func(
			ctx context.Context, x *exchange, path approvalPath, body *DecisionRequest, encode seller.Encode[parley.Approval],
		) (seller.Answer, error) {
			decide := x.service.Decide
			if body.Resume {
				decide = x.service.DecideAndResume
			}
			return decide(ctx, x.call, body.domain(path.ApprovalID), encode)
		},
		render:   renderChangedApproval,
		example:  sampleApproval,
		statuses: []int{http.StatusOK},
	}),
	change(Route{
		Method: http.MethodPost, Path: "/approvals/{approval_id}/resume", Access: AccessOperator, Scopes: desk,
		ID: "resumeApproval", Tag: "Approvals", Summary: "Carry out what was decided",
		Description: "Takes the flow up where it was held, checks again what may have changed since (inventory, product, flight " +
			"dates), and applies the decision once, however often it is called. What can no longer be honoured as approved " +
			"becomes a counter or a rejection; outcome says which and why. Not decided, or timed out: 409 with the status.",
		Failures: []int{http.StatusConflict},
	}, changing[approvalPath, none, parley.Approval, Approval]{
		run: func(
			ctx context.Context, x *exchange, path approvalPath, _ *none, encode seller.Encode[parley.Approval],
		) (seller.Answer, error) {
			return x.service.Resume(ctx, x.call, path.ApprovalID, encode)
		},
		render:   renderChangedApproval,
		example:  sampleApproval,
		statuses: []int{http.StatusOK},
	}),
	ask(Route{
		Method: http.MethodPost, Path: "/approvals/decide", Access: AccessOperator, Scopes: desk,
		ID: "decideApprovals", Tag: "Approvals", Summary: "Decide up to 100 approvals in the same way",
		Description: "Each is decided by itself: one that cannot be leaves the others decided, and its row says why. A " +
			"repetition finds them decided and changes nothing.",
		Example: `{"approval_ids": ["apr-01k1h3v8mq4t7c9w2x5y6z0a1b3i"], "decision": "approve", "resume": true}`,
	}, func(ctx context.Context, x *exchange, body *BulkDecisionRequest) (BulkDecisions, error) {
		results, err := x.service.DecideAll(ctx, x.call, body.domain(), body.Resume)
		return renderBulk(x, results), err
	}, func(x *exchange) BulkDecisions {
		return renderBulk(x, []seller.BulkDecision{{ApprovalID: sampleApproval.ID, Approval: &sampleApproval}})
	}),
}

type approvalPath struct {
	ApprovalID string `path:"approval_id" maxLength:"128"`
}

type approvalFilter struct {
	Status     string `query:"status" default:"pending" enum:"pending,approved,rejected,countered,timed_out,withdrawn"`
	Gate       string `query:"gate" enum:"proposal_decision,negotiation_accept,deal_booking,order_submission,change_request"`
	ProposalID string `query:"proposal_id" maxLength:"128"`
	DealID     string `query:"deal_id" maxLength:"128"`
	Paging
}

func (f approvalFilter) domain(page seller.Page) seller.ApprovalFilter {
	return seller.ApprovalFilter{
		Status: parley.ApprovalStatus(f.Status), Gate: parley.Gate(f.Gate), ProposalID: f.ProposalID, DealID: f.DealID, Page: page,
	}
}

// Decision is what an operator says to one approval, or to many.
type Decision struct {
	Decision      string         `json:"decision" enum:"approve,reject,counter"`
	Reason        string         `json:"reason,omitempty" maxLength:"2000" doc:"Kept for the publisher; the reason of a rejection is told to the buyer."`
	Modifications *Modifications `json:"modifications,omitempty" doc:"With counter: at least a price, a volume or a date."`
	Resume        bool           `json:"resume,omitempty" doc:"Carry the decision out at once."`
}

func (d *Decision) domain(id string) seller.DecisionRequest {
	request := seller.DecisionRequest{ApprovalID: id, Decision: d.Decision, Reason: d.Reason}
	if m := d.Modifications; m != nil {
		request.Modifications = &parley.Modifications{
			Impressions: m.Impressions, FlightStart: m.FlightStart, FlightEnd: m.FlightEnd, Note: m.Note,
		}
		if m.CounterCPM != nil {
			request.Modifications.CounterCPM, request.Currency = &m.CounterCPM.Money.Micros, m.CounterCPM.Money.Currency
		}
	}
	return request
}

// DecisionRequest is the body that decides an approval. Who decides is what the credential says.
type DecisionRequest struct {
	Idempotency
	Decision
}

// Modifications are the terms that the seller offers instead of those it was asked for.
type Modifications struct {
	CounterCPM  *contract.Price `json:"counter_cpm,omitempty" doc:"In the currency of the case."`
	Impressions *int64          `json:"impressions,omitempty" minimum:"1"`
	FlightStart *parley.Date    `json:"flight_start,omitempty" format:"date"`
	FlightEnd   *parley.Date    `json:"flight_end,omitempty" format:"date"`
	Note        string          `json:"note,omitempty" maxLength:"2000" doc:"For the buyer."`
}

// BulkDecisionRequest is the body that decides many approvals.
type BulkDecisionRequest struct {
	ApprovalIDs []string `json:"approval_ids" minItems:"1" maxItems:"100" maxLength:"128"`
	Decision
}

func (b *BulkDecisionRequest) domain() []seller.DecisionRequest {
	requests := make([]seller.DecisionRequest, len(b.ApprovalIDs))
	for i, id := range b.ApprovalIDs {
		requests[i] = b.Decision.domain(id)
	}
	return requests
}

// Approval is a question to the deal desk and what became of it.
type Approval struct {
	ApprovalID string                `json:"approval_id"`
	Status     parley.ApprovalStatus `json:"status"`
	Request    ApprovalRequest       `json:"request"`
	Response   *ApprovalResponse     `json:"response" doc:"Null until somebody decides."`
	ResumedAt  *time.Time            `json:"resumed_at" doc:"When the decision, or the timeout, was carried out."`
	Outcome    Object                `json:"outcome" doc:"What that did: result is accepted, countered, rejected, booked or nothing, with a reason and the ids of what came of it. Null until then."`
}

// ApprovalRequest is what was about to happen when a rule stopped it.
type ApprovalRequest struct {
	Gate          parley.Gate      `json:"gate"`
	RuleID        string           `json:"rule_id"`
	RuleName      string           `json:"rule_name"`
	Role          parley.Scope     `json:"role" doc:"Who may decide now; admin always may."`
	FlowID        *string          `json:"flow_id" doc:"The quote or proposal that the flow began with."`
	ProposalID    *string          `json:"proposal_id"`
	NegotiationID *string          `json:"negotiation_id"`
	QuoteID       *string          `json:"quote_id"`
	DealID        *string          `json:"deal_id"`
	OrderID       *string          `json:"order_id"`
	ChangeID      *string          `json:"change_request_id"`
	Case          ApprovalCase     `json:"case"`
	RequestedAt   time.Time        `json:"requested_at"`
	ExpiresAt     time.Time        `json:"expires_at" doc:"Until when it can be decided."`
	OnTimeout     parley.OnTimeout `json:"on_timeout"`
	EscalateTo    *parley.Scope    `json:"escalate_to"`
}

// ApprovalResponse is a decision.
type ApprovalResponse struct {
	Decision      parley.ApprovalStatus  `json:"decision" enum:"approved,rejected,countered"`
	Reason        string                 `json:"reason"`
	DecidedBy     string                 `json:"decided_by"`
	DecidedAt     time.Time              `json:"decided_at"`
	Modifications *ApprovalModifications `json:"modifications"`
}

// ApprovalModifications are the terms that were offered instead; null is a term left as it was.
type ApprovalModifications struct {
	CounterCPM  *contract.Decimal `json:"counter_cpm"`
	Impressions *int64            `json:"impressions"`
	FlightStart *parley.Date      `json:"flight_start" format:"date"`
	FlightEnd   *parley.Date      `json:"flight_end" format:"date"`
	Note        string            `json:"note"`
}

func renderChangedApproval(x *exchange, a parley.Approval) (int, Approval) {
	return http.StatusOK, renderApproval(x, a)
}

func renderApproval(_ *exchange, a parley.Approval) Approval { return ApprovalOf(a) }

// ApprovalOf is an approval as the API answers it, for other ways to show one.
func ApprovalOf(a parley.Approval) Approval {
	rendered := Approval{
		ApprovalID: a.ID, Status: a.Status, ResumedAt: a.ResumedAt, Outcome: Object(a.Outcome),
		Request: ApprovalRequest{
			Gate: a.Gate, RuleID: a.RuleID, RuleName: a.RuleName, Role: a.Role, FlowID: contract.Optional(a.ProposalID),
			ProposalID: contract.Optional(a.ProposalID), NegotiationID: contract.Optional(a.NegotiationID),
			QuoteID: contract.Optional(a.QuoteID), DealID: contract.Optional(a.DealID), OrderID: contract.Optional(a.OrderID),
			ChangeID: contract.Optional(a.ChangeID), Case: renderCase(a.Case), RequestedAt: a.RequestedAt, ExpiresAt: a.TimeoutAt,
			OnTimeout: a.OnTimeout,
		},
	}
	if a.ProposalID == "" {
		rendered.Request.FlowID = contract.Optional(a.QuoteID)
	}
	if a.EscalateTo != "" {
		rendered.Request.EscalateTo = &a.EscalateTo
	}
	if a.DecidedAt != nil {
		rendered.Response = &ApprovalResponse{
			Decision: a.Status, Reason: a.Reason, DecidedBy: a.DecidedBy, DecidedAt: *a.DecidedAt,
			Modifications: renderModifications(a),
		}
	}
	return rendered
}

func renderModifications(a parley.Approval) *ApprovalModifications {
	m := a.Modifications
	if m == nil {
		return nil
	}
	rendered := &ApprovalModifications{
		Impressions: m.Impressions, FlightStart: m.FlightStart, FlightEnd: m.FlightEnd, Note: m.Note,
	}
	if m.CounterCPM != nil {
		rendered.CounterCPM = contract.DecimalOf(parley.Money{Micros: *m.CounterCPM, Currency: a.Case.Currency})
	}
	return rendered
}

// BulkDecisions is what became of each approval of a bulk decision, in the order in which they were named.
type BulkDecisions struct {
	Results []BulkDecision `json:"results"`
	Decided int            `json:"decided" doc:"How many were."`
}

// BulkDecision is what became of one of them.
type BulkDecision struct {
	ApprovalID string     `json:"approval_id"`
	Approval   *Approval  `json:"approval" doc:"Null when it could not be decided."`
	Error      *BulkError `json:"error" doc:"Why it could not; null when it was."`
}

// BulkError is why one of many could not be decided.
type BulkError struct {
	Error   parley.Code         `json:"error" doc:"From the closed list of codes."`
	Message string              `json:"message"`
	Fields  []parley.FieldError `json:"fields,omitempty"`
}

func renderBulk(x *exchange, results []seller.BulkDecision) BulkDecisions {
	rendered := BulkDecisions{Results: make([]BulkDecision, len(results))}
	for i, result := range results {
		row := BulkDecision{ApprovalID: result.ApprovalID}
		if result.Err != nil {
			failure := publicError(result.Err)
			row.Error = &BulkError{Error: codes[failure.Code].public, Message: failure.Message, Fields: failure.Fields}
		} else {
			approval := renderApproval(x, *result.Approval)
			row.Approval = &approval
			rendered.Decided++
		}
		rendered.Results[i] = row
	}
	return rendered
}
