package main

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"parley/internal/racedetector"
)

// TestAStalledClientDoesNotHoldTheStop stops a server while one client of each kind keeps it waiting, and another's request is worked on,
// which is answered as if there were no stop.
func TestAStalledClientDoesNotHoldTheStop(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	for name, stalls := range map[string]struct {
		sends  string
		served bool // its headers are there
	}{
		"half a request line":        {sends: "GET /prod"},
		"headers without end":        {sends: "GET /read HTTP/1.1\r\nHost: parley\r\nX-Slow: "},
		"half a body":                {"POST /read HTTP/1.1\r\nHost: parley\r\nContent-Length: 1000\r\n\r\n{\"half\": ", true},
		"half a chunk":               {"POST /read HTTP/1.1\r\nHost: parley\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{", true},
		"an answer that is not read": {"GET /endless HTTP/1.1\r\nHost: parley\r\n\r\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &hurried{}
			working, serving, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
			server, known := newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/work" {
					close(working)
					<-done
					_, _ = io.WriteString(w, "done")
					return
				}
				close(serving)
				h.ServeHTTP(w, r)
			}), slog.New(slog.DiscardHandler)), &clients{}
			server.ReadHeaderTimeout, server.ReadTimeout, server.WriteTimeout = 0, 0, 0 // which would end them, later
			known.watch(server)
			taken, gone := make(chan struct{}, 2), make(chan struct{}, 2)
			server.ConnState = func(_ net.Conn, state http.ConnState) {
				switch state {
				case http.StateNew:
					taken <- struct{}{}
				case http.StateClosed:
					gone <- struct{}{}
				case http.StateActive, http.StateIdle, http.StateHijacked:
				}
			}
			listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			h.address = listener.Addr().String()
			go func() { _ = server.Serve(watchedListener{listener, known}) }()
			busy, stalled := h.dial(t), h.dial(t)
			if _, err := io.WriteString(busy, "GET /work HTTP/1.1\r\nHost: parley\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			<-working
			<-taken
			<-taken
			if _, err := io.WriteString(stalled, stalls.sends); err != nil {
				t.Fatal(err)
			}
			if stalls.served { // one that the server reads when it stops already is let go of at once
				<-serving
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go known.endStalled(ctx, 50*time.Millisecond, slog.New(slog.DiscardHandler))
			stopped := make(chan error, 1)
			go func() { stopped <- shutDown(server, time.Hour) }()
			<-gone // the stalled one, since the other one is answered after it
			close(done)
			response, err := http.ReadResponse(bufio.NewReader(busy), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			if said, err := io.ReadAll(response.Body); string(said) != "done" {
				t.Errorf("the request under way was answered %q, %v", said, err)
			}
			if err := <-stopped; err != nil {
				t.Error(err)
			}
		})
	}
}
