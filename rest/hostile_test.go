package rest_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

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
	s := openShop(t, rest.Options{})
	for _, route := range rest.Routes() {
		if route.Example == "" {
			continue
		}
		path := wildcard.ReplaceAllString(route.Path, "unknown-id")
		for name, bad := range badBodies {
			key := s.operator
			if route.Access == rest.AccessBuyer {
				key = s.buyer
			}
			got := s.call(route.Method, path, key, bad.body)
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
}

func (s *shop) buyerOrOperator(route rest.Route) string {
	if route.Access == rest.AccessBuyer {
		return s.buyer
	}
	return s.operator
}

// TestWrongValuesInEveryField puts values that do not belong there into each member of each operation's example.
func TestWrongValuesInEveryField(t *testing.T) {
	s := openShop(t, rest.Options{})
	values := []string{
		`null`, `true`, `-1`, `0`, `1.5`, `1e400`, `-1e400`, `99999999999999999999`, `9223372036854775807`, `""`, `"x"`, `[]`, `{}`, `[null]`,
		`[{}]`, `{"amount_micros": 1e400}`, `"` + strings.Repeat("x", 3000) + `"`, `"2026-02-30"`, `"99999-01-01"`, `"0000-00-00T00:00:00Z"`,
		`{"a": ` + strings.Repeat(`{"a":`, 20) + `1` + strings.Repeat("}", 20) + `}`,
		`{"a": "` + strings.Repeat("x", 17<<10) + `"}`,
	}
	for _, route := range rest.Routes() {
		if route.Example == "" {
			continue
		}
		path := wildcard.ReplaceAllString(route.Path, "unknown-id")
		for _, member := range membersOf(t, s, route) {
			for _, value := range values {
				got := s.call(route.Method, path, s.buyerOrOperator(route), fmt.Sprintf(`{%q: %s}`, member, value))
				if got.status >= 500 {
					t.Errorf("%s %s with %s: %.60s answered %d: %s", route.Method, route.Path, member, value, got.status, got.text)
				}
				if got.status >= 400 {
					checkEnvelope(t, got)
				}
			}
		}
	}
}

func TestWrongParameters(t *testing.T) {
	s := openShop(t, rest.Options{})
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
		"/api/v1/quotes?status=lost", "/api/v1/orders?status=lost", "/events?since=yesterday", "/api/v1/audit?until=0", "/products?search=%00",
		"/products?search=%ff", "/products/%00", "/api/v1/quotes/%ff%fe", "/api/v1/deals/" + strings.Repeat("x", 200),
		"/api/v1/products/x/capacity?start_date=2026-13-01&end_date=2026-01-01", "/api/v1/products/x/capacity",
	} {
		if got := s.call("GET", path, s.operator, nil); got.status != 422 {
			t.Errorf("GET %s answered %d: %s", path, got.status, got.text)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	s := openShop(t, rest.Options{})
	for _, path := range []string{"/", "/api", "/api/v1/quotes/", "/api//v1/quotes", "/api/v1/../v1/quotes", "/nothing", "/api/v1/quotes/a/b/c"} {
		got := s.must(404, "GET", path, s.buyer, nil)
		checkEnvelope(t, got)
	}
	got := s.must(405, "PATCH", "/api/v1/quotes", s.buyer, "{}")
	if allow := got.header.Get("Allow"); !strings.Contains(allow, "POST") || !strings.Contains(allow, "GET") {
		t.Errorf("Allow: %s", allow)
	}
	checkEnvelope(t, got)
}

func TestBodyLimit(t *testing.T) {
	s := openShop(t, rest.Options{})
	large := `{"product_id": "` + strings.Repeat("x", 1<<20) + `"}`
	got := s.must(413, "POST", "/api/v1/quotes", s.buyer, large)
	checkEnvelope(t, got)
	// Without a length in advance it is found while reading.
	request, err := http.NewRequestWithContext(context.Background(), "POST", s.url+"/api/v1/quotes", bufio.NewReader(strings.NewReader(large)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
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
}

func TestCredentialForms(t *testing.T) {
	s := openShop(t, rest.Options{})
	for name, headers := range map[string][]string{
		"another scheme":    {"Authorization", "Basic dXNlcjpwYXNz"},
		"no key":            {"Authorization", "Bearer"},
		"an empty key":      {"X-Api-Key", " "},
		"two different":     {"Authorization", "Bearer " + s.buyer, "X-Api-Key", s.rival},
		"an unknown key":    {"X-Api-Key", "ask_live_unknown"},
		"one far too long":  {"X-Api-Key", strings.Repeat("x", 5000)},
		"a scheme too many": {"Authorization", "Bearer Bearer " + s.buyer},
	} {
		t.Run(name, func(t *testing.T) {
			// The catalog is open; a credential that is no good is refused there all the same.
			checkEnvelope(t, s.must(401, "GET", "/products", "", nil, headers...))
		})
	}
	for _, headers := range [][]string{
		{"Authorization", "bearer " + s.buyer}, {"X-Api-Key", s.buyer}, {"Authorization", "Bearer " + s.buyer, "X-Api-Key", s.buyer},
	} {
		s.must(200, "GET", "/api/v1/quotes", "", nil, headers...)
	}
}

func TestAnonymousMayWhatTheSettingsSay(t *testing.T) {
	s := openShop(t, rest.Options{})
	quote := s.must(201, "POST", "/api/v1/quotes", "", guaranteed)
	if quote.word("buyer_tier") != "public" {
		t.Errorf("an identity without a credential raised the tier: %s", quote.text)
	}
	s.must(200, "GET", "/api/v1/quotes/"+quote.word("quote_id"), "", nil)
	s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote.word("quote_id")})
	product := s.must(200, "GET", "/products/ctv-sports", "", nil)
	if product.at("price") != nil || product.word("price_range.low") != "28.00" || product.word("price_range.high") != "42.00" {
		t.Errorf("without a key: %s", product.text)
	}
	if product = s.must(200, "GET", "/products/ctv-sports", s.buyer, nil); product.word("price") != "31.50" || product.at("price_range") != nil {
		t.Errorf("with a key: %s", product.text)
	}
}

func TestRequestIDs(t *testing.T) {
	s := openShop(t, rest.Options{})
	if got := s.must(404, "GET", "/x", "", nil, "X-Request-ID", "trace-1.2:3"); got.word("detail.request_id") != "trace-1.2:3" {
		t.Errorf("a sane id was not kept: %s", got.text)
	}
	for _, id := range []string{"a b", "<script>", strings.Repeat("x", 200), "\x01"} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
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

func TestIdempotency(t *testing.T) {
	s := openShop(t, rest.Options{})
	first := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"idempotency_key": "k1", "product_id": "ctv-sports", "deal_type": "PD", "target_cpm": 30.5}`)
	// Formatting, order, unknown members and the place of the key do not count.
	for _, same := range []struct{ body, header string }{
		{`{"idempotency_key": "k1", "product_id": "ctv-sports", "deal_type": "PD", "target_cpm": 30.5}`, ""},
		{"{ \"target_cpm\":3.050e1,\n\"x_trace\":[1], \"deal_type\":\"PD\", \"product_id\":\"ctv-sports\", \"notes\": null}", "k1"},
		{`{"idempotency_key": "k1", "product_id": "ctv-sports", "deal_type": "PD", "target_cpm": 30.5}`, "k1"},
	} {
		headers := []string{}
		if same.header != "" {
			headers = []string{"Idempotency-Key", same.header}
		}
		got := s.must(201, "POST", "/api/v1/quotes", s.buyer, same.body, headers...)
		if got.text != first.text || got.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s was answered %s, replayed %q", same.body, got.text, got.header.Get("Idempotency-Replayed"))
		}
	}
	other := s.must(409, "POST", "/api/v1/quotes", s.buyer, `{"idempotency_key": "k1", "product_id": "ctv-sports", "deal_type": "PD", "target_cpm": 30.51}`)
	if other.word("detail.error") != "idempotency_conflict" {
		t.Errorf("another body: %s", other.text)
	}
	// Another caller's key is another key.
	if got := s.must(201, "POST", "/api/v1/quotes", s.rival, `{"idempotency_key": "k1", "product_id": "ctv-sports", "deal_type": "PD"}`); got.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("another buyer got %s", got.text)
	}
	if page := s.must(200, "GET", "/api/v1/quotes", s.buyer, nil); page.word("total_count") != "1" {
		t.Errorf("one key made %s quotes", page.word("total_count"))
	}
	for _, bad := range []string{"two\twords", strings.Repeat("k", 256), "schlüssel"} {
		got := s.must(422, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD"}`, "Idempotency-Key", bad)
		if !got.names("idempotency_key") {
			t.Errorf("the key %q: %s", bad, got.text)
		}
	}
	s.must(422, "POST", "/api/v1/quotes", s.buyer, `{"idempotency_key": "k2", "product_id": "ctv-sports", "deal_type": "PD"}`, "Idempotency-Key", "k3")
}

