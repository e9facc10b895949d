package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/client"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/wire/document"
)

// receiver is a buyer's server that events are delivered to.
type receiver struct {
	*httptest.Server
	t     testing.TB
	clock func() time.Time
	came  chan struct{} // something was accepted since the test last looked

	mu      sync.Mutex
	secrets []string // of the webhooks that lead here
	status  int
	asked   int
	got     []document.Event // accepted
	bodies  map[string]string
}

func openReceiver(t testing.TB, clock func() time.Time) *receiver {
	t.Helper()
	r := &receiver{t: t, clock: clock, status: http.StatusNoContent, bodies: map[string]string{}, came: make(chan struct{}, 1)}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	if r.status < 300 {
		var body strings.Builder
		request.Body = readAlong{request.Body, &body}
		event, err := client.ReadWebhook(request, r.secrets[0], r.clock())
		if err != nil || event.EventID != request.Header.Get("Webhook-Id") {
			r.t.Errorf("%s: %v", body.String(), err)
		}
		r.got = append(r.got, event)
		r.bodies[event.EventID] = body.String()
		select {
		case r.came <- struct{}{}:
		default: // the test has yet to look at what came before
		}
	}
	w.WriteHeader(r.status)
}

// readAlong keeps what is read of a body.
type readAlong struct {
	body interface {
		Read(p []byte) (int, error)
		Close() error
	}
	kept *strings.Builder
}

func (r readAlong) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	r.kept.Write(p[:n])
	return n, err
}

func (r readAlong) Close() error { return r.body.Close() }

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// heard are the ids of what was accepted, each once, in the order in which they came first.
func (r *receiver) heard() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := []string{}
	for _, event := range r.got {
		if !slices.Contains(ids, event.EventID) {
			ids = append(ids, event.EventID)
		}
	}
	return ids
}

func (r *receiver) requests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

// hook makes a webhook that leads to the receiver.
func (s *shop) hook(key string, to *receiver, members string) string {
	s.t.Helper()
	stores.Settle(s.t, s.store) // what was before is none of its
	made := s.must(201, "POST", "/api/v1/webhooks", key, fmt.Sprintf(`{"url": %q%s}`, to.URL, members))
	to.mu.Lock()
	defer to.mu.Unlock()
	to.secrets = append(to.secrets, made.word("signing_key"))
	return made.word("webhook_id")
}

// deliver looks once after a webhook.
func (s *shop) deliver(id string) {
	s.t.Helper()
	stores.Settle(s.t, s.store)
	if err := s.couriers.Deliver(context.Background(), id); err != nil {
		s.t.Fatal(err)
	}
}

// await waits until a receiver has heard these events, and holds their order and number to them.
func (r *receiver) await(want []string) {
	r.t.Helper()
	r.awaitNumber(len(want))
	if got := r.heard(); !slices.Equal(got, want) {
		r.t.Fatalf("delivered\n%v, not\n%v", got, want)
	}
}

// awaitNumber waits until so many events have been heard, and gives up after half a minute.
func (r *receiver) awaitNumber(n int) {
	giveUp := time.After(30 * time.Second)
	for len(r.heard()) < n {
		select {
		case <-r.came:
		case <-giveUp:
			return
		}
	}
}

// work has a service deliver until the function that it answers is called.
func (s *shop) work(node string) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var working sync.WaitGroup
	working.Go(func() { s.couriers.Run(ctx, node) })
	return func() {
		cancel()
		working.Wait()
	}
}

