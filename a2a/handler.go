package a2a

import (
	"context"
	"iter"
	"slices"
	"strings"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"parley"
	"parley/seller"
)

// handler is the protocol's methods, in whichever binding. Each finds its request's exchange in the context.
type handler struct{}

// GetTask implements a2asrv.RequestHandler.
func (handler) GetTask(ctx context.Context, request *sdk.GetTaskRequest) (*sdk.Task, error) {
	x := of(ctx)
	trade, err := x.trade(ctx, string(request.ID))
	if err != nil {
		return nil, err
	}
	task, err := taskOf(x.View, trade)
	if err != nil {
		return nil, x.failed(ctx, err)
	}
	return recent(task, request.HistoryLength), nil
}

// trade reads the trade that a task is. Without it, and where it is another's, there is no such task.
func (x *exchange) trade(ctx context.Context, id string) (seller.Trade, error) {
	trade, err := x.server.service.Trade(ctx, x.call, id)
	if parley.Is(err, parley.CodeNotFound) {
		return trade, x.fault(sdk.ErrTaskNotFound, x.failure(ctx, err))
	}
	return trade, x.failed(ctx, err)
}

// Bounds of a list of tasks.
const (
	defaultPage = 50
	largestPage = 100
	// mostLookedAt is how many trades one request looks at for those that it asks for, the newest first.
	mostLookedAt = 10_000
	lookedAt     = 500 // in one reading
)

// states are what a list can be narrowed to.
var states = []sdk.TaskState{
	sdk.TaskStateSubmitted, sdk.TaskStateWorking, sdk.TaskStateInputRequired, sdk.TaskStateAuthRequired,
	sdk.TaskStateCompleted, sdk.TaskStateCanceled, sdk.TaskStateFailed, sdk.TaskStateRejected,
}

// unspecified is how a query writes that a list is not narrowed to a state.
const unspecified = "TASK_STATE_UNSPECIFIED"

// ListTasks implements a2asrv.RequestHandler: the caller's tasks, the newest first. The total is that of the tasks that were asked for,
// on all pages; of a list that is narrowed, among the newest 10,000 tasks of the caller, which are all that it looks at.
func (handler) ListTasks(ctx context.Context, request *sdk.ListTasksRequest) (*sdk.ListTasksResponse, error) {
	x := of(ctx)
	size := request.PageSize
	if size == 0 {
		size = defaultPage
	}
	var problems parley.Problems
	if size < 1 || size > largestPage {
		problems.Add("pageSize", "must be between 1 and %d", largestPage)
	}
	if token := request.PageToken; token != "" && !slices.ContainsFunc([]string{parley.PrefixQuote, parley.PrefixProposal, parley.PrefixChangeRequest},
		func(prefix string) bool { return strings.HasPrefix(token, prefix) && len(token) <= 128 }) {
		problems.Add("pageToken", "is not one that this list gave; start again without it")
	}
	if request.Status == unspecified {
		request.Status = ""
	}
	if request.Status != "" && !slices.Contains(states, request.Status) {
		problems.Add("status", "must be a state of tasks, such as %s", sdk.TaskStateWorking)
	}
	if request.HistoryLength != nil && *request.HistoryLength < 0 {
		problems.Add("historyLength", "must not be negative")
	}
	if err := problems.Err(); err != nil {
		return nil, x.failed(ctx, err)
	}
	answer := &sdk.ListTasksResponse{Tasks: []*sdk.Task{}, PageSize: size}
	list := x.listAll
	if request.Status != "" || request.ContextID != "" || request.StatusTimestampAfter != nil {
		list = x.listSome
	}
	if err := list(ctx, request, answer); err != nil {
		return nil, x.failed(ctx, err)
	}
	return answer, nil
}

