package main_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	buying "parley/client"
	"parley/storage/pgtest"
	"parley/wire/document"
)

// worlds is a server with a test world beside the real trade, which it has the products of, and a key of each kind for both.
type worlds struct {
	at              place
	live, liveAdmin string
	test, testAdmin string
}

func openWorlds(t *testing.T, at place) *worlds {
	t.Helper()
	at.environ = append(at.environ, "PARLEY_DATABASE_FOR_TESTS=beside", "PARLEY_PRIVATE_WEBHOOKS=true", "PARLEY_RATE_LIMIT=off", "PARLEY_TRAFFIC_FOLDER=traffic", "PARLEY_HOLD_SHARE=100")
	at.write(t, "catalog.csv", crashCatalog)
	at.must(t, "catalog", "import", "catalog.csv")
	if copied := at.must(t, "test-world", "copy"); !strings.Contains(copied, "3 products") {
		t.Errorf("copied\n%s", copied)
	}
	buyer, admin := []string{"--role", "buyer", "--label", "B", "--agency", "b", "--seat", "seat-b"}, []string{"--role", "operator", "--label", "A"}
	w := &worlds{
		at: at, live: at.createKey(t, buyer...), liveAdmin: at.createKey(t, admin...),
		test: at.createKey(t, append(buyer, "--test")...), testAdmin: at.createKey(t, append(admin, "--test")...),
	}
	if !strings.HasPrefix(w.test, "ask_test_") || !strings.HasPrefix(w.live, "ask_live_") {
		t.Fatalf("the keys begin with %.9s and %.9s", w.live, w.test)
	}
	return w
}

// clock reads the test world's clock at a node.
func (w *worlds) clock(t *testing.T, s *server) (now time.Time, ahead float64) {
	t.Helper()
	reading, err := buying.New(s.base, w.test).TestClock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return reading.Now, reading.AheadSeconds
}

func (w *worlds) move(t *testing.T, s *server, by time.Duration) {
	t.Helper()
	if _, err := buying.New(s.base, w.testAdmin).MoveTestClock(t.Context(), document.ClockMoveRequest{AdvanceSeconds: int64(by.Seconds())}); err != nil {
		t.Fatal(err)
	}
}

// acknowledge says that the deal was set up where it was sent.
func (w *worlds) acknowledge(t *testing.T, s *server, deal string) {
	t.Helper()
	var sent struct {
		Activations []struct {
			ID     string `json:"activation_id"`
			Status string `json:"status"`
		} `json:"activations"`
	}
	beat := time.NewTicker(50 * time.Millisecond)
	defer beat.Stop()
	for giveUp := time.Now().Add(time.Minute); len(sent.Activations) != 1 || sent.Activations[0].Status != "waiting"; <-beat.C {
		if time.Now().After(giveUp) {
			t.Fatalf("the deal was sent: %v", sent)
		}
		s.ask(t, 200, w.testAdmin, "GET", "/api/v1/activations?deal_id="+deal, nil, &sent)
	}
	s.ask(t, 200, w.testAdmin, "POST", "/api/v1/activations/"+sent.Activations[0].ID+"/acknowledge", map[string]any{"ref": "line item 4711"}, nil)
}

// flight is ten days from the day after the next on, by the test world's clock.
func (w *worlds) flight(t *testing.T, s *server) (from, to string) {
	t.Helper()
	now, _ := w.clock(t, s)
	return now.AddDate(0, 0, 2).Format(time.DateOnly), now.AddDate(0, 0, 11).Format(time.DateOnly)
}

// guaranteed asks for a quote of all that a product has over a flight.
func (w *worlds) guaranteed(t *testing.T, s *server, key, from, to string) string {
	t.Helper()
	var quote struct {
		QuoteID string `json:"quote_id"`
	}
	s.ask(t, 201, key, "POST", "/api/v1/quotes", map[string]any{
		"product_id": "scarce", "deal_type": "PG", "impressions": 600_000, "flight_start": from, "flight_end": to,
	}, &quote)
	return quote.QuoteID
}

func book(t *testing.T, s *server, key, quoteID string) string {
	t.Helper()
	var deal struct {
		DealID string `json:"deal_id"`
	}
	s.ask(t, 201, key, "POST", "/api/v1/deals", map[string]any{"quote_id": quoteID}, &deal)
	return deal.DealID
}

