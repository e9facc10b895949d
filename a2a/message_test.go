package a2a_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"parley/a2a"
	"parley/internal/stores"
)

// rawCall sends a body as it is, and answers what came as it came.
func (s *shop) rawCall(path, version, body string) (status int, text string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("A2A-Version", version)
	request.Header.Set("Authorization", "Bearer "+s.buyer)
	response, err := s.client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(data)
}

// Each id of a request is answered as it was written, by every method and in both versions, or refused by the rule of the protocol.
func TestIDsOfRequests(t *testing.T) {
	t.Parallel()
	s := openShop(t, stores.SQLite(t), a2a.Options{})
	refused := map[string]bool{`{}`: true, `{"a":1}`: true, `[1]`: true, `true`: true, `1.5`: true, `1.0`: true, `1e3`: true, `1e400`: true}
	const message = `{"message":{"kind":"message","messageId":"m","role":"ROLE","parts":[{"kind":"data","data":{"skill":"list_products","input":{}}}]}}`
	methods := map[string]map[string]string{
		"1.0": {
			"SendMessage": strings.Replace(message, "ROLE", "ROLE_USER", 1), "SendStreamingMessage": strings.Replace(message, "ROLE", "ROLE_USER", 1),
			"GetTask": `{"id":"qt-none"}`, "ListTasks": `{}`, "Nothing": `{}`, "SubscribeToTask": `{"id":"qt-none"}`,
		},
		"0.3": {
			"message/send": strings.Replace(message, "ROLE", "user", 1), "message/stream": strings.Replace(message, "ROLE", "user", 1),
			"tasks/get": `{"id":"qt-none"}`, "nothing": `{}`, "tasks/resubscribe": `{"id":"qt-none"}`,
		},
		"9.0": {"ListTasks": `{}`},
	}
	for _, id := range []string{
		`1`, `0`, `-1`, `"a"`, `""`, `"1"`, `"ü \"q\" \u0007"`, `9007199254740991`, `9007199254740992`, `9007199254740993`, `-9007199254740993`,
		`9223372036854775808`, `123456789012345678901234567890`, `null`, `{}`, `{"a":1}`, `[1]`, `true`, `1.5`, `1.0`, `1e3`, `1e400`,
	} {
		for version, calls := range methods {
			for method, params := range calls {
				status, text := s.rawCall("/a2a", version, `{"jsonrpc":"2.0","id":`+id+`,"method":"`+method+`","params":`+params+`}`)
				if _, event, streams := strings.Cut(text, "data: "); streams {
					text = event
				}
				var answer struct {
					ID    json.RawMessage `json:"id"`
					Error *struct {
						Code int `json:"code"`
					} `json:"error"`
				}
				if err := json.Unmarshal([]byte(text), &answer); err != nil {
					t.Errorf("%s %s %s: %d %s", version, method, id, status, text)
					continue
				}
				if refused[id] {
					if status != http.StatusBadRequest || answer.Error == nil || answer.Error.Code != -32600 || string(answer.ID) != "null" {
						t.Errorf("%s %s %s: %d %s", version, method, id, status, text)
					}
					continue
				}
				var sent, got any
				exact := string(answer.ID) == id
				if strings.HasPrefix(id, `"`) && json.Unmarshal([]byte(id), &sent) == nil && json.Unmarshal(answer.ID, &got) == nil {
					exact = sent == got
				}
				if !exact {
					t.Errorf("%s %s: %s is answered as %s: %.200s", version, method, id, answer.ID, text)
				}
			}
		}
	}
}

