package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/wire/contract"
)

// Limits on JSON objects that are kept as they are.
const (
	maxObjectBytes = 16 << 10
	maxObjectDepth = 16
)

// conformer holds a decoded value against the schema that the OpenAPI document shows for it. It keeps to the subset of
// JSON Schema that this package's types use, and reads numbers from their digits: huma's own validator sees float64, in
// which 9007199254740993 and 1e400 are other numbers than the client wrote.
type conformer struct {
	registry huma.Registry
	zone     *time.Location // whose days instants fall on; nil: UTC
	strict   bool           // a member that the schema does not name is a problem
	problems parley.Problems
	ignored  []string // paths of members that the schema does not name
}

// value answers what of v the schema knows, each in its plainest form: members that it does not name are gone, and so are
// optional nulls that clear nothing; 1000.0 is 1000, and an instant in the place of a day is its day. echo is what the operation answers in
// the same place, whose members may be sent back and are left; nil when it answers nothing there.
func (c *conformer) value(s, echo *huma.Schema, path string, v any) any {
	cleared := v == nil && clears(s)
	s, echo = c.resolve(s), c.resolve(echo)
	if cleared || v == nil && s.Nullable {
		return nil
	}
	if s.Format == contract.PriceFormat {
		c.price(path, v)
		return v
	}
	switch s.Type {
	case huma.TypeObject:
		return c.object(s, echo, path, v)
	case huma.TypeArray:
		return c.array(s, echo, path, v)
	case huma.TypeString:
		return c.text(s, path, v)
	case huma.TypeInteger:
		return c.integer(s, path, v)
	case huma.TypeNumber:
		c.number(s, path, v)
	case huma.TypeBoolean:
		if _, ok := v.(bool); !ok {
			c.problems.Add(path, "must be true or false")
		}
	}
	return v
}

// resolve follows references; of a choice it takes the first, which is the object itself where null is the other one.
func (c *conformer) resolve(s *huma.Schema) *huma.Schema {
	for s != nil {
		switch {
		case s.Ref != "":
			s = c.registry.SchemaFromRef(s.Ref)
		case len(s.AnyOf) > 0:
			s = s.AnyOf[0]
		default:
			return s
		}
	}
	return nil
}

func (c *conformer) object(s, echo *huma.Schema, path string, v any) any {
	object, ok := v.(map[string]any)
	if !ok {
		c.problems.Add(fieldPath(path), "must be an object")
		return v
	}
	if s.Properties == nil {
		c.free(path, object)
		return v
	}
	known := make(map[string]any, len(s.Properties))
	for _, name := range sortedNames(s.Properties) {
		member, present := object[name]
		required := slices.Contains(s.Required, name)
		switch {
		case !present && required, present && member == nil && required && !c.nullable(s.Properties[name]):
			c.problems.Add(joinPath(path, name), "is required")
		case !present, member == nil && !required && !clears(s.Properties[name]):
		default:
			known[name] = c.value(s.Properties[name], property(echo, name), joinPath(path, name), member)
		}
	}
	c.unknown(s, echo, path, object)
	return known
}

func sortedNames(properties map[string]*huma.Schema) []string {
	names := make([]string, 0, len(properties))
	for name := range properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (c *conformer) nullable(s *huma.Schema) bool {
	return c.resolve(s).Nullable
}

// free bounds an object whose members are the client's own.
func (c *conformer) free(path string, object map[string]any) {
	if depthOf(object) > maxObjectDepth {
		c.problems.Add(path, "nests more than %d levels deep", maxObjectDepth)
		return
	}
	raw, err := encode(object)
	if err != nil || len(bytes.TrimSpace(raw)) > maxObjectBytes {
		c.problems.Add(path, "must be at most %d bytes of JSON", maxObjectBytes)
	}
}

func depthOf(v any) int {
	deepest := 0
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			deepest = max(deepest, depthOf(member))
		}
	case []any:
		for _, item := range v {
			deepest = max(deepest, depthOf(item))
		}
	default:
		return 0
	}
	return deepest + 1
}

