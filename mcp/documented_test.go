package mcp_test

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/edge"
	"parley/internal/stores"
)

var toolName = regexp.MustCompile("`([a-z_]+)`")

// documented are the tools in the first columns of a table of docs/agents.md, which begins after some words.
func documented(t *testing.T, after string) []string {
	t.Helper()
	text, err := os.ReadFile("../docs/agents.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), after)
	if !found {
		t.Fatalf("docs/agents.md does not say %q", after)
	}
	_, rest, _ = strings.Cut(rest, "| --- | --- |\n")
	table, _, _ := strings.Cut(rest, "\n\n")
	var names []string
	for row := range strings.Lines(table) {
		for _, match := range toolName.FindAllStringSubmatch(strings.SplitN(row, "|", 3)[1], -1) {
			names = append(names, match[1])
		}
	}
	slices.Sort(names)
	return names
}

// TestEveryToolIsDocumented holds the lists of docs/agents.md against the tools that a buyer and an admin are shown.
func TestEveryToolIsDocumented(t *testing.T) {
	t.Parallel()
	d := openDesk(t, stores.SQLite(t), edge.Kit{})
	shown := func(key string) (names []string) {
		listed, err := d.client(key).ListTools(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range listed.Tools {
			names = append(names, one.Name)
		}
		return names
	}
	buyers, all := documented(t, "## The tools"), documented(t, "and in addition:")
	all = append(all, buyers...)
	for name, list := range map[string]struct{ shown, written []string }{"buyer": {shown(d.buyer), buyers}, "admin": {shown(d.operator), all}} {
		for _, one := range list.shown {
			if !slices.Contains(list.written, one) {
				t.Errorf("docs/agents.md does not list %s, which is shown to the %s", one, name)
			}
		}
	}
	for _, one := range all {
		if !slices.Contains(shown(d.buyer), one) && !slices.Contains(shown(d.operator), one) {
			t.Errorf("docs/agents.md lists %s, which nobody is shown", one)
		}
	}
}
