package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/approval"
	"parley/config"
)

// twoRules are written as JSON; wantRules is what they mean.
const twoRules = `[
  {"name": "Large deals", "gate": "deal_booking", "condition": "deal_value >= 250000 \u0026\u0026 deal_type == \"PG\"",
   "role": "finance", "timeout": "3d", "on_timeout": "escalate", "escalate_to": "admin", "priority": 100},
  {"name": "Orders / \u00e9t\u00e9", "gate": "order_submission", "account_ids": ["acct-1", "acct-2"], "enabled": false, "escalate_to": null}
]`

var wantRules = []parley.ApprovalRule{
	{
		ID: "config:Large deals", Name: "Large deals", Gate: parley.GateDealBooking,
		Condition: `deal_value >= 250000 && deal_type == "PG"`, Role: parley.ScopeFinance, Timeout: 72 * time.Hour,
		OnTimeout: parley.TimeoutEscalates, EscalateTo: parley.ScopeAdmin, Priority: 100, Enabled: true,
	},
	{
		ID: "config:Orders / été", Name: "Orders / été", Gate: parley.GateOrderSubmission, AccountIDs: []string{"acct-1", "acct-2"}, Role: parley.ScopeApprover,
		Timeout: approval.DefaultTimeout, OnTimeout: parley.TimeoutRejects,
	},
}

// the same in YAML.
const twoRulesYAML = `- name: Large deals
  gate: deal_booking
  condition: >-
    deal_value >= 250000
    && deal_type == "PG"
  role: finance
  timeout: 3d
  on_timeout: escalate
  escalate_to: admin
  priority: 100
- name: Orders / été
  gate: order_submission
  account_ids: [acct-1, "acct-2"]
  enabled: false
  escalate_to:
`

func TestApprovalRulesFromEverySource(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, content := range map[string]string{"rules.json": twoRules, "rules.yaml": "# ours\n" + twoRulesYAML} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	indented := "  " + strings.ReplaceAll(strings.TrimSpace(twoRulesYAML), "\n", "\n  ") + "\n"
	_, list := file(t, "seller_id: s\napproval_rules:\n"+indented)
	_, named := file(t, "approval_rules: "+filepath.Join(folder, "rules.yaml")+"\n")
	_, text := file(t, "approval_rules: '"+strings.ReplaceAll(twoRules, "\n", " ")+"'\n")
	for source, load := range map[string]func() (config.Settings, error){
		"a variable": func() (config.Settings, error) {
			return config.Load(nil, []string{"PARLEY_APPROVAL_RULES=" + twoRules})
		},
		"a variable in YAML": func() (config.Settings, error) {
			return config.Load(nil, []string{"PARLEY_APPROVAL_RULES=" + twoRulesYAML})
		},
		"a flag": func() (config.Settings, error) {
			return config.Load(map[string]string{"approval-rules": twoRules}, nil)
		},
		"a file that a flag names": func() (config.Settings, error) {
			return config.Load(map[string]string{"approval-rules": filepath.Join(folder, "rules.json")}, nil)
		},
		"a file that another names": func() (config.Settings, error) { return config.Load(nil, []string{named}) },
		"a list in the file":        func() (config.Settings, error) { return config.Load(nil, []string{list}) },
		"a text in the file":        func() (config.Settings, error) { return config.Load(nil, []string{text}) },
	} {
		got, err := load()
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if diff := cmp.Diff(wantRules, got.ApprovalRules.Rules); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", source, diff)
		}
	}
}

