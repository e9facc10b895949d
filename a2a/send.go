package a2a

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"parley"
	"parley/edge"
	"parley/seller"
	"parley/tool"
	"parley/wire"
)

// sent is what a message came to: another message, or a task.
type sent struct {
	message  *sdk.Message
	trade    *seller.Trade
	position string        // of the caller's events, before the message was acted on
	loss     *parley.Error // what the message was refused for, which the task goes on after
}

// begins are the skills whose answer is a task of its own, and the member of the answer that has its id.
var begins = map[string]string{
	"request_quote": "quote_id", "create_deal_from_template": "quote_id", "submit_proposal": "proposal_id", "request_change": "change_request_id",
}

// goesOn are the skills that go on with a task, by the argument that names it.
var goesOn = map[string][]string{
	"negotiate": {"quote_id", "proposal_id"}, "book_deal": {"quote_id", "proposal_id"}, "withdraw_proposal": {"proposal_id"},
	"apply_change": {"change_request_id"},
}

// kinds are the arguments that name a task, by the beginning of its id.
var kinds = map[string]string{
	"quote_id": parley.PrefixQuote, "proposal_id": parley.PrefixProposal, "change_request_id": parley.PrefixChangeRequest,
}

// errNoSkill tells what to send in the place of text.
var errNoSkill = sdk.NewError(sdk.ErrUnsupportedContentType, `Send one part of data, {"skill": ID, "input": {...}}; the agent card lists the skills. Text is not read.`)

// send does what a message asks for. An error is the protocol's already.
func (x *exchange) send(ctx context.Context, request *sdk.SendMessageRequest) (*sent, error) {
	message := request.Message
	if message == nil {
		return nil, x.failed(ctx, parley.Invalid("message", "is required"))
	}
	if request.Config != nil && request.Config.PushConfig != nil {
		return nil, errNoPush
	}
	asked, err := x.asked(ctx, message)
	if err != nil {
		return nil, err
	}
	s := &sent{}
	if asked.tool.Changes {
		if s.position, err = x.position(ctx); err != nil {
			return nil, x.failed(ctx, err)
		}
	}
	outcome, err := x.server.skills.Run(ctx, x.exchangeFor(message), asked.tool, asked.input)
	x.server.options.Counted(ctx, "a2a", asked.tool.Name, x.requestID, err)
	if err != nil {
		return x.unsuccessful(ctx, s, asked, err)
	}
	id, err := asked.taskID(outcome.Document)
	if err != nil {
		return nil, x.failed(ctx, err)
	}
	if id == "" {
		s.message = x.reply(message, outcome.Document)
		return s, nil
	}
	trade, err := x.trade(ctx, id)
	s.trade = &trade
	if named := message.ContextID; err == nil && outcome.Replayed && named != "" && namedContext(trade) != "" && named != namedContext(trade) {
		return nil, x.failed(ctx, errOtherContext)
	}
	return s, err
}

// errOtherContext refuses a repetition of a message in another conversation than that of the first.
var errOtherContext = parley.Errorf(parley.CodeIdempotencyConflict, "This messageId was used with another contextId. Send a new one for a new request.")

// unsuccessful is what a message that was refused comes to. What a trade can come to is told by its task, if there is one that goes
// on; a task that is over takes no message but the repetition of one that it has had.
func (x *exchange) unsuccessful(ctx context.Context, s *sent, asked *asked, err error) (*sent, error) {
	if asked.task == nil || parley.Is(err, parley.CodeIdempotencyConflict) {
		return nil, x.failed(ctx, err)
	}
	trade, readErr := x.trade(ctx, asked.task.ID())
	if readErr != nil {
		return nil, readErr
	}
	if stateOf(trade).Terminal() && (lost(err) || parley.Is(err, parley.CodeNotFound)) {
		return nil, x.over(trade)
	}
	if !lost(err) {
		return nil, x.failed(ctx, err)
	}
	s.trade, s.loss = &trade, x.failure(ctx, err)
	return s, nil
}

// exchangeFor is the call of a skill: whose it is, and under which conversation.
func (x *exchange) exchangeFor(message *sdk.Message) wire.Exchange {
	call := x.call
	if x.Caller.Role == parley.RoleAnonymous && edge.IsSession(message.ID) {
		// A caller without a key is known again by the id of its message, when that is one that nobody guesses, such as a UUID.
		call.Session = message.ID
	}
	return wire.Exchange{View: x.View, Service: x.server.service, Call: call, ContextID: message.ContextID}
}

// asked is a skill with what it is asked with, and the task that it goes on with; nil: none.
type asked struct {
	tool  tool.Tool
	input map[string]any
	task  *seller.Trade
}

const longestContext = 128