func statusOf(t *testing.T, s *server, key, path string) string {
	t.Helper()
	var thing struct {
		Status string `json:"status"`
	}
	s.ask(t, 200, key, "GET", path, nil, &thing)
	return thing.Status
}

// awaitStatus reads a thing until it has a status.
func awaitStatus(t *testing.T, s *server, key, path, want string) {
	t.Helper()
	beat := time.NewTicker(50 * time.Millisecond)
	defer beat.Stop()
	for giveUp := time.Now().Add(time.Minute); ; <-beat.C {
		status := statusOf(t, s, key, path)
		if status == want {
			return
		}
		if time.Now().After(giveUp) {
			t.Fatalf("%s is %s, want %s", path, status, want)
		}
	}
}

// TestTheTestWorld trades in both worlds of one server: what one books takes nothing from the other, time goes on in one alone, and what
// there is outlives a restart.
func TestTheTestWorld(t *testing.T) {
	t.Parallel()
	eachNewStore(t, func(t *testing.T, at place) {
		w := openWorlds(t, at)
		for _, world := range [][]string{nil, {"--test"}} {
			w.at.createKey(t, append(world, "--role", "operator", "--label", "For nine days", "--expires-in-days", "9")...)
		}
		s := w.at.serve(t)
		from, to := w.flight(t, s)
		s.ask(t, 201, w.testAdmin, "POST", "/api/v1/destinations", map[string]any{"kind": "file_drop", "name": "Sheets", "trigger": "deal_booked"}, nil)
		s.ask(t, 422, w.testAdmin, "POST", "/api/v1/destinations", map[string]any{"kind": "deals_api", "name": "A network", "trigger": "deal_booked"}, nil)
		deal := book(t, s, w.test, w.guaranteed(t, s, w.test, from, to))
		real := book(t, s, w.live, w.guaranteed(t, s, w.live, from, to))
		if !strings.HasPrefix(deal, "TEST-") || strings.HasPrefix(real, "TEST-") {
			t.Errorf("the deals are %s and %s", deal, real)
		}
		s.ask(t, 404, w.live, "GET", "/api/v1/deals/"+deal, nil, nil)
		s.ask(t, 404, w.test, "GET", "/api/v1/deals/"+real, nil, nil)
		s.ask(t, 409, w.liveAdmin, "POST", "/api/v1/test/clock", map[string]any{"advance_seconds": 60}, nil)
		s.ask(t, 403, w.test, "POST", "/api/v1/test/clock", map[string]any{"advance_seconds": 60}, nil)
		for _, wrong := range []map[string]any{{}, {"advance_seconds": 0}, {"advance_seconds": 1, "to": "2040-01-01"}, {"to": "2020-01-01"}, {"to": "2099-01-01"}} {
			s.ask(t, 422, w.testAdmin, "POST", "/api/v1/test/clock", wrong, nil)
		}

		quote := shortQuote(t, s, w.test) // holds for a day
		held := w.guaranteed(t, s, w.test, shifted(from, 20), shifted(to, 20))
		s.ask(t, 201, w.test, "POST", "/api/v1/quotes/"+held+"/hold", nil, nil)
		realQuote := shortQuote(t, s, w.live)
		awaitFile(t, filepath.Join(w.at.folder, "traffic", "test", deal+"_r1.csv"))
		w.acknowledge(t, s, deal)
		w.move(t, s, 3*24*time.Hour)
		s.ask(t, 410, w.test, "GET", "/api/v1/quotes/"+quote, nil, nil)
		s.ask(t, 410, w.test, "GET", "/api/v1/quotes/"+held, nil, nil)
		s.ask(t, 200, w.live, "GET", "/api/v1/quotes/"+realQuote, nil, nil)
		for _, kind := range []string{"quote.expired", "hold.ended"} {
			var told struct {
				Total int `json:"total_count"`
			}
			s.ask(t, 200, w.test, "GET", "/events?event_type="+kind, nil, &told)
			if told.Total == 0 {
				t.Errorf("no %s is told of as soon as the clock is there", kind)
			}
		}
		awaitStatus(t, s, w.test, "/api/v1/deals/"+deal, "active") // its courier has it begin
		if status := statusOf(t, s, w.live, "/api/v1/deals/"+real); status != "booked" {
			t.Errorf("the real deal is %s", status)
		}
		s.ask(t, 200, w.testAdmin, "POST", "/api/v1/delivery/imports?source=ad+server", []any{
			map[string]any{"day": from, "deal_id": deal, "impressions": 60_000},
		}, nil)
		w.move(t, s, 30*24*time.Hour)
		if status := statusOf(t, s, w.test, "/api/v1/deals/"+deal); status != "completed" {
			t.Errorf("a deal whose flight, and the time for its figures, is over is %s", status)
		}

		if listed := w.at.must(t, "keys", "list", "--test"); !strings.Contains(listed, "  expired ") {
			t.Errorf("33 days later a key for nine is not over:\n%s", listed)
		}
		if listed := w.at.must(t, "keys", "list"); !strings.Contains(listed, "  until ") {
			t.Errorf("the test world's clock has ended a real key:\n%s", listed)
		}

		metrics := s.text(t, "/metrics")
		if !strings.Contains(metrics, `edge="test rest"`) || !strings.Contains(metrics, `parley_events_total{type="deal.booked"} 1`) || strings.Contains(metrics, `type="deal.completed"`) {
			t.Errorf("what is traded in the test world counts among what is real:\n%s", metrics)
		}
		s.stop(t)
		if found, err := filepath.Glob(filepath.Join(w.at.folder, "traffic", "*.csv")); err != nil || len(found) > 0 {
			t.Errorf("something was sent where what is real goes: %v, %v", found, err)
		}

		again := w.at.serve(t)
		if _, ahead := w.clock(t, again); ahead != (33 * 24 * time.Hour).Seconds() {
			t.Errorf("after a restart the clock is %v s ahead", ahead)
		}
		if status := statusOf(t, again, w.test, "/api/v1/deals/"+deal); status != "completed" {
			t.Errorf("after a restart the deal is %s", status)
		}
		if w.at.databaseURL != "" { // which several nodes share
			other := w.at.serve(t)
			w.move(t, other, time.Hour)
			if _, ahead := w.clock(t, again); ahead != (33*24*time.Hour + time.Hour).Seconds() {
				t.Errorf("the clock of another node is %v s ahead", ahead)
			}
			other.stop(t)
		}
		again.stop(t)
	})
}