func TestOneKeyFromFiftyClients(t *testing.T) {
	s := openShop(t, rest.Options{})
	answers := make([]reply, 50)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() {
			answers[i] = s.call("POST", "/api/v1/quotes", s.buyer, `{"idempotency_key": "once", "product_id": "ctv-sports", "deal_type": "PD"}`)
		})
	}
	group.Wait()
	replayed := 0
	for _, answer := range answers {
		if answer.status != 201 || answer.text != answers[0].text {
			t.Fatalf("answered %d %s", answer.status, answer.text)
		}
		if answer.header.Get("Idempotency-Replayed") == "true" {
			replayed++
		}
	}
	if replayed != 49 {
		t.Errorf("%d of 50 answers are replays", replayed)
	}
}

func TestASecretIsAnsweredOnce(t *testing.T) {
	s := openShop(t, rest.Options{})
	body := `{"label": "new", "seat_id": "s", "expires_in_days": 3, "idempotency_key": "k"}`
	made := s.must(201, "POST", "/auth/api-keys", s.operator, body)
	secret := made.word("api_key")
	if !strings.HasPrefix(secret, "ask_live_") || !strings.HasSuffix(secret, made.word("hint")) {
		t.Fatalf("made %s", made.text)
	}
	if replay := s.must(201, "POST", "/auth/api-keys", s.operator, body); replay.at("api_key") != nil || replay.word("key_id") != made.word("key_id") {
		t.Errorf("the replay answers %s", replay.text)
	}
	s.must(200, "GET", "/auth/api-keys/"+made.word("key_id"), secret, nil)
	s.must(200, "DELETE", "/auth/api-keys/"+made.word("key_id"), s.operator, nil)
	s.must(200, "POST", "/auth/api-keys/"+made.word("key_id")+"/revoke", s.operator, nil)
	s.must(401, "GET", "/auth/api-keys/"+made.word("key_id"), secret, nil)
	if list := s.must(200, "GET", "/auth/api-keys?role=buyer", s.operator, nil); strings.Contains(list.text, secret) || list.word("total_count") != "3" {
		t.Errorf("the list is %s", list.text)
	}
}

