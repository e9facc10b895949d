package parley_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheDocumentsKnowTheTree holds what CONTRIBUTING.md and docs/house.md say of the packages to the packages that there are.
// CONTRIBUTING.md has all of them, docs/house.md those of the product.
func TestTheDocumentsKnowTheTree(t *testing.T) {
	t.Parallel()
	packages := slices.Sorted(maps.Keys(imports(t)))
	product := slices.DeleteFunc(slices.Clone(packages), func(path string) bool { return covers(tools, path) })
	for _, document := range []struct {
		file  string
		names []string
		has   []string
	}{
		{"CONTRIBUTING.md", namesInTree(t), packages},
		{"docs/house.md", namesInHouse(t), product},
	} {
		for _, name := range document.names {
			if !slices.Contains(packages, name) {
				t.Errorf("%s names %s, which is no package", document.file, name)
			}
		}
		for _, path := range document.has {
			if !slices.Contains(document.names, path) {
				t.Errorf("%s does not name %s", document.file, path)
			}
		}
	}
}

// link is one in a document, without what stands after a #.
var link = regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)

// TestLinksLeadToFiles follows the links that stay in the repository.
func TestLinksLeadToFiles(t *testing.T) {
	t.Parallel()
	var documents []string
	for _, pattern := range []string{"*.md", "docs/*.md", "clients/*/*.md", "deploy/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, found...)
	}
	for _, document := range documents {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(found[1], ":") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(document), found[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", document, found[1])
			}
		}
	}
}

var code = regexp.MustCompile("`([^`]+)`")

// namesInTree are the packages in the table of CONTRIBUTING.md, which stand in its first column.
func namesInTree(t *testing.T) []string {
	t.Helper()
	var names []string
	for line := range strings.Lines(section(t, "CONTRIBUTING.md", "## Where things are")) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		folders, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		for _, found := range code.FindAllStringSubmatch(folders, -1) {
			names = append(names, strings.TrimSuffix("parley/"+found[1], "/."))
		}
	}
	return names
}

// namesInHouse are the packages in the drawing of docs/house.md, which stand left of what is said of them.
func namesInHouse(t *testing.T) []string {
	t.Helper()
	_, drawing, _ := strings.Cut(section(t, "docs/house.md", "## Packages"), "```\n")
	drawing, _, _ = strings.Cut(drawing, "```")
	var names []string
	for line := range strings.Lines(drawing) {
		left, _, _ := strings.Cut(line, "   ")
		for _, name := range strings.FieldsFunc(left, func(r rune) bool { return strings.ContainsRune(" ,\n", r) }) {
			if name != "parley" {
				name = "parley/" + name
			}
			names = append(names, name)
		}
	}
	return names
}

// section is the part of a document under a heading.
func section(t *testing.T, file, heading string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), heading+"\n")
	if !found {
		t.Fatalf("%s has no section %q", file, heading)
	}
	section, _, _ := strings.Cut(after, "\n## ")
	return section
}
