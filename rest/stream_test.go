package rest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"parley"
	"parley/admission"
	"parley/edge"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/rest"
	"parley/seller"
	"parley/storage"
)

// listener is a client of an event stream.
type listener struct {
	t        testing.TB
	response *http.Response
	lines    *bufio.Scanner
	last     string // as a browser keeps it: the id of the last block that had one
}

// heard is one block of a stream; a comment alone has no event.
type heard struct{ id, event, data string }

func (s *shop) listen(key, query string, headers ...string) *listener {
	s.t.Helper()
	stores.Settle(s.t, s.store)
	request, err := http.NewRequestWithContext(s.t.Context(), "GET", s.url+"/events/stream"+query, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+key)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.client.Do(request) //nolint:bodyclose // by the listener's close
	if err != nil {
		s.t.Fatal(err)
	}
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		s.t.Fatalf("the stream was answered %d, %s", response.StatusCode, response.Header.Get("Content-Type"))
	}
	l := &listener{t: s.t, response: response, lines: bufio.NewScanner(response.Body)}
	l.lines.Buffer(nil, 1<<20)
	s.t.Cleanup(l.close)
	return l
}

func (l *listener) close() { _ = l.response.Body.Close() }

// next waits for a block; ok is false at the end of the stream.
func (l *listener) next() (block heard, ok bool) {
	for l.lines.Scan() {
		field, value, _ := strings.Cut(l.lines.Text(), ": ")
		switch {
		case l.lines.Text() == "":
			return block, true
		case field == "id":
			block.id, l.last = value, value
		case field == "event":
			block.event = value
		case field == "data":
			block.data = value
		}
	}
	return block, false
}

// event waits for an event.
func (l *listener) event() heard {
	l.t.Helper()
	for {
		block, ok := l.next()
		if !ok {
			l.t.Fatalf("the stream has ended: %v", l.lines.Err())
		}
		if block.event != "" {
			return block
		}
	}
}

func (s *shop) quoteBy(key string) string {
	s.t.Helper()
	return s.must(201, "POST", "/api/v1/quotes", key, `{"product_id": "ctv-sports", "deal_type": "PD"}`).word("quote_id")
}

// onNodes runs a test against two nodes over one database.
func onNodes(t *testing.T, test func(t *testing.T, nodes [2]*shop)) {
	join := func(t *testing.T, first *shop, store *storage.Store) [2]*shop {
		second := openNode(t, store, rest.Options{})
		second.buyer, second.rival, second.operator, second.viewer = first.buyer, first.rival, first.operator, first.viewer
		return [2]*shop{first, second}
	}
	t.Run("sqlite", func(t *testing.T) {
		store := stores.SQLite(t)
		test(t, join(t, openShopOn(t, store, rest.Options{}), store))
	})
	t.Run("postgres", func(t *testing.T) {
		url := stores.PostgresURL(t)
		test(t, join(t, openShopOn(t, stores.PostgresAt(t, url), rest.Options{}), stores.PostgresAt(t, url)))
	})
}

