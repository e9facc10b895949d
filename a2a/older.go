package a2a

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"time"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"parley/wire"
)

// What version 0.3 of the protocol calls the methods. The others that it has are about push notifications and a second card, of
// which there are none here.
const (
	olderSend      = "message/send"
	olderStream    = "message/stream"
	olderGet       = "tasks/get"
	olderCancel    = "tasks/cancel"
	olderSubscribe = "tasks/resubscribe"
)

// olderParams are the parameters of all of them.
type olderParams struct {
	ID            string `json:"id"`
	HistoryLength *int   `json:"historyLength"`
	Message       *struct {
		MessageID string `json:"messageId"`
		ContextID string `json:"contextId"`
		TaskID    string `json:"taskId"`
		Role      string `json:"role"`
	} `json:"message"`
	Configuration struct {
		Blocking      *bool `json:"blocking"`
		HistoryLength *int  `json:"historyLength"`
		Push          any   `json:"pushNotificationConfig"`
	} `json:"configuration"`
}

// send is the request of the present version for the same. Its message's parts are read as they were sent.
func (p olderParams) send() *sdk.SendMessageRequest {
	request := &sdk.SendMessageRequest{Config: &sdk.SendMessageConfig{
		HistoryLength: p.Configuration.HistoryLength, ReturnImmediately: p.Configuration.Blocking != nil && !*p.Configuration.Blocking,
	}}
	if p.Configuration.Push != nil {
		request.Config.PushConfig = &sdk.PushConfig{}
	}
	if m := p.Message; m != nil {
		request.Message = &sdk.Message{ID: m.MessageID, ContextID: m.ContextID, TaskID: sdk.TaskID(m.TaskID), Role: olderRoles[m.Role]}
		if request.Message.Role == "" && m.Role != "" {
			request.Message.Role = sdk.MessageRole(m.Role)
		}
	}
	return request
}

var olderRoles = map[string]sdk.MessageRole{"user": sdk.MessageRoleUser, "agent": sdk.MessageRoleAgent}

// callOlder answers a message of version 0.3 by the methods of the present one.
func (s *server) callOlder(x *exchange, r *http.Request) {
	ctx := r.Context()
	var params olderParams
	err := readParams(x.body["params"], &params)
	if err != nil {
		x.older(nil, x.failed(ctx, err))
		return
	}
	var result sdk.Event
	switch method, _ := x.body["method"].(string); method {
	case olderSend:
		result, err = handler{}.SendMessage(ctx, params.send())
	case olderGet:
		result, err = handler{}.GetTask(ctx, &sdk.GetTaskRequest{ID: sdk.TaskID(params.ID), HistoryLength: params.HistoryLength})
	case olderCancel:
		result, err = handler{}.CancelTask(ctx, &sdk.CancelTaskRequest{ID: sdk.TaskID(params.ID)})
	case olderStream:
		x.olderEvents(ctx, handler{}.SendStreamingMessage(ctx, params.send()))
		return
	case olderSubscribe:
		x.olderEvents(ctx, handler{}.SubscribeToTask(ctx, &sdk.SubscribeToTaskRequest{ID: sdk.TaskID(params.ID)}))
		return
	case "tasks/pushNotificationConfig/set", "tasks/pushNotificationConfig/get", "tasks/pushNotificationConfig/list", "tasks/pushNotificationConfig/delete":
		err = errNoPush
	case "agent/getAuthenticatedExtendedCard":
		_, err = handler{}.GetExtendedAgentCard(ctx, nil)
	default:
		err = sdk.NewError(sdk.ErrMethodNotFound, "There is no such method in version 0.3 of the protocol. For the present version send A2A-Version: 1.0.")
	}
	if err != nil {
		result = nil
	}
	x.older(result, err)
}

// olderEvents answers a stream.
func (x *exchange) olderEvents(ctx context.Context, events iter.Seq2[sdk.Event, error]) {
	header := x.w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("X-Accel-Buffering", "no") // nginx would hold events back
	x.quiet = func() error {
		_, err := x.w.Write([]byte(":\n\n"))
		x.w.Flush()
		return err
	}
	for event, err := range events {
		body, encodeErr := wire.Encode(x.olderAnswer(event, err))
		if encodeErr != nil || ctx.Err() != nil {
			return
		}
		if _, err := fmt.Fprintf(x.w, "data: %s\n", body); err != nil { // the body ends with a line break of its own
			return
		}
		x.w.Flush()
	}
}

