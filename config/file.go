package config

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// assignFile reads the settings of a YAML file, one mapping of keys to plain values. No name is no file.
func assignFile(name string) ([]assignment, Problems) {
	if name == "" {
		return nil, nil
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, Problems{{"the file of --config", "cannot be read: " + err.Error()}}
	}
	parsed, err := parser.ParseBytes(content, 0)
	if err != nil {
		return nil, Problems{syntaxProblem(name, err)}
	}
	var entries []*ast.MappingValueNode
	for i, document := range parsed.Docs {
		switch body := document.Body.(type) {
		case nil, *ast.NullNode, *ast.CommentGroupNode:
			continue
		case *ast.MappingNode:
			if i == 0 {
				entries = body.Values
				continue
			}
		}
		return nil, Problems{{name, "must be one mapping, with a line such as 'quote_ttl: 24h' for each setting"}}
	}
	return assignEntries(name, entries)
}

// syntaxProblem says where the file stops being YAML.
func syntaxProblem(name string, err error) Problem {
	var located interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if errors.As(err, &located) && located.GetToken() != nil {
		return Problem{fmt.Sprintf("%s line %d", name, located.GetToken().Position.Line), "is not YAML: " + located.GetMessage()}
	}
	return Problem{name, "is not YAML: " + yaml.FormatError(err, false, false)}
}

func assignEntries(name string, entries []*ast.MappingValueNode) ([]assignment, Problems) {
	byKey := map[string]Setting{}
	for _, s := range All() {
		if s.Key != "" {
			byKey[s.Key] = s
		}
	}
	var assignments []assignment
	var problems Problems
	for _, entry := range entries {
		mark := entry.Key.GetToken()
		where := fmt.Sprintf("%s line %d: %s", name, mark.Position.Line, mark.Value)
		setting, known := byKey[mark.Value]
		if !known {
			problems = append(problems, Problem{where, notASetting(mark.Value, "", func(s Setting) string { return s.Key })})
			continue
		}
		if list, ok := entry.Value.(*ast.SequenceNode); ok && setting.rules(new(Settings)) != nil {
			assignments = append(assignments, assignment{setting: setting, where: where, node: list})
			continue
		}
		text, plain := plainValue(entry.Value)
		a := assignment{setting: setting, where: where, text: text}
		if !plain {
			a.unread = "must have a plain value, such as " + example(setting)
		}
		assignments = append(assignments, a)
	}
	return assignments, problems
}

func example(s Setting) string { return s.Key + ": " + s.Initial }

// plainValue is a scalar as it is written, or the members of a list of them with commas between.
func plainValue(node ast.Node) (string, bool) {
	switch value := node.(type) {
	case *ast.StringNode:
		return value.Value, true
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode:
		return value.GetToken().Value, true
	case *ast.SequenceNode:
		members := make([]string, len(value.Values))
		for i, member := range value.Values {
			text, ok := member.(*ast.StringNode)
			if !ok {
				return "", false
			}
			members[i] = text.Value
		}
		return strings.Join(members, ","), true
	}
	return "", false
}