func TestEntityTags(t *testing.T) {
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

func TestVersionsGuardThePrices(t *testing.T) {
	s := openShop(t, rest.Options{})
	card := `{"entries": [{"inventory_type": "ctv", "base_cpm": {"amount_micros": 30000000, "currency": "USD"}}]}`
	first := s.must(200, "GET", "/api/v1/rate-card", s.operator, nil)
	s.must(200, "PUT", "/api/v1/rate-card", s.operator, card, "If-Match", first.header.Get("ETag"))
	stale := s.must(412, "PUT", "/api/v1/rate-card", s.operator, card, "If-Match", first.header.Get("ETag"))
	if stale.word("detail.error") != "contention" || stale.word("detail.current_version") != "1" {
		t.Errorf("a stale change: %s", stale.text)
	}
	s.must(412, "PUT", "/api/v1/rate-card", s.operator, card, "If-Match", `"5c1b"`)
	s.must(412, "PUT", "/api/v1/rate-card", s.operator, `{"version": 0, `+card[1:])
	s.must(422, "PUT", "/api/v1/rate-card", s.operator, `{"version": 1, `+card[1:], "If-Match", `"v0"`)
	// What is read can be sent back.
	read := s.must(200, "GET", "/api/v1/rate-card", s.operator, nil)
	s.must(200, "PUT", "/api/v1/rate-card", s.operator, read.text)
	if history := s.must(200, "GET", "/api/v1/rate-card/history?limit=1", s.operator, nil); history.word("total_count") != "2" || history.word("next_cursor") == "" {
		t.Errorf("the history is %s", history.text)
	}
	if quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed); quote.word("pricing.base_cpm") != "30.00" {
		t.Errorf("priced from the old card: %s", quote.text)
	}

	rule := s.must(201, "POST", "/api/v1/pricing-rules", s.operator,
		`{"name": "r", "discount_pct": 7.25, "tiers": ["agency"], "floor_cpm": 3.5, "currency": "USD", "condition": "impressions >= 10"}`)
	path := "/api/v1/pricing-rules/" + rule.word("rule_id")
	if read = s.must(200, "GET", path, s.operator, nil); read.text != rule.text || read.header.Get("ETag") != `"v1"` {
		t.Errorf("made %s\nread %s", rule.text, read.text)
	}
	s.must(200, "PUT", path, s.operator, read.text)
	s.must(412, "PUT", path, s.operator, read.text)
	s.must(412, "DELETE", path+"?version=1", s.operator, nil)
	s.must(200, "DELETE", path, s.operator, nil, "If-Match", `"v2"`)
	s.must(404, "GET", path, s.operator, nil)
	if history := s.must(200, "GET", path+"/history", s.operator, nil); history.word("total_count") == "0" {
		t.Errorf("a deleted rule has no history: %s", history.text)
	}
	for _, bad := range []struct{ body, field string }{
		{`{"name": "r", "discount_pct": 7.125}`, "discount_pct"}, {`{"name": "r", "discount_pct": 101}`, "discount_pct"},
		{`{"name": "r", "tiers": ["gold"]}`, "tiers[0]"}, {`{"discount_pct": 1}`, "name"},
		{`{"name": "r", "floor_cpm": 1, "ceiling_cpm": {"amount_micros": 2000000, "currency": "EUR"}}`, "currency"},
	} {
		if got := s.must(422, "POST", "/api/v1/pricing-rules", s.operator, bad.body); !got.names(bad.field) {
			t.Errorf("%s: %s", bad.body, got.text)
		}
	}
}