// TestWebhooksDeliver has a buyer and the publisher hear of a trade as it goes on, each what it may read, and nothing else.
func TestWebhooksDeliver(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, s *shop) {
		s.rival = s.atAnotherDSP()
		buyers, publishers := openReceiver(t, s.clock.Read), openReceiver(t, s.clock.Read)
		s.quoteBy(s.buyer) // before
		hook := s.hook(s.buyer, buyers, "")
		desk := s.hook(s.operator, publishers, `, "event_types": ["deal.booked", "quote.booked", "deal.booked"]`)
		defer s.work("node")()
		quote := s.quoteBy(s.buyer)
		s.quoteBy(s.rival)
		s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote})
		s.must(201, "POST", "/api/v1/deals", s.rival, map[string]any{"quote_id": s.quoteBy(s.rival)})

		own := s.eventIDs(s.buyer)[1:]
		buyers.await(own)
		for id, body := range buyers.bodies {
			if read := s.must(200, "GET", "/events/"+id, s.buyer, nil); strings.TrimSpace(read.text) != body {
				t.Errorf("delivered %s, read %s", body, read.text)
			}
		}
		if buyers.got[0].EventType != parley.EventWebhookCreated {
			t.Errorf("the first event is %s", buyers.got[0].EventType)
		}
		var wanted []string
		for _, kind := range []string{"quote.booked", "deal.booked"} {
			listed := s.must(200, "GET", "/events?event_type="+kind, s.operator, nil)
			events, _ := listed.at("events").([]any)
			for i := range events {
				wanted = append(wanted, listed.row("events", i).word("event_id"))
			}
		}
		slices.Sort(wanted)
		publishers.awaitNumber(len(wanted))
		heard := publishers.heard()
		if slices.Sort(heard); !slices.Equal(heard, wanted) || len(wanted) < 4 {
			t.Errorf("the publisher heard %v, want %v", heard, wanted)
		}
		for path, key := range map[string]string{"/api/v1/webhooks/" + hook: s.buyer, "/api/v1/webhooks/" + desk: s.operator} {
			check(t, s.must(200, "GET", path, key, nil), map[string]string{"status": "active", "failures": "0", "last_error": "null"})
		}
	})
}

// TestWebhooksAreRetried has an address fail and come back: nothing is lost, nothing overtakes, and it is asked ever less
// often, until the webhook is disabled and its owner lets it begin anew.
func TestWebhooksAreRetried(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		to := openReceiver(t, s.clock.Read)
		hook := s.hook(s.buyer, to, "")
		to.answer(500)
		s.quoteBy(s.buyer)
		path := "/api/v1/webhooks/" + hook
		wait := 5 * time.Second
		for failures := 1; failures <= 12; failures++ {
			s.deliver(hook)
			s.deliver(hook) // not yet
			if got := to.requests(); got != failures {
				t.Fatalf("asked %d times, want %d", got, failures)
			}
			read := s.must(200, "GET", path, s.buyer, nil)
			check(t, read, map[string]string{
				"failures": fmt.Sprint(failures), "last_error": "the answer is 500", "status": "active", "failing_since": now.Format(time.RFC3339),
			})
			next, err := time.Parse(time.RFC3339, read.word("next_attempt_at"))
			if drawn := next.Sub(s.clock.Read()); err != nil || drawn < wait/2 || drawn > wait {
				t.Fatalf("failure %d: the next attempt is in %s (%v), want from half to all of %s", failures, drawn, err, wait)
			}
			s.clock.Move(wait)
			wait = min(2*wait, time.Hour)
		}
		to.answer(200)
		s.deliver(hook)
		to.await(s.eventIDs(s.buyer))
		check(t, s.must(200, "GET", path, s.buyer, nil), map[string]string{
			"failures": "0", "last_error": "null", "failing_since": "null", "next_attempt_at": "null",
			"last_event_id": to.heard()[len(to.heard())-1],
		})

		to.answer(503)
		s.quoteBy(s.buyer)
		since := s.clock.Read()
		for range 100 {
			s.deliver(hook)
			s.clock.Move(time.Hour)
		}
		disabled := s.must(200, "GET", path, s.buyer, nil)
		check(t, disabled, map[string]string{
			"status": "disabled", "last_error": "the answer is 503", "failing_since": since.Format(time.RFC3339), "next_attempt_at": "null",
		})
		events := s.must(200, "GET", "/events?event_type=webhook.disabled", s.buyer, nil)
		check(t, events, map[string]string{"total_count": "1"})
		check(t, events.row("events", 0), map[string]string{"metadata.webhook_id": hook, "metadata.last_error": "the answer is 503"})
		to.answer(200)
		asked := to.requests()
		s.deliver(hook)
		if to.requests() != asked {
			t.Error("a disabled webhook was delivered to")
		}
		check(t, s.must(200, "PUT", path, s.buyer, strings.Replace(disabled.text, `"enabled":false`, `"enabled":true`, 1)), map[string]string{"status": "active", "failures": "0"})
		s.deliver(hook)
		to.await(s.eventIDs(s.buyer))
	})
}

