package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire/contract"
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
			return x.service.Approvals(ctx, x.call, filter.Domain(page))
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
		return renderApproval(x.View, approval), err
	}, func(x *exchange) Approval { return renderApproval(x.View, sampleApproval) }),
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
			return decide(ctx, x.call, body.Domain(path.ApprovalID), encode)
		},
		render:  renderApproval,
		status:  http.StatusOK,
		example: sampleApproval,
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
		render:  renderApproval,
		status:  http.StatusOK,
		example: sampleApproval,
	}),
	ask(Route{
		Method: http.MethodPost, Path: "/approvals/decide", Access: AccessOperator, Scopes: desk, Changes: true,
		ID: "decideApprovals", Tag: "Approvals", Summary: "Decide up to 100 approvals in the same way",
		Description: "Each is decided by itself: one that cannot be leaves the others decided, and its row says why. A " +
			"repetition finds them decided and changes nothing.",
		Example: `{"approval_ids": ["apr-01k1h3v8mq4t7c9w2x5y6z0a1b3i"], "decision": "approve", "resume": true}`,
	}, func(ctx context.Context, x *exchange, body *BulkDecisionRequest) (BulkDecisions, error) {
		results, err := x.service.DecideAll(ctx, x.call, body.Domain(), body.Resume)
		return renderBulk(x.View, results), err
	}, func(x *exchange) BulkDecisions {
		return renderBulk(x.View, []seller.BulkDecision{{ApprovalID: sampleApproval.ID, Approval: &sampleApproval}})
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

func (f approvalFilter) Domain(page seller.Page) seller.ApprovalFilter {
	return seller.ApprovalFilter{
		Status: parley.ApprovalStatus(f.Status), Gate: parley.Gate(f.Gate), ProposalID: f.ProposalID, DealID: f.DealID, Page: page,
	}
}

// Decision is what an operator says to one approval, or to many.
type Decision struct {
	Decision      string         `json:"decision" enum:"approve,reject,counter"`
	Reason        string         `json:"reason,omitempty" maxLength:"2000" doc:"For the publisher's people alone."`
	Message       string         `json:"message_to_buyer,omitempty" maxLength:"2000" doc:"What the buyer is told; of a rejection without one, that the deal desk declined."`
	Modifications *Modifications `json:"modifications,omitempty" doc:"With counter: at least a price, a volume or a date."`
	Resume        bool           `json:"resume,omitempty" doc:"Carry the decision out at once."`
}

func (d *Decision) Domain(id string) seller.DecisionRequest {
	request := seller.DecisionRequest{ApprovalID: id, Decision: d.Decision, Reason: d.Reason, BuyerMessage: d.Message}
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