func TestCapacity(t *testing.T) {
	s := openShop(t, rest.Options{})
	path := "/api/v1/products/ctv-sports/capacity"
	s.must(200, "PUT", path, s.operator, `{"start_date": "2026-08-01", "end_date": "2026-08-02", "daily_impressions": 50000}`)
	read := s.must(200, "GET", path+"?start_date=2026-08-01&end_date=2026-08-03", s.operator, nil)
	if !strings.Contains(read.text, `{"date":"2026-08-02","capacity":50000,"reserved":0,"declared":true}`) {
		t.Errorf("read %s", read.text)
	}
	quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed)
	if quote.at("availability.inventory_available") != true || quote.word("availability.available_impressions") == "31000000" {
		t.Errorf("the quote knows nothing of it: %s", quote.text)
	}
	if got := s.must(422, "PUT", path, s.operator, `{"start_date": "2026-08-01", "end_date": "2026-08-02"}`); !got.names("daily_impressions") {
		t.Errorf("without a number: %s", got.text)
	}
	s.must(200, "PUT", path, s.operator, `{"start_date": "2026-08-01", "end_date": "2026-08-02", "daily_impressions": null}`)
}

func TestShortOfInventory(t *testing.T) {
	s := openShop(t, rest.Options{})
	body := func(impressions int) string {
		return fmt.Sprintf(`{"product_id": "ctv-sports", "deal_type": "PG", "impressions": %d, "flight_start": "2026-08-01", "flight_end": "2026-08-01"}`, impressions)
	}
	first := s.must(201, "POST", "/api/v1/quotes", s.buyer, body(700_000)).word("quote_id")
	second := s.must(201, "POST", "/api/v1/quotes", s.rival, body(700_000)).word("quote_id")
	s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": first})
	short := s.must(409, "POST", "/api/v1/deals", s.rival, map[string]any{"quote_id": second})
	if short.word("detail.error") != "contention" || short.word("detail.available_impressions") != "300000" {
		t.Errorf("answered %s", short.text)
	}
}

