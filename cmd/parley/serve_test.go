package main_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	eachNewStore(t, func(t *testing.T, at place) {
		server := at.serve(t, "--demo")
		printed := strings.Join(server.printed, "\n")
		keys := demoKeys(t, at)
		for name, tier := range map[string]string{"SEAT_KEY": "seat", "AGENCY_KEY": "agency", "ADVERTISER_KEY": "advertiser"} {
			if !strings.Contains(printed, name+"="+keys[name]) {
				t.Errorf("%s was not printed:\n%s", name, printed)
			}
			var quote struct {
				BuyerTier string `json:"buyer_tier"`
			}
			server.ask(t, http.StatusCreated, keys[name], "POST", "/api/v1/quotes",
				map[string]any{"product_id": "ctv-sports-live", "deal_type": "PG", "impressions": 1_000_000}, &quote)
			if quote.BuyerTier != tier {
				t.Errorf("%s buys at tier %q", name, quote.BuyerTier)
			}
		}
		var products struct {
			Total int `json:"total_count"`
		}
		server.ask(t, http.StatusOK, keys["OPERATOR_KEY"], "GET", "/products", nil, &products)
		if products.Total < 24 {
			t.Errorf("the demo catalog has %d products", products.Total)
		}
		pasteFirstRequest(t, printed)

		walked := at.run(t, nil, "demo", "--url", server.base)
		if walked.code != 0 {
			t.Fatalf("parley demo: exit code %d\n%s%s", walked.code, walked.out, walked.err)
		}
		for _, text := range []string{
			"POST /api/v1/quotes\n", "201 Created\n", "Idempotency-Replayed: true\n", `  "deal_id": "PRLY-`, `"approved"`,
			`"counter_offered"`, "/counter\n", "/negotiation\n", `"pending_approval"`, "/decide\n", "/resume\n", `"result": "accepted"`,
			"proposal.accepted", "DELETE /api/v1/approval-rules/",
			"The trafficking sheet PRLY-", "/acknowledge\n", "POST /api/v1/delivery/imports", `"state": "behind"`, `"state": "on_pace"`, `"completed"`,
			`"delivery_final": true`,
		} {
			if !strings.Contains(walked.out, text) {
				t.Errorf("the walk does not show %q:\n%s", text, walked.out)
			}
		}
		awaitFile(t, filepath.Join(at.folder, "data", "traffic", "PRLY-*_r1.csv")) // what the walk has booked is sent by itself
		for _, key := range keys {
			if strings.Contains(walked.out, key) || strings.Contains(server.log.String(), key) {
				t.Error("the walk or the log shows a key")
			}
		}
		server.stop(t)

		again := at.serve(t, "--demo")
		if diff := strings.ReplaceAll(strings.Join(again.printed, "\n"), again.base, server.base); diff != printed {
			t.Errorf("restarting prints other keys:\n%s\nbefore:\n%s", diff, printed)
		}
		var after, deals struct {
			Total int `json:"total_count"`
		}
		again.ask(t, http.StatusOK, keys["OPERATOR_KEY"], "GET", "/products", nil, &after)
		again.ask(t, http.StatusOK, keys["AGENCY_KEY"], "GET", "/api/v1/deals", nil, &deals)
		if after.Total != products.Total || deals.Total != 3 {
			t.Errorf("after a restart there are %d products and %d deals", after.Total, deals.Total)
		}
		again.stop(t)
	})
}

// awaitFile waits until there is a file of a name.
func awaitFile(t *testing.T, pattern string) {
	t.Helper()
	beat := time.NewTicker(50 * time.Millisecond)
	defer beat.Stop()
	for giveUp := time.After(time.Minute); ; {
		if found, err := filepath.Glob(pattern); err != nil || len(found) > 0 {
			return
		}
		select {
		case <-beat.C:
		case <-giveUp:
			t.Fatalf("there is no %s", pattern)
		}
	}
}

