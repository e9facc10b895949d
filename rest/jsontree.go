package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"parley"
)

// maxDepth is how deep a body may nest. The deepest one that any operation reads is half of it.
const maxDepth = 32

// maxProblems is how many wrong fields one answer names.
const maxProblems = 50

// parseTree reads a body into maps, lists, strings, booleans, nulls and json.Number. What encoding/json lets pass and
// what a database or another reader would stumble over is refused, by field: text that is not UTF-8, NUL and half
// surrogates, a member that comes twice, deep nesting.
func parseTree(data []byte) (any, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := wellFormed(data); err != nil {
		return nil, err
	}
	reader := treeReader{data: data, decoder: json.NewDecoder(bytes.NewReader(data))}
	reader.decoder.UseNumber()
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

type treeReader struct {
	data     []byte
	decoder  *json.Decoder
	problems parley.Problems
	stopped  bool // enough is wrong; the rest is not read
}

// value reads the next value. The data is known to be well-formed, so that the decoder cannot fail.
func (r *treeReader) value(path string, depth int) any {
	if r.stopped {
		return nil
	}
	token := r.token(path)
	opening, composite := token.(json.Delim)
	if !composite {
		return token
	}
	if depth >= maxDepth {
		r.stopped = true
		r.problems.Add(fieldPath(path), "nests more than %d levels deep", maxDepth)
		return nil
	}
	if opening == '[' {
		list := []any{}
		for r.more() {
			list = append(list, r.value(fmt.Sprintf("%s[%d]", path, len(list)), depth+1))
		}
		r.close()
		return list
	}
	object := map[string]any{}
	for r.more() {
		name, _ := r.token(path).(string)
		member := joinPath(path, name)
		if _, twice := object[name]; twice {
			r.problems.Add(member, "comes twice")
			r.stopped = len(r.problems) >= maxProblems
		}
		object[name] = r.value(member, depth+1)
	}
	r.close()
	return object
}

func (r *treeReader) more() bool { return !r.stopped && r.decoder.More() }

func (r *treeReader) close() {
	if !r.stopped {
		r.token("")
	}
}

func (r *treeReader) token(path string) json.Token {
	before := r.decoder.InputOffset()
	token, err := r.decoder.Token()
	if err != nil {
		r.stopped = true
		r.problems.Add(fieldPath(path), "cannot be read")
		return nil
	}
	if text, ok := token.(string); ok {
		raw := r.data[before:r.decoder.InputOffset()]
		if problem := textProblem(raw, text); problem != "" {
			r.problems.Add(fieldPath(path), "%s", problem)
			r.stopped = len(r.problems) >= maxProblems
		}
	}
	return token
}

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

// joinPath names a member. Names that the client made up are cut, so that an error never carries much of the body back.
func joinPath(path, name string) string {
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
