package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// stallPatience is how long a stop waits for a client that sends nothing of what it began, or reads nothing of its answer.
const stallPatience = 5 * time.Second

// onePiece is how much is written to a client at a time, in bytes: one that takes some of an answer has not stalled.
const onePiece = 64 << 10

// clients are the connections of a server, each of which knows since when the server waits for its client.
type clients struct {
	mu   sync.Mutex
	open map[*clientConn]struct{}
}

// clientConn is a connection of a client.
type clientConn struct {
	net.Conn
	of      *clients
	serving atomic.Bool  // a request is being answered: what is read beside its body is not waited for
	waits   atomic.Int64 // since when the server waits for the client, in nanoseconds of Unix time; 0: it does not
}

type clientConnKey struct{}

// watch has a server know its clients.
func (c *clients) watch(server *http.Server) {
	c.open = map[*clientConn]struct{}{}
	handler := server.Handler
	server.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, clientConnKey{}, conn)
	}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, ok := r.Context().Value(clientConnKey{}).(*clientConn); ok {
			conn.serving.Store(true)
			defer conn.serving.Store(false)
			if r.Body != http.NoBody {
				r.Body = awaited{r.Body, conn}
			}
		}
		handler.ServeHTTP(w, r)
	})
}

// watchedListener takes connections that are known.
type watchedListener struct {
	net.Listener
	clients *clients
}

func (l watchedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	known := &clientConn{Conn: conn, of: l.clients}
	l.clients.mu.Lock()
	defer l.clients.mu.Unlock()
	l.clients.open[known] = struct{}{}
	return known, nil
}

func (c *clientConn) Close() error {
	c.of.mu.Lock()
	delete(c.of.open, c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}

func (c *clientConn) Read(into []byte) (int, error) {
	if c.serving.Load() {
		return c.Conn.Read(into)
	}
	c.waits.Store(time.Now().UnixNano())
	defer c.waits.Store(0)
	return c.Conn.Read(into)
}

func (c *clientConn) Write(b []byte) (written int, err error) {
	defer c.waits.Store(0)
	for written < len(b) && err == nil {
		c.waits.Store(time.Now().UnixNano())
		var n int
		n, err = c.Conn.Write(b[written:min(len(b), written+onePiece)])
		written += n
	}
	return written, err
}

// awaited is the body of a request, which its client still sends.
type awaited struct {
	io.ReadCloser
	from *clientConn
}

func (a awaited) Read(into []byte) (int, error) {
	a.from.waits.Store(time.Now().UnixNano())
	defer a.from.waits.Store(0)
	return a.ReadCloser.Read(into)
}

// endStalled closes the connections of clients that have kept the server waiting for so long since now, until the context ends.
func (c *clients) endStalled(ctx context.Context, patience time.Duration, log *slog.Logger) {
	const looks = 10 // while it is patient
	began := time.Now().UnixNano()
	ticker := time.NewTicker(patience / looks)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		c.mu.Lock()
		var stalled []*clientConn
		for conn := range c.open {
			if since := conn.waits.Load(); since != 0 && time.Now().UnixNano()-max(since, began) > int64(patience) {
				stalled = append(stalled, conn)
			}
		}
		c.mu.Unlock()
		for _, conn := range stalled {
			log.Warn("a client kept the server from stopping, and its connection was closed", "address", conn.RemoteAddr().String(), "waited", patience)
			_ = conn.Close()
		}
	}
}