// demoKeys reads the file that the demo keeps its keys in, which nobody else may.
func demoKeys(t *testing.T, at place) map[string]string {
	t.Helper()
	file := filepath.Join(at.folder, "data", "demo-keys")
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the demo's keys have mode %v", info.Mode())
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^([A-Z_]+)=(ask_live_\w+)$`).FindAllStringSubmatch(string(content), -1) {
		keys[found[1]] = found[2]
	}
	if len(keys) != 4 {
		t.Fatalf("the file of the demo's keys is\n%s", content)
	}
	return keys
}

// pasteFirstRequest gives the printed request to a shell, as a reader would.
func pasteFirstRequest(t *testing.T, printed string) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Log("NOT TESTED: curl is not here to paste the first request to")
		return
	}
	start := strings.Index(printed, "curl ")
	if start < 0 {
		t.Fatalf("no request was printed:\n%s", printed)
	}
	out, err := exec.CommandContext(t.Context(), "sh", "-c", printed[start:]).CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"quote_id":"qt-`) {
		t.Errorf("the printed request answers %v\n%s", err, out)
	}
}

func TestDemoKeysOfAnotherDatabase(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.serve(t, "--demo").stop(t)
	before := demoKeys(t, at)
	for _, file := range []string{"parley.db", "parley.db-wal", "parley.db-shm"} {
		if err := os.Remove(filepath.Join(at.folder, "data", file)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	server := at.serve(t, "--demo")
	after := demoKeys(t, at)
	if after["OPERATOR_KEY"] == before["OPERATOR_KEY"] {
		t.Error("the key of a database that is gone was kept")
	}
	server.ask(t, http.StatusOK, after["OPERATOR_KEY"], "GET", "/auth/api-keys", nil, nil)
	server.stop(t)
}

// TestDemoOnADatabaseThatIsNotTheDemos adds no administrator to it.
func TestDemoOnADatabaseThatIsNotTheDemos(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		at.must(t, "keys", "create", "--role", "operator", "--label", "the publisher's own")
		before := at.must(t, "keys", "list")
		refused := at.run(t, nil, "serve", "--demo", "--listen", "127.0.0.1:0")
		if refused.code != 1 || !strings.Contains(refused.err, "is not a demo's") {
			t.Errorf("exit code %d\n%s%s", refused.code, refused.out, refused.err)
		}
		if after := at.must(t, "keys", "list"); after != before {
			t.Errorf("the keys are\n%s\nand were\n%s", after, before)
		}
	})
}

func TestServeWithoutDemoHasNothing(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	server := at.serve(t)
	var products struct {
		Total int `json:"total_count"`
	}
	server.ask(t, http.StatusOK, "", "GET", "/products", nil, &products)
	if products.Total != 0 || len(server.printed) != 0 {
		t.Errorf("%d products, and printed %q", products.Total, server.printed)
	}
	server.stop(t)
	if _, err := os.Stat(filepath.Join(at.folder, "data", "demo-keys")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a file of demo keys: %v", err)
	}
}

func TestSettingsReachTheServer(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.write(t, "parley.yaml", "anonymous: none\nseller_id: from-file\ndeal_prefix: FILE\n")
	at.environ = []string{"PARLEY_CONFIG=parley.yaml", "PARLEY_DEAL_PREFIX=NORTH", "PARLEY_RATE_LIMIT=1000/h", "PARLEY_TRUSTED_PROXIES=127.0.0.1"}
	server := at.serve(t, "--demo", "--quote-ttl", "1h", "--several-orders-per-deal")
	server.ask(t, http.StatusUnauthorized, "", "GET", "/products", nil, nil)
	key := demoKeys(t, at)["AGENCY_KEY"]
	var quote struct {
		QuoteID  string `json:"quote_id"`
		SellerID string `json:"seller_id"`
	}
	server.ask(t, http.StatusCreated, key, "POST", "/api/v1/quotes",
		map[string]any{"product_id": "ctv-sports-live", "deal_type": "PG", "impressions": 1_000_000}, &quote)
	var deal struct {
		DealID string `json:"deal_id"`
	}
	server.ask(t, http.StatusCreated, key, "POST", "/api/v1/deals", map[string]any{"quote_id": quote.QuoteID}, &deal)
	if quote.SellerID != "from-file" || !strings.HasPrefix(deal.DealID, "NORTH-") {
		t.Errorf("seller %q, deal %q", quote.SellerID, deal.DealID)
	}
	for range 2 {
		server.ask(t, http.StatusCreated, key, "POST", "/api/v1/orders", map[string]any{"deal_id": deal.DealID}, nil)
	}
	if !strings.Contains(server.log.String(), "path=/api/v1/deals status=201") {
		t.Errorf("the log has no record of the booking:\n%s", server.log)
	}
	forwarded, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.base+"/docs", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	forwarded.Header.Set("X-Forwarded-For", "198.51.100.7")
	response, err := client.Do(forwarded)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	server.stop(t)
	if !strings.Contains(server.log.String(), "client=198.51.100.7") {
		t.Errorf("the log does not tell the client behind the proxy:\n%s", server.log)
	}
}

