package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"parley/rest"
)

var (
	writtenRoute = regexp.MustCompile("`(GET|POST|PUT|PATCH|DELETE) (/(?:api|auth)[^`?\\s]*)")
	parameter    = regexp.MustCompile(`\{[^}]*\}`)
)

// TestThePagesNameRoutesThatThereAre holds each route of the documents to those of the API, whatever its parameters are called.
func TestThePagesNameRoutesThatThereAre(t *testing.T) {
	t.Parallel()
	routes := map[string]bool{}
	for _, route := range rest.Routes() {
		routes[route.Method+" "+parameter.ReplaceAllString(route.Path, "{}")] = true
	}
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, "../README.md", "../CHANGELOG.md", "../SECURITY.md") {
		if page == "coming-from-iab.md" {
			continue // which names those of another agent, and has a test of its own
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range writtenRoute.FindAllStringSubmatch(string(text), -1) {
			found++
			if !routes[match[1]+" "+parameter.ReplaceAllString(match[2], "{}")] {
				t.Errorf("%s: there is no %s %s", page, match[1], match[2])
			}
		}
	}
	if found < 50 {
		t.Errorf("the pages have %d routes", found)
	}
}
