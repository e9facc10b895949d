package wire

import (
	"context"

	"parley"
	"parley/seller"
)

// BulkDecisionRequest is the body that decides many approvals.
type BulkDecisionRequest struct {
	Idempotency
	ApprovalIDs []string `json:"approval_ids" minItems:"1" maxItems:"100" maxLength:"128"`
	Decision
}

// Domain is what the flow takes.
func (b *BulkDecisionRequest) Domain() []seller.DecisionRequest {
	requests := make([]seller.DecisionRequest, len(b.ApprovalIDs))
	for i, id := range b.ApprovalIDs {
		requests[i] = b.Decision.Domain(id)
	}
	return requests
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

// BulkDecisionsOf writes what became of each approval.
func BulkDecisionsOf(v View, results []seller.BulkDecision) BulkDecisions {
	rendered := BulkDecisions{Results: make([]BulkDecision, len(results))}
	for i, result := range results {
		row := BulkDecision{ApprovalID: result.ApprovalID}
		if result.Err != nil {
			failure := PublicError(result.Err)
			row.Error = &BulkError{Error: publicCodes[failure.Code], Message: failure.Message, Fields: failure.Fields}
		} else {
			approval := ApprovalOf(v, *result.Approval)
			row.Approval = &approval
			rendered.Decided++
		}
		rendered.Results[i] = row
	}
	return rendered
}

// DecideApprovals decides many approvals.
var DecideApprovals = act("POST /approvals/decide", Done, BulkDecisionsOf,
	func(ctx context.Context, x *Exchange, _ string, body *BulkDecisionRequest, encode seller.Encode[[]seller.BulkDecision]) (seller.Answer, error) {
		return x.Service.DecideAllOnce(ctx, x.Call, body.Domain(), body.Resume, encode)
	})
