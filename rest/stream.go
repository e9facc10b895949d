package rest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/document"
)

// defaultHeartbeat is shorter than what proxies usually wait for a word.
const defaultHeartbeat = 15 * time.Second

var streamRoutes = []Route{{
	Method: http.MethodGet, Path: "/events/stream", Access: AccessCredential,
	ID: "streamEvents", Tag: "Events", Summary: "Follow what happens as it happens", Failures: []int{http.StatusNotFound},
	Description: "Server-Sent Events: each has the event's id, its event_type as the event, and as data what reading the event " +
		"answers. A client that comes back with the last id in Last-Event-ID, to whichever node, goes on where it was: no event " +
		"is missed and none comes twice. Without one, the stream begins with what is yet to come; 0 begins with the first event. " +
		"Comments keep the connection alive. Too many open streams of one key: 429.",
	mount: mountStream,
}}

type streamParams struct {
	LastEventID string `header:"Last-Event-ID" maxLength:"128" doc:"The id that the stream had come to."`
	After       string `query:"after" maxLength:"128" doc:"The same, for clients that cannot set the header, which wins."`
	wire.EventFilter
}

func (p streamParams) after() string {
	if p.LastEventID != "" {
		return p.LastEventID
	}
	return p.After
}

func mountStream(a *api, _ Route) operation {
	parameters := parametersOf(a.registry, reflect.TypeFor[streamParams](), "")
	var example bytes.Buffer
	if err := writeStreamEvent(&example, wire.EventOf(sample().View, sampleEvent)); err != nil {
		panic("the stream's example does not encode: " + err.Error())
	}
	return operation{
		parameters: parameters,
		responses: map[int]response{http.StatusOK: {
			description: "The stream; it does not end by itself.", media: "text/event-stream", headers: answeredStream,
			schema: &huma.Schema{Type: huma.TypeString}, example: example.String(),
		}},
		handle: func(x *exchange) error {
			var params streamParams
			if err := x.readParameters(a.registry, parameters, &params); err != nil {
				return err
			}
			return x.server.stream(x, params)
		},
	}
}

// stream follows the caller's events until the client goes away, the process stops or the key is no longer good. An error
// is one that nothing has been written for.
func (s *server) stream(x *exchange, params streamParams) error {
	ctx, leave, err := x.stay(x.r.Context())
	if err != nil {
		return err
	}
	defer leave()
	out := &eventStream{x: x, control: http.NewResponseController(x.w)}
	if x.r.Method == http.MethodHead {
		out.open()
		return nil
	}
	err = x.Service.FollowEvents(ctx, x.Call, params.after(), params.Domain(x.Settings.TimeZone, seller.Page{}), s.options.Heartbeat, out.send)
	out.close()
	if !out.opened {
		return err
	}
	if code := wire.PublicError(err).Code; err != nil && ctx.Err() == nil && code == parley.CodeInternal {
		s.log.WarnContext(x.r.Context(), "an event stream broke off", "error", err, "request_id", x.requestID)
	}
	return nil
}

// eventStream writes events in the form of the HTML standard's Server-Sent Events.
type eventStream struct {
	x       *exchange
	control *http.ResponseController
	opened  bool
	written bytes.Buffer
}

func (e *eventStream) open() {
	header := e.x.w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("X-Accel-Buffering", "no") // nginx would hold events back
	e.x.w.WriteHeader(http.StatusOK)
	e.opened = true
}

// send writes a batch. The first one tells clients how soon to come back; an empty one then tells the position alone, so
// that a client which has heard nothing yet comes back to where it was, and later keeps the connection alive.
func (e *eventStream) send(events []parley.Event, position string) error {
	e.written.Reset()
	if !e.opened {
		e.open()
		e.written.WriteString("retry: 1000\n")
		if len(events) == 0 {
			fmt.Fprintf(&e.written, "id: %s\n", position)
		}
		e.written.WriteString("\n")
	} else if len(events) == 0 {
		e.written.WriteString(":\n\n")
	}
	for _, event := range events {
		if err := writeStreamEvent(&e.written, wire.EventOf(e.x.View, event)); err != nil {
			return err
		}
	}
	// A test's recorder has no deadline to set; a connection that has one and does not take it fails when it is written to.
	_ = e.control.SetWriteDeadline(time.Now().Add(e.x.kit.Streams.Patience()))
	if _, err := e.x.w.Write(e.written.Bytes()); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	if err := e.control.Flush(); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return nil
}

// errGone marks a client that is no longer there, which is nobody's fault.
var errGone = parley.Errorf(parley.CodeUnavailable, "The client is gone.")

// close leaves the connection to the requests that may follow on it.
func (e *eventStream) close() { _ = e.control.SetWriteDeadline(time.Time{}) }

// writeStreamEvent writes one event. JSON has no line breaks of its own, and ids and types are words.
func writeStreamEvent(w *bytes.Buffer, event document.Event) error {
	body, err := wire.Encode(event)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %s\nevent: %s\ndata: %s\n\n", event.EventID, event.EventType, bytes.TrimSpace(body))
	return err
}

// stay keeps the answer open: in a place for these, instead of one among the requests that are worked on.
func (x *exchange) stay(ctx context.Context) (_ context.Context, leave func(), err error) {
	ctx, leave, err = x.kit.Stay(ctx, x.w, x.Caller.Actor())
	if err == nil {
		x.place.GiveBack()
	}
	return ctx, leave, err
}
