package a2a_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/a2a"
	"parley/admission"
	"parley/edge"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/storage"
)

// stream reads the events of an open answer.
type stream struct {
	t      *testing.T
	lines  *bufio.Scanner
	status int
	close  func()
}

func (s *shop) open(t *testing.T, key, method string, params any) *stream {
	t.Helper()
	body, err := json.Marshal(object{"jsonrpc": "2.0", "id": "1", "method": method, "params": params})
	if err != nil {
		t.Fatal(err)
	}
	return s.openAt(t, "POST", "/a2a", key, string(body))
}

func (s *shop) openAt(t *testing.T, method, path, key, body string, headers ...string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("A2A-Version", "1.0")
	r.Header.Set("Authorization", "Bearer "+key)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.client.Do(r) //nolint:bodyclose // closed with the stream
	if err != nil {
		t.Fatal(err)
	}
	opened := &stream{t: t, lines: bufio.NewScanner(response.Body), status: response.StatusCode, close: func() {
		cancel()
		_ = response.Body.Close()
	}}
	opened.lines.Buffer(nil, 1<<20)
	t.Cleanup(opened.close)
	return opened
}

// next is the next event; nil at the stream's end.
func (s *stream) next() tree {
	s.t.Helper()
	for s.lines.Scan() {
		if data, ok := strings.CutPrefix(s.lines.Text(), "data: "); ok {
			var event tree
			if err := json.Unmarshal([]byte(data), &event); err != nil {
				s.t.Fatal(err)
			}
			if result, ok := event["result"].(map[string]any); ok {
				return result
			}
			return event
		}
	}
	return nil
}

// A stream tells the task, each step, what it came to, and ends.
func TestStream(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.gate(parley.GateDealBooking)
		id := s.task("INPUT_REQUIRED", s.buyer, "m-1", "request_quote", quoteInput()).text("id")
		sent := s.open(t, s.buyer, "SendStreamingMessage", say("m-2", "book_deal", object{}, "taskId", id))
		if first := sent.next(); first.text("task.status.state") != "TASK_STATE_WORKING" || first.text("task.id") != id {
			t.Fatalf("the stream begins with %v", first)
		}
		subscribed := s.open(t, s.buyer, "SubscribeToTask", object{"id": id})
		if first := subscribed.next(); first.text("task.status.state") != "TASK_STATE_WORKING" {
			t.Fatalf("the subscription begins with %v", first)
		}
		s.decide("approve")
		for name, following := range map[string]*stream{"sent": sent, "subscribed": subscribed} {
			var seen []string
			last := tree{}
			for event := following.next(); event != nil; event = following.next() {
				if artifact := event.text("artifactUpdate.artifact.name"); artifact != "" {
					seen = append(seen, artifact)
				}
				last = event
			}
			if strings.Join(seen, ",") != "quote,deal" || last.text("statusUpdate.status.state") != "TASK_STATE_COMPLETED" || last.text("statusUpdate.taskId") != id {
				t.Errorf("%s tells %q and ends with %v", name, seen, last)
			}
		}
		over := s.open(t, s.buyer, "SubscribeToTask", object{"id": id}).next()
		s.refused(over, -32004, "")
		s.refused(s.open(t, s.rival, "SubscribeToTask", object{"id": id}).next(), -32001, "")

		turn := s.task("INPUT_REQUIRED", s.buyer, "m-3", "request_quote", quoteInput()).text("id")
		mine := s.open(t, s.buyer, "SubscribeToTask", object{"id": turn})
		if first, then := mine.next(), mine.next(); first.text("task.status.state") != "TASK_STATE_INPUT_REQUIRED" || then != nil {
			t.Errorf("where it is the buyer's turn: %v and then %v", first, then)
		}
		products := s.open(t, s.buyer, "SendStreamingMessage", say("m-4", "list_products", object{}))
		if first, then := products.next(), products.next(); first.at("message.parts.0.data.products") == nil || then != nil {
			t.Errorf("a reading is %v and then %v", first, then)
		}
	})
}