// TestWebhooksOutliveAClockThatWasOff has deliveries succeed and fail while a node's clock is ahead by days.
func TestWebhooksOutliveAClockThatWasOff(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		const ahead = 48 * time.Hour
		to := openReceiver(t, s.clock.Read)
		hook := s.hook(s.buyer, to, "")
		for _, status := range []int{204, 500} {
			s.clock.Move(ahead)
			to.answer(status)
			s.quoteBy(s.buyer)
			s.deliver(hook)
			s.clock.Move(-ahead)
			to.answer(204)
			s.quoteBy(s.buyer)
			s.deliver(hook)
			to.await(s.eventIDs(s.buyer))
		}
	})
}

// TestWebhookThatIsGone is disabled at once.
func TestWebhookThatIsGone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		to := openReceiver(t, s.clock.Read)
		hook := s.hook(s.buyer, to, "")
		to.answer(410)
		s.deliver(hook)
		check(t, s.must(200, "GET", "/api/v1/webhooks/"+hook, s.buyer, nil), map[string]string{"status": "disabled", "last_error": "the answer is 410 Gone"})
	})
}

// TestWebhooksEndWithTheirKey has a key revoked, another run out, and an agent blocked: nothing is delivered any more.
func TestWebhooksEndWithTheirKey(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		agent := s.must(201, "POST", "/registry/agents/discover", s.operator, `{"url": "https://buyer.example.com/a2a"}`)
		for name, c := range map[string]struct {
			request seller.KeyRequest
			end     func(keyID string)
		}{
			"revoked": {seller.KeyRequest{}, func(id string) { s.must(200, "DELETE", "/auth/api-keys/"+id, s.operator, nil) }},
			"expired": {seller.KeyRequest{ExpiresInDays: 1}, func(string) { s.clock.Move(25 * time.Hour) }},
			"blocked": {seller.KeyRequest{AgentURL: "https://buyer.example.com/a2a"}, func(string) {
				s.must(200, "PUT", "/registry/agents/"+agent.word("agent_id")+"/trust", s.operator, `{"trust_status": "blocked"}`)
			}},
		} {
			c.request.Role, c.request.Label, c.request.Identity = parley.RoleBuyer, name, parley.Identity{SeatID: name}
			key := s.key(c.request)
			to := openReceiver(t, s.clock.Read)
			hook := s.hook(key, to, "")
			s.deliver(hook)
			to.await(s.eventIDs(key))
			before := to.requests()
			s.quoteBy(key)
			c.end(s.must(200, "GET", "/api/v1/webhooks/"+hook, s.operator, nil).word("key_id"))
			s.deliver(hook)
			if to.requests() != before {
				t.Errorf("%s: an event was delivered", name)
			}
			check(t, s.must(200, "GET", "/api/v1/webhooks/"+hook, s.operator, nil),
				map[string]string{"status": "disabled", "last_error": "the key that it was made with no longer holds"})
		}
	})
}

