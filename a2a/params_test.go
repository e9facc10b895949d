package a2a_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/a2a"
	"parley/internal/stores"
)

// foreign are words of the code that reads a request, which say nothing to whoever sent it.
var foreign = regexp.MustCompile(`(?i)json:|unmarshal|\bGo\b|strconv|parsing|struct field|base64 data|parse error|invalid request|sdk\.`)

// Whatever the parameters hold that cannot be read, the refusal names the field, and sends nothing back of a long one.
func TestRefusalsNameTheField(t *testing.T) {
	t.Parallel()
	s := openShop(t, stores.SQLite(t), a2a.Options{})
	digits := strings.Repeat("7", 5000)
	part := func(part string) string {
		return `{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"one"},` + part + `]}}`
	}
	values := []string{digits, "1e400", "5", "1.5", `"x"`, "true", "[]", "{}", "[5]"}
	type field struct {
		method, name string // as the refusal names it
		params       string // with VALUE in the place of the field's
		takes        []string
	}
	fields := []field{
		{"SendMessage", "message", `{"message":VALUE}`, []string{"{}"}},
		{"SendMessage", "message.messageId", `{"message":{"messageId":VALUE}}`, []string{`"x"`}},
		{"SendMessage", "message.role", `{"message":{"role":VALUE}}`, []string{`"x"`}},
		{"SendMessage", "message.contextId", `{"message":{"contextId":VALUE}}`, []string{`"x"`}},
		{"SendMessage", "message.taskId", `{"message":{"taskId":VALUE}}`, []string{`"x"`}},
		{"SendMessage", "message.metadata", `{"message":{"metadata":VALUE}}`, []string{"{}"}},
		{"SendMessage", "message.parts", `{"message":{"parts":VALUE}}`, []string{"[]"}},
		{"SendMessage", "message.parts[1]", part("VALUE"), nil},
		{"SendMessage", "message.parts", part(`{"text":VALUE}`), []string{`"x"`}},
		{"SendMessage", "message.parts", part(`{"raw":VALUE}`), nil},
		{"SendMessage", "message.parts[1].data.input.impressions", part(`{"data":{"skill":"request_quote","input":{"impressions":VALUE}}}`), values[2:]},
		{"SendMessage", "configuration", `{"configuration":VALUE}`, []string{"{}"}},
		{"SendMessage", "configuration.historyLength", `{"configuration":{"historyLength":VALUE}}`, []string{"5"}},
		{"SendMessage", "configuration.returnImmediately", `{"configuration":{"returnImmediately":VALUE}}`, []string{"true"}},
		{"GetTask", "id", `{"id":VALUE}`, []string{`"x"`}},
		{"GetTask", "historyLength", `{"id":"x","historyLength":VALUE}`, []string{"5"}},
		{"CancelTask", "id", `{"id":VALUE}`, []string{`"x"`}},
		{"SubscribeToTask", "id", `{"id":VALUE}`, []string{`"x"`}},
		{"ListTasks", "pageSize", `{"pageSize":VALUE}`, []string{"5"}},
		{"ListTasks", "pageToken", `{"pageToken":VALUE}`, nil},
		{"ListTasks", "contextId", `{"contextId":VALUE}`, []string{`"x"`}},
		{"ListTasks", "status", `{"status":VALUE}`, nil},
		{"ListTasks", "statusTimestampAfter", `{"statusTimestampAfter":VALUE}`, nil},
		{"ListTasks", "includeArtifacts", `{"includeArtifacts":VALUE}`, []string{"true"}},
		{"ListTasks", "params", `VALUE`, []string{"{}"}},
		{"0.3 tasks/get", "id", `{"id":VALUE}`, []string{`"x"`}},
		{"0.3 tasks/get", "historyLength", `{"historyLength":VALUE}`, []string{"5"}},
		{"0.3 message/send", "message", `{"message":VALUE}`, []string{"{}"}},
		{"0.3 message/stream", "message.messageId", `{"message":{"messageId":VALUE}}`, []string{`"x"`}},
		{"0.3 message/send", "configuration.blocking", `{"configuration":{"blocking":VALUE}}`, []string{"true"}},
	}
	for _, f := range fields {
		if f.method == "SendMessage" {
			fields = append(fields, field{"SendStreamingMessage", f.name, f.params, f.takes})
		}
	}
	judge := func(what, text, name string, taken bool) {
		t.Helper()
		if found := foreign.FindString(text); found != "" || len(text) > 3000 {
			t.Errorf("%s: %q in %s", what, found, text[:min(len(text), 3000)])
		}
		if !taken && !strings.Contains(text, `"path":"`+name) {
			t.Errorf("%s: %s is not named by %s", what, name, text)
		}
	}
	for _, f := range fields {
		for _, value := range values {
			if f.name == "params" && !strings.HasPrefix(value, "[") {
				continue // which is no message of JSON-RPC
			}
			params := strings.Replace(f.params, "VALUE", value, 1)
			version, method := "1.0", f.method
			if older, is := strings.CutPrefix(method, "0.3 "); is {
				version, method = "0.3", older
			}
			what := f.method + " " + f.name + " " + value[:min(len(value), 8)]
			_, text := s.rawCall("/a2a", version, `{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":`+params+`}`)
			if !strings.Contains(text, `"code":-32`) && !slices.Contains(f.takes, value) {
				t.Errorf("%s is taken: %s", what, text)
			}
			judge(what, text, f.name, slices.Contains(f.takes, value))
			if method == "SendMessage" {
				status, text := s.rawCall("/a2a/v1/message:send", version, params)
				if status != 400 && !slices.Contains(f.takes, value) {
					t.Errorf("%s over HTTP: %d %s", what, status, text)
				}
				judge(what+" over HTTP", text, f.name, slices.Contains(f.takes, value))
			}
		}
	}
	for path, takes := range map[string]string{
		"/tasks?pageSize": "5", "/tasks?historyLength": "5", "/tasks?statusTimestampAfter": "", "/tasks?includeArtifacts": "true", "/tasks/qt-x?historyLength": "5",
	} {
		_, name, _ := strings.Cut(path, "?")
		for _, value := range []string{digits, "1e400", "5", "1.5", "x", "true"} {
			if value == takes || name == "includeArtifacts" && value == "5" {
				continue
			}
			status, answer, _ := s.do("GET", "/a2a/v1"+path+"="+url.QueryEscape(value), s.buyer, "", "A2A-Version", "1.0")
			message := answer.text("error.message")
			if status != 400 || !strings.HasPrefix(message, name+" must be ") || len(message) > 200 {
				t.Errorf("%s=%s: %d %v", path, value[:min(len(value), 8)], status, answer)
			}
		}
	}
	// What no method here reads is not held against it.
	for _, method := range []string{"CreateTaskPushNotificationConfig", "GetTaskPushNotificationConfig", "GetExtendedAgentCard", "Nothing"} {
		_, text := s.rawCall("/a2a", "1.0", `{"jsonrpc":"2.0","id":9007199254740993,"method":"`+method+`","params":{"id":[`+digits+`]}}`)
		judge(method, text, "", true)
		if !strings.Contains(text, `"id":9007199254740993`) {
			t.Errorf("%s: another id in %s", method, text)
		}
	}
}
