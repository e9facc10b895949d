package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/racedetector"
)

// hurry divides the server's limits, so that they are over soon; what has no limit keeps none.
const hurry = 100

// TestConnectionsThatHoldOut opens many connections of each kind that asks for nothing more, and waits for the server to
// let go of every one. A limit that is missing leaves the connection open and the test waiting.
func TestConnectionsThatHoldOut(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	const each = 50
	for name, test := range map[string]struct {
		sends string
		reads int // answers, before the client falls silent
	}{
		"nothing is said":              {},
		"half a request line":          {sends: "GET /prod"},
		"headers without end":          {sends: "GET /answer HTTP/1.1\r\nHost: parley\r\nX-Slow: "},
		"half a body":                  {sends: "POST /read HTTP/1.1\r\nHost: parley\r\nContent-Length: 1000\r\n\r\n{\"half\": "},
		"half a chunk":                 {sends: "POST /read HTTP/1.1\r\nHost: parley\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"},
		"silence between two requests": {sends: "GET /answer HTTP/1.1\r\nHost: parley\r\n\r\n", reads: 1},
		"an answer that is not read":   {sends: "GET /endless HTTP/1.1\r\nHost: parley\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveInHurry(t)
			for range each {
				conn := server.dial(t)
				if _, err := io.WriteString(conn, test.sends); err != nil {
					t.Fatal(err)
				}
				answers := bufio.NewReader(conn)
				for range test.reads {
					response, err := http.ReadResponse(answers, nil)
					if err != nil {
						break // a slow machine's connection was let go of before
					}
					if _, err := io.Copy(io.Discard, response.Body); err != nil {
						t.Fatal(err)
					}
					_ = response.Body.Close()
				}
			}
			server.opened.Wait()
			server.handling.Wait()
		})
	}
}

// hurried is a server with the limits of the product's, shortened, on a socket.
type hurried struct {
	address  string
	opened   sync.WaitGroup // each connection, from its beginning to its end
	handling sync.WaitGroup // each request
}

func (h *hurried) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.handling.Add(1)
	defer h.handling.Done()
	switch r.URL.Path {
	case "/read":
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			http.Error(w, "the body was complete", http.StatusTeapot)
		}
	case "/endless":
		line := strings.Repeat("x", 64<<10)
		for {
			if _, err := fmt.Fprint(w, line); err != nil {
				return
			}
		}
	}
}

func serveInHurry(t *testing.T) *hurried {
	h := &hurried{}
	server := newServer(h, slog.New(slog.DiscardHandler))
	for _, limit := range []*time.Duration{&server.ReadHeaderTimeout, &server.ReadTimeout, &server.WriteTimeout, &server.IdleTimeout} {
		*limit /= hurry
	}
	server.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			h.opened.Done()
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.address = listener.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return h
}

// dial opens a connection that the client holds until the test's end.
func (h *hurried) dial(t *testing.T) net.Conn {
	h.opened.Add(1)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}
