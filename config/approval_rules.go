package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"parley"
	"parley/approval"
)

// ApprovalRules are the rules of the human gate that come with the configuration. They are valid, filled in by
// approval.WithDefaults, and each has an id that follows from its name, so that an approval under one rule is never taken
// for an approval under another.
type ApprovalRules struct{ Rules []parley.ApprovalRule }

// configuredID begins the ids of these rules, which no stored rule's id does.
const configuredID = "config:"

var errRuleList = errors.New(`must be a JSON list of rules, such as [{"name": "Large deals", "gate": "deal_booking", ` +
	`"condition": "deal_value >= 250000"}], or the name of a file with such a list in JSON or YAML`)

// UnmarshalText reads the list, or the file that the text names. Its error joins one error for each thing that is wrong.
func (a *ApprovalRules) UnmarshalText(text []byte) error {
	written := bytes.TrimSpace(text)
	inline := bytes.HasPrefix(written, []byte("[")) || bytes.HasPrefix(written, []byte("- "))
	switch {
	case inline:
		return a.parse("", text)
	case len(written) == 0 || written[0] == '{':
		return errRuleList
	}
	content, err := os.ReadFile(string(written))
	if err != nil {
		return fmt.Errorf("names a file that cannot be read: %w", err)
	}
	return a.parse(string(written)+": ", content)
}

// parse reads JSON or YAML; JSON is YAML as well. origin goes before what is wrong.
func (a *ApprovalRules) parse(origin string, content []byte) error {
	parsed, err := parser.ParseBytes(content, 0)
	if err != nil {
		problem := syntaxProblem(strings.TrimSuffix(origin, ": "), err)
		return errors.New(strings.TrimSpace(problem.Where + " " + problem.What))
	}
	documents := slices.DeleteFunc(parsed.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil })
	if len(documents) != 1 {
		return errRuleList
	}
	return a.unmarshalNode(origin, documents[0].Body)
}

// unmarshalNode reads the list as it stands in a file.
func (a *ApprovalRules) unmarshalNode(origin string, node ast.Node) error {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		return errRuleList
	}
	var rules []parley.ApprovalRule
	first := map[string]int{} // of the rules with a name
	var problems []error
	for i, value := range list.Values {
		reader := ruleReader{origin: origin, number: i + 1, node: value, rule: parley.ApprovalRule{Enabled: true}}
		reader.read()
		name := reader.rule.Name
		if other, twice := first[name]; twice && name != "" {
			reader.add(reader.members["name"], fmt.Sprintf("name must not be that of rule %d as well", other))
		} else {
			first[name] = i + 1
		}
		problems = append(problems, reader.problems...)
		rules = append(rules, reader.rule)
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	a.Rules = rules
	return nil
}

// ruleReader reads one rule.
type ruleReader struct {
	origin   string
	number   int // from 1
	node     ast.Node
	members  map[string]ast.Node
	rule     parley.ApprovalRule
	problems []error
}

// add notes what is wrong, and where: at a member, or at the rule when there is none.
func (r *ruleReader) add(at ast.Node, what string) {
	if at == nil {
		at = r.node
	}
	place := at.GetToken().Position
	name := ""
	if r.rule.Name != "" {
		name = " " + strconv.Quote(r.rule.Name)
	}
	r.problems = append(r.problems, fmt.Errorf("%srule %d%s (line %d, column %d): %s",
		r.origin, r.number, name, place.Line, place.Column, what))
}

