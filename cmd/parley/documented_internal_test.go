package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var (
	// writtenCommand is a command line of the program on a page: in a line of its own, after a prompt or not, or between backticks.
	writtenCommand = regexp.MustCompile("(?m)(?:^|^\\$ |`)parley ([a-z][^`\n]*)")
	writtenFlag    = regexp.MustCompile(`(?:^|\s)--([a-z][a-z-]*)`)
	commandWord    = regexp.MustCompile(`^[a-z][a-z|-]*$`)
)

// TestThePagesNameCommandsThatThereAre holds each command line of the documents, wherever it stands, to the program's commands and flags.
func TestThePagesNameCommandsThatThereAre(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	p := &process{out: io.Discard, err: io.Discard, flags: map[string]string{}}
	program := p.parser(func() {}).Model.Node
	found := 0
	for _, page := range append(pages, "../../README.md", "../../CHANGELOG.md", "../../CONTRIBUTING.md", "../../SECURITY.md", "../../ROADMAP.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range writtenCommand.FindAllStringSubmatch(string(text), -1) {
			found++
			for _, problem := range unknownIn(program, match[1]) {
				t.Errorf("%s: parley %s: there is no %s", filepath.Base(page), match[1], problem)
			}
		}
	}
	if found < 100 {
		t.Errorf("the pages have %d commands", found)
	}
}

// unknownIn are the words and flags of a command line that no command has.
func unknownIn(program *kong.Node, line string) (unknown []string) {
	at := []*kong.Node{program}
	for word := range strings.FieldsSeq(line) {
		if !commandWord.MatchString(word) || len(at[0].Children) == 0 || at[0].Children[0].Type == kong.ArgumentNode {
			break // an argument
		}
		var next []*kong.Node
		for name := range strings.SplitSeq(word, "|") {
			child := childOf(at[0], name)
			if child == nil {
				return append(unknown, name)
			}
			next = append(next, child)
		}
		at = next
	}
	for _, flag := range writtenFlag.FindAllStringSubmatch(line, -1) {
		for _, node := range at {
			if !hasFlag(node, flag[1]) {
				unknown = append(unknown, "--"+flag[1]+" of "+node.FullPath())
			}
		}
	}
	return unknown
}

func childOf(node *kong.Node, name string) *kong.Node {
	for _, child := range node.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

func hasFlag(node *kong.Node, name string) bool {
	for _, group := range node.AllFlags(false) {
		for _, flag := range group {
			if flag.Name == name || flag.Tag.Negatable != "" && "no-"+flag.Name == name {
				return true
			}
		}
	}
	return false
}
