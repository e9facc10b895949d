package config

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Effective is a setting with the value that counts.
type Effective struct {
	Setting
	Text  string // as it would be set, without what is secret
	Where string // what set it, as in Problem; empty: nothing did, and it is the initial value
}

// Explain answers every setting, in the order of All, with the value that counts and where it comes from. The error is that
// of Load.
func Explain(flags map[string]string, environ []string) ([]Effective, error) {
	_, set, problems := read(flags, environ)
	if len(problems) > 0 {
		return nil, problems
	}
	var all []Effective
	for _, s := range All() {
		effective := Effective{Setting: s, Text: s.Initial}
		if a, given := set[s.Name]; given {
			effective.Text, effective.Where = a.shown(), a.where
		}
		all = append(all, effective)
	}
	return all, nil
}

// shown is the assigned value as it may be shown to those who may read the log.
func (a assignment) shown() string {
	switch {
	case a.node != nil:
		return a.node.String()
	case a.setting.Name == "database-url" || a.setting.Name == "database-for-tests" || a.setting.Name == "database-direct-url":
		return DatabaseURL(a.text).Redacted()
	case (a.setting.Name == "smtp-password" || a.setting.Name == "oidc-client-secret") && a.text != "none":
		return "xxxxx"
	}
	return a.text
}

// WriteYAML writes the settings as a file that --config takes, each line with what set it.
func WriteYAML(w io.Writer, settings []Effective) error {
	var page strings.Builder
	for _, s := range settings {
		where := s.Where
		if where == "" {
			where = "initial"
		}
		if s.Key == "" {
			fmt.Fprintf(&page, "# --%s %s (%s)\n", s.Name, s.Text, where)
			continue
		}
		fmt.Fprintf(&page, "%s # %s\n", line(s.Key, s.Text), where)
	}
	_, err := io.WriteString(w, page.String())
	return err
}

// line is a key with a value that reads as the text: bare where YAML has it so, else in quotes.
func line(key, text string) string {
	if bare := key + ": " + text; !strings.ContainsAny(text, "\n#") && readsAs(bare, text) {
		return bare
	}
	return key + ": " + strconv.Quote(text)
}

func readsAs(line, text string) bool {
	file, err := parser.ParseBytes([]byte(line), 0)
	if err != nil || len(file.Docs) != 1 {
		return false
	}
	mapping, ok := file.Docs[0].Body.(*ast.MappingNode)
	if !ok || len(mapping.Values) != 1 {
		return false
	}
	if list, ok := mapping.Values[0].Value.(*ast.SequenceNode); ok {
		return list.String() == text
	}
	read, plain := plainValue(mapping.Values[0].Value)
	return plain && read == text
}