// ruleMembers reads each member of a rule from its text, and says what is right when it cannot.
var ruleMembers = map[string]func(*parley.ApprovalRule, string) error{
	"name":        setText(func(r *parley.ApprovalRule) *string { return &r.Name }),
	"gate":        setText(func(r *parley.ApprovalRule) *parley.Gate { return &r.Gate }),
	"condition":   setText(func(r *parley.ApprovalRule) *string { return &r.Condition }),
	"role":        setText(func(r *parley.ApprovalRule) *parley.Scope { return &r.Role }),
	"on_timeout":  setText(func(r *parley.ApprovalRule) *parley.OnTimeout { return &r.OnTimeout }),
	"second_role": setText(func(r *parley.ApprovalRule) *parley.Scope { return &r.SecondRole }),
	"escalate_to": setText(func(r *parley.ApprovalRule) *parley.Scope { return &r.EscalateTo }),
	"timeout": func(r *parley.ApprovalRule, text string) (err error) {
		if r.Timeout, err = parley.ParseSpan(text); err != nil {
			return fmt.Errorf("must be a duration, such as 90m, 24h or 3d, and not %q", text)
		}
		return nil
	},
	"priority": func(r *parley.ApprovalRule, text string) (err error) {
		if r.Priority, err = strconv.Atoi(text); err != nil {
			return fmt.Errorf("must be a whole number, and not %q", text)
		}
		return nil
	},
	"enabled": func(r *parley.ApprovalRule, text string) (err error) {
		if text != "true" && text != "false" {
			return fmt.Errorf("must be true or false, and not %q", text)
		}
		r.Enabled = text == "true"
		return nil
	},
}

func setText[T ~string](member func(*parley.ApprovalRule) *T) func(*parley.ApprovalRule, string) error {
	return func(rule *parley.ApprovalRule, text string) error {
		*member(rule) = T(text)
		return nil
	}
}

const ruleMemberNames = "name, gate, condition, account_ids, role, second_role, timeout, on_timeout, escalate_to, priority and enabled"

// read fills in the rule and checks it.
func (r *ruleReader) read() {
	r.members = map[string]ast.Node{}
	mapping, ok := r.node.(ast.MapNode)
	if !ok {
		r.add(nil, "must be an object with "+ruleMemberNames)
		return
	}
	for member := mapping.MapRange(); member.Next(); {
		r.member(member.KeyValue())
	}
	if len(r.problems) == 0 {
		r.check()
	}
}

func (r *ruleReader) member(entry *ast.MappingValueNode) {
	name := entry.Key.GetToken().Value
	if name == accountIDs {
		r.members[name] = entry.Key
		r.accounts(entry)
		return
	}
	set, known := ruleMembers[name]
	if !known {
		r.add(entry.Key, name+" is not a member of a rule; these are "+ruleMemberNames)
		return
	}
	r.members[name] = entry.Key
	text, plain := plainMember(entry.Value)
	if !plain {
		r.add(entry.Key, name+" must have a plain value")
		return
	}
	if text == "" {
		return
	}
	if err := set(&r.rule, text); err != nil {
		r.add(entry.Key, name+" "+err.Error())
	}
}

// accountIDs are the member that is a list.
const accountIDs = "account_ids"

// accounts reads which buyers a rule is for; none, or null, is every buyer.
func (r *ruleReader) accounts(entry *ast.MappingValueNode) {
	if _, none := entry.Value.(*ast.NullNode); none {
		return
	}
	list, ok := entry.Value.(*ast.SequenceNode)
	if !ok {
		r.add(entry.Key, accountIDs+" must be a list of accounts' ids")
		return
	}
	for _, value := range list.Values {
		id, plain := plainMember(value)
		if !plain || strings.TrimSpace(id) == "" {
			r.add(entry.Key, accountIDs+" must be a list of accounts' ids")
			return
		}
		r.rule.AccountIDs = append(r.rule.AccountIDs, strings.TrimSpace(id))
	}
}

// plainMember is a scalar as it is written; null and nothing are the empty text.
func plainMember(node ast.Node) (string, bool) {
	switch value := node.(type) {
	case *ast.NullNode:
		return "", true
	case *ast.LiteralNode:
		return value.Value.Value, true
	case *ast.SequenceNode:
		return "", false
	}
	return plainValue(node)
}

// check holds the rule against what a rule must be.
func (r *ruleReader) check() {
	const longestName = 200
	name := r.rule.Name
	unprintable := !utf8.ValidString(name) || strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsPrint(c) })
	if unprintable || utf8.RuneCountInString(name) > longestName {
		r.add(r.members["name"], fmt.Sprintf("name must be at most %d printable characters", longestName))
		return
	}
	r.rule = approval.WithDefaults(r.rule)
	r.rule.ID = configuredID + name
	var invalid *parley.Error
	if err := approval.ValidateRule(r.rule); errors.As(err, &invalid) {
		for _, field := range invalid.Fields {
			r.add(r.members[field.Path], field.Path+" "+field.Message)
		}
	}
}
