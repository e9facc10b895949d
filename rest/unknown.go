package rest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley"
)

// Limits on the header that names what was ignored.
const (
	maxIgnored       = 20   // members that are named
	maxIgnoredHeader = 1024 // bytes of its value
)

// unknown finds the members of an object that its schema does not name. A buyer's are left and told; an operator's are
// refused, except those that the operation itself answers: what was read can be changed and sent back.
func (c *conformer) unknown(s, echo *huma.Schema, path string, object map[string]any) {
	for name, member := range object {
		if s.Properties[name] != nil {
			continue
		}
		switch {
		case property(echo, name) != nil, member == nil && !c.strict:
		case !c.strict:
			c.ignored = append(c.ignored, joinPath(path, name))
		case len(c.problems) < maxProblems:
			hint := ""
			if known := parley.Nearest(name, sortedNames(s.Properties)); known != "" {
				hint = "; did you mean " + known + "?"
			}
			c.problems.Add(joinPath(path, name), "is not a member here%s", hint)
		}
	}
}

// property is a member's schema; nil when there is none.
func property(s *huma.Schema, name string) *huma.Schema {
	if s == nil {
		return nil
	}
	return s.Properties[name]
}

// items is the schema of a list's items; nil when it is not one of a list.
func items(s *huma.Schema) *huma.Schema {
	if s == nil {
		return nil
	}
	return s.Items
}

// tellIgnored names the members of a body that were left, in the header Ignored-Fields.
func tellIgnored(header http.Header, ignored []string) {
	if len(ignored) == 0 {
		return
	}
	slices.Sort(ignored)
	var named strings.Builder
	for i, path := range ignored {
		path = strings.Map(headerLetter, path)
		if i == maxIgnored || named.Len()+len(path)+len(", ...") > maxIgnoredHeader {
			named.WriteString(", ...")
			break
		}
		if i > 0 {
			named.WriteString(", ")
		}
		named.WriteString(path)
	}
	told := strings.TrimPrefix(named.String(), ", ")
	if before := header.Get("Ignored-Fields"); before != "" {
		told = before + ", " + told
	}
	header.Set("Ignored-Fields", told)
}

// headerLetter keeps the letters of paths, and puts a question mark in the place of what a header should not carry.
func headerLetter(letter rune) rune {
	if letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z' || letter >= '0' && letter <= '9' ||
		strings.ContainsRune("_-.[]$", letter) {
		return letter
	}
	return '?'
}