// TestGracefulStop has a request under way while the server is told to stop.
func TestGracefulStop(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		server := at.serve(t, "--demo")
		key := demoKeys(t, at)["AGENCY_KEY"]
		const body = `{"product_id": "ctv-sports-live", "deal_type": "PG", "impressions": 1000000}`
		slow := open(t, server, fmt.Sprintf("POST /api/v1/quotes HTTP/1.1\r\nHost: parley\r\nAuthorization: Bearer %s\r\n"+
			"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", key, len(body)))
		taken := bufio.NewReader(slow)
		// The server asks for the body once it handles the request.
		if line, err := taken.ReadString('\n'); err != nil || !strings.Contains(line, " 100 ") {
			t.Fatalf("%q, %v", line, err)
		}
		if _, err := taken.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		server.signal(t, syscall.SIGTERM)
		for { // until it takes no more requests
			conn, err := dial(t, server)
			if err != nil {
				break
			}
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := io.WriteString(slow, body); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(taken, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }() // with its connection
		var quote struct {
			QuoteID string `json:"quote_id"`
		}
		if err := json.NewDecoder(response.Body).Decode(&quote); err != nil || response.StatusCode != http.StatusCreated {
			t.Errorf("the request under way was answered with %d, %v", response.StatusCode, err)
		}
		if code := server.wait(t); code != 0 {
			t.Errorf("exit code %d\n%s", code, server.log)
		}
		again := at.serve(t)
		again.ask(t, http.StatusOK, key, "GET", "/api/v1/quotes/"+quote.QuoteID, nil, nil)
		again.stop(t)
	})
}

// TestStopIsAnnounced has the server say that it is not ready while it still serves.
func TestStopIsAnnounced(t *testing.T) {
	t.Parallel()
	server := newPlace(t).serve(t, "--shutdown-delay", "1h", "--demo")
	server.ask(t, http.StatusOK, "", "GET", "/readyz", nil, nil)
	server.signal(t, syscall.SIGTERM)
	for status := http.StatusOK; status == http.StatusOK; {
		var err error
		if status, _, err = server.call("", "GET", "/readyz", nil); err != nil {
			t.Fatal(err)
		}
		if status != http.StatusOK && status != http.StatusServiceUnavailable {
			t.Fatalf("/readyz answers %d", status)
		}
	}
	server.ask(t, http.StatusOK, "", "GET", "/healthz", nil, nil)
	server.ask(t, http.StatusOK, "", "GET", "/products", nil, nil)
}

func dial(t *testing.T, server *server) (net.Conn, error) {
	var dialer net.Dialer
	return dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(server.base, "http://"))
}

