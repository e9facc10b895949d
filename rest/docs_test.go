package rest_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"testing"

	"parley/internal/racedetector"
	"parley/rest"
)

// TestDocumentsAreCompressed reads each document plain and packed: they are the same, and neither is taken for the other when a client
// says what it holds.
func TestDocumentsAreCompressed(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	s := openShop(t, rest.Options{})
	fetch := func(path string, header map[string]string) *http.Response {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range header {
			request.Header.Set(name, value)
		}
		response, err := s.client.Transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = response.Body.Close() })
		return response
	}
	for _, path := range []string{"/openapi.json", "/openapi.yaml", "/docs"} {
		plain, packed := fetch(path, map[string]string{"Accept-Encoding": "identity"}), fetch(path, map[string]string{"Accept-Encoding": "br, gzip"}) //nolint:bodyclose // by fetch, at the end of the test
		want, err := io.ReadAll(plain.Body)
		if err != nil {
			t.Fatal(err)
		}
		unpacked, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(unpacked)
		if err != nil || string(got) != string(want) || packed.Header.Get("Content-Encoding") != "gzip" || plain.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %d bytes packed, %d plain, %v", path, len(got), len(want), err)
		}
		if packed.ContentLength*4 > int64(len(want)) {
			t.Errorf("%s: %d bytes of %d are sent", path, packed.ContentLength, len(want))
		}
		for _, c := range []struct {
			accepts string
			holds   *http.Response
			want    int
		}{{"gzip", packed, 304}, {"identity", plain, 304}, {"gzip", plain, 200}, {"identity", packed, 200}, {"gzip;q=0", plain, 304}} {
			answer := fetch(path, map[string]string{"Accept-Encoding": c.accepts, "If-None-Match": c.holds.Header.Get("ETag")}) //nolint:bodyclose // by fetch, at the end of the test
			if answer.StatusCode != c.want || answer.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s with %s, holding %s: %d", path, c.accepts, c.holds.Header.Get("ETag"), answer.StatusCode)
			}
		}
	}
}
