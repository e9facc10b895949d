package console

import (
	"slices"
	"testing"

	"parley"
	"parley/seller"
)

// TestEveryKindOfRuleHasItsPages looks each kind up among what other pages know, and its form among the pages.
func TestEveryKindOfRuleHasItsPages(t *testing.T) {
	t.Parallel()
	pages := (&console{service: &seller.Service{}}).routes()
	for _, kind := range parley.RuleKinds {
		known := slices.IndexFunc(ruleKinds, func(k ruleKind) bool { return k.RuleKind == kind })
		if known < 0 {
			t.Errorf("no page knows the %s", kind.Words)
			continue
		}
		for _, at := range []string{ruleKinds[known].path, ruleKinds[known].at + "/new"} {
			if !slices.ContainsFunc(pages, func(r route) bool { return r.method == "GET" && r.path == at }) {
				t.Errorf("the %s has no page %s", kind.Words, at)
			}
		}
	}
}