// older answers one result or one error.
func (x *exchange) older(result sdk.Event, err error) {
	x.write(http.StatusOK, x.olderAnswer(result, err))
}

func (x *exchange) olderAnswer(result sdk.Event, err error) map[string]any {
	answer := map[string]any{"jsonrpc": "2.0", "id": x.id}
	if err == nil {
		answer["result"] = olderOf(result)
		return answer
	}
	failure := map[string]any{"code": codeInternal, "message": err.Error()}
	for fault, code := range olderCodes {
		if errors.Is(err, fault) {
			failure["code"] = code
		}
	}
	var told *sdk.Error
	if errors.As(err, &told) && len(told.Details) > 0 {
		failure["data"] = told.Details
	}
	answer["error"] = failure
	return answer
}

const codeInternal = -32603

// olderCodes are the codes of the protocol's errors in JSON-RPC.
var olderCodes = map[error]int{
	sdk.ErrMethodNotFound: -32601, sdk.ErrInvalidParams: -32602, sdk.ErrInternalError: codeInternal, sdk.ErrServerError: codeServer,
	sdk.ErrTaskNotFound: -32001, sdk.ErrTaskNotCancelable: -32002, sdk.ErrPushNotificationNotSupported: -32003,
	sdk.ErrUnsupportedOperation: -32004, sdk.ErrUnsupportedContentType: -32005, sdk.ErrExtendedCardNotConfigured: -32007,
	sdk.ErrUnauthenticated: -31401, sdk.ErrUnauthorized: -31403,
}

// olderOf writes what the protocol answers as version 0.3 does.
func olderOf(event sdk.Event) map[string]any {
	switch event := event.(type) {
	case *sdk.Task:
		task := map[string]any{"kind": "task", "id": event.ID, "contextId": event.ContextID, "status": olderStatus(event.Status)}
		if len(event.Artifacts) > 0 {
			artifacts := make([]any, len(event.Artifacts))
			for i, artifact := range event.Artifacts {
				artifacts[i] = olderArtifact(artifact)
			}
			task["artifacts"] = artifacts
		}
		if len(event.History) > 0 {
			history := make([]any, len(event.History))
			for i, message := range event.History {
				history[i] = olderOf(message)
			}
			task["history"] = history
		}
		return task
	case *sdk.Message:
		message := map[string]any{"kind": "message", "messageId": event.ID, "role": "agent", "parts": olderParts(event.Parts)}
		if event.Role == sdk.MessageRoleUser {
			message["role"] = "user"
		}
		if event.ContextID != "" {
			message["contextId"] = event.ContextID
		}
		if event.TaskID != "" {
			message["taskId"] = event.TaskID
		}
		return message
	case *sdk.TaskStatusUpdateEvent:
		return map[string]any{
			"kind": "status-update", "taskId": event.TaskID, "contextId": event.ContextID, "status": olderStatus(event.Status),
			"final": event.Status.State != sdk.TaskStateWorking,
		}
	case *sdk.TaskArtifactUpdateEvent:
		return map[string]any{
			"kind": "artifact-update", "taskId": event.TaskID, "contextId": event.ContextID, "artifact": olderArtifact(event.Artifact),
			"lastChunk": event.LastChunk,
		}
	}
	return nil
}

// olderStates are the names of states.
var olderStates = map[sdk.TaskState]string{
	sdk.TaskStateWorking: "working", sdk.TaskStateInputRequired: "input-required", sdk.TaskStateCompleted: "completed",
	sdk.TaskStateRejected: "rejected", sdk.TaskStateCanceled: "canceled", sdk.TaskStateFailed: "failed",
}

func olderStatus(status sdk.TaskStatus) map[string]any {
	written := map[string]any{"state": olderStates[status.State]}
	if status.Message != nil {
		written["message"] = olderOf(status.Message)
	}
	if status.Timestamp != nil {
		written["timestamp"] = status.Timestamp.Format(time.RFC3339Nano)
	}
	return written
}

func olderArtifact(artifact *sdk.Artifact) map[string]any {
	return map[string]any{"artifactId": artifact.ID, "name": artifact.Name, "parts": olderParts(artifact.Parts)}
}

func olderParts(parts sdk.ContentParts) []any {
	written := make([]any, len(parts))
	for i, part := range parts {
		if data := part.Data(); data != nil {
			written[i] = map[string]any{"kind": "data", "data": data}
		} else {
			written[i] = map[string]any{"kind": "text", "text": part.Text()}
		}
	}
	return written
}