// shifted is a date so many days later.
func shifted(date string, days int) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return day.AddDate(0, 0, days).Format(time.DateOnly)
}

// text reads a page of a server's.
func (s *server) text(t *testing.T, path string) string {
	t.Helper()
	_, answer, err := s.call("", "GET", path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// streamMode opens the stream of events and answers how it is marked.
func (s *server) streamMode(t *testing.T, key string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", s.base+"/events/stream", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+key)
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != 200 {
		t.Fatalf("the stream answers %s", response.Status)
	}
	return response.Header.Get("Parley-Mode")
}

// TestAgentsTradeInTheTestWorld asks by each protocol of agents, in both worlds, for a deal of the test world.
func TestAgentsTradeInTheTestWorld(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	w := openWorlds(t, at)
	s := w.at.serve(t)
	for key, mode := range map[string]string{w.test: "test", w.live: ""} {
		if got := s.streamMode(t, key); got != mode {
			t.Errorf("the stream by %.9s is marked %q", key, got)
		}
	}
	from, to := w.flight(t, s)
	deal := book(t, s, w.test, w.guaranteed(t, s, w.test, from, to))
	call := map[string]any{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": map[string]any{"name": "get_deal", "arguments": map[string]any{"deal_id": deal}}}
	message := map[string]any{"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": map[string]any{"message": map[string]any{
		"messageId": "m-1", "role": "ROLE_USER", "parts": []any{map[string]any{"data": map[string]any{"skill": "get_deal", "input": map[string]any{"deal_id": deal}}}},
	}}}
	for path, body := range map[string]any{"/mcp": call, "/a2a": message} {
		for _, caller := range []struct {
			key, mode string
			finds     bool
		}{{w.test, "test", true}, {w.live, "", false}} {
			encoded, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			request, err := http.NewRequestWithContext(t.Context(), "POST", s.base+path, strings.NewReader(string(encoded)))
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range map[string]string{
				"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "A2A-Version": "1.0", "Authorization": "Bearer " + caller.key,
			} {
				request.Header.Set(name, value)
			}
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			if found := strings.Contains(string(answer), "scarce"); found != caller.finds || response.Header.Get("Parley-Mode") != caller.mode {
				t.Errorf("%s by %.9s is marked %q: %s", path, caller.key, response.Header.Get("Parley-Mode"), answer)
			}
			if marked := strings.Contains(string(answer), `"parley/mode":"test"`); marked != (path == "/mcp" && caller.mode != "") {
				t.Errorf("%s by %.9s says of itself %v: %s", path, caller.key, marked, answer)
			}
		}
	}
	s.stop(t)
}

// TestWebhooksOfTheTestWorld has what happens there, at a clock that is years ahead, delivered with its mark and a signature of today.
func TestWebhooksOfTheTestWorld(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	w := openWorlds(t, at)
	s := w.at.serve(t)
	w.move(t, s, 3*365*24*time.Hour)
	signingKey := make(chan string, 1)
	came := make(chan error, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		secret := <-signingKey
		signingKey <- secret
		_, err := buying.ReadWebhook(r, secret, time.Now())
		if mode := r.Header.Get("Parley-Mode"); err == nil && mode != "test" {
			err = fmt.Errorf("the delivery is marked %q", mode)
		}
		came <- err
	}))
	defer receiver.Close()
	var made struct {
		ID     string `json:"webhook_id"`
		Secret string `json:"signing_key"`
	}
	s.ask(t, 201, w.test, "POST", "/api/v1/webhooks", map[string]any{"url": receiver.URL}, &made)
	signingKey <- made.Secret
	s.ask(t, 200, w.test, "POST", "/api/v1/webhooks/"+made.ID+"/test", map[string]any{}, nil)
	shortQuote(t, s, w.test)
	for range 3 { // the test, the webhook's own making, the quote
		select {
		case err := <-came:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("nothing came:\n%s", s.log)
		}
	}
	s.stop(t)
}

// TestDatabasesOfTheTwoWorlds has each world opened over the other's database, and the test world where there is none.
func TestDatabasesOfTheTwoWorlds(t *testing.T) {
	t.Parallel()
	eachNewStore(t, func(t *testing.T, at place) {
		none := at.run(t, nil, "keys", "create", "--test", "--role", "buyer", "--label", "B", "--seat", "s")
		if none.code != 2 || !strings.Contains(none.err, "PARLEY_DATABASE_FOR_TESTS=beside") {
			t.Errorf("without a test world: exit code %d\n%s", none.code, none.err)
		}
		at.environ = []string{"PARLEY_DATABASE_FOR_TESTS=" + cmp.Or(at.databaseURL, "sqlite:data/parley.db")}
		if named := at.run(t, nil, "serve", "--listen", "127.0.0.1:0"); named.code != 2 || !strings.Contains(named.err, "one of its own") {
			t.Errorf("one name for both: exit code %d\n%s", named.code, named.err)
		}
		// calledElse is how else the database of a place can be called, so that its name does not tell.
		calledElse := func(at place) string {
			if at.databaseURL == "" {
				return "sqlite:" + filepath.Join(at.folder, "data", "parley.db")
			}
			return at.databaseURL + "&application_name=tests"
		}
		// A database that nobody has used yet cannot be both.
		at.environ = []string{"PARLEY_DATABASE_FOR_TESTS=" + calledElse(at)}
		if same := at.run(t, nil, "serve", "--listen", "127.0.0.1:0"); same.code != 1 || !strings.Contains(same.err, "is the test world's") {
			t.Errorf("one database for both: exit code %d\n%s", same.code, same.err)
		}
		if other := at.run(t, nil, "keys", "list"); other.code != 1 || !strings.Contains(other.err, "--test") {
			t.Errorf("something real in the test world's database: exit code %d\n%s", other.code, other.err)
		}
		used := at
		used.environ, used.folder = nil, t.TempDir()
		if at.databaseURL != "" {
			used.databaseURL = pgtest.Database(t)
		}
		used.createKey(t, "--role", "buyer", "--label", "B", "--seat", "s")
		used.environ = []string{"PARLEY_DATABASE_FOR_TESTS=" + calledElse(used)}
		if refused := used.run(t, nil, "keys", "list", "--test"); refused.code != 1 || !strings.Contains(refused.err, "holds a real trade") {
			t.Errorf("a test in the real trade's database: exit code %d\n%s", refused.code, refused.err)
		}
	})
}

// TestWithoutATestWorldNothingIsThere has a key of a test world that the server does not have.
func TestWithoutATestWorldNothingIsThere(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	s := at.serve(t)
	s.ask(t, 401, "ask_test_1gmd1k69hqkyshxc37ha9fbvr5yzk5g0", "GET", "/api/v1/deals", nil, nil)
	s.stop(t)
	if _, err := os.Stat(filepath.Join(at.folder, "data", "parley.test.db")); !os.IsNotExist(err) {
		t.Errorf("there is a database of a test world: %v", err)
	}
}

// TestAnEmptyTestWorldIsOneToo has the backup of a test world that nothing is in yet kept out of the real trade, whatever is there, and the real trade
// put back where one is.
func TestAnEmptyTestWorldIsOneToo(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.environ = []string{"PARLEY_DATABASE_FOR_TESTS=beside"}
	at.createKey(t, "--role", "buyer", "--label", "B", "--seat", "s")
	at.serve(t).stop(t)
	at.must(t, "backup", "real.db")
	at.must(t, "backup", "--test", "test.db")
	refused := func(args ...string) {
		t.Helper()
		if done := at.run(t, nil, args...); done.code != 1 || !strings.Contains(done.err, "test world") {
			t.Errorf("%s: exit code %d\n%s", args, done.code, done.err)
		}
	}
	refused("restore", "--yes", "test.db")
	refused("restore", "--yes", "--database-url", "sqlite:data/new.db", "test.db")
	refused("restore", "--yes", "--test", "real.db")
	at.must(t, "restore", "--yes", "--test", "test.db")
	empty, err := os.ReadFile(filepath.Join(at.folder, "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(at.folder, "data", "parley.db"), empty, 0o600); err != nil {
		t.Fatal(err)
	}
	at.must(t, "restore", "--yes", "real.db")
	if listed := at.run(t, nil, "keys", "list"); listed.code != 0 || !strings.Contains(listed.out, "B") {
		t.Errorf("exit code %d\n%s%s", listed.code, listed.out, listed.err)
	}
}

// TestABackupIsOfItsWorld has each world's database backed up and restored, and refused in the place of the other's.
func TestABackupIsOfItsWorld(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.environ = []string{"PARLEY_DATABASE_FOR_TESTS=beside"}
	at.createKey(t, "--role", "buyer", "--label", "B", "--seat", "s")
	at.createKey(t, "--test", "--role", "buyer", "--label", "T", "--seat", "t")
	at.must(t, "backup", "real.db")
	at.must(t, "backup", "--test", "test.db")
	for _, refused := range [][]string{
		{"restore", "--yes", "test.db"}, {"restore", "--yes", "--test", "real.db"},
		{"restore", "--yes", "--database-url", "sqlite:data/parley.test.db", "real.db"}, {"restore", "--yes", "--database-url", "sqlite:data/new.db", "test.db"},
	} {
		if done := at.run(t, nil, refused...); done.code != 1 || !strings.Contains(done.err, "test world") {
			t.Errorf("%s: exit code %d\n%s", refused, done.code, done.err)
		}
	}
	at.must(t, "restore", "--yes", "real.db")
	at.must(t, "restore", "--yes", "--test", "test.db")
	for args, label := range map[string]string{"keys list": "B", "keys list --test": "T"} {
		if listed := at.run(t, nil, strings.Fields(args)...); listed.code != 0 || !strings.Contains(listed.out, label) {
			t.Errorf("%s: exit code %d\n%s%s", args, listed.code, listed.out, listed.err)
		}
	}
	if done := at.run(t, nil, "migrate", "--test"); done.code != 0 {
		t.Errorf("migrate: %s", done.err)
	}
}
