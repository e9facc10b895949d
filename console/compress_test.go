package console_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestPagesAreCompressed has the same page plain and packed, as the browser takes it.
func TestPagesAreCompressed(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	fetch := func(accepts string) (encoding, body string, size int64) {
		t.Helper()
		request := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, d.server.URL+"/console/signin", http.NoBody))
		request.Header.Set("Accept-Encoding", accepts)
		response, err := d.server.Client().Transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		if response.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("with %q, Vary is %q", accepts, response.Header.Get("Vary"))
		}
		raw := must[[]byte](t)(io.ReadAll(response.Body))
		if response.Header.Get("Content-Encoding") != "gzip" {
			return "", string(raw), int64(len(raw))
		}
		plain := must[*gzip.Reader](t)(gzip.NewReader(strings.NewReader(string(raw))))
		return "gzip", string(must[[]byte](t)(io.ReadAll(plain))), int64(len(raw))
	}
	_, plain, size := fetch("identity")
	for accepts, want := range map[string]string{
		"gzip": "gzip", "br;q=1.0, gzip;q=0.8": "gzip", "deflate, GZIP": "gzip", "gzip;q=0": "", "br": "", "identity": "",
	} {
		encoding, body, packed := fetch(accepts)
		if encoding != want || !strings.Contains(body, "Sign in") || len(body) != len(plain) {
			t.Errorf("with %q the page is %q of %d bytes, want %q of %d", accepts, encoding, len(body), want, len(plain))
		}
		if encoding == "gzip" && packed >= size/2 {
			t.Errorf("with %q %d of %d bytes are sent", accepts, packed, size)
		}
	}
}