// TestWebhooksOfOthers holds webhooks to their owners, and requests for them to what can be delivered to.
func TestWebhooksOfOthers(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		const body = `{"url": "https://buyer.example.com/parley", "label": "L", "event_types": ["deal.booked"]}`
		made := s.must(201, "POST", "/api/v1/webhooks", s.buyer, body, "Idempotency-Key", "once")
		again := s.must(201, "POST", "/api/v1/webhooks", s.buyer, body, "Idempotency-Key", "once")
		if again.text != made.text || again.header.Get("Idempotency-Replayed") != "true" || !strings.HasPrefix(made.word("signing_key"), "whsec_") {
			t.Errorf("made %s, then %s", made.text, again.text)
		}
		path := "/api/v1/webhooks/" + made.word("webhook_id")
		read := s.must(200, "GET", path, s.buyer, nil)
		if strings.Contains(read.text, "signing_key") || strings.Contains(read.text, made.word("signing_key")) {
			t.Errorf("reading tells the secret: %s", read.text)
		}
		s.must(404, "GET", path, s.rival, nil)
		s.must(404, "PUT", path, s.rival, body)
		s.must(404, "DELETE", path, s.rival, nil)
		check(t, s.must(200, "GET", "/api/v1/webhooks", s.rival, nil), map[string]string{"total_count": "0"})
		for _, key := range []string{s.buyer, s.operator, s.viewer} {
			listed := s.must(200, "GET", "/api/v1/webhooks?status=active", key, nil)
			check(t, listed, map[string]string{"total_count": "1"})
			check(t, listed.row("webhooks", 0), map[string]string{"url": "https://buyer.example.com/parley"})
		}
		s.must(403, "PUT", path, s.operator, body)
		s.must(403, "POST", "/api/v1/webhooks", s.viewer, body)
		s.must(403, "DELETE", path, s.viewer, nil)
		s.must(401, "POST", "/api/v1/webhooks", "", body)

		for _, url := range []string{"", "buyer.example.com", "ftp://buyer.example.com", "https://", "https://u:p@buyer.example.com", "https://buyer.example.com/#x", "https://[::"} {
			encoded, _ := json.Marshal(map[string]any{"url": url})
			if refused := s.must(422, "POST", "/api/v1/webhooks", s.buyer, string(encoded)); !refused.names("url") {
				t.Errorf("%q: %s", url, refused.text)
			}
		}
		unknown := s.must(422, "POST", "/api/v1/webhooks", s.buyer, `{"url": "https://buyer.example.com", "event_types": ["deal.bocked"]}`)
		if !unknown.names("event_types") {
			t.Error(unknown.text)
		}
		check(t, s.must(200, "PUT", path, s.buyer, `{"url": "https://buyer.example.com/other", "enabled": false}`),
			map[string]string{"status": "disabled", "url": "https://buyer.example.com/other", "label": ""})
		for range 19 {
			s.must(201, "POST", "/api/v1/webhooks", s.buyer, body)
		}
		s.must(409, "POST", "/api/v1/webhooks", s.buyer, body)
		s.must(201, "POST", "/api/v1/webhooks", s.rival, body)
		s.must(200, "DELETE", path, s.operator, nil)
		s.must(404, "GET", path, s.buyer, nil)
		s.must(201, "POST", "/api/v1/webhooks", s.buyer, body)
		audit := s.must(200, "GET", "/api/v1/audit?resource=webhook&limit=500", s.operator, nil)
		if audit.word("total_count") != "24" || strings.Contains(audit.text, made.word("signing_key")) {
			t.Errorf("the audit of webhooks: %s", audit.text)
		}
	})
}

// TestWebhooksMadeAtOnce has a buyer ask for twice as many as it may have, on two nodes.
func TestWebhooksMadeAtOnce(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onNodes(t, func(t *testing.T, nodes [2]*shop) {
		var mu sync.Mutex
		var asking sync.WaitGroup
		answered := map[int]int{}
		for i := range 40 {
			asking.Go(func() {
				got := nodes[i%2].call("POST", "/api/v1/webhooks", nodes[0].buyer, `{"url": "https://buyer.example.com/parley"}`)
				mu.Lock()
				defer mu.Unlock()
				answered[got.status]++
			})
		}
		asking.Wait()
		if answered[201] != 20 || answered[409] != 20 {
			t.Errorf("answered %v", answered)
		}
	})
}

