package rest_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"testing"
)

// TestListsArePacked reads a long page packed and not, finds it the same, and is told of each that it has not changed.
func TestListsArePacked(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for range 12 {
			s.bookedDeal()
		}
		ask := func(method, path string, header http.Header) (*http.Response, string) {
			t.Helper()
			request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header = header.Clone()
			request.Header.Set("Authorization", "Bearer "+s.operator)
			answer, err := http.DefaultTransport.RoundTrip(request) // which packs and unpacks nothing that names its encodings
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			body := io.Reader(answer.Body)
			if answer.Header.Get("Content-Encoding") == "gzip" && method != http.MethodHead {
				if body, err = gzip.NewReader(answer.Body); err != nil {
					t.Fatal(err)
				}
			}
			text, err := io.ReadAll(body)
			if err != nil {
				t.Fatal(err)
			}
			return answer, string(text)
		}
		for path, packs := range map[string]bool{"/api/v1/deals?limit=12": true, "/api/v1/deals?limit=1&status=expired": false} {
			plain, text := ask("GET", path, http.Header{"Accept-Encoding": {"identity"}})
			packed, same := ask("GET", path, http.Header{"Accept-Encoding": {"br, gzip;q=0.5"}})
			if text != same || plain.Header.Get("Content-Encoding") != "" || packs != (packed.Header.Get("Content-Encoding") == "gzip") {
				t.Errorf("%s: packed as %q, %d and %d bytes", path, packed.Header.Get("Content-Encoding"), len(text), len(same))
			}
			if packs && packed.ContentLength >= plain.ContentLength || packed.Header.Get("Vary") != "Accept-Encoding" || plain.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: %v and %v", path, plain.Header, packed.Header)
			}
			if one, other := plain.Header.Get("ETag"), packed.Header.Get("ETag"); packs == (one == other) {
				t.Errorf("%s: the tags are %s and %s", path, one, other)
			}
			for _, of := range []*http.Response{plain, packed} {
				for _, method := range []string{"GET", "HEAD"} {
					again, _ := ask(method, path, http.Header{"Accept-Encoding": of.Request.Header["Accept-Encoding"], "If-None-Match": {of.Header.Get("Etag")}})
					if again.StatusCode != http.StatusNotModified {
						t.Errorf("%s %s with %s: %d", method, path, of.Header.Get("ETag"), again.StatusCode)
					}
				}
			}
		}
		deal, _ := ask("GET", "/api/v1/products", http.Header{"Accept-Encoding": {"gzip;q=0"}})
		if deal.Header.Get("Content-Encoding") != "" {
			t.Error("packed for one that does not take it")
		}
	})
}
