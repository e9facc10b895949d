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
	"parley/rest/contract"
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
	problems parley.Problems
}

// value answers what of v the schema knows: members that it does not name are gone, and so are optional nulls.
func (c *conformer) value(s *huma.Schema, path string, v any) any {
	for s.Ref != "" {
		s = c.registry.SchemaFromRef(s.Ref)
	}
	if v == nil && s.Nullable {
		return nil
	}
	if s.Format == contract.PriceFormat {
		c.price(path, v)
		return v
	}
	switch s.Type {
	case huma.TypeObject:
		return c.object(s, path, v)
	case huma.TypeArray:
		return c.array(s, path, v)
	case huma.TypeString:
		c.text(s, path, v)
	case huma.TypeInteger:
		c.integer(s, path, v)
	case huma.TypeNumber:
		c.number(s, path, v)
	case huma.TypeBoolean:
		if _, ok := v.(bool); !ok {
			c.problems.Add(path, "must be true or false")
		}
	}
	return v
}

func (c *conformer) object(s *huma.Schema, path string, v any) any {
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
		case !present, member == nil && !required:
		default:
			known[name] = c.value(s.Properties[name], joinPath(path, name), member)
		}
	}
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
	for s.Ref != "" {
		s = c.registry.SchemaFromRef(s.Ref)
	}
	return s.Nullable
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

func (c *conformer) array(s *huma.Schema, path string, v any) any {
	list, ok := v.([]any)
	if !ok {
		c.problems.Add(path, "must be a list")
		return v
	}
	if s.MaxItems != nil && len(list) > *s.MaxItems {
		c.problems.Add(path, "must have at most %d items", *s.MaxItems)
		return v
	}
	if s.MinItems != nil && len(list) < *s.MinItems {
		c.problems.Add(path, "must have at least %d items", *s.MinItems)
	}
	kept := make([]any, len(list))
	for i, item := range list {
		kept[i] = c.value(s.Items, fmt.Sprintf("%s[%d]", path, i), item)
	}
	return kept
}

func (c *conformer) text(s *huma.Schema, path string, v any) {
	text, ok := v.(string)
	if !ok {
		c.problems.Add(path, "must be a text")
		return
	}
	if problem := textProblem([]byte(text), text); problem != "" {
		c.problems.Add(path, "%s", problem)
		return
	}
	length := utf8.RuneCountInString(text)
	switch {
	case s.MaxLength != nil && length > *s.MaxLength:
		c.problems.Add(path, "must be at most %d characters long", *s.MaxLength)
		return
	case s.MinLength != nil && length < *s.MinLength:
		c.problems.Add(path, "must be at least %d characters long", *s.MinLength)
		return
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, any(text)) {
		c.problems.Add(path, "must be one of %s", listEnum(s.Enum))
		return
	}
	switch s.Format {
	case "date":
		if _, err := parley.ParseDate(text); err != nil {
			c.problems.Add(path, "%s", err.Error())
		}
	case "date-time":
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			c.problems.Add(path, "must be a time such as 2026-12-31T12:00:00Z")
		}
	case spanFormat:
		if _, err := parseSpan(text); err != nil {
			c.problems.Add(path, "%s", err.Error())
		}
	}
}

func listEnum(values []any) string {
	names := make([]string, len(values))
	for i, value := range values {
		names[i] = fmt.Sprint(value)
	}
	return strings.Join(names, ", ")
}

func (c *conformer) integer(s *huma.Schema, path string, v any) {
	number, ok := v.(json.Number)
	if !ok || strings.ContainsAny(string(number), ".eE") {
		c.problems.Add(path, "must be a whole number")
		return
	}
	n, err := strconv.ParseInt(string(number), 10, 64)
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
