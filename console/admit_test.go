package console_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/admission"
	"parley/console"
	"parley/edge"
)

// TestOverload takes the only place there is: pages are refused, whoever asks and before anything is looked up, while
// files that pages are made of are not. Then the place is free, and an open stream does not take it.
func TestOverload(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	gate := admission.New(1, 0, time.Hour)
	server := httptest.NewServer(d.handler(console.Options{Kit: edge.Kit{Admission: gate}}))
	t.Cleanup(server.Close)
	d.server = server
	b := d.signedIn(d.operator("Mara"))
	leave, err := gate.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range []*http.Request{
		must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/console/inbox", http.NoBody)),
		must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/console/live", http.NoBody)),
		must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/console/nowhere", http.NoBody)),
		must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/console/keys", http.NoBody)),
		must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/console/signin", http.NoBody)),
	} {
		response, err := b.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
			t.Errorf("%s %s: %d, Retry-After %q", request.Method, request.URL.Path, response.StatusCode, response.Header.Get("Retry-After"))
		}
	}
	_, page := b.get("/console/inbox")
	_, asset, found := strings.Cut(page, `<link rel="stylesheet" href="`)
	if asset, _, _ = strings.Cut(asset, `"`); !found {
		t.Fatalf("the page names no stylesheet\n%s", page)
	}
	if status, _ := b.get(asset); status != http.StatusOK {
		t.Errorf("%s: %d", asset, status)
	}
	leave()

	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	stream, err := b.client.Do(must[*http.Request](t)(
		http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/console/live", http.NoBody)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	if stream.StatusCode != http.StatusOK {
		t.Fatalf("the stream: %d", stream.StatusCode)
	}
	if status, body := b.get("/console/inbox"); status != http.StatusOK {
		t.Errorf("beside an open stream: %d\n%s", status, body)
	}
	if status, _ := b.post("/console/signin", url.Values{"key": {"wrong"}}); status != http.StatusUnauthorized {
		t.Errorf("signing in beside an open stream: %d", status)
	}
}

// TestTheConsoleIsLimitedLikeAnyEdge: a session's requests and those that its key makes of the API come out of one bucket,
// and those without a session out of their address's. Files that pages are made of are not counted.
func TestTheConsoleIsLimitedLikeAnyEdge(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	key := d.operator("Mara")
	limiter := edge.NewLimiter(edge.RateLimit{PerSecond: 0.001, Burst: 3}, time.Now)
	handler := d.handler(console.Options{Kit: edge.Kit{Limiter: limiter}})
	cookies := cookiesOf(t, handler, key, func(*http.Request) {}) // which takes one request of the address's
	if err := limiter.Take(edge.KeyBucket(key)); err != nil {     // as another edge does
		t.Fatal(err)
	}
	for _, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
		answer := pageOf(handler, "/inbox", cookies)
		if answer.Code != want {
			t.Errorf("with a session: %d, want %d", answer.Code, want)
		}
		if want == http.StatusTooManyRequests && answer.Header().Get("Retry-After") == "" {
			t.Error("it is not said when to come back")
		}
	}
	for _, want := range []int{http.StatusSeeOther, http.StatusSeeOther, http.StatusTooManyRequests} {
		if answer := pageOf(handler, "/inbox", nil); answer.Code != want {
			t.Errorf("without a session: %d, want %d", answer.Code, want)
		}
	}
	if answer := pageOf(handler, "/assets/console.css", nil); answer.Code == http.StatusTooManyRequests {
		t.Error("a style sheet is counted")
	}
}

// TestWhatIsRefusedIsCountedToo: a public page is limited whichever method it is asked by, and whatever key a request names that nobody has
// looked at; what is refused while the server has too much to do takes nothing.
func TestWhatIsRefusedIsCountedToo(t *testing.T) {
	t.Parallel()
	gate := admission.New(1, 0, time.Hour)
	limiter := edge.NewLimiter(edge.RateLimit{PerSecond: 0.001, Burst: 2}, time.Now)
	handler := openDesk(t).handler(console.Options{Kit: edge.Kit{Admission: gate, Limiter: limiter}})
	leave, err := gate.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{
		http.StatusServiceUnavailable, http.StatusServiceUnavailable, http.StatusServiceUnavailable,
		http.StatusMethodNotAllowed, http.StatusMethodNotAllowed, http.StatusTooManyRequests,
	} {
		if want == http.StatusMethodNotAllowed && leave != nil {
			leave()
			leave = nil
		}
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/console/signin", http.NoBody)
		request.Header.Set("Authorization", "Bearer made-up-"+strconv.Itoa(i))
		answer := httptest.NewRecorder()
		if handler.ServeHTTP(answer, request); answer.Code != want {
			t.Errorf("request %d: %d, want %d", i, answer.Code, want)
		}
	}
}

// TestFormsShareTheMemoryOfBodies: a form is read within what all bodies may take, before and after signing in, and gives it back. One that
// brings a file back is read within what such forms may take.
func TestFormsShareTheMemoryOfBodies(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	handler := d.handler(console.Options{Kit: edge.Kit{Bodies: edge.NewBodies(16 << 10)}, Carried: edge.NewBodies(16 << 14)})
	cookies := cookiesOf(t, handler, d.operator("Mara"), func(*http.Request) {})
	for path, unit := range map[string]int{
		"/console/signin": 1 << 10, "/console/nowhere": 1 << 10,
		"/console/inventory/import/confirm": 1 << 14, "/console/delivery/import/confirm": 1 << 14, "/console/destinations/dst-1/mappings/import/confirm": 1 << 14,
	} {
		for _, c := range []struct {
			size  int
			fails bool
		}{{10 * unit, false}, {10 * unit, false}, {40 * unit, true}, {10 * unit, false}, {2048 * unit, true}} {
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader("name="+strings.Repeat("a", c.size)))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for _, cookie := range cookies {
				request.AddCookie(cookie)
			}
			answer := httptest.NewRecorder()
			if handler.ServeHTTP(answer, request); (answer.Header().Get("Retry-After") != "") != c.fails {
				t.Errorf("%s with %d bytes: %d, Retry-After %q", path, c.size, answer.Code, answer.Header().Get("Retry-After"))
			}
		}
	}
}
