package wire

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
	MaxObjectBytes = 16 << 10
	MaxObjectDepth = 16
)

// Conformer holds a decoded value against the schema that the OpenAPI document shows for it. It keeps to the subset of
// JSON Schema that this package's types use, and reads numbers from their digits: huma's own validator sees float64, in
// which 9007199254740993 and 1e400 are other numbers than the client wrote.
type Conformer struct {
	Registry huma.Registry
	Zone     *time.Location // whose days instants fall on; nil: UTC
	strict   bool           // a member that the schema does not name is a problem
	Problems parley.Problems
	ignored  []string // paths of members that the schema does not name
}

// Value answers what of v the schema knows, each in its plainest form: members that it does not name are gone, and so are
// optional nulls that clear nothing; 1000.0 is 1000, and an instant in the place of a day is its day. echo is what the operation answers in
// the same place, whose members may be sent back and are left; nil when it answers nothing there.
func (c *Conformer) Value(s, echo *huma.Schema, path string, v any) any {
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
			c.Problems.Add(path, "must be true or false")
		}
	}
	return v
}

// resolve follows references; of a choice it takes the first, which is the object itself where null is the other one.
func (c *Conformer) resolve(s *huma.Schema) *huma.Schema {
	for s != nil {
		switch {
		case s.Ref != "":
			s = c.Registry.SchemaFromRef(s.Ref)
		case len(s.AnyOf) > 0:
			s = s.AnyOf[0]
		default:
			return s
		}
	}
	return nil
}