// TestStreamAcrossReconnectsAndNodes has clients who write on both nodes while a buyer and an operator listen, lose their
// connection again and again, and come back to either node. Meanwhile the buyer also polls, each time the other node.
func TestStreamAcrossReconnectsAndNodes(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	const writers, each = 6, 15
	onNodes(t, func(t *testing.T, nodes [2]*shop) {
		// What each has heard, up to the last event of the test.
		streams := map[string]*[]heard{nodes[0].buyer: {}, nodes[0].operator: {}}
		opened := map[string]*listener{}
		for key := range streams {
			opened[key] = nodes[0].listen(key, "?after=0")
		}
		stores.Settle(t, nodes[0].store)
		cursor := nodes[0].must(200, "GET", "/events?wait=0", nodes[0].buyer, nil).word("next_cursor")
		var writing, listening sync.WaitGroup
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					node := nodes[(w+i)%2]
					key := []string{node.buyer, node.rival}[w%2]
					quote := node.quoteBy(key)
					if w < 2 {
						node.must(201, "POST", "/api/v1/deals", key, map[string]any{"quote_id": quote})
					}
				}
			})
		}
		for key, got := range streams {
			listening.Go(func() {
				l := opened[key]
				for n := 1; ; n++ {
					event := l.event()
					if *got = append(*got, event); event.event == "order.created" {
						return
					}
					if n%7 == 0 {
						l.close()
						l = nodes[n%2].listen(key, "", "Last-Event-ID", l.last)
					}
				}
			})
		}
		var polled []string
		listening.Go(func() {
			for n, last := 0, ""; last != "order.created"; n++ {
				page := nodes[n%2].must(200, "GET", "/events?wait=60&limit=3&cursor="+cursor, nodes[0].buyer, nil)
				rows, _ := page.body["events"].([]any)
				for i := range rows {
					polled, last = append(polled, page.row("events", i).word("event_id")), page.row("events", i).word("event_type")
				}
				cursor = page.word("next_cursor")
			}
		})
		writing.Wait()
		node := nodes[1]
		deal := node.must(201, "POST", "/api/v1/deals", node.buyer, map[string]any{"quote_id": node.quoteBy(node.buyer)})
		node.must(201, "POST", "/api/v1/orders", node.buyer, map[string]any{"deal_id": deal.word("deal_id")})
		listening.Wait()
		once := func(key string, ids []string) {
			sorted := slices.Sorted(slices.Values(ids))
			if distinct := slices.Compact(slices.Clone(sorted)); len(distinct) != len(sorted) {
				t.Errorf("%d events came, %d of them distinct", len(sorted), len(distinct))
			}
			if all := node.eventIDs(key); !slices.Equal(sorted, slices.Sorted(slices.Values(all))) {
				t.Errorf("%d events came of %d", len(sorted), len(all))
			}
		}
		for key, got := range streams {
			var ids []string
			for _, event := range *got {
				ids = append(ids, event.id)
			}
			once(key, ids)
		}
		once(node.buyer, polled)
	})
}

// eventIDs lists the events that a caller may read.
func (s *shop) eventIDs(key string) []string {
	s.t.Helper()
	var ids []string
	for query := "?limit=500"; ; {
		page := s.must(200, "GET", "/events"+query, key, nil)
		rows, _ := page.body["events"].([]any)
		for i := range rows {
			ids = append(ids, page.row("events", i).word("event_id"))
		}
		if page.word("next_cursor") == "" {
			return ids
		}
		query = "?limit=500&cursor=" + page.word("next_cursor")
	}
}

func TestStreamIsTheCallersOwn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.rival = s.atAnotherDSP()
		theirs := s.listen(s.rival, "")
		if opening, _ := theirs.next(); opening.id != "0" || opening.event != "" {
			t.Errorf("a buyer without events begins with %+v", opening)
		}
		s.gate(`{"name": "secret rule name", "gate": "deal_booking", "condition": "price > 0.125"}`)
		mine := s.listen(s.buyer, "?event_type=approval.requested")
		_, approval := s.hold()
		s.must(200, "POST", "/approvals/"+approval+"/decide", s.operator, `{"decision": "reject", "reason": "internal reason", "resume": true}`)
		first := mine.event()
		if first.event != "approval.requested" || strings.Contains(first.data, "secret") || strings.Contains(first.data, "0.125") {
			t.Errorf("the buyer hears %+v", first)
		}
		var read, told map[string]any
		if err := json.Unmarshal([]byte(first.data), &told); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(s.must(200, "GET", "/events/"+first.id, s.buyer, nil).text), &read); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(read) != fmt.Sprint(told) {
			t.Errorf("streamed %v\nread %v", told, read)
		}
		own := s.quoteBy(s.rival)
		if heard := theirs.event(); !strings.Contains(heard.data, own) {
			t.Errorf("the rival hears first of %+v", heard)
		}
		publisher := s.listen(s.viewer, "?event_type=approval.denied", "Last-Event-ID", first.id)
		if heard := publisher.event(); !strings.Contains(heard.data, "internal reason") {
			t.Errorf("after %s the publisher hears %+v", first.id, heard)
		}
		lost := s.must(404, "GET", "/events/stream", s.buyer, nil, "Last-Event-ID", "evt-unknown")
		checkEnvelope(t, lost)
	})
}

// TestStreamComesBackToWhereItBegan breaks a stream that has heard nothing yet.
func TestStreamComesBackToWhereItBegan(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		first := s.listen(s.buyer, "")
		s.quoteBy(s.buyer)
		first.event()
		l := s.listen(s.buyer, "")
		if opening, _ := l.next(); opening.event != "" || opening.id != first.last {
			t.Errorf("after %s it begins with %+v", first.last, opening)
		}
		l.close()
		missed := s.quoteBy(s.buyer)
		if got := s.listen(s.buyer, "", "Last-Event-ID", l.last).event(); !strings.Contains(got.data, missed) {
			t.Errorf("heard %+v", got)
		}
	})
}