// open begins a request on a connection of its own.
func open(t *testing.T, server *server, start string) net.Conn {
	t.Helper()
	conn, err := dial(t, server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, start); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestStopEndsWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	server := newPlace(t).serve(t, "--shutdown-timeout", "0s")
	conn := open(t, server, "POST /api/v1/quotes HTTP/1.1\r\nHost: parley\r\nContent-Type: application/json\r\n"+
		"Content-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	server.signal(t, syscall.SIGTERM)
	if code := server.wait(t); code != 1 || !strings.Contains(server.log.String(), "ended unfinished") {
		t.Errorf("exit code %d\n%s", code, server.log)
	}
}

func TestBackupAndRestoreWhileServing(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	server := at.serve(t, "--demo", "--rate-limit", "off", "--log-level", "warn")
	keys := demoKeys(t, at)
	request := map[string]any{"product_id": "ctv-sports-live", "deal_type": "PG", "impressions": 1_000_000}
	quote := func() string {
		var quote struct {
			QuoteID string `json:"quote_id"`
		}
		server.ask(t, http.StatusCreated, keys["AGENCY_KEY"], "POST", "/api/v1/quotes", request, &quote)
		return quote.QuoteID
	}
	stopAsking := askAllTheTime(t, server, keys["SEAT_KEY"], request)
	before := quote()
	at.must(t, "backup", "tonight.db")
	after := quote()
	for file, says := range map[string]string{"nowhere.db": "there is no file", ".": "is no file that could be a backup"} {
		if done := at.run(t, nil, "restore", "--yes", file); done.code != 1 || !strings.Contains(done.err, says) || strings.Contains(done.err, "holds") {
			t.Errorf("restore %s: %d, %s", file, done.code, done.err)
		}
	}
	if done := at.run(t, nil, "restore", "tonight.db"); done.code != 1 || !strings.Contains(done.err, "--yes") || !strings.Contains(done.err, "the last event is of") {
		t.Errorf("unasked: exit code %d\n%s", done.code, done.err)
	}
	server.ask(t, http.StatusOK, keys["AGENCY_KEY"], "GET", "/api/v1/quotes/"+after, nil, nil)
	for range 2 {
		at.must(t, "restore", "--yes", "tonight.db")
	}
	for _, kept := range []string{"parley.db.replaced", "parley.db.replaced-2"} {
		if _, err := os.Stat(filepath.Join(at.folder, "data", kept)); err != nil {
			t.Error(err)
		}
	}
	quote()
	stopAsking()
	server.ask(t, http.StatusOK, keys["AGENCY_KEY"], "GET", "/api/v1/quotes/"+before, nil, nil)
	server.ask(t, http.StatusNotFound, keys["AGENCY_KEY"], "GET", "/api/v1/quotes/"+after, nil, nil)
	server.stop(t)
}

// askAllTheTime has clients ask for quotes, each of which has to be had, until the answered function is called.
func askAllTheTime(t *testing.T, server *server, key string, request any) (stop func()) {
	stopped := make(chan struct{})
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for {
				select {
				case <-stopped:
					return
				default:
				}
				status, answer, err := server.call(key, "POST", "/api/v1/quotes", request)
				if err != nil || status != http.StatusCreated {
					t.Errorf("meanwhile a quote was answered with %d %s, %v", status, answer, err)
					return
				}
			}
		})
	}
	return func() {
		close(stopped)
		asking.Wait()
	}
}

func TestBackupsMoveBetweenFolders(t *testing.T) {
	t.Parallel()
	at, elsewhere := newPlace(t), newPlace(t)
	at.must(t, "keys", "create", "--role", "operator", "--label", "moved along")
	at.must(t, "backup", "tonight.db")
	at.must(t, "backup", "tonight.db") // over the one before
	backup := filepath.Join(at.folder, "tonight.db")
	elsewhere.must(t, "restore", backup)
	if listed := elsewhere.must(t, "keys", "list"); !strings.Contains(listed, "moved along") {
		t.Errorf("the restored database has the keys\n%s", listed)
	}
	elsewhere.write(t, "nonsense.db", "this is no database")
	if done := elsewhere.run(t, nil, "restore", "nonsense.db"); done.code != 1 {
		t.Errorf("restoring nonsense: exit code %d\n%s", done.code, done.err)
	}
	if listed := elsewhere.must(t, "keys", "list"); !strings.Contains(listed, "moved along") {
		t.Errorf("after nonsense was refused, the database has the keys\n%s", listed)
	}
}

// TestLongHeadersAreRefused has a client send headers without end.
func TestLongHeadersAreRefused(t *testing.T) {
	t.Parallel()
	server := newPlace(t).serve(t)
	conn := open(t, server, "GET /products HTTP/1.1\r\nHost: parley\r\n")
	go func() {
		for { // until the server closes the connection
			if _, err := io.WriteString(conn, "X-Filler: "+strings.Repeat("x", 1000)+"\r\n"); err != nil {
				return
			}
		}
	}()
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.Contains(line, " 431 ") {
		t.Errorf("answered %q, %v", line, err)
	}
	server.ask(t, http.StatusOK, "", "GET", "/products", nil, nil)
}
