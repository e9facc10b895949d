package mcp

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"parley/wire"
)

const eventStream = "text/event-stream"

// defaultProgress is how often a client that waits is told that it still does.
const defaultProgress = 10 * time.Second

// progressToken is what a client gives to a call of whose progress it wants to hear.
func progressToken(meta any) (token any, asked bool) {
	members, _ := meta.(map[string]any)
	token = members["progressToken"]
	return token, token != nil
}

// waitInEvents answers a call that waits as a stream of events: with a note every few seconds, so that nothing between here and the
// client takes the connection for a dead one, and then with the result.
func (s *server) waitInEvents(w http.ResponseWriter, r *http.Request, h *held, t tool, arguments map[string]any, token any, current bool) {
	header := w.Header()
	header.Set("Content-Type", eventStream)
	header.Set("X-Accel-Buffering", "no") // nginx would hold events back
	control := http.NewResponseController(w)
	send := func(message []byte) bool {
		_, err := fmt.Fprintf(w, "event: message\ndata: %s\n\n", message)
		return err == nil && control.Flush() == nil
	}
	_ = control.Flush() // the client is gone; sending finds out
	over := make(chan struct{})
	var noting sync.WaitGroup
	noting.Go(func() {
		every := time.NewTicker(s.options.Progress)
		defer every.Stop()
		for progress := 1; ; progress++ {
			select {
			case <-over:
				return
			case <-every.C:
			}
			note, err := wire.Encode(map[string]any{"jsonrpc": "2.0", "method": "notifications/progress", "params": map[string]any{
				"progressToken": token, "progress": progress, "message": "Nothing has come yet.",
			}})
			if err != nil || !send(note[:len(note)-1]) {
				return
			}
		}
	})
	made := s.run(r.Context(), h, t, arguments)
	close(over)
	noting.Wait()
	send(s.answerTo(h, t, made, current))
}
