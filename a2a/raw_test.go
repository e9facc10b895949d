package a2a_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/a2a"
	"parley/admission"
	"parley/edge"
	"parley/internal/stores"
	"parley/seller"
	"parley/tool"
)

// What the protocol does not get to see: each is refused before anything is done, in HTTP's words.
func TestBeforeTheProtocol(t *testing.T) {
	t.Parallel()
	s := openShop(t, stores.SQLite(t), a2a.Options{})
	const good = `{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":{}}`
	tests := map[string]struct {
		method, path, body string
		headers            []string
		status             int
		code               any // of JSON-RPC
	}{
		"good":           {"POST", "/a2a", good, nil, 200, nil},
		"good slash":     {"POST", "/a2a/", good, nil, 200, nil},
		"a list":         {"POST", "/a2a", "[" + good + "]", nil, 400, -32600.0},
		"an empty list":  {"POST", "/a2a", "[]", nil, 400, -32600.0},
		"a text":         {"POST", "/a2a", `"x"`, nil, 400, -32600.0},
		"broken":         {"POST", "/a2a", `{"jsonrpc":`, nil, 400, -32700.0},
		"twice":          {"POST", "/a2a", `{"id":1,"id":2}`, nil, 400, -32700.0},
		"twice, deeper":  {"POST", "/a2a", `{"params":{"a":1,"a":2}}`, nil, 400, -32700.0},
		"empty":          {"POST", "/a2a", ``, []string{"Content-Type", "application/json"}, 400, -32700.0},
		"GET":            {"GET", "/a2a", "", nil, 405, -32000.0},
		"DELETE":         {"DELETE", "/a2a", "", nil, 405, -32000.0},
		"text/plain":     {"POST", "/a2a", good, []string{"Content-Type", "text/plain"}, 415, -32000.0},
		"too large":      {"POST", "/a2a", `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, nil, 413, -32000.0},
		"other host":     {"POST", "/a2a", good, []string{"Host", "evil.example"}, 403, -32000.0},
		"other site":     {"POST", "/a2a", good, []string{"Origin", "https://evil.example"}, 403, -32000.0},
		"bad key":        {"POST", "/a2a", good, []string{"Authorization", "Bearer ask_live_0"}, 401, -32000.0},
		"bad scheme":     {"POST", "/a2a", good, []string{"Authorization", "Basic eDp5"}, 401, -32000.0},
		"version 9.0":    {"POST", "/a2a", good, []string{"A2A-Version", "9.0"}, 200, -32009.0},
		"version 1":      {"POST", "/a2a", good, []string{"A2A-Version", "1"}, 200, -32009.0},
		"version 9.0 ?":  {"POST", "/a2a?A2A-Version=9.0", good, []string{"A2A-Version", ""}, 200, -32009.0},
		"version 1.0 ?":  {"POST", "/a2a?A2A-Version=1.0", good, []string{"A2A-Version", ""}, 200, nil},
		"unknown method": {"POST", "/a2a", `{"jsonrpc":"2.0","id":1,"method":"Nope"}`, nil, 200, -32601.0},
		"no such path":   {"POST", "/a2a/other", good, nil, 404, -32000.0},
		"push":           {"POST", "/a2a", `{"jsonrpc":"2.0","id":1,"method":"CreateTaskPushNotificationConfig","params":{"taskId":"qt-1","url":"https://a.example"}}`, nil, 200, -32003.0},
		"extended card":  {"POST", "/a2a", `{"jsonrpc":"2.0","id":1,"method":"GetExtendedAgentCard","params":{}}`, nil, 200, -32007.0},
	}
	for name, test := range tests {
		headers := append([]string{"A2A-Version", "1.0"}, test.headers...)
		status, answer, header := s.do(test.method, test.path, s.buyer, test.body, headers...)
		if status != test.status || answer.at("error.code") != test.code {
			t.Errorf("%s: %d %v", name, status, answer)
		}
		if status == 401 && header.Get("WWW-Authenticate") != `Bearer realm="parley"` {
			t.Errorf("%s: WWW-Authenticate is %q", name, header.Get("WWW-Authenticate"))
		}
		if status >= 400 && answer.text("detail.error") == "" {
			t.Errorf("%s: no detail in %v", name, answer)
		}
	}
}

// A message is data, and asks for one skill.
func TestMessagesThatAskForNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t, stores.SQLite(t), a2a.Options{})
	quote := s.task("INPUT_REQUIRED", s.buyer, "m", "request_quote", quoteInput()).text("id")
	data := func(v any) object { return object{"data": v} }
	skill := func(name string, input any) object { return data(object{"skill": name, "input": input}) }
	tests := map[string]struct {
		message object
		code    int
		reason  string
	}{
		"text alone":       {object{"messageId": "a", "role": "ROLE_USER", "parts": []any{object{"text": "Book everything"}}}, -32005, ""},
		"no parts":         {object{"messageId": "a", "role": "ROLE_USER", "parts": []any{}}, -32005, ""},
		"two":              {object{"messageId": "a", "role": "ROLE_USER", "parts": []any{skill("list_products", object{}), skill("list_quotes", object{})}}, -32602, "VALIDATION"},
		"a list":           {object{"messageId": "a", "role": "ROLE_USER", "parts": []any{data([]any{1})}}, -32602, "VALIDATION"},
		"unknown skill":    {object{"messageId": "a", "role": "ROLE_USER", "parts": []any{skill("drop_tables", object{})}}, -32602, "VALIDATION"},
		"waiting":          {object{"messageId": "a", "role": "ROLE_USER", "parts": []any{skill("wait_for_change", object{})}}, -32602, "VALIDATION"},
		"no input object":  {object{"messageId": "a", "role": "ROLE_USER", "parts": []any{skill("list_products", "all")}}, -32602, "VALIDATION"},
		"another member":   {object{"messageId": "a", "role": "ROLE_USER", "parts": []any{data(object{"skill": "list_products", "tier": "agency"})}}, -32602, "VALIDATION"},
		"no id":            {object{"role": "ROLE_USER", "parts": []any{skill("list_products", object{})}}, -32602, "VALIDATION"},
		"long id":          {object{"messageId": strings.Repeat("x", 256), "role": "ROLE_USER", "parts": []any{skill("list_products", object{})}}, -32602, "VALIDATION"},
		"id not in ASCII":  {object{"messageId": "é", "role": "ROLE_USER", "parts": []any{skill("request_quote", quoteInput())}}, -32602, "VALIDATION"},
		"the agent's role": {object{"messageId": "a", "role": "ROLE_AGENT", "parts": []any{skill("list_products", object{})}}, -32602, "VALIDATION"},
		"long context":     {object{"messageId": "a", "role": "ROLE_USER", "contextId": strings.Repeat("c", 129), "parts": []any{skill("list_products", object{})}}, -32602, "VALIDATION"},
		"a key in it":      {object{"messageId": "a", "role": "ROLE_USER", "parts": []any{skill("list_products", object{"search": s.operator})}}, -32602, "VALIDATION"},
		"unknown task":     {object{"messageId": "a", "role": "ROLE_USER", "taskId": "qt-nope", "parts": []any{skill("book_deal", object{})}}, -32001, ""},
		"no task":          {object{"messageId": "a", "role": "ROLE_USER", "taskId": "x", "parts": []any{skill("book_deal", object{})}}, -32001, ""},
		"reading a task":   {object{"messageId": "a", "role": "ROLE_USER", "taskId": quote, "parts": []any{skill("list_products", object{})}}, -32602, "VALIDATION"},
		"a task's kind":    {object{"messageId": "a", "role": "ROLE_USER", "taskId": quote, "parts": []any{skill("withdraw_proposal", object{})}}, -32602, "VALIDATION"},
		"another's id":     {object{"messageId": "a", "role": "ROLE_USER", "taskId": quote, "parts": []any{skill("book_deal", object{"quote_id": "qt-other"})}}, -32602, "VALIDATION"},
		"both ids":         {object{"messageId": "a", "role": "ROLE_USER", "taskId": quote, "parts": []any{skill("book_deal", object{"proposal_id": "prop-other"})}}, -32602, "VALIDATION"},
		"another context":  {object{"messageId": "a", "role": "ROLE_USER", "taskId": quote, "contextId": "ctx-other", "parts": []any{skill("book_deal", object{})}}, -32602, "VALIDATION"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := *s
			s.t = t
			s.refused(s.call(s.buyer, "SendMessage", object{"message": test.message}), test.code, test.reason)
		})
	}
	s.refused(s.call(s.buyer, "GetTask", object{"id": "qt-nope"}), -32001, "")
	s.refused(s.call(s.buyer, "GetTask", object{"id": ""}), -32001, "")
}

// A number is what the client wrote, to its last digit.
func TestNumbersKeepTheirDigits(t *testing.T) {
	t.Parallel()
	s := openShop(t, stores.SQLite(t), a2a.Options{})
	const body = `{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"data":{"skill":"request_quote",
		"input":{"product_id":"ctv-sports","deal_type":"PD","impressions":IMPRESSIONS,"target_cpm":27.50}}}]}}}`
	_, answer, _ := s.do("POST", "/a2a", s.buyer, strings.Replace(body, "IMPRESSIONS", "9007199254740993", 1), "A2A-Version", "1.0")
	if !strings.Contains(strings.ToLower(answer.text("error.message")), "impressions") && answer.at("result.task.artifacts.0.parts.0.data.terms.impressions") == nil {
		t.Errorf("answered %v", answer)
	}
	_, answer, _ = s.do("POST", "/a2a", s.buyer, strings.Replace(body, "IMPRESSIONS", "1e400", 1), "A2A-Version", "1.0")
	s.refused(answer, -32602, "")
}

// What a caller takes at one edge it does not have at another, and what is too much is told in HTTP's words, whichever skill it is for.
func TestLimits(t *testing.T) {
	t.Parallel()
	requests := map[string]string{"ListTasks": `{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":{}}`}
	for _, one := range tool.Buyer() {
		requests[one.Name] = `{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{"messageId":"m-` + one.Name +
			`","role":"ROLE_USER","parts":[{"data":{"skill":"` + one.Name + `","input":` + one.Example + `}}]}}}`
	}
	// every makes each request, by both bindings, and holds it to a refusal that says when to come back.
	every := func(s *shop, want int, word string) {
		t.Helper()
		before := s.events()
		for name, body := range requests {
			status, answer, header := s.do("POST", "/a2a", s.buyer, body, "A2A-Version", "1.0")
			if status != want || header.Get("Retry-After") == "" || answer.text("detail.error") != word {
				t.Errorf("%s: %d %v", name, status, answer)
			}
			var message struct{ Params json.RawMessage }
			if err := json.Unmarshal([]byte(body), &message); err != nil {
				t.Fatal(err)
			}
			if status, _, header := s.do("POST", "/a2a/v1/message:send", s.buyer, string(message.Params), "A2A-Version", "1.0"); status != want || header.Get("Retry-After") == "" {
				t.Errorf("%s by the other binding: %d", name, status)
			}
		}
		if s.events() != before {
			t.Errorf("something came of requests that were answered %d", want)
		}
	}

	clock := func() time.Time { return now }
	s := openShop(t, stores.SQLite(t), a2a.Options{Kit: edge.Kit{Limiter: edge.NewLimiter(edge.RateLimit{PerSecond: 1, Burst: 2}, clock)}})
	for range 2 {
		if status, answer, _ := s.do("POST", "/a2a", s.buyer, requests["ListTasks"], "A2A-Version", "1.0"); status != http.StatusOK {
			t.Errorf("within the limit: %d %v", status, answer)
		}
	}
	every(s, http.StatusTooManyRequests, "rate_limited")
	if status, _, _ := s.do("DELETE", "/a2a", s.buyer, ""); status != http.StatusTooManyRequests {
		t.Errorf("another method over the limit: %d", status)
	}

	full := admission.New(1, 0, time.Millisecond)
	leave, err := full.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	every(openShop(t, stores.SQLite(t), a2a.Options{Kit: edge.Kit{Admission: full}}), http.StatusServiceUnavailable, "unavailable")
}

// A skill that needs a key is refused without one in HTTP's words, as everywhere.
func TestWithoutAKey(t *testing.T) {
	t.Parallel()
	closed := func(s *seller.Settings) { s.Anonymous = seller.AnonymousAccess{} }
	s := openShop(t, stores.SQLite(t), a2a.Options{}, closed)
	for _, body := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":{}}`,
		`{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":"qt-1"}}`,
		`{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"data":{"skill":"list_products"}}]}}}`,
		`{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"data":{"skill":"list_deals"}}]}}}`,
	} {
		status, answer, header := s.do("POST", "/a2a", "", body, "A2A-Version", "1.0")
		if status != http.StatusUnauthorized || header.Get("WWW-Authenticate") == "" || answer.at("error.code") != -31401.0 {
			t.Errorf("%s: %d %v", body, status, answer)
		}
	}
}
