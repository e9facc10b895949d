package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"parley"
)

// maxDepth is how deep a body may nest. The deepest one that any operation reads is half of it.
const maxDepth = 32

// MaxProblems is how many wrong fields one answer names.
const MaxProblems = 50

// ParseTree reads a body into maps, lists, strings, booleans, nulls and json.Number. What encoding/json lets pass and
// what a database or another reader would stumble over is refused, by field: text that is not UTF-8, NUL and half
// surrogates, a member that comes twice, deep nesting.
func ParseTree(data []byte) (any, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := wellFormed(data); err != nil {
		return nil, err
	}
	reader := treeReader{data: data}
	tree := reader.value("", 0)
	if err := reader.problems.Err(); err != nil {
		return nil, err
	}
	return tree, nil
}

func wellFormed(data []byte) error {
	if json.Valid(data) {
		return nil
	}
	var syntax *json.SyntaxError
	position := ""
	if errors.As(json.Unmarshal(data, new(json.RawMessage)), &syntax) {
		position = fmt.Sprintf(" It breaks at byte %d.", syntax.Offset)
	}
	return parley.Errorf(parley.CodeMalformed, "The body is not well-formed JSON.%s", position)
}

// treeReader reads data that is known to be well-formed. It does by hand what json.Decoder.Token does with several
// allocations for each token; what a string's escapes mean is still left to encoding/json.
type treeReader struct {
	data     []byte
	at       int // the next byte to read
	problems parley.Problems
	stopped  bool // enough is wrong; the rest is not read
}

func (r *treeReader) value(path string, depth int) any {
	if r.stopped {
		return nil
	}
	switch opening := r.next(); opening {
	case '{', '[':
		if depth >= maxDepth {
			r.stopped = true
			r.problems.Add(fieldPath(path), "nests more than %d levels deep", maxDepth)
			return nil
		}
		r.at++
		if opening == '[' {
			return r.list(path, depth)
		}
		return r.object(path, depth)
	case '"':
		return r.text(path)
	case 't':
		r.at += len("true")
		return true
	case 'f':
		r.at += len("false")
		return false
	case 'n':
		r.at += len("null")
		return nil
	}
	return r.number()
}

func (r *treeReader) list(path string, depth int) []any {
	list := []any{}
	for r.more(']') {
		list = append(list, r.value(fmt.Sprintf("%s[%d]", path, len(list)), depth+1))
	}
	return list
}

func (r *treeReader) object(path string, depth int) map[string]any {
	object := map[string]any{}
	for r.more('}') {
		name := r.text(path)
		member := JoinPath(path, name)
		if _, twice := object[name]; twice {
			r.problems.Add(member, "comes twice")
			r.stopped = len(r.problems) >= MaxProblems
		}
		object[name] = r.value(member, depth+1)
	}
	return object
}

// next skips white space and what separates values, which the well-formed has in the right places, and answers the byte
// that it comes to.
func (r *treeReader) next() byte {
	for {
		switch c := r.data[r.at]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
			r.at++
		default:
			return c
		}
	}
}

// more tells whether another value comes before the closing bracket, which it takes.
func (r *treeReader) more(closing byte) bool {
	if r.stopped {
		return false
	}
	if r.next() == closing {
		r.at++
		return false
	}
	return true
}

func (r *treeReader) text(path string) string {
	r.next()
	from, plain := r.at, true
	for r.at++; r.data[r.at] != '"'; r.at++ {
		if c := r.data[r.at]; c == '\\' {
			r.at++
			plain = false
		} else if c >= utf8.RuneSelf {
			plain = false
		}
	}
	r.at++
	raw := r.data[from:r.at]
	if plain {
		return string(raw[1 : len(raw)-1])
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		r.stopped = true
		r.problems.Add(fieldPath(path), "cannot be read")
		return ""
	}
	if problem := textProblem(raw, text); problem != "" {
		r.problems.Add(fieldPath(path), "%s", problem)
		r.stopped = len(r.problems) >= MaxProblems
	}
	return text
}

func (r *treeReader) number() json.Number {
	from := r.at
	for r.at < len(r.data) && bytes.IndexByte(numberEnds, r.data[r.at]) < 0 {
		r.at++
	}
	return json.Number(r.data[from:r.at])
}

// numberEnds are the bytes that can follow a number.
var numberEnds = []byte(" \t\r\n,]}")

// textProblem tells what is wrong with a string, given as it was written and as it was read. The decoder puts U+FFFD in
// place of what is not text; one that the client did not write is such a place.
func textProblem(raw []byte, text string) string {
	if !utf8.Valid(raw) {
		return "must be valid UTF-8"
	}
	if strings.ContainsRune(text, 0) {
		return "must not contain NUL characters"
	}
	if strings.ContainsRune(text, utf8.RuneError) {
		written := bytes.Count(raw, []byte("\ufffd")) + bytes.Count(bytes.ToLower(raw), []byte(`\ufffd`))
		if strings.Count(text, "\ufffd") > written {
			return "must not contain half surrogates"
		}
	}
	return ""
}

// JoinPath names a member. Names that the client made up are cut, so that an error never carries much of the body back.
func JoinPath(path, name string) string {
	const longest = 64
	name = strings.ToValidUTF8(name, "?")
	if utf8.RuneCountInString(name) > longest {
		name = string([]rune(name)[:longest]) + "..."
	}
	name = strings.ReplaceAll(name, "\x00", "?")
	if path == "" {
		return name
	}
	return path + "." + name
}

// fieldPath names the body itself where there is no member to name.
func fieldPath(path string) string {
	if path == "" {
		return "body"
	}
	return path
}

// appendTree writes a tree as Encode does, without the line's end.
func appendTree(to []byte, tree any) ([]byte, error) {
	var err error
	switch tree := tree.(type) {
	case map[string]any:
		to = append(to, '{')
		for i, name := range slices.Sorted(maps.Keys(tree)) {
			if i > 0 {
				to = append(to, ',')
			}
			if to, err = appendTree(to, name); err != nil {
				return to, err
			}
			if to, err = appendTree(append(to, ':'), tree[name]); err != nil {
				return to, err
			}
		}
		return append(to, '}'), nil
	case []any:
		to = append(to, '[')
		for i, item := range tree {
			if i > 0 {
				to = append(to, ',')
			}
			if to, err = appendTree(to, item); err != nil {
				return to, err
			}
		}
		return append(to, ']'), nil
	case json.Number:
		if tree != "" {
			return append(to, tree...), nil
		}
	case string:
		if plainText(tree) {
			return append(append(append(to, '"'), tree...), '"'), nil
		}
	}
	encoded, err := Encode(tree)
	return append(to, bytes.TrimSuffix(encoded, []byte("\n"))...), err
}

// plainText tells a text that stands in JSON as it is.
func plainText(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
