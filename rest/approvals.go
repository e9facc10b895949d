package rest

import (
	"net/http"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
)

var approvalRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/approvals", Access: AccessOperator, Scopes: viewer,
		ID: "listApprovals", Tag: "Approvals", Summary: "List what waits for a decision",
		Description: "The pending ones, oldest first; name a status for those that were decided.",
	}, wire.ListApprovals, sampleApproval),
	one(Route{
		Method: http.MethodGet, Path: "/approvals/{approval_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getApproval", Tag: "Approvals", Summary: "Read a question to the deal desk and its answer",
	}, wire.GetApproval, sampleApproval),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "decideApproval", Tag: "Approvals", Summary: "Decide, once",
		Description: "The key needs the role that the approval names. A decision is carried out when the approval is resumed; " +
			"with resume, at once and in the same transaction. With counter, modifications are what the seller offers instead: " +
			"they become the buyer's counter terms. Decided already, or timed out: 409 with the status.",
		Example: `{"decision": "counter", "reason": "Q4 is nearly full", "modifications": {"counter_cpm": 31.50, ` +
			`"impressions": 8000000, "note": "This is what is left in Q4."}, "resume": true}`,
		Failures: []int{http.StatusConflict},
	}, wire.DecideApproval, sampleApproval),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "resumeApproval", Tag: "Approvals", Summary: "Carry out what was decided",
		Description: "Takes the flow up where it was held, checks again what may have changed since (inventory, product, flight " +
			"dates), and applies the decision once, however often it is called. What can no longer be honoured as approved " +
			"becomes a counter or a rejection; outcome says which and why. Not decided, or timed out: 409 with the status.",
		Example:  repeatedExample,
		Failures: []int{http.StatusConflict},
	}, wire.ResumeApproval, sampleApproval),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "assignApproval", Tag: "Approvals", Summary: "Have somebody see to a question",
		Description: "Who may decide it stays as it is; the inbox has it among that person's. Decided already, or timed out: 409 with the status.",
		Example:     `{"assignee": "key-01k1h3v8mq4t7c9w2x5y6z0a1b"}`,
		Failures:    []int{http.StatusConflict},
	}, wire.AssignApproval, sampleApproval),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "snoozeApproval", Tag: "Approvals", Summary: "Put a question off",
		Description: "It is out of the inbox until then, or until it is brought back; its timeout stays what it is. Decided already, or timed out: " +
			"409 with the status.",
		Example:  `{"until": "` + sampleTime.Add(time.Hour).Format(time.RFC3339) + `"}`,
		Failures: []int{http.StatusConflict},
	}, wire.SnoozeApproval, sampleApproval),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "commentApproval", Tag: "Approvals", Summary: "Say something about a question",
		Description: "For the publisher's people alone, also after it was decided. A question has at most 200 comments.",
		Example:     `{"text": "Finance looks at it tomorrow."}`,
		Failures:    []int{http.StatusConflict},
	}, wire.CommentApproval, sampleComment),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/approvals/{approval_id}/comments", Access: AccessOperator, Scopes: viewer,
		ID: "listApprovalComments", Tag: "Approvals", Summary: "Read what was said about a question",
	}, wire.GetApprovalComments, []parley.ApprovalComment{sampleComment}),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "decideApprovals", Tag: "Approvals", Summary: "Decide up to 100 approvals in the same way",
		Description: "Each is decided by itself: one that cannot be leaves the others decided, and its row says why. A " +
			"repetition finds them decided and changes nothing.",
		Example: `{"approval_ids": ["apr-01k1h3v8mq4t7c9w2x5y6z0a1b3i"], "decision": "approve", "resume": true}`,
	}, wire.DecideApprovals, []seller.BulkDecision{{ApprovalID: sampleApproval.ID, Approval: &sampleApproval}}),
}