func TestMalformedApprovalRules(t *testing.T) {
	t.Parallel()
	const good = `"name": "r", "gate": "deal_booking"`
	for text, want := range map[string]string{
		"":                          "must be a JSON list",
		"{" + good + "}":            "must be a JSON list",
		"/nowhere/rules.json":       "names a file that cannot be read",
		"[{" + good + "}":           "is not YAML",
		"[{" + good + "}] []":       "is not YAML",
		"[{" + good + "}]\n---\n[]": "must be a JSON list",
		"[1]":                       "rule 1 (line 1, column 2): must be an object",
		"[{" + good + "},\n  {\"gate\": \"deal_booking\"}]":                         "rule 2 (line 2, column 3): name is required",
		"[{" + good + ", \"gates\": []}]":                                           `rule 1 "r" (line 1, column 40): gates is not a member`,
		"[{" + good + ", \"condition\": [\"a\"]}]":                                  `rule 1 "r" (line 1, column 40): condition must have a plain value`,
		"[{" + good + ", \"condition\": \"price > 1 \u0026\u0026 deal_valu > 1\"}]": `rule 1 "r" (line 1, column 40): condition line 1, column 14: unknown name deal_valu`,
		"[{" + good + ", \"condition\": \"deal_type == 'pg'\"}]":                    `condition line 1, column 14: deal_type is never "pg": it is PG, PD, PA; did you mean "PG"?`,
		"[{" + good + ", \"timeout\": 3600}]":                                       "timeout must be a duration",
		"[{" + good + ", \"timeout\": \"1ms\"}]":                                    "timeout must be from one second",
		"[{" + good + ", \"priority\": 1.5}]":                                       "priority must be a whole number",
		"[{" + good + ", \"enabled\": \"yes\"}]":                                    "enabled must be true or false",
		"[{" + good + ", \"role\": \"viewer\"}]":                                    "role must be",
		"[{" + good + ", \"on_timeout\": \"escalate\"}]":                            `rule 1 "r" (line 1, column 2): escalate_to must be`,
		"[{\"name\": \"r\", \"gate\": \"door\"}]":                                   "gate must be one of",
		"[{\"name\": \"a\\u0000b\", \"gate\": \"deal_booking\"}]":                   "name must be at most 200 printable",
		"[{" + good + "}, {" + good + "}]":                                          `rule 2 "r" (line 1, column 42): name must not be that of rule 1`,
		"- " + `name: r` + "\n  gate: deal_booking\n  gate: deal_booking\n":         "is not YAML",
		"[{" + good + ", \"account_ids\": \"acct-1\"}]":                             `rule 1 "r" (line 1, column 40): account_ids must be a list of accounts' ids`,
		"[{" + good + ", \"account_ids\": [{}]}]":                                   "account_ids must be a list of accounts' ids",
		"[{" + good + ", \"account_ids\": [\" \"]}]":                                "account_ids must be a list of accounts' ids",
		`[{"name": "r", "name": "s", "gate": "deal_booking"}]`:                      "is not YAML",
		"- *a\n": "rule 1",
	} {
		_, err := config.Load(map[string]string{"approval-rules": text}, nil)
		var problems config.Problems
		if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Where != "--approval-rules" || !strings.Contains(problems[0].What, want) {
			t.Errorf("%q: got %v, want one problem with %q", text, err, want)
		}
	}
}

// TestEveryWrongApprovalRuleIsNamed has three mistakes in two rules of a file.
func TestEveryWrongApprovalRuleIsNamed(t *testing.T) {
	t.Parallel()
	name, variable := file(t, "listen: 127.0.0.1:1\napproval_rules:\n- name: one\n  gate: door\n  role: nobody\n- name: two\n  gate: deal_booking\n  condition: |\n    price >\n")
	_, err := config.Load(nil, []string{variable})
	var problems config.Problems
	if !errors.As(err, &problems) || len(problems) != 3 {
		t.Fatalf("got %v, want three problems", err)
	}
	for i, want := range []string{`rule 1 "one" (line 4, column 3): gate`, `rule 1 "one" (line 5, column 3): role`, `rule 2 "two" (line 8, column 3): condition line`} {
		if !strings.HasPrefix(problems[i].What, want) || problems[i].Where != name+" line 2: approval_rules" {
			t.Errorf("problem %d is at %q: %s", i, problems[i].Where, problems[i].What)
		}
	}
}

func FuzzApprovalRules(f *testing.F) {
	for _, seed := range []string{twoRules, twoRulesYAML, "[]", "[{}]", "- &a {name: b}\n- *a", "- <<: {name: a}", "- ? name\n  : a", "[\"\\ud83d\"]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		// A name is not looked up: what would be read is not the parser's affair.
		var rules config.ApprovalRules
		if err := rules.UnmarshalText(append([]byte("- "), text...)); err != nil {
			return
		}
		// Whatever is read can be decided by.
		if _, err := approval.Compile(rules.Rules); err != nil {
			t.Errorf("%q gave rules that do not compile: %v", text, err)
		}
	})
}