// A message waits for the publisher to decide, as long as an answer may take, and then tells that he has yet to.
func TestBlockingSend(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		s := openShop(t, store, a2a.Options{Wait: time.Hour}) // other databases of the server hold its events back as long as they write
		s.gate(parley.GateDealBooking)
		id := s.task("INPUT_REQUIRED", s.buyer, "m-1", "request_quote", quoteInput()).text("id")
		blocking := say("m-2", "book_deal", object{}, "taskId", id)
		delete(blocking, "configuration")
		answered := make(chan tree)
		go func() { answered <- s.call(s.buyer, "SendMessage", blocking) }()
		for len(s.waiting()) == 0 { // until the booking is there to be decided
			select {
			case answer := <-answered:
				t.Errorf("answered at once: %v", answer)
				return
			default:
			}
		}
		s.decide("approve")
		if answer := <-answered; answer.text("result.task.status.state") != "TASK_STATE_COMPLETED" {
			t.Errorf("after the decision: %v", answer)
		}

		hasty := openNode(t, store, a2a.Options{Wait: time.Millisecond})
		other := s.task("INPUT_REQUIRED", s.buyer, "m-3", "request_quote", quoteInput()).text("id")
		undecided := say("m-4", "book_deal", object{}, "taskId", other)
		delete(undecided, "configuration")
		if answer := hasty.call(s.buyer, "SendMessage", undecided); answer.text("result.task.status.state") != "TASK_STATE_WORKING" {
			t.Errorf("with nobody to decide: %v", answer)
		}
	})
}

// Any node answers for a task: what is sent to one is followed, and read, on another.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	url := stores.PostgresURL(t)
	one := openShop(t, stores.PostgresAt(t, url), a2a.Options{})
	two := openNode(t, stores.PostgresAt(t, url), a2a.Options{})
	one.gate(parley.GateDealBooking)
	id := one.task("INPUT_REQUIRED", one.buyer, "m-1", "request_quote", quoteInput(), "contextId", "c").text("id")
	two.task("WORKING", one.buyer, "m-2", "book_deal", object{}, "taskId", id)
	following := two.open(t, one.buyer, "SubscribeToTask", object{"id": id})
	if first := following.next(); first.text("task.contextId") != "c" || first.text("task.status.state") != "TASK_STATE_WORKING" {
		t.Fatalf("the other node begins with %v", first)
	}
	one.decide("approve")
	last := tree{}
	for event := following.next(); event != nil; event = following.next() {
		last = event
	}
	if last.text("statusUpdate.status.state") != "TASK_STATE_COMPLETED" {
		t.Errorf("the other node ends with %v", last)
	}
	one.task("COMPLETED", one.buyer, "m-2", "book_deal", object{}, "taskId", id) // a retry at the other node
}

// Streams have places of their own, and end when the process stops.
func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	stopping, stop := context.WithCancel(context.Background())
	defer stop()
	kit := edge.Kit{Streams: admission.NewStreams(stopping, admission.StreamLimit{Total: 1})}
	s := openShop(t, stores.SQLite(t), a2a.Options{Kit: kit})
	s.gate(parley.GateDealBooking)
	id := s.task("INPUT_REQUIRED", s.buyer, "m-1", "request_quote", quoteInput()).text("id")
	s.task("WORKING", s.buyer, "m-2", "book_deal", object{}, "taskId", id)
	following := s.open(t, s.buyer, "SubscribeToTask", object{"id": id})
	if first := following.next(); first.text("task.id") != id {
		t.Fatalf("the stream begins with %v", first)
	}
	if more := s.open(t, s.buyer, "SubscribeToTask", object{"id": id}); more.status != http.StatusServiceUnavailable && more.status != http.StatusTooManyRequests {
		t.Errorf("one stream too many is answered %d", more.status)
	}
	if more := s.openAt(t, "POST", "/a2a/v1/tasks/"+id+":subscribe", s.buyer, "{}"); more.status != http.StatusServiceUnavailable {
		t.Errorf("one stream too many of the other binding is answered %d", more.status)
	}
	resubscribe := `{"jsonrpc":"2.0","id":1,"method":"tasks/resubscribe","params":{"id":"` + id + `"}}`
	if more := s.openAt(t, "POST", "/a2a", s.buyer, resubscribe, "A2A-Version", "0.3"); more.status != http.StatusServiceUnavailable {
		t.Errorf("one stream too many of the older version is answered %d", more.status)
	}
	stop()
	if event := following.next(); event != nil {
		t.Errorf("after the end there is %v", event)
	}
}
