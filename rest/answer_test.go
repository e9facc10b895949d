package rest_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"parley/rest"
)

func TestEntityTags(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	got := s.must(200, "GET", "/products", s.buyer, nil)
	tag := got.header.Get("ETag")
	if cached := s.must(304, "GET", "/products", s.buyer, nil, "If-None-Match", `"other", W/`+tag); cached.text != "" {
		t.Errorf("304 with a body: %s", cached.text)
	}
	s.must(200, "GET", "/products", s.buyer, nil, "If-None-Match", `"other"`)
	head := s.must(200, "HEAD", "/products", s.buyer, nil)
	if head.text != "" || head.header.Get("ETag") != tag || head.header.Get("Content-Length") != fmt.Sprint(len(got.text)) {
		t.Errorf("HEAD answers %v", head.header)
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	if got := s.must(404, "GET", "/x", "", nil, "X-Request-ID", "trace-1.2:3"); got.word("detail.request_id") != "trace-1.2:3" {
		t.Errorf("a sane id was not kept: %s", got.text)
	}
	for _, id := range []string{"a b", "<script>", strings.Repeat("x", 200), "\x01"} {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprintf(conn, "GET /x HTTP/1.1\r\nHost: h\r\nX-Request-ID: %s\r\nConnection: close\r\n\r\n", id)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := response.Header.Get("X-Request-ID"); got == id || (got == "" && response.StatusCode != 400) {
			t.Errorf("%q was answered with the id %q", id, got)
		}
		_ = response.Body.Close()
		_ = conn.Close()
	}
}
