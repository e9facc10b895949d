package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"parley/client"
)

// listeners are the servers of a few buyers and of the publisher that hear of events through webhooks.
type listeners struct {
	server   *http.Server
	address  string
	problems chan error // why the server ended

	mu  sync.Mutex
	all []*listener
}

// listener is what one webhook has delivered.
type listener struct {
	webhookID  string
	signingKey string
	types      []string
	known      map[string]bool
	order      []string // ids of events, each where it came first
	wrong      error    // the first delivery that was none
}

func openListeners() (*listeners, error) {
	socket, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &listeners{address: socket.Addr().String(), problems: make(chan error, 1)}
	l.server = &http.Server{Handler: http.HandlerFunc(l.hear), ReadHeaderTimeout: time.Minute}
	go func() { l.problems <- l.server.Serve(socket) }()
	return l, nil
}

func (l *listeners) close() error {
	err := l.server.Close()
	if ended := <-l.problems; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// url is where the next webhook that follow is told of delivers to.
func (l *listeners) url(number int) string { return fmt.Sprintf("http://%s/%d", l.address, number) }

// follow expects deliveries of a webhook.
func (l *listeners) follow(webhookID, signingKey string, types []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, &listener{webhookID: webhookID, signingKey: signingKey, types: types, known: map[string]bool{}})
}

func (l *listeners) hear(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	number, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
	if err != nil || number >= len(l.all) { // before its maker has heard of it
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	listener := l.all[number]
	seconds, err := strconv.ParseInt(r.Header.Get("Webhook-Timestamp"), 10, 64)
	if err == nil {
		// Clocks are moved in this world; what is signed is held to its own time.
		event, problem := client.ReadWebhook(r, listener.signingKey, time.Unix(seconds, 0))
		if err = problem; err == nil && !listener.known[event.EventID] {
			listener.known[event.EventID] = true
			listener.order = append(listener.order, event.EventID)
		}
	}
	if err != nil && listener.wrong == nil {
		listener.wrong = err
	}
}

// audit waits until every event that there is has been delivered, and holds the order to that of the database.
func (l *listeners) audit(ctx context.Context, a *auditor, on store) error {
	for number := range l.all {
		deadline := time.Now().Add(patience)
		for {
			problem, err := l.missing(ctx, a, on, number)
			if err != nil {
				return err
			}
			if problem == nil {
				break
			}
			if time.Now().After(deadline) {
				return problem
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	return nil
}

// missing says how what a webhook has delivered differs from what there is for it.
func (l *listeners) missing(ctx context.Context, a *auditor, on store, number int) (problem, err error) {
	l.mu.Lock()
	listener := l.all[number]
	webhookID, types, wrong, heard := listener.webhookID, listener.types, listener.wrong, slices.Clone(listener.order)
	l.mu.Unlock()
	if wrong != nil {
		return nil, fmt.Errorf("audit: a delivery to webhook %s: %w", webhookID, wrong)
	}
	order := "seq"
	if on == postgres {
		order = "xact, seq"
	}
	query := `SELECT id FROM events WHERE owner = (SELECT owner FROM webhooks WHERE id = '` + webhookID + `')`
	if types != nil { // the publisher's, of everybody's events
		query = `SELECT id FROM events WHERE type IN ('` + strings.Join(types, "', '") + `')`
	}
	there, err := texts(ctx, a.db, query+" ORDER BY "+order)
	if err != nil {
		return nil, fmt.Errorf("audit: deliveries: %w", err)
	}
	if !slices.Equal(heard, there) {
		return fmt.Errorf("audit: webhook %s has delivered %d events of %d, or in another order", webhookID, len(heard), len(there)), nil
	}
	return nil, nil //nolint:nilnil // no problem, and none in looking for it
}
