package docs_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/config"
	"parley/rest"
)

// TestTheGuideLeadsToWhatIsThere holds the guide for those who come from the IAB agent to the routes and the settings.
func TestTheGuideLeadsToWhatIsThere(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("coming-from-iab.md")
	if err != nil {
		t.Fatal(err)
	}
	routes := []string{"GET /healthz"}
	for _, route := range rest.Routes() {
		routes = append(routes, route.Method+" "+route.Path)
	}
	named := regexp.MustCompile("^`((?:GET|POST|PUT|DELETE) [^`]+)`$")
	found := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		here := named.FindStringSubmatch(strings.TrimSpace(cells[2]))
		if here == nil {
			continue
		}
		found++
		if !slices.Contains(routes, here[1]) {
			t.Errorf("there is no %s", here[1])
		}
	}
	if found < 60 {
		t.Errorf("the guide leads to %d routes", found)
	}
	variables := map[string]bool{}
	for _, setting := range config.All() {
		variables[setting.Variable] = true
	}
	for _, variable := range regexp.MustCompile(`PARLEY_[A-Z_]+`).FindAllString(string(page), -1) {
		if !variables[variable] {
			t.Errorf("there is no setting %s", variable)
		}
	}
}