// asked reads a message.
func (x *exchange) asked(ctx context.Context, message *sdk.Message) (*asked, error) {
	data, err := x.data(ctx)
	if err != nil {
		return nil, err
	}
	if err := tool.CheckCredentials(data); err != nil {
		return nil, x.failed(ctx, err)
	}
	var problems parley.Problems
	for name := range data {
		if name != "skill" && name != "input" {
			problems.Add(wire.JoinPath("", name), "is not a member of a request for a skill")
		}
	}
	a := &asked{}
	name, _ := data["skill"].(string)
	found := false
	if a.tool, found = x.server.skills.Find(name); !found {
		problems.Add("skill", "must be one of the agent card's skills")
	}
	given, isObject := data["input"].(map[string]any)
	if _, there := data["input"]; there && !isObject {
		problems.Add("input", "must be an object")
	}
	if message.Role != "" && message.Role != sdk.MessageRoleUser {
		problems.Add("message.role", "must be ROLE_USER")
	}
	if message.ID == "" || len(message.ID) > 255 {
		problems.Add("message.messageId", "is required, and at most 255 characters long")
	}
	if len(message.ContextID) > longestContext {
		problems.Add("message.contextId", "must be at most %d characters long", longestContext)
	}
	a.input = make(map[string]any, len(given)+2)
	for name, value := range given {
		a.input[name] = value
	}
	if a.tool.Changes {
		if key, there := a.input["idempotency_key"]; there && key != message.ID {
			problems.Add("input.idempotency_key", "is another one than messageId; leave it out")
		}
		a.input["idempotency_key"] = message.ID
	}
	if err := problems.Err(); err != nil {
		return nil, x.failed(ctx, err)
	}
	if message.TaskID == "" {
		return a, x.checkContext(ctx, a, message)
	}
	return a, x.goOn(ctx, a, message)
}

// checkContext refuses a message that goes on with a task of another conversation than it names, where it names the task in its input.
// What is no task of the caller's, the skill tells.
func (x *exchange) checkContext(ctx context.Context, a *asked, message *sdk.Message) error {
	for _, name := range goesOn[a.tool.Name] {
		id, _ := a.input[name].(string)
		if message.ContextID == "" || !strings.HasPrefix(id, kinds[name]) {
			continue
		}
		if trade, err := x.server.service.Trade(ctx, x.call, id); err == nil && contextOf(trade) != message.ContextID {
			return x.failed(ctx, parley.Invalid("message.contextId", "is not that of the task"))
		}
	}
	return nil
}

// goOn has a skill go on with the task that its message names.
func (x *exchange) goOn(ctx context.Context, a *asked, message *sdk.Message) error {
	trade, err := x.trade(ctx, string(message.TaskID))
	if err != nil {
		return err
	}
	a.task = &trade
	names := goesOn[a.tool.Name]
	at := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(trade.ID(), kinds[name]) })
	var problems parley.Problems
	switch {
	case len(names) == 0:
		problems.Add("message.taskId", "must be left out: %s does not go on with a task", a.tool.Name)
	case at < 0:
		problems.Add("message.taskId", "names a task that %s does not go on with", a.tool.Name)
	case message.ContextID != "" && message.ContextID != contextOf(trade):
		problems.Add("message.contextId", "is not that of the task")
	default:
		for _, other := range [...]string{"quote_id", "proposal_id", "change_request_id"} {
			if id, there := a.input[other]; there && id != trade.ID() {
				problems.Add("input."+other, "is not that of the task; leave it out")
			}
		}
		// A negotiation is named by its own id, or by what it is over.
		if id, there := a.input["negotiation_id"]; !there || a.tool.Name != "negotiate" {
			a.input[names[at]] = trade.ID()
		} else if trade.Negotiation == nil || id != trade.Negotiation.ID {
			problems.Add("input.negotiation_id", "is not that of the task; leave it out")
		}
	}
	return x.failed(ctx, problems.Err())
}

// data is the one part of data that a message has, with its numbers as they were written.
func (x *exchange) data(ctx context.Context) (map[string]any, error) {
	parts, _ := x.message["parts"].([]any)
	var found []any
	for _, part := range parts {
		if part, ok := part.(map[string]any); ok && part["data"] != nil {
			found = append(found, part["data"])
		}
	}
	if len(found) == 0 {
		return nil, errNoSkill
	}
	data, isObject := found[0].(map[string]any)
	if len(found) > 1 || !isObject {
		return nil, x.failed(ctx, parley.Invalid("message.parts", "must have one part of data, an object; ask for one skill in a message"))
	}
	return data, nil
}

// taskID is the task that a skill's answer is told by; empty: it is told in a message.
func (a *asked) taskID(document []byte) (string, error) {
	if a.task != nil {
		return a.task.ID(), nil
	}
	names := goesOn[a.tool.Name]
	if name, begun := begins[a.tool.Name]; begun {
		names = []string{name}
	}
	if a.tool.Name == "apply_change" { // told by the change alone, unless it was sent to a task
		return "", nil
	}
	if len(names) == 0 {
		return "", nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(document, &members); err != nil {
		return "", parley.Internal(err)
	}
	for _, name := range names {
		var id string
		if json.Unmarshal(members[name], &id) == nil && id != "" {
			return id, nil
		}
	}
	return "", nil
}

// reply is a document as a message. Its id is that of the message it answers, so that a repetition is answered the same.
func (x *exchange) reply(to *sdk.Message, document []byte) *sdk.Message {
	contextID := to.ContextID
	if contextID == "" {
		contextID = contextPrefix + to.ID
	}
	return &sdk.Message{ID: to.ID + "-answer", Role: sdk.MessageRoleAgent, ContextID: contextID, Parts: sdk.ContentParts{dataPart(document)}}
}

// answered is the task that a message came to. One that was refused is told of in the status, and changes nothing.
func (x *exchange) answered(s *sent) (*sdk.Task, error) {
	task, err := taskOf(x.View, *s.trade)
	if err != nil || s.loss == nil {
		return task, err
	}
	task.Status.Message = &sdk.Message{
		ID: task.Status.Message.ID + "-refused", Role: sdk.MessageRoleAgent, TaskID: task.ID, ContextID: task.ContextID,
		Parts: sdk.ContentParts{sdk.NewTextPart(s.loss.Message), dataPart(wire.EncodeError(s.loss, x.requestID))},
	}
	return task, nil
}
