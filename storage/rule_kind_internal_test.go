package storage

import (
	"slices"
	"testing"

	"parley"
)

// TestEveryKindOfRuleIsKept looks each kind up: one that is missing here would be forgotten by what goes over them, such as a writer's
// memory of its version.
func TestEveryKindOfRuleIsKept(t *testing.T) {
	t.Parallel()
	for _, kind := range parley.RuleKinds {
		if !slices.ContainsFunc(RuleKinds, func(k RuleKind) bool { return k.RuleKind == kind }) {
			t.Errorf("the %s is missing among RuleKinds", kind.Words)
		}
	}
	for _, kind := range RuleKinds {
		for _, table := range kind.Tables() {
			if change := (&Stmt{SQL: "UPDATE " + table}); table == kind.State() && !TouchesRemembered(change) {
				t.Errorf("a change of %s is not one of what is remembered", table)
			}
		}
	}
}
