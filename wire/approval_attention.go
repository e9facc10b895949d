package wire

import (
	"context"
	"time"

	"parley"
	"parley/seller"
)

// Assignment is the body that has somebody see to a question.
type Assignment struct {
	Idempotency
	Assignee string `json:"assignee,omitempty" maxLength:"128" doc:"The id of the key of a person who may decide it. Empty: whoever may."`
}

// Snooze is the body that puts a question off.
type Snooze struct {
	Idempotency
	Until *time.Time `json:"until,omitempty" doc:"After now, within 30 days, and before the question times out. Without it the question is back among what waits."`
}

// CommentRequest is the body that says something about a question.
type CommentRequest struct {
	Idempotency
	Text string `json:"text" minLength:"1" maxLength:"2000"`
}

// ApprovalComment is what one of the publisher's people says about a question to the others.
type ApprovalComment struct {
	CommentID  string    `json:"comment_id"`
	ApprovalID string    `json:"approval_id"`
	By         string    `json:"by" doc:"The principal."`
	Text       string    `json:"text"`
	At         time.Time `json:"at"`
}

// ApprovalComments are all that was said about a question.
type ApprovalComments struct {
	Comments []ApprovalComment `json:"comments" doc:"Oldest first, at most 200."`
}

// ApprovalCommentOf writes a comment.
func ApprovalCommentOf(_ View, c parley.ApprovalComment) ApprovalComment {
	return ApprovalComment{CommentID: c.ID, ApprovalID: c.ApprovalID, By: c.By, Text: c.Text, At: c.At}
}

// ApprovalCommentsOf writes comments.
func ApprovalCommentsOf(v View, comments []parley.ApprovalComment) ApprovalComments {
	return ApprovalComments{Each(v, comments, ApprovalCommentOf)}
}

// What people do about a question among themselves.
var (
	AssignApproval = act("POST /api/v1/approvals/{approval_id}/assign", Done, ApprovalOf,
		func(ctx context.Context, x *Exchange, id string, body *Assignment, encode seller.Encode[parley.Approval]) (seller.Answer, error) {
			return x.Service.AssignApproval(ctx, x.Call, id, body.Assignee, encode)
		})
	SnoozeApproval = act("POST /api/v1/approvals/{approval_id}/snooze", Done, ApprovalOf,
		func(ctx context.Context, x *Exchange, id string, body *Snooze, encode seller.Encode[parley.Approval]) (seller.Answer, error) {
			var until time.Time
			if body.Until != nil {
				until = *body.Until
			}
			return x.Service.SnoozeApproval(ctx, x.Call, id, until, encode)
		})
	CommentApproval = act("POST /api/v1/approvals/{approval_id}/comments", Made, ApprovalCommentOf,
		func(ctx context.Context, x *Exchange, id string, body *CommentRequest, encode seller.Encode[parley.ApprovalComment]) (seller.Answer, error) {
			return x.Service.CommentApproval(ctx, x.Call, id, body.Text, encode)
		})
	GetApprovalComments = Lookup[[]parley.ApprovalComment, ApprovalComments]{(*seller.Service).ApprovalComments, ApprovalCommentsOf}
)
