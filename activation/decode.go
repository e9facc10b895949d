package activation

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
)

// mostDecoded is how long settings and mappings may be.
const mostDecoded = 64 << 10

var (
	errTooLong  = errors.New("is too long")
	errOneValue = errors.New("must be one object")
)

// Decode reads settings, or what something is called at a destination: one object of at most 64 KiB that has no other fields than
// into. Nothing, like {}, leaves into as it is. The error is for people.
func Decode(raw json.RawMessage, into any) error {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0:
		return nil
	case len(raw) > mostDecoded:
		return errTooLong
	case raw[0] != '{':
		return errOneValue
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errOneValue
	}
	return nil
}

// Read takes an object of a person's apart, such as a destination's settings, and answers what is wrong with its form. field is where
// it stands, and members what it can have, both for people.
func Read(raw json.RawMessage, into any, field, members string) []Problem {
	err := Decode(raw, into)
	if err == nil {
		return nil
	}
	if errors.Is(err, errTooLong) {
		return []Problem{{Code: "invalid", Field: field, Text: err.Error()}}
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return []Problem{{Code: "invalid", Field: field + "." + kind.Field, Text: "must be " + inWords(kind.Type)}}
	}
	if name, unknown := strings.CutPrefix(err.Error(), `json: unknown field "`); unknown {
		return []Problem{{Code: "invalid", Field: field, Text: "has no " + Shown(strings.TrimSuffix(name, `"`)) + "; it can have " + members}}
	}
	return []Problem{{Code: "invalid", Field: field, Text: "must be an object with " + members}}
}

// inWords says what a value of a type is in JSON.
func inWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number, and not too large"
	case reflect.Float32, reflect.Float64:
		return "a number"
	default:
		return "an object"
	}
}
