package rest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"parley/admission"
	"parley/edge"
	"parley/internal/racedetector"
	"parley/rest"
)

// patience is longer than any test runs.
const patience = time.Hour

var quoteRequest = map[string]any{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 100_000}

func TestOverloadIsShed(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	const asked, waiting = 20, 3
	gate := admission.New(1, waiting, patience)
	s := openShop(t, rest.Options{Kit: edge.Kit{Admission: gate}})
	leave, err := gate.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	replies := make(chan reply)
	for range asked {
		go func() { replies <- s.call("POST", "/api/v1/quotes", s.buyer, quoteRequest) }()
	}
	for range asked - waiting { // the others are answered only when there is a place
		got := <-replies
		if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" || got.at("detail.error") != "unavailable" {
			t.Errorf("answered %d, Retry-After %q: %s", got.status, got.header.Get("Retry-After"), got.text)
		}
	}
	s.must(http.StatusOK, "GET", "/healthz", "", nil)
	s.must(http.StatusOK, "GET", "/readyz", "", nil)
	metrics := s.must(http.StatusOK, "GET", "/metrics", "", nil).text
	for _, line := range []string{
		fmt.Sprintf("parley_http_requests_waiting %d", waiting), fmt.Sprintf("parley_http_overloaded_total %d", asked-waiting),
	} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("the metrics do not say %s", line)
		}
	}
	leave()
	for range waiting {
		if got := <-replies; got.status != http.StatusCreated {
			t.Errorf("a request that waited was answered %d: %s", got.status, got.text)
		}
	}
	if got := s.must(http.StatusOK, "GET", "/api/v1/quotes", s.buyer, nil).word("total_count"); got != fmt.Sprint(waiting) {
		t.Errorf("%v quotes are stored, not %d", got, waiting)
	}
}

// TestSlowClientsTakeNoPlace has clients keep the server waiting for the rest of their bodies while another is served.
func TestSlowClientsTakeNoPlace(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{Kit: edge.Kit{Admission: admission.New(1, 0, patience)}})
	const body = `{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 100000}`
	var slow []net.Conn
	var answers []*bufio.Reader
	for range 5 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, err := fmt.Fprintf(conn, "POST /api/v1/quotes HTTP/1.1\r\nHost: parley\r\nAuthorization: Bearer %s\r\n"+
			"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", s.buyer, len(body)); err != nil {
			t.Fatal(err)
		}
		answer := bufio.NewReader(conn)
		for range 2 { // the server asks for the body when it begins to read it
			if line, err := answer.ReadString('\n'); err != nil || line != "\r\n" && !strings.Contains(line, " 100 ") {
				t.Fatalf("%q, %v", line, err)
			}
		}
		slow, answers = append(slow, conn), append(answers, answer)
	}
	s.must(http.StatusCreated, "POST", "/api/v1/quotes", s.buyer, quoteRequest)
	for i, conn := range slow {
		if _, err := io.WriteString(conn, body); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(answers[i], nil)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusCreated {
			t.Errorf("a slow client was answered %d", response.StatusCode)
		}
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestStreamsTakeNoPlace(t *testing.T) {
	t.Parallel()
	gate := admission.New(1, 0, patience)
	s := openShop(t, rest.Options{Kit: edge.Kit{Admission: gate}})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/events/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.buyer)
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("the stream was answered %d", response.StatusCode)
	}
	s.must(http.StatusCreated, "POST", "/api/v1/quotes", s.buyer, quoteRequest)
}

// TestPlacesComeBack has requests end in every way that there is.
func TestPlacesComeBack(t *testing.T) {
	t.Parallel()
	gate := admission.New(1, 0, patience)
	s := openShop(t, rest.Options{Kit: edge.Kit{Admission: gate}})
	for _, ask := range []func() reply{
		func() reply { return s.call("POST", "/api/v1/quotes", s.buyer, quoteRequest) },
		func() reply { return s.call("POST", "/api/v1/quotes", s.buyer, `{"product_id": 1}`) },
		func() reply { return s.call("POST", "/api/v1/quotes", s.buyer, `{`) },
		func() reply { return s.call("POST", "/api/v1/quotes", s.buyer, strings.Repeat(" ", 2<<20)) },
		func() reply { return s.call("POST", "/api/v1/quotes", "wrong", quoteRequest) },
		func() reply { return s.call("GET", "/api/v1/quotes/qt-none", s.buyer, nil) },
		func() reply { return s.call("HEAD", "/products", s.buyer, nil) },
		func() reply { return s.call("GET", "/nowhere", s.buyer, nil) },
	} {
		if got := ask(); got.status == http.StatusServiceUnavailable {
			t.Fatalf("there was no place: %s", got.text)
		}
		// An answer may be read before its handler has returned.
		for {
			leave, err := gate.Enter(t.Context())
			if err == nil {
				leave()
				break
			}
			runtime.Gosched()
		}
	}
}
