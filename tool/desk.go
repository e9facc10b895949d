package tool

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/document"
)

var deskTools = []Tool{
	question(Tool{
		Name: "get_inbound_queue", Title: "What waits for the desk",
		Description: "Read what waits for somebody at the publisher, the soonest timeout first: approvals that are pending, with the case for each, and proposals that are open.",
	}, inboundQueue),
	list(Tool{Name: "list_pending_approvals", Title: "List approvals", Description: "List approvals; those that are pending, when no status is named."}, pendingApprovals),
	one(Tool{Name: "get_approval", Title: "Read an approval", Description: "Read a question to the desk: what waits, which rule stopped it, the case, and its answer."}, "approval_id", wire.GetApproval),
	actAs(Tool{
		Name: "approve_or_reject", Title: "Decide an approval", Destructive: true,
		Description: "Decide, once, what waits for the desk: approve, reject, or counter with modifications. Decide only what a person has told you to, " +
			"with their reason. It is carried out at once unless resume is false.",
	}, wire.DecideApproval, func(a *decisionArguments) (string, *wire.DecisionRequest) { return a.ApprovalID, a.body() }),
	actAs(Tool{
		Name: "resume_approval", Title: "Carry out a decision", Description: "Carry out what was decided, which is checked again against what changed since.",
	}, wire.ResumeApproval, func(a *resumeArguments) (string, *wire.Repeated) {
		return a.ApprovalID, &wire.Repeated{Idempotency: a.Idempotency}
	}),
	actAs(Tool{
		Name: "assign_approval", Title: "Have somebody see to a question",
		Description: "Have one of the publisher's people see to a question, by the id of their key; without one whoever may decide it. Who may decide stays as it is.",
	}, wire.AssignApproval, func(a *assignArguments) (string, *wire.Assignment) { return a.ApprovalID, &a.Assignment }),
	actAs(Tool{
		Name: "snooze_approval", Title: "Put a question off",
		Description: "Put a question off until a time, or bring it back when none is given. Its timeout stays what it is.",
	}, wire.SnoozeApproval, func(a *snoozeArguments) (string, *wire.Snooze) { return a.ApprovalID, &a.Snooze }),
	actAs(Tool{
		Name: "comment_approval", Title: "Say something about a question",
		Description: "Say something about a question, for the publisher's people alone. It decides nothing.",
	}, wire.CommentApproval, func(a *commentArguments) (string, *wire.CommentRequest) { return a.ApprovalID, &a.CommentRequest }),
	one(Tool{Name: "list_approval_comments", Title: "Read what was said about a question", Description: "Read what the publisher's people said about a question."}, "approval_id", wire.GetApprovalComments),
	actAs(Tool{
		Name: "review_change", Title: "Decide on a change", Destructive: true,
		Description: "Approve or reject a change request that waits. An approved one is applied with apply_change.",
	}, wire.ReviewChange, func(a *reviewArguments) (string, *wire.ReviewRequest) { return a.ChangeRequestID, &a.ReviewRequest }),
	actAs(Tool{
		Name: "cancel_deal", Title: "Cancel a deal", Destructive: true, Description: "End a deal that has not run its course, and give its inventory back.",
	}, wire.CancelDeal, func(a *cancelArguments) (string, *wire.CancelRequest) { return a.DealID, &a.CancelRequest }),
	question(Tool{Name: "order_report", Title: "Report on orders", Description: "Count the orders of a period by status, move and actor, with their change requests."},
		func(ctx context.Context, x *wire.Exchange, a *reportArguments) (document.OrderReport, error) {
			return wire.ReportOrders.Read(ctx, x, wire.Between{From: a.From, To: a.To})
		}),
	question(Tool{
		Name: "get_buyer_activity", Title: "What buyers did", Description: "Count what each buyer did in the last days, the most active first.",
	}, buyerActivity),
	list(Tool{Name: "list_audit", Title: "Read the audit trail", Description: "List who changed what, with what was there before and after."}, wire.ListAudit),
	list(Tool{Name: "list_approval_rules", Title: "List approval rules", Description: "List the rules that make things wait for a person."}, wire.ApprovalRules.List),
	question(Tool{Name: "test_approval_rules", Title: "Try the approval rules", Description: "Find which rules a case would meet at a gate, without doing anything."},
		wire.TryApprovalRules.Read),
}

// pendingApprovals are the approvals of a status, and those that are pending when none is named.
var pendingApprovals = func() wire.List[wire.ApprovalFilter, parley.Approval, wire.Approval] {
	l := wire.ListApprovals
	find := l.Find
	l.Find = func(ctx context.Context, x *wire.Exchange, f wire.ApprovalFilter, page seller.Page) (seller.Listing[parley.Approval], error) {
		f.Status = cmp.Or(f.Status, string(parley.ApprovalPending))
		return find(ctx, x, f, page)
	}
	return l
}()

type decisionArguments struct {
	wire.Idempotency
	ApprovalID    string              `json:"approval_id" maxLength:"128"`
	Decision      string              `json:"decision" enum:"approve,reject,counter"`
	Reason        string              `json:"reason,omitempty" maxLength:"2000" doc:"For the publisher's people alone."`
	Message       string              `json:"message_to_buyer,omitempty" maxLength:"2000" doc:"What the buyer is told."`
	Modifications *wire.Modifications `json:"modifications,omitempty" doc:"With counter: at least a price, a volume or a date."`
	Expected      *wire.Expected      `json:"expected,omitempty" doc:"What the answer is taken to do, such as what the person was told: where it would do something else by now, nothing is decided."`
	Resume        *bool               `json:"resume,omitempty" doc:"Carry the decision out at once; true when absent."`
}

