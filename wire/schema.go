package wire

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley/wire/contract"
	"parley/wire/document"
)

// schemas is where the OpenAPI document has its schemas, by their names.
const schemas = "#/components/schemas/"

// NewRegistry makes an empty registry, which describes the types of this package and of the contract as they are used.
func NewRegistry() huma.Registry { return huma.NewMapRegistry(schemas, schemaName) }

var contractPackage = reflect.TypeFor[contract.Money]().PkgPath()

// schemaName keeps the contract's types apart from this package's own of the same name.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if t.PkgPath() == contractPackage {
		return "Contract" + name
	}
	return name
}

// MarkNullable says of every member that an answer can write as null that it may be: pointers, and JSON that is handed
// on. The schema generator does so for plain values alone, and of every list, which is never null here.
func MarkNullable(registry huma.Registry) {
	for name, schema := range registry.Map() {
		for _, property := range schema.Properties {
			for list := property; list != nil && list.Type == huma.TypeArray; list = list.Items {
				list.Nullable = false
			}
		}
		t := registry.TypeFromRef(schemas + name)
		for _, field := range reflect.VisibleFields(t) {
			member, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			property := schema.Properties[member]
			if property == nil || strings.Contains(options, "omitempty") || !mayBeNull(field.Type) {
				continue
			}
			switch {
			case property.Ref != "":
				schema.Properties[member] = &huma.Schema{
					Description: property.Description,
					AnyOf:       []*huma.Schema{{Ref: property.Ref}, {Type: "null"}},
				}
			case property.Type != "":
				property.Nullable = true
				if len(property.Enum) > 0 && !slices.Contains(property.Enum, nil) {
					property.Enum = append(property.Enum, nil)
				}
			}
		}
	}
}

func mayBeNull(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer || t == reflect.TypeFor[document.Object]() || t == reflect.TypeFor[json.RawMessage]()
}
