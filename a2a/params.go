package a2a

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"strconv"
	"time"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"parley"
	"parley/edge"
	"parley/wire"
)

// formOf is what the protocol's library reads the parameters of a method into; nil: of that method none are read here.
func formOf(method string) any {
	switch method {
	case "SendMessage", "SendStreamingMessage":
		return new(sdk.SendMessageRequest)
	case "GetTask":
		return new(sdk.GetTaskRequest)
	case "ListTasks":
		return new(sdk.ListTasksRequest)
	case "CancelTask":
		return new(sdk.CancelTaskRequest)
	case "SubscribeToTask":
		return new(sdk.SubscribeToTaskRequest)
	}
	return nil
}

// readParams reads parameters into a form, and refuses besides what the forms of the protocol refuse without naming the field.
func readParams(params, form any) error {
	members, _ := params.(map[string]any)
	var problems parley.Problems
	checkNumbers(&problems, "", params)
	switch form.(type) {
	case *sdk.SendMessageRequest:
		message, _ := members["message"].(map[string]any)
		parts, _ := message["parts"].([]any)
		for i, part := range parts {
			checkPart(&problems, fmt.Sprintf("message.parts[%d]", i), part)
		}
	case *sdk.ListTasksRequest:
		if after := members["statusTimestampAfter"]; after != nil {
			text, _ := after.(string)
			checkTime(&problems, "statusTimestampAfter", text)
		}
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return edge.ReadParams(params, form)
}

// checkNumbers refuses a number that no program can hold.
func checkNumbers(problems *parley.Problems, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			checkNumbers(problems, wire.JoinPath(path, name), member)
		}
	case []any:
		for i, item := range value {
			checkNumbers(problems, fmt.Sprintf("%s[%d]", path, i), item)
		}
	case json.Number:
		if _, err := value.Float64(); err != nil {
			problems.Add(path, "is a number too large to be read")
		}
	}
}

// checkPart refuses a part of a message that does not have one content.
func checkPart(problems *parley.Problems, path string, value any) {
	part, isObject := value.(map[string]any)
	if !isObject {
		problems.Add(path, "must be an object")
		return
	}
	contents := 0
	for _, name := range [...]string{"text", "raw", "data", "url"} {
		if content := part[name]; content != nil && (name != "url" || content != "") {
			contents++
		}
	}
	if contents != 1 {
		problems.Add(path, "must have one of text, raw, data and url")
	}
	if part["raw"] != nil {
		raw, isText := part["raw"].(string)
		if _, err := base64.StdEncoding.DecodeString(raw); err != nil || !isText {
			problems.Add(path+".raw", "must be in base64")
		}
	}
}

func checkTime(problems *parley.Problems, path, text string) {
	if _, err := time.Parse(time.RFC3339, text); err != nil {
		problems.Add(path, "must be a time such as 2026-12-31T12:00:00Z")
	}
}

// checkQuery holds what a list, or the reading of a task, is asked with in the binding to HTTP and JSON to its types, as readParams does.
func checkQuery(query url.Values) error {
	var problems parley.Problems
	for _, name := range [...]string{"pageSize", "historyLength"} {
		if text := query.Get(name); text != "" {
			if _, err := strconv.Atoi(text); err != nil {
				problems.Add(name, "must be a whole number")
			}
		}
	}
	if text := query.Get("includeArtifacts"); text != "" {
		if _, err := strconv.ParseBool(text); err != nil {
			problems.Add("includeArtifacts", "must be true or false")
		}
	}
	if text := query.Get("statusTimestampAfter"); text != "" {
		checkTime(&problems, "statusTimestampAfter", text)
	}
	return problems.Err()
}

// legible is a message for the protocol's library: without parameters where it is not to read any, which are those that it could not.
// Why not, the exchange keeps.
func (x *exchange) legible(body map[string]any) (changed bool, _ map[string]any) {
	method, _ := body["method"].(string)
	if form := formOf(method); form != nil {
		if x.unread = readParams(body["params"], form); x.unread == nil {
			return false, body
		}
	}
	lent := maps.Clone(body)
	lent["params"] = struct{}{}
	return true, lent
}

// refusing answers each method whose parameters could not be read with why not.
type refusing struct{ handler }

func refused(ctx context.Context) error {
	x := of(ctx)
	return x.failed(ctx, x.unread)
}

// GetTask implements a2asrv.RequestHandler.
func (refusing) GetTask(ctx context.Context, _ *sdk.GetTaskRequest) (*sdk.Task, error) {
	return nil, refused(ctx)
}

// ListTasks implements a2asrv.RequestHandler.
func (refusing) ListTasks(ctx context.Context, _ *sdk.ListTasksRequest) (*sdk.ListTasksResponse, error) {
	return nil, refused(ctx)
}

// CancelTask implements a2asrv.RequestHandler.
func (refusing) CancelTask(ctx context.Context, _ *sdk.CancelTaskRequest) (*sdk.Task, error) {
	return nil, refused(ctx)
}

// SendMessage implements a2asrv.RequestHandler.
func (refusing) SendMessage(ctx context.Context, _ *sdk.SendMessageRequest) (sdk.SendMessageResult, error) {
	return nil, refused(ctx)
}

// SendStreamingMessage implements a2asrv.RequestHandler.
func (refusing) SendStreamingMessage(ctx context.Context, _ *sdk.SendMessageRequest) iter.Seq2[sdk.Event, error] {
	return func(yield func(sdk.Event, error) bool) { yield(nil, refused(ctx)) }
}

// SubscribeToTask implements a2asrv.RequestHandler.
func (refusing) SubscribeToTask(ctx context.Context, _ *sdk.SubscribeToTaskRequest) iter.Seq2[sdk.Event, error] {
	return func(yield func(sdk.Event, error) bool) { yield(nil, refused(ctx)) }
}
