package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

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
	// The decoder would refuse doubles and what is not text too, but stop at the first.
	reader := treeReader{in: jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	tree, err := reader.value("")
	if err == nil {
		_, err = reader.in.ReadToken() // which there should not be
	} else if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if errors.Is(err, errEnough) && !json.Valid(data) {
		err = io.ErrUnexpectedEOF // what is not JSON has no fields
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, errEnough) {
		return nil, malformed(reader.in.InputOffset(), err)
	}
	if err := reader.problems.Err(); err != nil {
		return nil, err
	}
	return tree, nil
}

// malformed is why a body cannot be read, and after how many bytes: of those given unless the decoder knows better.
func malformed(after int64, err error) error {
	if syntax := (*jsontext.SyntacticError)(nil); errors.As(err, &syntax) {
		after = syntax.ByteOffset
	}
	return parley.Errorf(parley.CodeMalformed, "The body is not well-formed JSON. It breaks after byte %d.", after)
}

// errEnough stops the reading of a body of which enough is wrong.
var errEnough = errors.New("enough is wrong")

// treeReader reads one value after the other, and notes what is wrong with them.
type treeReader struct {
	in       *jsontext.Decoder
	problems parley.Problems
}

func (r *treeReader) value(path string) (any, error) {
	switch r.in.PeekKind() {
	case '{', '[':
		if r.in.StackDepth() >= maxDepth {
			r.problems.Add(fieldPath(path), "nests more than %d levels deep", maxDepth)
			return nil, errEnough
		}
		opening, err := r.in.ReadToken()
		if err != nil {
			return nil, err
		}
		if opening.Kind() == '[' {
			return r.list(path)
		}
		return r.object(path)
	case '"':
		return r.text(path)
	case '0':
		number, err := r.in.ReadValue()
		return json.Number(number), err
	}
	literal, err := r.in.ReadToken()
	if err != nil || literal.Kind() == 'n' {
		return nil, err
	}
	return literal.Bool(), nil
}

func (r *treeReader) list(path string) (any, error) {
	list := []any{}
	for r.in.PeekKind() != ']' {
		item, err := r.value(fmt.Sprintf("%s[%d]", path, len(list)))
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	_, err := r.in.ReadToken()
	return list, err
}

func (r *treeReader) object(path string) (any, error) {
	object := map[string]any{}
	for r.in.PeekKind() != '}' {
		name, err := r.text(path)
		if err != nil {
			return nil, err
		}
		member := JoinPath(path, name)
		if _, twice := object[name]; twice {
			if err := r.wrong(member, "comes twice"); err != nil {
				return nil, err
			}
		}
		if object[name], err = r.value(member); err != nil {
			return nil, err
		}
	}
	_, err := r.in.ReadToken()
	return object, err
}

// wrong notes a problem, and answers errEnough after the last that is named.
func (r *treeReader) wrong(path, problem string) error {
	r.problems.Add(fieldPath(path), "%s", problem)
	if len(r.problems) >= MaxProblems {
		return errEnough
	}
	return nil
}

func (r *treeReader) text(path string) (string, error) {
	raw, err := r.in.ReadValue()
	if err != nil {
		return "", err
	}
	if plain := raw[1 : len(raw)-1]; plainText(plain) {
		return string(plain), nil
	}
	read, err := jsontext.AppendUnquote(nil, raw)
	text := string(read)
	problem := textProblem(text)
	switch {
	case !utf8.Valid(raw):
		problem = notUTF8
	case problem == "" && err != nil:
		problem = "must not contain half surrogates"
	}
	if problem != "" {
		return text, r.wrong(path, problem)
	}
	return text, nil
}

const notUTF8 = "must be valid UTF-8"

// textProblem tells what keeps a text from being stored.
func textProblem(text string) string {
	switch {
	case !utf8.ValidString(text):
		return notUTF8
	case strings.ContainsRune(text, 0):
		return "must not contain NUL characters"
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
func plainText[Text ~string | ~[]byte](text Text) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
