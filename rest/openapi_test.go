package rest_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/edge"
	"parley/rest"
)

// document is the OpenAPI document as a client reads it.
func (s *shop) document() reply { return s.must(200, "GET", "/openapi.json", "", nil) }

// membersOf are the members of a route's request body, by name.
func membersOf(t *testing.T, document reply, route rest.Route) []string {
	t.Helper()
	body, _ := follow(document.body, "paths", route.Path, strings.ToLower(route.Method), "requestBody", "content", "application/json", "schema").(map[string]any)
	if choices, ok := body["oneOf"].([]any); ok {
		body, _ = choices[0].(map[string]any)
	}
	ref, _ := body["$ref"].(string)
	properties, _ := follow(document.body, "components", "schemas", ref[strings.LastIndexByte(ref, '/')+1:], "properties").(map[string]any)
	if len(properties) == 0 {
		t.Fatalf("%s %s describes no body", route.Method, route.Path)
	}
	return slices.Sorted(maps.Keys(properties))
}

func follow(v any, path ...string) any {
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

func TestOpenAPIDescribesEveryRoute(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{Kit: edge.Kit{Version: "1.2.3"}})
	document := s.document()
	if document.word("openapi") != "3.1.0" || document.word("info.version") != "1.2.3" {
		t.Errorf("the document is OpenAPI %s of version %s", document.word("openapi"), document.word("info.version"))
	}
	operations := 0
	paths, _ := document.at("paths").(map[string]any)
	for _, item := range paths {
		methods, _ := item.(map[string]any)
		operations += len(methods)
	}
	if operations != len(rest.Routes()) {
		t.Errorf("%d operations are described, %d are served", operations, len(rest.Routes()))
	}
	for _, route := range rest.Routes() {
		operation, _ := follow(document.body, "paths", route.Path, strings.ToLower(route.Method)).(map[string]any)
		name := route.Method + " " + route.Path
		for _, member := range []string{"operationId", "summary", "description", "tags"} {
			if operation[member] == nil || operation[member] == "" {
				t.Errorf("%s has no %s", name, member)
			}
		}
		responses, _ := operation["responses"].(map[string]any)
		for status, response := range responses {
			content := onlyContent(response)
			if status == "304" {
				continue
			}
			if follow(content, "schema") == nil || follow(response, "description") == nil || follow(response, "description") == "" {
				t.Errorf("%s: the answer %s is not described", name, status)
			}
			if status[0] == '2' && follow(content, "example") == nil {
				t.Errorf("%s: the answer %s has no example", name, status)
			}
		}
		for parameter := range strings.SplitSeq(route.Path, "/") {
			if wanted := strings.Trim(parameter, "{}"); wanted != parameter && !strings.Contains(mustJSON(t, operation["parameters"]), `"name":"`+wanted+`"`) {
				t.Errorf("%s does not describe its parameter %s", name, wanted)
			}
		}
		body := operation["requestBody"]
		if (body != nil) != (route.Example != "") || body != nil && follow(body, "content", "application/json", "example") == nil {
			t.Errorf("%s: body and example do not go together", name)
		}
	}
	checkReferences(t, document.body, document.body)
}

// onlyContent is what an answer is described with, whatever its media type.
func onlyContent(response any) any {
	content, _ := follow(response, "content").(map[string]any)
	for _, described := range content {
		return described
	}
	return nil
}

// checkReferences follows every $ref of the document.
func checkReferences(t *testing.T, root, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			path, local := strings.CutPrefix(ref, "#/")
			if !local || follow(root, strings.Split(path, "/")...) == nil {
				t.Errorf("%s leads nowhere", ref)
			}
		}
		for _, member := range v {
			checkReferences(t, root, member)
		}
	case []any:
		for _, item := range v {
			checkReferences(t, root, item)
		}
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestExamplesAreRequests sends every example: none may be refused for its form.
func TestExamplesAreRequests(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	for _, route := range rest.Routes() {
		if route.Example == "" {
			continue
		}
		path := wildcard.ReplaceAllString(route.Path, "unknown-id")
		example := strings.NewReplacer(`"ctv-sports-live"`, `"ctv-sports"`, `"video-web-midroll"`, `"display-news"`).Replace(route.Example)
		got := s.call(route.Method, path, s.buyerOrOperator(route), example)
		if got.status == 400 || got.status == 415 || got.status == 422 || got.status >= 500 {
			t.Errorf("%s %s: %d %s", route.Method, route.Path, got.status, got.text)
		}
	}
}

func TestDocsPageNeedsNoOtherHost(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	page := s.must(200, "GET", "/docs", "", nil)
	for _, foreign := range []string{"<script", "src=", `href="http`, "url(", "@import"} {
		if i := strings.Index(page.text, foreign); i >= 0 {
			t.Errorf("the page has %q: %.120s", foreign, page.text[i:])
		}
	}
	for _, route := range rest.Routes() {
		if !strings.Contains(page.text, `id="`+route.ID+`"`) {
			t.Errorf("the page does not show %s", route.ID)
		}
	}
	if !strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("policy: %s", page.header.Get("Content-Security-Policy"))
	}
	if yaml := s.must(200, "GET", "/openapi.yaml", "", nil); !strings.HasPrefix(yaml.text, "components:") || !strings.Contains(yaml.text, "openapi: 3.1.0") {
		t.Errorf("YAML: %.80s", yaml.text)
	}
}

// dated are the names of members that hold a day or an instant, or say of which month a report is.
var dated = regexp.MustCompile(`(^|_)(date|day|start|end|from|to|until|since|at)$`)

// TestWhatIsADateSaysSo holds every member of every body that is called as dates are to its format, or to words that say what it is: the format
// is what a client goes by, and what a body that is refused names the member by.
func TestWhatIsADateSaysSo(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	schemas, _ := s.document().at("components.schemas").(map[string]any)
	seen := 0
	for name, schema := range schemas {
		properties, _ := follow(schema, "properties").(map[string]any)
		for member, described := range properties {
			p, _ := described.(map[string]any)
			types, _ := p["type"].([]any)
			if !dated.MatchString(member) || p["type"] != "string" && !slices.Contains(types, any("string")) {
				continue
			}
			seen++
			if format := p["format"]; format != "date" && format != "date-time" && p["description"] == nil && p["enum"] == nil {
				t.Errorf("%s.%s has neither a format nor words", name, member)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d dates are described", seen)
	}
}