// TestStreamOutlivesTheServersTimeouts keeps a stream open for several times what the server allows a request.
func TestStreamOutlivesTheServersTimeouts(t *testing.T) {
	t.Parallel()
	const limit, beat = 500 * time.Millisecond, 50 * time.Millisecond
	s := openShop(t, rest.Options{Heartbeat: beat})
	server := httptest.NewUnstartedServer(s.handler)
	server.Config.ReadTimeout, server.Config.WriteTimeout = limit, limit
	server.Start()
	t.Cleanup(server.Close)
	s.url = server.URL
	l := s.listen(s.buyer, "")
	for range 4 * limit / beat {
		if block, ok := l.next(); !ok || block.event != "" {
			t.Fatalf("heard %+v, %v", block, ok)
		}
	}
	quote := s.quoteBy(s.buyer)
	if got := l.event(); !strings.Contains(got.data, quote) {
		t.Errorf("heard %+v", got)
	}
	// The connection of a long poll serves the next request as well.
	cursor := s.must(200, "GET", "/events?wait=0", s.buyer, nil).word("next_cursor")
	s.must(200, "GET", "/events?wait=1&cursor="+cursor, s.buyer, nil)
	s.quoteBy(s.buyer)
}

func TestStreamsEndWhenTheProcessStops(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	stopping, stop := context.WithCancel(context.Background())
	defer stop()
	s := openShop(t, rest.Options{Kit: edge.Kit{Streams: admission.NewStreams(stopping, admission.DefaultStreams)}})
	l := s.listen(s.buyer, "")
	l.next()
	answered := make(chan reply)
	cursor := s.must(200, "GET", "/events?wait=0", s.buyer, nil).word("next_cursor")
	go func() { answered <- s.call("GET", "/events?wait=60&cursor="+cursor, s.buyer, nil) }()
	s.open(2)
	stop()
	if block, ok := l.next(); ok {
		t.Errorf("heard %+v after the end", block)
	}
	if got := <-answered; got.status != 200 || got.word("next_cursor") != cursor {
		t.Errorf("the long poll was answered %d %s", got.status, got.text)
	}
	got := s.must(503, "GET", "/events/stream", s.buyer, nil)
	checkEnvelope(t, got)
	if got.header.Get("Retry-After") == "" {
		t.Errorf("no Retry-After: %v", got.header)
	}
	s.quoteBy(s.buyer) // requests of the other kind are finished
}

// open waits until so many streams and long polls are open.
func (s *shop) open(n int) {
	line := fmt.Sprintf("parley_event_streams %d\n", n)
	for !strings.Contains(s.must(200, "GET", "/metrics", "", nil).text, line) {
		if s.t.Context().Err() != nil {
			s.t.Fatal("the streams were not counted")
		}
	}
}

func streamsWithin(limit admission.StreamLimit) *admission.Streams {
	return admission.NewStreams(context.Background(), limit)
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{Kit: edge.Kit{Streams: streamsWithin(admission.StreamLimit{Total: 2, Each: 1})}})
	mine := s.listen(s.buyer, "")
	limited := s.must(429, "GET", "/events/stream", s.buyer, nil)
	checkEnvelope(t, limited)
	if limited.header.Get("Retry-After") == "" {
		t.Errorf("no Retry-After: %v", limited.header)
	}
	s.must(429, "GET", "/events?wait=1", s.buyer, nil)
	s.must(200, "GET", "/events", s.buyer, nil)
	s.listen(s.rival, "")
	checkEnvelope(t, s.must(503, "GET", "/events/stream", s.viewer, nil))
	mine.close()
	s.open(1)
	s.listen(s.buyer, "")
}

// TestStreamOfAClientThatDoesNotRead shows that such a client does not keep its place.
func TestStreamOfAClientThatDoesNotRead(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{Kit: edge.Kit{Streams: streamsWithin(admission.StreamLimit{Patience: 10 * time.Millisecond})}})
	server := httptest.NewUnstartedServer(s.handler)
	// Little fits on the way between the two.
	const buffer = 4 << 10
	server.Config.ConnState = func(conn net.Conn, state http.ConnState) {
		if tcp, ok := conn.(*net.TCPConn); ok && state == http.StateNew {
			_ = tcp.SetWriteBuffer(buffer)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	small := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, buffer) })
	}}
	conn, err := small.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn, "GET /events/stream HTTP/1.1\r\nHost: parley\r\nAuthorization: Bearer %s\r\n\r\n", s.buyer); err != nil {
		t.Fatal(err)
	}
	s.open(1)
	open := true
	for i := 0; open && i < 10_000; i++ { // as much as it takes to fill what is between
		s.quoteBy(s.buyer)
		open = i%50 != 0 || strings.Contains(s.must(200, "GET", "/metrics", "", nil).text, "parley_event_streams 1\n")
	}
	if open {
		t.Error("the stream is still open")
	}
}

