package postgres_test

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/storage"
	"parley/storage/pgtest"
	"parley/storage/postgres"
)

// hanging stands before a server and passes everything on, until it is told to pass nothing on any more.
type hanging struct {
	mu     sync.Mutex
	silent chan struct{} // closed when everything passes again; nil: it does
}

func (h *hanging) hang() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.silent = make(chan struct{})
}

func (h *hanging) recover() {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.silent)
	h.silent = nil
}

// wait returns once things pass.
func (h *hanging) wait() {
	h.mu.Lock()
	silent := h.silent
	h.mu.Unlock()
	if silent != nil {
		<-silent
	}
}

func (h *hanging) pass(to io.Writer, from io.Reader) {
	piece := make([]byte, 32<<10)
	for {
		n, err := from.Read(piece)
		h.wait()
		if n > 0 {
			if _, err := to.Write(piece[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// before listens in front of a server's socket, and answers the URL by which it is reached.
func (h *hanging) before(t *testing.T, dsn string) string {
	t.Helper()
	at, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	query := at.Query()
	socket := query.Get("host")
	if socket == "" {
		t.Skip("the database is not reached by a socket, which this test stands before")
	}
	folder := t.TempDir()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", filepath.Join(folder, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := (&net.Dialer{}).DialContext(t.Context(), "unix", filepath.Join(socket, ".s.PGSQL.5432"))
			if err != nil {
				_ = client.Close()
				return
			}
			go func() {
				h.pass(server, client)
				_ = server.Close()
			}()
			go func() {
				h.pass(client, server)
				_ = client.Close()
			}()
		}
	}()
	query.Set("host", folder)
	at.RawQuery = query.Encode()
	return at.String()
}

// TestAServerThatHangsIsUnavailable has the server fall silent under each kind of transaction, on warm connections and on new
// ones, and serves on when it answers again.
func TestAServerThatHangsIsUnavailable(t *testing.T) {
	racedetector.AtOnce(t)
	t.Parallel()
	h := &hanging{}
	store := open(t, h.before(t, pgtest.Database(t)), postgres.Options{Connections: 4, Patience: 300 * time.Millisecond})
	list := func(r *storage.Reader) error {
		_, err := r.Events(storage.EventFilter{Page: storage.Page{Limit: 10}}).Get(t.Context())
		return err
	}
	event := func(tx *storage.Tx, id string) error {
		tx.InsertEvent(parley.Event{ID: id, Type: parley.EventQuoteCreated, OccurredAt: time.Unix(0, 0)})
		return nil
	}
	kinds := map[string]func(id string) error{
		"read": func(string) error {
			return store.Read(t.Context(), func(r *storage.Reader) error { return seen(t, r) })
		},
		"list": func(string) error { return store.Read(t.Context(), list) },
		"write": func(id string) error {
			return store.Tx(t.Context(), func(tx *storage.Tx) error { return event(tx, id) })
		},
		"append": func(id string) error {
			return store.Append(t.Context(), func(tx *storage.Tx) error {
				if err := seen(t, &tx.Reader); err != nil {
					return err
				}
				return event(tx, id)
			})
		},
		"ping": func(string) error { return store.Ping(t.Context()) },
	}
	for name, do := range kinds {
		if err := do("evt-warm-" + name); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for round := range 2 {
		h.hang()
		for name, do := range kinds {
			if err := do("evt-lost-" + name); !parley.Is(err, parley.CodeUnavailable) {
				t.Errorf("%s, round %d: %v", name, round, err)
			}
		}
		h.recover()
	}
	for name, do := range kinds {
		if err := do("evt-again-" + name); err != nil {
			t.Errorf("%s, when the server answers again: %v", name, err)
		}
	}
}

func seen(t *testing.T, r *storage.Reader) error {
	_, err := storage.PricingRules.Version(r).Get(t.Context())
	return err
}