// TestWebhooksMoveToAnotherNode has the node that delivers end while both trade, and the other go on.
func TestWebhooksMoveToAnotherNode(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onNodes(t, func(t *testing.T, nodes [2]*shop) {
		to := openReceiver(t, nodes[0].clock.Read)
		nodes[0].hook(nodes[0].buyer, to, "")
		stop := nodes[0].work("first")
		to.await(nodes[0].eventIDs(nodes[0].buyer))
		defer nodes[1].work("second")()
		for i := range 10 {
			nodes[i%2].quoteBy(nodes[0].buyer)
		}
		stop()
		for i := range 10 {
			nodes[i%2].quoteBy(nodes[0].buyer)
		}
		to.await(nodes[0].eventIDs(nodes[0].buyer))
	})
}

// TestWebhooksAreTried has an owner and an admin send tests to a webhook that asks for something else, also while it is disabled.
func TestWebhooksAreTried(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		to, others := openReceiver(t, s.clock.Read), openReceiver(t, s.clock.Read)
		other := s.hook(s.buyer, others, "")
		hook := s.hook(s.buyer, to, `, "event_types": ["deal.booked"]`)
		path := "/api/v1/webhooks/" + hook
		tried := s.must(200, "POST", path+"/test", s.buyer, `{"idempotency_key": "t"}`)
		check(t, tried, map[string]string{
			"event_type": "webhook.tested", "status": "204", "answer": "null", "failure": "null", "number": "1",
		})
		id := tried.word("event_id")
		if heard := to.heard(); !slices.Equal(heard, []string{id}) {
			t.Errorf("heard %v, not %s", heard, id)
		}
		if read := s.must(200, "GET", "/events/"+id, s.buyer, nil); strings.TrimSpace(read.text) != to.bodies[id] {
			t.Errorf("sent %s, read %s", to.bodies[id], read.text)
		}
		if again := s.must(200, "POST", path+"/test", s.buyer, `{"idempotency_key": "t"}`); again.text != tried.text || to.requests() != 1 {
			t.Errorf("repeated, it was sent %d times: %s", to.requests(), again.text)
		}
		before := s.must(200, "GET", path, s.buyer, nil)
		s.must(200, "POST", path+"/disable", s.operator, nil)
		to.answer(500)
		check(t, s.must(200, "POST", path+"/test", s.operator, nil), map[string]string{
			"status": "500", "failure": "the answer is 500", "number": "2",
		})
		check(t, s.must(200, "GET", path, s.buyer, nil), map[string]string{"status": "disabled", "failures": "0", "last_event_id": before.word("last_event_id")})
		s.must(404, "POST", path+"/test", s.rival, nil)
		s.must(403, "POST", path+"/test", s.viewer, nil)
		listed := s.must(200, "GET", path+"/attempts?order=newest&limit=1", s.buyer, nil)
		check(t, listed, map[string]string{"total_count": "2"})
		check(t, listed.row("attempts", 0), map[string]string{"number": "2", "status": "500"})
		s.must(404, "GET", path+"/attempts", s.rival, nil)
		s.deliver(other)
		for _, event := range others.heard() {
			if event == id {
				t.Error("another webhook heard the test")
			}
		}
	})
}

// TestWebhooksKeepWhatWasAnswered has attempts fail and succeed, more of them than are kept.
func TestWebhooksKeepWhatWasAnswered(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		to := openReceiver(t, s.clock.Read)
		hook := s.hook(s.buyer, to, "")
		to.answer(500)
		s.deliver(hook)
		to.answer(200)
		s.clock.Move(time.Minute)
		for range parley.MostWebhookAttempts + 20 {
			s.quoteBy(s.buyer)
		}
		s.deliver(hook)
		listed := s.must(200, "GET", "/api/v1/webhooks/"+hook+"/attempts?limit=500", s.buyer, nil)
		check(t, listed, map[string]string{"total_count": fmt.Sprint(parley.MostWebhookAttempts + 1)})
		check(t, listed.row("attempts", 0), map[string]string{"number": "1", "failure": "the answer is 500", "event_type": "webhook.created"})
		last := listed.row("attempts", parley.MostWebhookAttempts)
		check(t, last, map[string]string{"failure": "null", "event_type": "quote.created", "event_id": to.heard()[len(to.heard())-1]})
	})
}

