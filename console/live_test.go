package console_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"parley/admission"
	"parley/console"
	"parley/edge"
)

// heard is a page's stream once it is open, or what it was refused with.
type heard struct {
	status int
	header http.Header
	body   io.Reader
}

func listen(t *testing.T, server *httptest.Server, cookies []*http.Cookie) heard {
	t.Helper()
	request := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/console/live", nil))
	for _, cookie := range cookies {
		request.AddCookie(cookie)
	}
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return heard{response.StatusCode, response.Header, response.Body}
}

// TestLiveStreamEndsWithTheProcess lets a server stop although pages are open.
func TestLiveStreamEndsWithTheProcess(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	stopping, stop := context.WithCancel(context.Background())
	handler := d.handler(console.Options{Kit: edge.Kit{Streams: admission.NewStreams(stopping, admission.DefaultStreams)}})
	cookies := cookiesOf(t, handler, d.operator("Mara"), func(*http.Request) {})
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	open := listen(t, server, cookies)
	if line, err := bufio.NewReader(open.body).ReadString('\n'); err != nil || open.header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("the stream began with %q, %v, %v", line, err, open.header)
	}
	stop()
	if _, err := io.Copy(io.Discard, open.body); err != nil {
		t.Errorf("the stream ended with %v", err)
	}
	if late := listen(t, server, cookies); late.status != http.StatusServiceUnavailable || late.header.Get("Retry-After") == "" {
		t.Errorf("a stream that comes too late: %d %v", late.status, late.header)
	}
}

func TestLiveStreamsAreBounded(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	streams := admission.NewStreams(context.Background(), admission.StreamLimit{Total: 2, Each: 1})
	handler := d.handler(console.Options{Kit: edge.Kit{Streams: streams}})
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	var cookies [3][]*http.Cookie
	for i := range cookies {
		cookies[i] = cookiesOf(t, handler, d.operator("Mara"), func(*http.Request) {})
	}
	for i, want := range []int{http.StatusOK, http.StatusOK, http.StatusServiceUnavailable} {
		if got := listen(t, server, cookies[i]); got.status != want {
			t.Errorf("stream %d was answered %d", i, got.status)
		}
	}
	again := listen(t, server, cookies[0])
	if again.status != http.StatusTooManyRequests || again.header.Get("Retry-After") == "" || streams.Open() != 2 {
		t.Errorf("another stream of one key: %d %v; %d are open", again.status, again.header, streams.Open())
	}
}
