package rest_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"parley/internal/racedetector"
	"parley/rest"
)

// badBodies are no request of any operation.
var badBodies = map[string]struct {
	body   string
	status int // 0: any refusal
}{
	"no JSON":           {"not json", 400},
	"half an object":    {`{"product_id": "x`, 400},
	"two values":        {`{} {}`, 400},
	"trailing comma":    {`{"a": 1,}`, 400},
	"NaN":               {`{"price": NaN}`, 400},
	"a list":            {`[]`, 422},
	"a text":            {`"x"`, 422},
	"null":              {`null`, 422},
	"very deep lists":   {strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), 400},
	"deep lists":        {strings.Repeat("[", 200) + strings.Repeat("]", 200), 422},
	"deep objects":      {strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200), 422},
	"NUL in text":       {`{"product_id": "a\u0000b", "deal_id": "a\u0000b"}`, 422},
	"half a surrogate":  {`{"product_id": "a\ud800b"}`, 422},
	"not UTF-8":         {"{\"product_id\": \"a\xff\xfeb\"}", 422},
	"not UTF-8 in name": {"{\"a\xff\": 1}", 422},
	"a member twice":    {`{"product_id": "a", "product_id": "b"}`, 422},
}

func TestBadBodiesOnEveryRoute(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, s *shop) {
		for _, route := range rest.Routes() {
			if route.Example == "" {
				continue
			}
			path := wildcard.ReplaceAllString(route.Path, "unknown-id")
			for name, bad := range badBodies {
				got := s.call(route.Method, path, s.buyerOrOperator(route), bad.body)
				if got.status != bad.status {
					t.Errorf("%s %s with %s answered %d, not %d: %s", route.Method, route.Path, name, got.status, bad.status, got.text)
				}
				checkEnvelope(t, got)
			}
			for _, contentType := range []string{"text/plain", "", "application/json; charset=latin-1", "application/x-www-form-urlencoded", ";;"} {
				got := s.call(route.Method, path, s.buyerOrOperator(route), "{}", "Content-Type", contentType)
				if got.status != 415 {
					t.Errorf("%s %s as %q answered %d: %s", route.Method, route.Path, contentType, got.status, got.text)
				}
			}
		}
	})
}

func (s *shop) buyerOrOperator(route rest.Route) string {
	switch route.Access {
	case rest.AccessBuyer, rest.AccessNegotiation, rest.AccessSubscriber:
		return s.buyer
	case rest.AccessPublic, rest.AccessCatalog, rest.AccessQuotes, rest.AccessProposals, rest.AccessCredential, rest.AccessOperator:
	}
	return s.operator
}

func TestWrongParameters(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for _, query := range []string{
			"limit=0", "limit=501", "limit=x", "limit=1.5", "limit=99999999999999999999", "offset=-1", "offset=x", "cursor=%00", "cursor=!!",
			"cursor=YTo", "cursor=bzox", "cursor=YTpx&offset=3", "order=sideways", "%zz=1", "cursor=" + strings.Repeat("a", 300),
		} {
			for _, path := range []string{"/products", "/api/v1/quotes", "/api/v1/deals", "/api/v1/orders", "/events", "/auth/api-keys"} {
				got := s.call("GET", path+"?"+query, s.operator, nil)
				if got.status != 422 {
					t.Errorf("GET %s?%s answered %d: %s", path, query, got.status, got.text)
				}
				checkEnvelope(t, got)
			}
		}
		for _, path := range []string{
			"/api/v1/quotes?status=lost", "/api/v1/deals?status=lost", "/api/v1/orders?status=lost", "/events?since=yesterday", "/api/v1/audit?until=0", "/products?search=%00",
			"/products?search=%ff", "/products/%00", "/api/v1/quotes/%ff%fe", "/api/v1/deals/" + strings.Repeat("x", 200),
			"/api/v1/products/x/capacity?start_date=2026-13-01&end_date=2026-01-01", "/api/v1/products/x/capacity",
		} {
			if got := s.call("GET", path, s.operator, nil); got.status != 422 {
				t.Errorf("GET %s answered %d: %s", path, got.status, got.text)
			}
		}
	})
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for _, path := range []string{"/", "/api", "/api/v1/quotes/", "/api//v1/quotes", "/api/v1/../v1/quotes", "/nothing", "/api/v1/quotes/a/b/c"} {
			got := s.must(404, "GET", path, s.buyer, nil)
			checkEnvelope(t, got)
		}
		got := s.must(405, "PATCH", "/api/v1/quotes", s.buyer, "{}")
		if allow := got.header.Get("Allow"); !strings.Contains(allow, "POST") || !strings.Contains(allow, "GET") {
			t.Errorf("Allow: %s", allow)
		}
		checkEnvelope(t, got)
	})
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		large := `{"product_id": "` + strings.Repeat("x", 1<<20) + `"}`
		got := s.must(413, "POST", "/api/v1/quotes", s.buyer, large)
		checkEnvelope(t, got)
		// Without a length in advance it is found while reading.
		request, err := http.NewRequestWithContext(t.Context(), "POST", s.url+"/api/v1/quotes", bufio.NewReader(strings.NewReader(large)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := s.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode != 413 {
			t.Errorf("a chunked body over the limit answered %d", response.StatusCode)
		}
		// A body of exactly the limit is read.
		exact := `{"product_id": "ctv-sports", "deal_type": "PD", "x_padding": "` + strings.Repeat("x", 1<<20-64) + `"}`
		s.must(201, "POST", "/api/v1/quotes", s.buyer, exact[:len(exact)-2-(len(exact)-1<<20)]+`"}`)
	})
}
