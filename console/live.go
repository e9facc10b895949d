package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"parley"
	"parley/seller"
)

// livePath streams what happens to the open pages.
const livePath = "/live"

// liveQuiet is how long a stream says nothing before it sends a comment that keeps proxies from closing it.
const liveQuiet = 15 * time.Second

// live tells the page's script, as server-sent events, that something happened: its id, type and resources, and no more,
// since the script then fetches the page again. A script that comes back after a break names the last event it got and
// goes on from there, whichever node or process it reaches.
func (c *console) live(x *exchange) error {
	after := x.Request.Header.Get("Last-Event-ID")
	if after == "" {
		after = x.query().text("after")
	}
	ctx, leave, err := c.options.Stay(x.Context(), x.ResponseWriter, x.who.Actor())
	if err != nil {
		return err
	}
	defer leave()
	x.place.GiveBack()
	control := http.NewResponseController(x.ResponseWriter)
	accepted := func() { _ = control.SetWriteDeadline(time.Now().Add(c.options.Streams.Patience())) }
	accepted()
	defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
	header := x.ResponseWriter.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("X-Accel-Buffering", "no")
	x.WriteHeader(http.StatusOK)
	if _, err := fmt.Fprint(x.ResponseWriter, "retry: 1000\n: open\n\n"); err != nil {
		return nil
	}
	if err := control.Flush(); err != nil {
		return nil
	}
	err = c.service.FollowEvents(ctx, x.call, after, seller.EventFilter{}, liveQuiet, func(events []parley.Event, _ string) error {
		accepted()
		if len(events) == 0 {
			if _, err := fmt.Fprint(x.ResponseWriter, ": still here\n\n"); err != nil {
				return err
			}
		}
		for _, event := range events {
			if err := x.tell(event); err != nil {
				return err
			}
		}
		return control.Flush()
	})
	if err != nil && ctx.Err() == nil {
		c.log.Debug("a live stream ended", "error", err)
	}
	return nil
}

// tell writes one event of the stream. Everything in it is an id or a name that the server minted, and JSON has no line
// breaks of its own.
func (x *exchange) tell(event parley.Event) error {
	body, err := json.Marshal(map[string]any{"type": event.Type, "at": event.OccurredAt})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(x.ResponseWriter, "id: %s\nevent: happened\ndata: %s\n\n", event.ID, body)
	return err
}