func (c *Conformer) object(s, echo *huma.Schema, path string, v any) any {
	object, ok := v.(map[string]any)
	if !ok {
		c.Problems.Add(fieldPath(path), "must be an object")
		return v
	}
	if s.Properties == nil {
		c.free(path, object)
		return v
	}
	names := make([]string, 0, len(object)+len(s.Required))
	for name := range object {
		if s.Properties[name] != nil {
			names = append(names, name)
		}
	}
	for _, name := range s.Required {
		if _, present := object[name]; !present {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	known := make(map[string]any, len(names))
	for _, name := range names {
		member, present := object[name]
		required := slices.Contains(s.Required, name)
		switch {
		case !present && required, present && member == nil && required && !c.nullable(s.Properties[name]):
			c.Problems.Add(JoinPath(path, name), "is required")
		case !present, member == nil && !required && !clears(s.Properties[name]):
		default:
			known[name] = c.Value(s.Properties[name], property(echo, name), JoinPath(path, name), member)
		}
	}
	c.unknown(s, echo, path, object)
	return known
}

// SortedNames are the names of properties in their order.
func SortedNames(properties map[string]*huma.Schema) []string {
	names := make([]string, 0, len(properties))
	for name := range properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (c *Conformer) nullable(s *huma.Schema) bool {
	return c.resolve(s).Nullable
}

// free bounds an object whose members are the client's own.
func (c *Conformer) free(path string, object map[string]any) {
	if depthOf(object) > MaxObjectDepth {
		c.Problems.Add(path, "nests more than %d levels deep", MaxObjectDepth)
		return
	}
	raw, err := Encode(object)
	if err != nil || len(bytes.TrimSpace(raw)) > MaxObjectBytes {
		c.Problems.Add(path, "must be at most %d bytes of JSON", MaxObjectBytes)
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

func (c *Conformer) array(s, echo *huma.Schema, path string, v any) any {
	list, ok := v.([]any)
	if !ok {
		c.Problems.Add(path, "must be a list")
		return v
	}
	if s.MaxItems != nil && len(list) > *s.MaxItems {
		c.Problems.Add(path, "must have at most %s", parley.Quantity(*s.MaxItems, "item"))
		return v
	}
	if s.MinItems != nil && len(list) < *s.MinItems {
		c.Problems.Add(path, "must have at least %s", parley.Quantity(*s.MinItems, "item"))
	}
	kept := make([]any, len(list))
	for i, item := range list {
		kept[i] = c.Value(s.Items, items(echo), fmt.Sprintf("%s[%d]", path, i), item)
	}
	return kept
}

func (c *Conformer) text(s *huma.Schema, path string, v any) any {
	text, ok := v.(string)
	if !ok {
		c.Problems.Add(path, "must be a text")
		return v
	}
	if problem := textProblem(text); problem != "" {
		c.Problems.Add(path, "%s", problem)
		return v
	}
	length := utf8.RuneCountInString(text)
	switch {
	case s.MaxLength != nil && length > *s.MaxLength:
		c.Problems.Add(path, "must be at most %s long", parley.Quantity(*s.MaxLength, "character"))
		return v
	case s.MinLength != nil && length < *s.MinLength:
		c.Problems.Add(path, "must be at least %s long", parley.Quantity(*s.MinLength, "character"))
		return v
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, any(text)) {
		c.Problems.Add(path, "must be one of %s", ListEnum(s.Enum))
		return v
	}
	var err error
	switch s.Format {
	case "date":
		var day parley.Date
		if day, err = ParseDay(text, c.Zone); err == nil {
			return day.String()
		}
	case "date-time":
		var at time.Time
		if at, err = ParseInstant(text, c.Zone); err == nil {
			return at.Format(time.RFC3339Nano)
		}
	case spanFormat:
		_, err = parseSpan(text)
	}
	if err != nil {
		c.Problems.Add(path, "%s", err.Error())
	}
	return v
}

// ListEnum names the values of an enumeration.
func ListEnum(values []any) string {
	names := make([]string, len(values))
	for i, value := range values {
		names[i] = fmt.Sprint(value)
	}
	return strings.Join(names, ", ")
}

func (c *Conformer) integer(s *huma.Schema, path string, v any) any {
	number, ok := v.(json.Number)
	n, err := ParseWhole(string(number))
	if !ok || errors.Is(err, errNotWhole) {
		c.Problems.Add(path, "must be a whole number")
		return v
	}
	switch {
	case err != nil:
		c.Problems.Add(path, "is out of range")
	case s.Format == "int32" && int64(int32(n)) != n:
		c.Problems.Add(path, "is out of range")
	case s.Minimum != nil && n < int64(*s.Minimum):
		c.Problems.Add(path, "must be at least %d", int64(*s.Minimum))
	case s.Maximum != nil && n > int64(*s.Maximum):
		c.Problems.Add(path, "must be at most %d", int64(*s.Maximum))
	}
	return json.Number(strconv.FormatInt(n, 10))
}

func (c *Conformer) number(s *huma.Schema, path string, v any) {
	number, ok := v.(json.Number)
	if !ok {
		c.Problems.Add(path, "must be a number")
		return
	}
	switch s.Format {
	case contract.PercentFormat:
		if _, err := contract.ParsePercent(string(number)); err != nil {
			c.Problems.Add(path, "%s", err.Error())
		}
		return
	case exponentFormat:
		if _, err := parseExponent(string(number)); err != nil {
			c.Problems.Add(path, "%s", err.Error())
		}
		return
	}
	if _, err := strconv.ParseFloat(string(number), 64); err != nil {
		c.Problems.Add(path, "is out of range")
	}
}

func (c *Conformer) price(path string, v any) {
	_, err := contract.ParsePrice(v)
	if err == nil {
		return
	}
	var member *contract.AmountError
	if errors.As(err, &member) {
		c.Problems.Add(path+"."+member.Member, "%s", member.Reason)
		return
	}
	c.Problems.Add(path, "%s", err.Error())
}

// unknown finds the members of an object that its schema does not name. A buyer's are left and told; an operator's are
// refused, except those that the operation itself answers: what was read can be changed and sent back.
func (c *Conformer) unknown(s, echo *huma.Schema, path string, object map[string]any) {
	for name, member := range object {
		if s.Properties[name] != nil {
			continue
		}
		switch {
		case property(echo, name) != nil, member == nil && !c.strict:
		case !c.strict:
			c.ignored = append(c.ignored, JoinPath(path, name))
		case len(c.Problems) < MaxProblems:
			hint := ""
			if known := parley.Nearest(name, SortedNames(s.Properties)); known != "" {
				hint = "; did you mean " + known + "?"
			} else if taken := elsewhere[name]; taken != "" {
				hint = "; " + taken
			}
			c.Problems.Add(JoinPath(path, name), "is not a member here%s", hint)
		}
	}
}

// elsewhere says of members that clients of other programs send to a neighbour where they are taken.
var elsewhere = map[string]string{
	"decision": `POST /approvals/{approval_id}/decide takes it, and with "resume": true carries it out at once`,
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