func TestAvailsInBothDialects(t *testing.T) {
	s := openShop(t, rest.Options{})
	flat := s.must(200, "POST", "/products/avails", s.buyer,
		`{"product_id": "ctv-sports", "start_date": "2026-08-01", "end_date": "2026-08-31", "impressions": 500000}`)
	contract := s.must(200, "POST", "/products/avails", s.buyer, `{"productid": "ctv-sports", "startdate": "2026-08-01T00:00:00Z",
		"enddate": "2026-08-31T23:59:59Z", "requestedImpressions": 500000, "budget": 6000.0, "targeting": {"geo": ["US"]}}`)
	if flat.text != contract.text {
		t.Errorf("documented %s\ncontract %s", flat.text, contract.text)
	}
	for member, want := range map[string]string{
		"available_impressions": "31000000", "availableImpressions": "31000000", "guaranteedImpressions": "500000", "estimatedCpm": "31.50",
		"totalCost": "976500.00", "flight_end": "2026-08-31", "productid": "ctv-sports",
	} {
		if got := contract.word(member); got != want {
			t.Errorf("%s is %s, not %s", member, got, want)
		}
	}
	back := s.must(422, "POST", "/products/avails", s.buyer, `{"productid": "ctv-sports", "startdate": "2026-08-31T00:00:00Z", "enddate": "2026-08-01T00:00:00Z"}`)
	if !strings.Contains(back.text, "enddate must be after startdate") {
		t.Errorf("end before start: %s", back.text)
	}
	unpriced := s.must(200, "POST", "/products/avails", "", `{"product_id": "audio-unpriced"}`)
	if unpriced.at("estimatedCpm") != nil || unpriced.at("available_impressions") != nil {
		t.Errorf("no price was to be invented: %s", unpriced.text)
	}
}

func TestPagesRepeatNothing(t *testing.T) {
	s := openShop(t, rest.Options{})
	for range 7 {
		s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD"}`)
	}
	for _, order := range []string{"oldest", "newest"} {
		seen := map[any]bool{}
		cursor, pages := "", 0
		for {
			page := s.must(200, "GET", "/api/v1/quotes?limit=3&order="+order+"&cursor="+cursor, s.buyer, nil)
			rows, _ := page.at("quotes").([]any)
			for _, row := range rows {
				id := row.(map[string]any)["quote_id"]
				if seen[id] {
					t.Fatalf("%v comes twice", id)
				}
				seen[id] = true
			}
			pages++
			if cursor = page.word("next_cursor"); cursor == "" {
				break
			}
			if order == "oldest" && pages == 1 {
				s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD"}`)
			}
		}
		if want := 8; len(seen) != want || pages != 3 {
			t.Errorf("%s first: %d rows on %d pages", order, len(seen), pages)
		}
	}
	if page := s.must(200, "GET", "/api/v1/quotes?limit=3&offset=6", s.buyer, nil); page.at("next_cursor") != nil || page.word("offset") != "6" {
		t.Errorf("the last page by offset: %s", page.text)
	}
}
