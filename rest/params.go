package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"parley/wire"

	"github.com/danielgtaylor/huma/v2"

	"parley"
)

// parameter is one path, query or header parameter, as a field of an operation's parameter struct declares it with the
// tag path, query or header.
type parameter struct {
	index    []int
	name     string
	in       string
	schema   *huma.Schema
	fallback string // of the default tag
}

// parametersOf lists the parameters of a struct type, those of embedded structs included. The tag path:"*" is the only wildcard
// in the path of the operation, whatever its name; where the path has none, there is no such parameter.
func parametersOf(registry huma.Registry, t reflect.Type, path string) []parameter {
	var parameters []parameter
	for _, field := range reflect.VisibleFields(t) {
		for _, in := range [...]string{"path", "query", "header"} {
			name, declared := field.Tag.Lookup(in)
			if !declared {
				continue
			}
			if name == "*" {
				_, rest, named := strings.Cut(path, "{")
				if !named {
					continue
				}
				name, _, _ = strings.Cut(rest, "}")
			}
			parameters = append(parameters, parameter{
				index: field.Index, name: name, in: in,
				schema: huma.SchemaFromField(registry, field, ""), fallback: field.Tag.Get("default"),
			})
		}
	}
	return parameters
}

// describe is the parameter in the OpenAPI document.
func (p parameter) describe() *huma.Param {
	return &huma.Param{
		Name: p.name, In: p.in, Required: p.in == "path", Schema: p.schema, Description: p.schema.Description,
	}
}

// readParameters fills target, a pointer to the struct that the parameters were listed from. What the query has beside
// them is refused: a filter that is misspelt and ignored would find everything.
func (x *exchange) readParameters(registry huma.Registry, parameters []parameter, target any) error {
	query, err := url.ParseQuery(x.r.URL.RawQuery)
	if err != nil {
		return parley.Invalid("query", "cannot be read: encode it as in a URL")
	}
	check := wire.Conformer{Registry: registry, Zone: x.Settings.TimeZone}
	check.Problems = foreignParameters(parameters, query)
	value := reflect.ValueOf(target)
	for _, p := range parameters {
		text, given := p.read(x.r, query)
		if !given {
			text = p.fallback
		}
		if text == "" && p.in != "path" {
			continue
		}
		before := len(check.Problems)
		read := check.Value(p.schema, nil, p.name, p.tree(text))
		if len(check.Problems) > before {
			continue
		}
		if err := setField(value.Elem().FieldByIndex(p.index), fmt.Sprint(read)); err != nil {
			check.Problems.Add(p.name, "%s", err.Error())
		}
	}
	return check.Problems.Err()
}

// foreignParameters finds what a query has that the operation does not read, or has more than once.
func foreignParameters(parameters []parameter, query url.Values) parley.Problems {
	var known []string
	for _, p := range parameters {
		if p.in == "query" {
			known = append(known, p.name)
		}
	}
	slices.Sort(known)
	var problems parley.Problems
	for _, name := range slices.Sorted(maps.Keys(query)) {
		switch {
		case len(problems) == wire.MaxProblems:
			return problems
		case len(known) == 0:
			problems.Add(wire.JoinPath("", name), "is not a parameter here; this operation has none")
		case !slices.Contains(known, name):
			problems.Add(wire.JoinPath("", name), "is not a parameter here; there are %s", strings.Join(known, ", "))
		case len(query[name]) > 1:
			problems.Add(name, "is given more than once")
		}
	}
	return problems
}

func (p parameter) read(r *http.Request, query url.Values) (string, bool) {
	switch p.in {
	case "path":
		return r.PathValue(p.name), true
	case "header":
		return r.Header.Get(p.name), r.Header.Get(p.name) != ""
	}
	return query.Get(p.name), query.Get(p.name) != ""
}

// tree is the parameter as a JSON body would have carried it.
func (p parameter) tree(text string) any {
	if p.schema.Type == huma.TypeInteger {
		return json.Number(text)
	}
	return text
}

// setField stores a parameter. Fields are strings, integers, or read themselves from text; a pointer stays nil when the
// parameter is not given.
func setField(field reflect.Value, text string) error {
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	if reader, ok := field.Addr().Interface().(interface{ UnmarshalText([]byte) error }); ok {
		return reader.UnmarshalText([]byte(text))
	}
	if field.Kind() == reflect.String {
		field.SetString(text)
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return err
	}
	field.SetInt(n)
	return nil
}
