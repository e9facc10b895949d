package rest_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"parley/internal/racedetector"
	"parley/rest"
)

// FuzzHandler sends any body and query to any route: the answer is never the server's own failure, and always JSON of
// one of the known shapes.
func FuzzHandler(f *testing.F) {
	racedetector.Serial(f)
	// The stream of events does not end, and is not JSON.
	routes := slices.DeleteFunc(rest.Routes(), func(route rest.Route) bool { return route.ID == "streamEvents" })
	for i, route := range routes {
		f.Add(uint8(i), "unknown-id", "limit=2", []byte(route.Example), "")
	}
	for _, bad := range badBodies {
		f.Add(uint8(2), "%00", "cursor=YTo", []byte(bad.body), "key")
	}
	s := openShop(f, rest.Options{})
	s.stockExtremes()
	for i, route := range routes {
		for _, product := range []string{"dear-krw", "dear-vnd"} {
			f.Add(uint8(i), product, "", []byte(strings.ReplaceAll(route.Example, "ctv-sports-live", product)), "")
		}
	}
	f.Fuzz(func(t *testing.T, number uint8, id, query string, body []byte, key string) {
		route := routes[int(number)%len(routes)]
		request := httptest.NewRequestWithContext(t.Context(), route.Method, "/", bytes.NewReader(body))
		request.URL.Path = wildcard.ReplaceAllLiteralString(route.Path, id)
		request.URL.RawQuery = query
		if request.URL.Query().Has("wait") {
			t.Skip("it would be waited for")
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+s.buyerOrOperator(route))
		if key != "" {
			request.Header.Set("Idempotency-Key", key)
		}
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, request)
		got := reply{status: w.Code, header: w.Header(), text: w.Body.String()}
		exported := strings.HasPrefix(got.header.Get("Content-Type"), "text/csv")
		if got.status != 304 && !exported && json.Unmarshal(w.Body.Bytes(), &got.body) != nil {
			t.Errorf("%s %s answered what is not JSON: %s", route.Method, request.URL.Path, got.text)
		}
		if got.status >= 500 {
			t.Errorf("%s %s?%s with %q answered %d: %s", route.Method, request.URL.Path, query, body, got.status, got.text)
		}
		if got.status >= 400 {
			checkEnvelope(t, got)
		}
	})
}