// listAll reads a page of all tasks.
func (x *exchange) listAll(ctx context.Context, request *sdk.ListTasksRequest, answer *sdk.ListTasksResponse) error {
	found, err := x.server.service.Trades(ctx, x.call, seller.Page{Limit: answer.PageSize + 1, After: request.PageToken})
	if err != nil {
		return err
	}
	answer.TotalSize = int(found.Total)
	for i, trade := range found.Items {
		if i == answer.PageSize {
			answer.NextPageToken = found.Items[i-1].ID()
			break
		}
		if err := x.list(trade, request, answer); err != nil {
			return err
		}
	}
	return nil
}

// listSome reads a page of those tasks that are asked for, and counts these.
func (x *exchange) listSome(ctx context.Context, request *sdk.ListTasksRequest, answer *sdk.ListTasksResponse) error {
	page := seller.Page{Limit: lookedAt}
	for looked := 0; looked < mostLookedAt; looked += lookedAt {
		found, err := x.server.service.Trades(ctx, x.call, page)
		if err != nil {
			return err
		}
		for _, trade := range found.Items {
			page.After = trade.ID()
			if !wanted(trade, request) {
				continue
			}
			answer.TotalSize++
			switch {
			case request.PageToken != "" && !older(trade.ID(), request.PageToken):
			case len(answer.Tasks) < answer.PageSize:
				if err := x.list(trade, request, answer); err != nil {
					return err
				}
			case answer.NextPageToken == "":
				answer.NextPageToken = string(answer.Tasks[len(answer.Tasks)-1].ID)
			}
		}
		if len(found.Items) < lookedAt {
			return nil
		}
	}
	return nil
}

// older tells which of two tasks was begun first, by their ids, which have the time behind what they begin with.
func older(id, than string) bool {
	_, a, _ := strings.Cut(id, "-")
	_, b, _ := strings.Cut(than, "-")
	return strings.ToLower(a) < strings.ToLower(b)
}

// wanted tells whether a trade is one that was asked for.
func wanted(trade seller.Trade, request *sdk.ListTasksRequest) bool {
	return (request.Status == "" || stateOf(trade) == request.Status) && (request.ContextID == "" || contextOf(trade) == request.ContextID) &&
		(request.StatusTimestampAfter == nil || since(trade).After(*request.StatusTimestampAfter))
}

// list puts a trade into a list, in the form that was asked for.
func (x *exchange) list(trade seller.Trade, request *sdk.ListTasksRequest, answer *sdk.ListTasksResponse) error {
	task, err := taskOf(x.View, trade)
	if err != nil {
		return err
	}
	if !request.IncludeArtifacts {
		task.Artifacts = nil
	}
	if request.HistoryLength == nil {
		task.History = nil
	}
	answer.Tasks = append(answer.Tasks, recent(task, request.HistoryLength))
	return nil
}

// CancelTask implements a2asrv.RequestHandler: a proposal can be taken back until something has come of it.
func (handler) CancelTask(ctx context.Context, request *sdk.CancelTaskRequest) (*sdk.Task, error) {
	x := of(ctx)
	trade, err := x.trade(ctx, string(request.ID))
	if err != nil {
		return nil, err
	}
	if trade.Proposal == nil || stateOf(trade).Terminal() {
		return nil, x.fault(sdk.ErrTaskNotCancelable, parley.Errorf(parley.CodeConflict,
			"Only a proposal can be taken back, and only until it is booked or over. A quote lapses by itself; a deal is ended by request_change."))
	}
	x.call.Path = "POST /proposals/" + trade.ID() + "/withdraw"
	_, err = x.server.service.WithdrawProposal(ctx, x.call, trade.ID(), "", func(parley.Proposal) (seller.Answer, error) {
		return seller.Answer{}, nil
	})
	if parley.Is(err, parley.CodeConflict) || parley.Is(err, parley.CodeContention) {
		return nil, x.fault(sdk.ErrTaskNotCancelable, x.failure(ctx, err))
	}
	if err != nil {
		return nil, x.failed(ctx, err)
	}
	return handler{}.GetTask(ctx, &sdk.GetTaskRequest{ID: request.ID})
}

