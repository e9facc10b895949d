package parley_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/rest"
	"parley/wire"
)

// TestEveryKindOfRuleIsInEachLayer reads which kinds of rules there are, and looks each up where the layers list what they know of them.
// The lists of storage, and of the deal desk's page, are tried beside them.
func TestEveryKindOfRuleIsInEachLayer(t *testing.T) {
	t.Parallel()
	declared := regexp.MustCompile(`RuleKind\{\s*Name: "([^"]+)"`).FindAllStringSubmatch(domainSource(t), -1)
	if len(declared) != len(parley.RuleKinds) {
		t.Errorf("%d kinds of rules, and %d in the list", len(declared), len(parley.RuleKinds))
	}
	for _, kind := range parley.RuleKinds {
		for layer, has := range map[string]bool{
			"the types of events":                   slices.Contains(parley.EventTypes, kind.Changed),
			"the types of events that wire tells":   slices.ContainsFunc(wire.EventTypes, func(e wire.EventType) bool { return e.Type == kind.Changed }),
			"the routes of the API, to make one of": slices.ContainsFunc(rest.Routes(), func(r rest.Route) bool { return r.Method == "POST" && r.Summary == "Put a new "+kind.Words+" in force" }),
		} {
			if !has {
				t.Errorf("%s are without the %s", layer, kind.Words)
			}
		}
	}
}

// domainSource is the source of the domain, without its tests.
func domainSource(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	return source.String()
}