// What is no request is refused as that, at every path that takes JSON-RPC and in both versions.
func TestFaultsOfMessages(t *testing.T) {
	t.Parallel()
	s := openShop(t, stores.SQLite(t), a2a.Options{})
	for body, code := range map[string]float64{
		`{"jsonrpc":"2.0","id":7,"params":{}}`:                          -32600,
		`{"jsonrpc":"2.0","id":7,"method":"","params":{}}`:              -32600,
		`{"jsonrpc":"2.0","id":7,"method":1,"params":{}}`:               -32600,
		`{"id":7,"method":"message/send","params":{}}`:                  -32600,
		`{"jsonrpc":"1.0","id":7,"method":"message/send","params":{}}`:  -32600,
		`{"jsonrpc":"2.0","id":7,"method":"message/send","params":"x"}`: -32600,
		`{"jsonrpc":"2.0","method":"message/send","params":{}}`:         -32600,
		`{"jsonrpc":"2.0","id":7,"result":{}}`:                          -32600,
		`[{"jsonrpc":"2.0","id":7,"method":"message/send"}]`:            -32600,
		`"x"`:     -32600,
		`{"jsonr`: -32700,
		`{"id":1,"id":2,"jsonrpc":"2.0","method":"message/send","params":{}}`: -32700,
	} {
		for _, version := range []string{"1.0", "0.3"} {
			for _, path := range []string{"/a2a", "/a2a/", "/a2a/seller/jsonrpc", "/a2a/buyer/jsonrpc"} {
				status, text := s.rawCall(path, version, body)
				var answer tree
				if err := json.Unmarshal([]byte(text), &answer); err != nil || status != http.StatusBadRequest || answer.at("error.code") != code ||
					answer["jsonrpc"] != "2.0" || answer.text("detail.error") == "" {
					t.Errorf("%s at %s: %d %s", body, path, status, text)
				}
				if id, there := answer["id"]; !there || id != nil && id != 7.0 {
					t.Errorf("%s at %s: the id is %v", body, path, id)
				}
			}
		}
	}
}