func (c *conformer) array(s, echo *huma.Schema, path string, v any) any {
	list, ok := v.([]any)
	if !ok {
		c.problems.Add(path, "must be a list")
		return v
	}
	if s.MaxItems != nil && len(list) > *s.MaxItems {
		c.problems.Add(path, "must have at most %s", parley.Quantity(*s.MaxItems, "item"))
		return v
	}
	if s.MinItems != nil && len(list) < *s.MinItems {
		c.problems.Add(path, "must have at least %s", parley.Quantity(*s.MinItems, "item"))
	}
	kept := make([]any, len(list))
	for i, item := range list {
		kept[i] = c.value(s.Items, items(echo), fmt.Sprintf("%s[%d]", path, i), item)
	}
	return kept
}

func (c *conformer) text(s *huma.Schema, path string, v any) any {
	text, ok := v.(string)
	if !ok {
		c.problems.Add(path, "must be a text")
		return v
	}
	if problem := textProblem([]byte(text), text); problem != "" {
		c.problems.Add(path, "%s", problem)
		return v
	}
	length := utf8.RuneCountInString(text)
	switch {
	case s.MaxLength != nil && length > *s.MaxLength:
		c.problems.Add(path, "must be at most %s long", parley.Quantity(*s.MaxLength, "character"))
		return v
	case s.MinLength != nil && length < *s.MinLength:
		c.problems.Add(path, "must be at least %s long", parley.Quantity(*s.MinLength, "character"))
		return v
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, any(text)) {
		c.problems.Add(path, "must be one of %s", listEnum(s.Enum))
		return v
	}
	var err error
	switch s.Format {
	case "date":
		var day parley.Date
		if day, err = ParseDay(text, c.zone); err == nil {
			return day.String()
		}
	case "date-time":
		var at time.Time
		if at, err = ParseInstant(text, c.zone); err == nil {
			return at.Format(time.RFC3339Nano)
		}
	case spanFormat:
		_, err = parseSpan(text)
	}
	if err != nil {
		c.problems.Add(path, "%s", err.Error())
	}
	return v
}

func listEnum(values []any) string {
	names := make([]string, len(values))
	for i, value := range values {
		names[i] = fmt.Sprint(value)
	}
	return strings.Join(names, ", ")
}

func (c *conformer) integer(s *huma.Schema, path string, v any) any {
	number, ok := v.(json.Number)
	n, err := ParseWhole(string(number))
	if !ok || errors.Is(err, errNotWhole) {
		c.problems.Add(path, "must be a whole number")
		return v
	}
	switch {
	case err != nil:
		c.problems.Add(path, "is out of range")
	case s.Format == "int32" && int64(int32(n)) != n:
		c.problems.Add(path, "is out of range")
	case s.Minimum != nil && n < int64(*s.Minimum):
		c.problems.Add(path, "must be at least %d", int64(*s.Minimum))
	case s.Maximum != nil && n > int64(*s.Maximum):
		c.problems.Add(path, "must be at most %d", int64(*s.Maximum))
	}
	return json.Number(strconv.FormatInt(n, 10))
}

func (c *conformer) number(s *huma.Schema, path string, v any) {
	number, ok := v.(json.Number)
	if !ok {
		c.problems.Add(path, "must be a number")
		return
	}
	switch s.Format {
	case contract.PercentFormat:
		if _, err := contract.ParsePercent(string(number)); err != nil {
			c.problems.Add(path, "%s", err.Error())
		}
		return
	case exponentFormat:
		if _, err := parseExponent(string(number)); err != nil {
			c.problems.Add(path, "%s", err.Error())
		}
		return
	}
	if _, err := strconv.ParseFloat(string(number), 64); err != nil {
		c.problems.Add(path, "is out of range")
	}
}

func (c *conformer) price(path string, v any) {
	_, err := contract.ParsePrice(v)
	if err == nil {
		return
	}
	var member *contract.AmountError
	if errors.As(err, &member) {
		c.problems.Add(path+"."+member.Member, "%s", member.Reason)
		return
	}
	c.problems.Add(path, "%s", err.Error())
}