// TestWebhooksDeliverAgain has one that has delivered everything begin again at each of its events, and at none of others'.
func TestWebhooksDeliverAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		to := openReceiver(t, s.clock.Read)
		foreign := s.quoteBy(s.rival)
		hook := s.hook(s.buyer, to, "")
		path := "/api/v1/webhooks/" + hook + "/redeliver"
		s.quoteBy(s.buyer)
		s.deliver(hook)
		own := s.eventIDs(s.buyer)
		for i, from := range own {
			to.mu.Lock()
			to.got = nil
			to.mu.Unlock()
			if i == 1 {
				s.must(200, "POST", "/api/v1/webhooks/"+hook+"/disable", s.operator, nil)
			}
			again := s.must(200, "POST", path, s.buyer, map[string]any{"from_event_id": from})
			check(t, again, map[string]string{"status": "active", "failures": "0"})
			s.deliver(hook)
			if heard := to.heard(); len(heard) < len(own)-i || !slices.Equal(heard[:len(own)-i], own[i:]) {
				t.Errorf("from event %d of %d on, %v were delivered, not %v", i, len(own), heard, own[i:])
			}
		}
		listed := s.must(200, "GET", "/events?quote_id="+foreign, s.operator, nil)
		for _, id := range []string{"evt-none", listed.row("events", 0).word("event_id")} {
			if refused := s.must(422, "POST", path, s.buyer, map[string]any{"from_event_id": id}); !refused.names("from_event_id") {
				t.Error(refused.text)
			}
		}
		s.must(404, "POST", path, s.rival, map[string]any{"from_event_id": own[0]})
		s.must(403, "POST", path, s.viewer, map[string]any{"from_event_id": own[0]})
	})
}

// TestWebhookKeysAreRotated has receivers that know the old key, or the new one, take what is delivered in the overlap, and after it
// the new one alone.
func TestWebhookKeysAreRotated(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		var last struct {
			header http.Header
			body   string
		}
		buyers := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			last.header, last.body = r.Header, string(body)
		}))
		defer buyers.Close()
		made := s.must(201, "POST", "/api/v1/webhooks", s.buyer, map[string]any{"url": buyers.URL})
		path, keys := "/api/v1/webhooks/"+made.word("webhook_id"), []string{made.word("signing_key")}
		rotate := func(hours int) {
			rotated := s.must(200, "POST", path+"/rotate-key", s.buyer, map[string]any{"overlap_hours": hours})
			keys = append(keys, rotated.word("signing_key"))
		}
		takes := func(want ...bool) {
			t.Helper()
			check(t, s.must(200, "POST", path+"/test", s.buyer, nil), map[string]string{"failure": "null"})
			for i, key := range keys {
				request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(last.body))
				request.Header = last.header
				if _, err := client.ReadWebhook(request, key, s.clock.Read()); (err == nil) != want[i] {
					t.Errorf("key %d: %v, want %v", i+1, err, want[i])
				}
			}
		}
		takes(true)
		rotate(24)
		check(t, s.must(200, "GET", path, s.buyer, nil), map[string]string{"former_key_until": now.Add(24 * time.Hour).Format(time.RFC3339)})
		takes(true, true)
		s.clock.Move(24*time.Hour - time.Second)
		takes(true, true)
		s.clock.Move(time.Second)
		takes(false, true)
		rotate(1)
		rotate(1)
		takes(false, false, true, true)
		rotate(0)
		takes(false, false, false, false, true)
		s.must(403, "POST", path+"/rotate-key", s.operator, nil)
		s.must(404, "POST", path+"/rotate-key", s.rival, nil)
		if refused := s.must(422, "POST", path+"/rotate-key", s.buyer, `{"overlap_hours": 721}`); !refused.names("overlap_hours") {
			t.Error(refused.text)
		}
		audit := s.must(200, "GET", "/api/v1/audit?resource=webhook&limit=500", s.operator, nil)
		events := s.must(200, "GET", "/events?limit=500", s.operator, nil)
		for _, key := range keys {
			if strings.Contains(audit.text+events.text, key) {
				t.Errorf("%s is told", key)
			}
		}
	})
}