// Whatever is refused in the binding to HTTP and JSON is told in the binding's form.
func TestFaultsOfREST(t *testing.T) {
	t.Parallel()
	s := openShop(t, stores.SQLite(t), a2a.Options{})
	for name, test := range map[string]struct {
		method, path, body string
		headers            []string
		status             int
		word, reason       string
	}{
		"no such path":      {"GET", "/a2a/v1/nothing", "", nil, 404, "NOT_FOUND", "NOT_FOUND"},
		"the path alone":    {"GET", "/a2a/v1", "", nil, 404, "NOT_FOUND", "NOT_FOUND"},
		"the path, slashed": {"GET", "/a2a/v1/", "", nil, 404, "NOT_FOUND", "NOT_FOUND"},
		"two slashes":       {"GET", "/a2a/v1//tasks", "", nil, 404, "NOT_FOUND", "NOT_FOUND"},
		"another method":    {"DELETE", "/a2a/v1/tasks", "", nil, 405, "UNIMPLEMENTED", "METHOD_NOT_ALLOWED"},
		"PUT":               {"PUT", "/a2a/v1/tasks", "", nil, 405, "UNIMPLEMENTED", "METHOD_NOT_ALLOWED"},
		"GET of a sending":  {"GET", "/a2a/v1/message:send", "", nil, 405, "UNIMPLEMENTED", "METHOD_NOT_ALLOWED"},
		"version 0.3":       {"GET", "/a2a/v1/tasks", "", []string{"A2A-Version", "0.3"}, 400, "FAILED_PRECONDITION", "VERSION_NOT_SUPPORTED"},
		"version 9.0 ?":     {"GET", "/a2a/v1/tasks?A2A-Version=9.0", "", nil, 400, "FAILED_PRECONDITION", "VERSION_NOT_SUPPORTED"},
		"no JSON":           {"POST", "/a2a/v1/message:send", "{}", []string{"Content-Type", "text/plain"}, 415, "INVALID_ARGUMENT", "UNSUPPORTED_MEDIA_TYPE"},
		"broken":            {"POST", "/a2a/v1/message:send", "{", nil, 400, "INVALID_ARGUMENT", "MALFORMED"},
		"a list":            {"POST", "/a2a/v1/message:stream", "[]", nil, 400, "INVALID_ARGUMENT", "MALFORMED"},
		"a member twice":    {"POST", "/a2a/v1/message:send", `{"a":1,"a":2}`, nil, 400, "INVALID_ARGUMENT", ""},
		"too large":         {"POST", "/a2a/v1/message:send", `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, nil, 413, "INVALID_ARGUMENT", "TOO_LARGE"},
		"another host":      {"GET", "/a2a/v1/tasks", "", []string{"Host", "evil.example"}, 403, "PERMISSION_DENIED", "FORBIDDEN"},
		"a bad key":         {"GET", "/a2a/v1/tasks", "", []string{"Authorization", "Bearer ask_live_0"}, 401, "UNAUTHENTICATED", "UNAUTHORIZED"},
		"no message":        {"POST", "/a2a/v1/message:send", "{}", nil, 400, "INVALID_ARGUMENT", "INVALID_PARAMS"},
		"no task":           {"GET", "/a2a/v1/tasks/qt-none", "", nil, 404, "NOT_FOUND", "TASK_NOT_FOUND"},
		"a state":           {"GET", "/a2a/v1/tasks?status=FOO", "", nil, 400, "INVALID_ARGUMENT", "INVALID_PARAMS"},
		"a page size":       {"GET", "/a2a/v1/tasks?pageSize=x", "", nil, 400, "INVALID_ARGUMENT", "INVALID_PARAMS"},
		"a push config":     {"POST", "/a2a/v1/tasks/qt-1/pushNotificationConfigs", "{}", nil, 400, "FAILED_PRECONDITION", "PUSH_NOTIFICATION_NOT_SUPPORTED"},
	} {
		status, answer, header := s.do(test.method, test.path, s.buyer, test.body, test.headers...)
		if status != test.status || answer.at("error.code") != float64(test.status) || answer.text("error.status") != test.word ||
			answer.text("error.message") == "" || !strings.HasPrefix(header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %d %v", name, status, answer)
		}
		details, _ := answer.at("error.details").([]any)
		found := false
		for _, detail := range details {
			detail, _ := detail.(map[string]any)
			if detail["@type"] == "type.googleapis.com/google.rpc.ErrorInfo" {
				found = detail["domain"] == "a2a-protocol.org" && (test.reason == "" || detail["reason"] == test.reason)
			}
		}
		if !found {
			t.Errorf("%s: the details are %v", name, details)
		}
	}
	for _, status := range []string{"", "TASK_STATE_UNSPECIFIED", "TASK_STATE_SUBMITTED", "TASK_STATE_WORKING"} {
		if status, answer, _ := s.do("GET", "/a2a/v1/tasks?status="+status, s.buyer, ""); status != http.StatusOK {
			t.Errorf("a state of tasks is answered %d %v", status, answer)
		}
	}
}

// A message that is sent again in another conversation is another message; without a name of one it is the same.
func TestMessageInAnotherContext(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		id := s.task("INPUT_REQUIRED", s.buyer, "m-1", "request_quote", quoteInput(), "contextId", "c-1").text("id")
		if again := s.task("INPUT_REQUIRED", s.buyer, "m-1", "request_quote", quoteInput(), "contextId", "c-1"); again.text("id") != id {
			t.Errorf("the repetition came to %v", again)
		}
		s.refused(s.send(s.buyer, "m-1", "request_quote", quoteInput(), "contextId", "c-2"), -32602, "IDEMPOTENCY_CONFLICT")
		s.task("INPUT_REQUIRED", s.buyer, "m-2", "submit_proposal", proposalInput(24), "contextId", "c-1")
		s.refused(s.send(s.buyer, "m-2", "submit_proposal", proposalInput(24), "contextId", "c-2"), -32602, "IDEMPOTENCY_CONFLICT")
		// What goes on with a task is in the task's conversation, by whichever name it is sent.
		s.refused(s.send(s.buyer, "m-3", "book_deal", object{"quote_id": id}, "contextId", "c-2"), -32602, "VALIDATION")
		s.task("COMPLETED", s.buyer, "m-3", "book_deal", object{"quote_id": id}, "contextId", "c-1")
	})
}