// SendMessage implements a2asrv.RequestHandler. While the publisher has to decide, the answer waits for that a while.
func (handler) SendMessage(ctx context.Context, request *sdk.SendMessageRequest) (sdk.SendMessageResult, error) {
	x := of(ctx)
	sent, err := x.send(ctx, request)
	if err != nil {
		return nil, err
	}
	if sent.message != nil {
		return sent.message, nil
	}
	config := request.Config
	if config == nil {
		config = &sdk.SendMessageConfig{}
	}
	if sent.trade != nil && stateOf(*sent.trade) == sdk.TaskStateWorking && sent.loss == nil && !config.ReturnImmediately {
		if err := x.await(ctx, sent); err != nil {
			return nil, x.failed(ctx, err)
		}
	}
	task, err := x.answered(sent)
	if err != nil {
		return nil, x.failed(ctx, err)
	}
	return recent(task, config.HistoryLength), nil
}

// SendStreamingMessage implements a2asrv.RequestHandler.
func (handler) SendStreamingMessage(ctx context.Context, request *sdk.SendMessageRequest) iter.Seq2[sdk.Event, error] {
	return func(yield func(sdk.Event, error) bool) {
		x := of(ctx)
		sent, err := x.send(ctx, request)
		switch {
		case err != nil:
			yield(nil, err)
		case sent.message != nil:
			yield(sent.message, nil)
		default:
			x.follow(ctx, sent, yield)
		}
	}
}

// SubscribeToTask implements a2asrv.RequestHandler.
func (handler) SubscribeToTask(ctx context.Context, request *sdk.SubscribeToTaskRequest) iter.Seq2[sdk.Event, error] {
	return func(yield func(sdk.Event, error) bool) {
		x := of(ctx)
		position, err := x.position(ctx)
		if err != nil {
			yield(nil, x.failed(ctx, err))
			return
		}
		trade, err := x.trade(ctx, string(request.ID))
		if err != nil {
			yield(nil, err)
			return
		}
		if stateOf(trade).Terminal() {
			yield(nil, x.over(trade))
			return
		}
		x.follow(ctx, &sent{trade: &trade, position: position}, yield)
	}
}

// over refuses what is asked of a task that has come to its end.
func (x *exchange) over(trade seller.Trade) error {
	return x.fault(sdk.ErrUnsupportedOperation, parley.Errorf(parley.CodeConflict, "The task %q is over. Read it, or begin another.", trade.ID()))
}

// errNoPush refuses what is about push notifications, which the card says there are none of.
var errNoPush = sdk.NewError(sdk.ErrPushNotificationNotSupported, "There are no push notifications here: the API has webhooks.")

// GetTaskPushConfig implements a2asrv.RequestHandler.
func (handler) GetTaskPushConfig(context.Context, *sdk.GetTaskPushConfigRequest) (*sdk.PushConfig, error) {
	return nil, errNoPush
}

// ListTaskPushConfigs implements a2asrv.RequestHandler.
func (handler) ListTaskPushConfigs(context.Context, *sdk.ListTaskPushConfigRequest) (*sdk.ListTaskPushConfigResponse, error) {
	return nil, errNoPush
}

// CreateTaskPushConfig implements a2asrv.RequestHandler.
func (handler) CreateTaskPushConfig(context.Context, *sdk.PushConfig) (*sdk.PushConfig, error) {
	return nil, errNoPush
}

// DeleteTaskPushConfig implements a2asrv.RequestHandler.
func (handler) DeleteTaskPushConfig(context.Context, *sdk.DeleteTaskPushConfigRequest) error {
	return errNoPush
}

// GetExtendedAgentCard implements a2asrv.RequestHandler.
func (handler) GetExtendedAgentCard(context.Context, *sdk.GetExtendedAgentCardRequest) (*sdk.AgentCard, error) {
	return nil, sdk.NewError(sdk.ErrExtendedCardNotConfigured, "There is one card, for everybody.")
}
