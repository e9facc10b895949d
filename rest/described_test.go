package rest_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"parley/rest"
)

// described is what the OpenAPI document says of answers. Every test that asks over HTTP holds what it hears to it: the status is one
// that the operation can answer, and a JSON body is what its schema says, with no member beside those.
type described struct {
	operations *http.ServeMux
	answers    map[string]map[string]any // by the pattern of the route: the described answers, by status
	bodies     *jsonschema.Resolved      // of an object with one member, named by the pattern, of an object with one, named by the status
}

var (
	description     *described
	readDescription sync.Once
)

// describedAnswers reads the document of the first server that is asked for; what it says of answers is every server's.
func describedAnswers(s *shop) *described {
	s.t.Helper()
	readDescription.Do(func() {
		response, err := s.client.Get(s.url + "/openapi.json") //nolint:noctx // the test's own server
		if err != nil {
			s.t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		var document map[string]any
		if err := json.NewDecoder(response.Body).Decode(&document); err != nil {
			s.t.Fatal(err)
		}
		description = describe(s.t, document)
	})
	if description == nil {
		s.t.Fatal("the description of answers could not be read")
	}
	return description
}

func describe(t testing.TB, document map[string]any) *described {
	t.Helper()
	d := &described{operations: http.NewServeMux(), answers: map[string]map[string]any{}}
	bodies := map[string]any{}
	for _, route := range rest.Routes() {
		pattern := route.Method + " " + route.Path
		d.operations.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
		operation, _ := follow(document, "paths", route.Path, strings.ToLower(route.Method)).(map[string]any)
		d.answers[pattern], _ = operation["responses"].(map[string]any)
		byStatus := map[string]any{}
		for status, answer := range d.answers[pattern] {
			if ref, isRef := follow(answer, "$ref").(string); isRef {
				answer = follow(document, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
				d.answers[pattern][status] = answer
			}
			if schema := follow(answer, "content", "application/json", "schema"); schema != nil {
				byStatus[status] = schema
			}
		}
		bodies[pattern] = map[string]any{"properties": byStatus}
	}
	text, err := json.Marshal(map[string]any{"$defs": follow(document, "components", "schemas"), "properties": bodies})
	if err != nil {
		t.Fatal(err)
	}
	var root jsonschema.Schema
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "#/components/schemas/", "#/$defs/")), &root); err != nil {
		t.Fatal(err)
	}
	if d.bodies, err = root.Resolve(nil); err != nil {
		t.Fatal(err)
	}
	return d
}

// transported are the headers that an answer may have of which no client of the API needs to know: of HTTP's own, and for browsers.
var transported = map[string]bool{
	"Cache-Control": true, "Connection": true, "Content-Length": true, "Content-Type": true, "Date": true, "Trailer": true, "Vary": true,
	"X-Content-Type-Options": true, "X-Frame-Options": true, "Content-Security-Policy": true, "Referrer-Policy": true,
}

// describes tells whether the description of an answer has a header, however it writes its name.
func describes(answer any, header string) bool {
	headers, _ := follow(answer, "headers").(map[string]any)
	for name := range headers {
		if http.CanonicalHeaderKey(name) == header {
			return true
		}
	}
	return false
}

// check finds what an answer is that its description does not say; empty: nothing.
func (d *described) check(request *http.Request, response *http.Response, body []byte) string {
	_, pattern := d.operations.Handler(request)
	if request.URL.Path != path.Clean(request.URL.Path) {
		return "" // it is no path of an operation
	}
	answers, is := d.answers[pattern]
	if !is {
		return ""
	}
	status := strconv.Itoa(response.StatusCode)
	if answers[status] == nil {
		return "the status " + status + " is not described"
	}
	for name := range response.Header {
		if !transported[name] && !describes(answers[status], name) {
			return "the header " + name + " of an answer " + status + " is not described"
		}
	}
	media, _, _ := strings.Cut(response.Header.Get("Content-Type"), ";")
	content, _ := follow(answers[status], "content").(map[string]any)
	if len(body) == 0 {
		return ""
	}
	if content[media] == nil {
		return "an answer " + status + " of " + media + " is not described"
	}
	if media != "application/json" {
		return ""
	}
	var value any
	var tooLarge *json.UnmarshalTypeError // a number of the sender's own, in what is handed on
	if err := json.Unmarshal(body, &value); errors.As(err, &tooLarge) {
		return ""
	} else if err != nil {
		return err.Error()
	}
	if err := d.bodies.Validate(map[string]any{pattern: map[string]any{status: value}}); err != nil {
		return err.Error()
	}
	return ""
}

// TestWhatIsNotDescribedIsFound has the check look at answers of an operation that is described by hand.
func TestWhatIsNotDescribedIsFound(t *testing.T) {
	t.Parallel()
	d := &described{operations: http.NewServeMux(), answers: map[string]map[string]any{"GET /things": {"200": map[string]any{
		"headers": map[string]any{"X-Request-ID": map[string]any{}}, "content": map[string]any{"text/csv": map[string]any{}},
	}}}}
	d.operations.HandleFunc("GET /things", func(http.ResponseWriter, *http.Request) {})
	for _, test := range []struct {
		path   string
		status int
		header string
		media  string
		finds  string
	}{
		{"/things", 200, "X-Request-Id", "text/csv; charset=utf-8", ""},
		{"/things", 200, "Content-Length", "text/csv", ""},
		{"/things", 200, "Etag", "text/csv", "the header Etag of an answer 200 is not described"},
		{"/things", 201, "Date", "text/csv", "the status 201 is not described"},
		{"/things", 200, "Date", "text/html", "an answer 200 of text/html is not described"},
		{"/others", 201, "Etag", "text/html", ""},
	} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, test.path, http.NoBody)
		response := &http.Response{StatusCode: test.status, Header: http.Header{test.header: {"x"}, "Content-Type": {test.media}}}
		if found := d.check(request, response, []byte("a\n")); found != test.finds {
			t.Errorf("%+v: %q", test, found)
		}
	}
}
