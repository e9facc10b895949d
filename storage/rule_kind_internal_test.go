package storage

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestEveryRulebookIsAmongTheKinds reads which rulebooks there are: one that is missing among the kinds would be forgotten by what goes
// over them, such as a writer's memory of its version.
func TestEveryRulebookIsAmongTheKinds(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	books := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`= Rulebook\[[\w.]+\]\{\s+RuleKind: RuleKind\{what: "([^"]+)"`).FindAllSubmatch(source, -1) {
			books++
			if what := string(found[1]); !slices.ContainsFunc(RuleKinds, func(k RuleKind) bool { return k.what == what }) {
				t.Errorf("%s: the %s is missing among RuleKinds", file, what)
			}
		}
	}
	if books != len(RuleKinds) {
		t.Errorf("%d rulebooks were found, of %d kinds", books, len(RuleKinds))
	}
	for _, kind := range RuleKinds {
		for _, table := range kind.Tables() {
			if change := (&Stmt{SQL: "UPDATE " + table}); table == kind.State() && !TouchesRemembered(change) {
				t.Errorf("a change of %s is not one of what is remembered", table)
			}
		}
	}
}
