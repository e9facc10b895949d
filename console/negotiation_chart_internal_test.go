package console

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"parley/negotiation"
)

// TestEveryRuleSaysWhy finds each rule by which a round is answered, of the engine and of people, in the words of the page.
func TestEveryRuleSaysWhy(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../negotiation/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range regexp.MustCompile(`\bRule\w+ +Rule = "(\w+)"`).FindAllSubmatch(source, -1) {
			if found++; reasons[negotiation.Rule(rule[1])] == "" {
				t.Errorf("the page does not say why of %s", rule[1])
			}
		}
	}
	if found < 10 {
		t.Errorf("found %d rules", found)
	}
}