func TestStreamEndsWithItsKey(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		made := s.must(201, "POST", "/auth/api-keys", s.operator, `{"label": "short-lived", "identity": {"seat_id": "s"}}`)
		l := s.listen(made.word("api_key"), "")
		l.next()
		s.must(200, "DELETE", "/auth/api-keys/"+made.word("key_id"), s.operator, nil)
		if block, ok := l.next(); ok {
			t.Errorf("heard %+v with a revoked key", block)
		}
	})
}

func TestLongPoll(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, s *shop) {
		stores.Settle(t, s.store)
		start := s.must(200, "GET", "/events?wait=0", s.buyer, nil)
		if rows, _ := start.body["events"].([]any); len(rows) != 0 || start.word("next_cursor") == "" {
			t.Fatalf("it begins with %s", start.text)
		}
		before := s.quoteBy(s.buyer)
		heard := s.must(200, "GET", "/events?wait=60&cursor="+start.word("next_cursor"), s.buyer, nil)
		if heard.row("events", 0).word("quote_id") != before {
			t.Fatalf("the first poll has %s", heard.text)
		}
		// It is final by now, so that whoever begins now begins after it.
		start = s.must(200, "GET", "/events?wait=0", s.buyer, nil)
		if start.word("next_cursor") != heard.word("next_cursor") {
			t.Errorf("after %s one begins with %s", heard.text, start.text)
		}
		// What happens between two polls is in the next one.
		var wanted []string
		for range 3 {
			wanted = append(wanted, s.quoteBy(s.buyer))
		}
		s.quoteBy(s.rival)
		cursor := start.word("next_cursor")
		for i, quote := range wanted {
			got := s.must(200, "GET", "/events?wait=60&limit=1&cursor="+cursor, s.buyer, nil)
			if got.row("events", 0).word("quote_id") != quote || got.word("total_count") != "1" {
				t.Errorf("poll %d has %s, want the event of %s", i, got.text, quote)
			}
			cursor = got.word("next_cursor")
		}
		if end := s.must(200, "GET", "/events?cursor="+cursor, s.buyer, nil); end.word("next_cursor") != cursor || strings.Contains(end.text, before) {
			t.Errorf("after all of them: %s", end.text)
		}
		answered := make(chan reply)
		go func() {
			answered <- s.call("GET", "/events?wait=60&event_type=quote.created&cursor="+cursor, s.buyer, nil)
		}()
		s.open(1)
		last := s.quoteBy(s.buyer)
		if got := <-answered; got.status != 200 || got.row("events", 0).word("quote_id") != last {
			t.Errorf("waiting was answered %d %s", got.status, got.text)
		}
		page := s.must(200, "GET", "/events?limit=1", s.buyer, nil).word("next_cursor")
		for query, field := range map[string]string{
			"wait=61": "wait", "wait=-1": "wait", "wait=x": "wait", "wait=1&order=newest": "wait", "wait=1&offset=2": "wait",
			"wait=1&cursor=" + page: "cursor", "wait=1&cursor=!!": "cursor",
		} {
			if got := s.must(422, "GET", "/events?"+query, s.buyer, nil); !got.names(field) {
				t.Errorf("%s does not name %s: %s", query, field, got.text)
			}
		}
		s.must(422, "GET", "/api/v1/quotes?cursor="+cursor, s.buyer, nil)
	})
}

// TestWatchingStartsAgain follows events after the last stream of the process had gone.
func TestWatchingStartsAgain(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, s *shop) {
		for range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			heard := make(chan string, 1)
			ended := make(chan error)
			go func() {
				ended <- s.service.FollowEvents(ctx, seller.Call{Secret: s.buyer}, "", seller.EventFilter{}, time.Hour,
					func(events []parley.Event, position string) error {
						if len(events) == 0 {
							heard <- ""
						}
						for _, event := range events {
							heard <- event.QuoteID
						}
						return nil
					})
			}()
			<-heard
			if quote := s.quoteBy(s.buyer); <-heard != quote {
				t.Error("another event was heard")
			}
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
}
