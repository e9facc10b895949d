package main_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestStopEndsStreams stops a server to which somebody listens, and who would do so for ever.
func TestStopEndsStreams(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	server := at.serve(t, "--demo", "--max-streams", "1")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.base+"/events/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+demoKeys(t, at)["AGENCY_KEY"])
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	stream := bufio.NewReader(response.Body)
	if line, err := stream.ReadString('\n'); err != nil || !strings.HasPrefix(line, "retry: ") {
		t.Fatalf("the stream begins with %q, %v", line, err)
	}
	server.ask(t, http.StatusServiceUnavailable, demoKeys(t, at)["SEAT_KEY"], "GET", "/events?wait=1", nil, nil)
	server.stop(t)
	if _, err := io.Copy(io.Discard, stream); err != nil {
		t.Errorf("the stream was cut off: %v", err)
	}
}
