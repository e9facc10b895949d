package rest_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"testing"
)

// received is an answer as it came over the wire, its body unpacked.
type received struct {
	status int
	header http.Header
	length int64
	text   string
}

// TestListsArePacked reads a long page packed and not, finds it the same, and is told of each that it has not changed.
func TestListsArePacked(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for range 12 {
			s.bookedDeal()
		}
		ask := func(method, path string, accepts ...string) received {
			t.Helper()
			request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header = http.Header{"Authorization": {"Bearer " + s.operator}, "Accept-Encoding": accepts[:1]}
			if len(accepts) > 1 {
				request.Header.Set("If-None-Match", accepts[1])
			}
			answer, err := s.client.Transport.RoundTrip(request) // which packs and unpacks nothing that names its encodings
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
			return received{answer.StatusCode, answer.Header, answer.ContentLength, string(text)}
		}
		for path, packs := range map[string]bool{"/api/v1/deals?limit=12": true, "/api/v1/deals?limit=1&status=expired": false} {
			plain, packed := ask("GET", path, "identity"), ask("GET", path, "br, gzip;q=0.5")
			if plain.text != packed.text || plain.header.Get("Content-Encoding") != "" || packs != (packed.header.Get("Content-Encoding") == "gzip") {
				t.Errorf("%s: packed as %q, %d and %d bytes", path, packed.header.Get("Content-Encoding"), len(plain.text), len(packed.text))
			}
			if packs && packed.length >= plain.length || packed.header.Get("Vary") != "Accept-Encoding" || plain.header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: %v and %v", path, plain.header, packed.header)
			}
			if one, other := plain.header.Get("ETag"), packed.header.Get("ETag"); packs == (one == other) {
				t.Errorf("%s: the tags are %s and %s", path, one, other)
			}
			for accepts, of := range map[string]received{"identity": plain, "br, gzip;q=0.5": packed} {
				for _, method := range []string{"GET", "HEAD"} {
					if again := ask(method, path, accepts, of.header.Get("ETag")); again.status != http.StatusNotModified {
						t.Errorf("%s %s with %s: %d", method, path, of.header.Get("ETag"), again.status)
					}
				}
			}
		}
		if ask("GET", "/api/v1/products", "gzip;q=0").header.Get("Content-Encoding") != "" {
			t.Error("packed for one that does not take it")
		}
	})
}