// body is the API's request for the same.
func (a *decisionArguments) body() *wire.DecisionRequest {
	return &wire.DecisionRequest{Idempotency: a.Idempotency, Decision: wire.Decision{
		Decision: a.Decision, Reason: a.Reason, Message: a.Message, Modifications: a.Modifications, Expected: a.Expected, Resume: a.Resume == nil || *a.Resume,
	}}
}

type resumeArguments struct {
	wire.Idempotency
	ApprovalID string `json:"approval_id" maxLength:"128"`
}

type assignArguments struct {
	wire.Assignment
	ApprovalID string `json:"approval_id" maxLength:"128"`
}

type snoozeArguments struct {
	wire.Snooze
	ApprovalID string `json:"approval_id" maxLength:"128"`
}

type commentArguments struct {
	wire.CommentRequest
	ApprovalID string `json:"approval_id" maxLength:"128"`
}

type reviewArguments struct {
	wire.ReviewRequest
	ChangeRequestID string `json:"change_request_id" maxLength:"128"`
}

type cancelArguments struct {
	wire.CancelRequest
	DealID string `json:"deal_id" maxLength:"128"`
}

type reportArguments struct {
	From *wire.Moment `json:"from,omitempty" doc:"At or after a time, or from a day on."`
	To   *wire.Moment `json:"to,omitempty" doc:"Before a time, or up to the end of a day."`
}

// queue is what waits for the desk.
type queue struct {
	Approvals []wire.Approval             `json:"approvals" doc:"Pending, the soonest timeout first."`
	Proposals []document.ProposalResponse `json:"proposals" doc:"Open: with the buyer, or with the desk; the soonest to expire first."`
	Waiting   int64                       `json:"waiting" doc:"Approvals that are pending, of which 200 are shown."`
}

func inboundQueue(ctx context.Context, x *wire.Exchange, _ *Nothing) (queue, error) {
	const most = 200
	page := seller.Page{Limit: most}
	pending, err := x.Service.Approvals(ctx, x.Call, seller.ApprovalFilter{Status: parley.ApprovalPending, Page: page})
	if err != nil {
		return queue{}, err
	}
	slices.SortStableFunc(pending.Items, func(a, b parley.Approval) int { return a.TimeoutAt.Compare(b.TimeoutAt) })
	waiting := queue{Approvals: wire.Each(x.View, pending.Items, wire.ApprovalOf), Proposals: []document.ProposalResponse{}, Waiting: pending.Total}
	var open []parley.Proposal
	for _, status := range []parley.ProposalStatus{parley.ProposalPendingApproval, parley.ProposalCounterOffered} {
		found, err := x.Service.Proposals(ctx, x.Call, seller.ProposalFilter{Status: status, Page: page})
		if err != nil {
			return queue{}, err
		}
		open = append(open, found.Items...)
	}
	slices.SortStableFunc(open, func(a, b parley.Proposal) int { return a.ExpiresAt.Compare(b.ExpiresAt) })
	waiting.Proposals = wire.Each(x.View, open, wire.ProposalOf)
	return waiting, nil
}

type activityArguments struct {
	Days  int `json:"days,omitempty" minimum:"1" maximum:"90" doc:"7 when absent."`
	Limit int `json:"limit,omitempty" minimum:"1" maximum:"200" doc:"Of buyers; 50 when absent."`
}

// activity is what buyers did.
type activity struct {
	Since     time.Time         `json:"since"`
	Buyers    []buyerActivities `json:"buyers" doc:"The most active first."`
	Truncated bool              `json:"truncated" doc:"Whether there were more events than were counted."`
}

type buyerActivities struct {
	Buyer  string                   `json:"buyer" doc:"Whose events they are; empty: of callers without a key."`
	Events int                      `json:"events"`
	Last   time.Time                `json:"last_event_at"`
	Types  map[parley.EventType]int `json:"types"`
}

func buyerActivity(ctx context.Context, x *wire.Exchange, a *activityArguments) (activity, error) {
	const rows, most = 500, 10_000
	days, limit := a.Days, a.Limit
	if days == 0 {
		days = 7
	}
	if limit == 0 {
		limit = wire.DefaultLimit
	}
	told := activity{Since: (x.Service.Today() - parley.Date(days-1)).Begins(x.Settings.TimeZone)}
	byBuyer := map[string]*buyerActivities{}
	page := seller.Page{Limit: rows}
	for counted := 0; ; {
		found, err := x.Service.Events(ctx, x.Call, seller.EventFilter{Since: told.Since, Page: page})
		if err != nil {
			return activity{}, err
		}
		for _, event := range found.Items {
			if event.Owner == "" {
				continue // the publisher's own
			}
			one := byBuyer[event.Owner]
			if one == nil {
				one = &buyerActivities{Buyer: event.Owner, Types: map[parley.EventType]int{}}
				byBuyer[event.Owner] = one
			}
			one.Events++
			one.Types[event.Type]++
			one.Last = event.OccurredAt
		}
		counted += len(found.Items)
		if told.Truncated = counted >= most; told.Truncated || len(found.Items) < rows {
			break
		}
		page.After = found.Items[len(found.Items)-1].ID
	}
	told.Buyers = []buyerActivities{}
	for _, one := range byBuyer {
		told.Buyers = append(told.Buyers, *one)
	}
	slices.SortFunc(told.Buyers, func(a, b buyerActivities) int {
		if a.Events != b.Events {
			return b.Events - a.Events
		}
		return b.Last.Compare(a.Last)
	})
	told.Buyers = told.Buyers[:min(limit, len(told.Buyers))]
	return told, nil
}
