package console_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/admission"
	"parley/console"
)

// TestOverload takes the only place there is: pages are refused, whoever asks and before anything is looked up, while
// files that pages are made of are not. Then the place is free, and an open stream does not take it.
func TestOverload(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	gate := admission.New(1, 0, time.Hour)
	server := httptest.NewServer(d.handler(console.Options{Admission: gate}))
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
