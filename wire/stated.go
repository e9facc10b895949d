package wire

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"parley"
)

// Stated is a member of a change: absent it says nothing, and null clears what was there.
type Stated[T any] struct {
	Given bool
	Value *T // nil: null
}

// UnmarshalJSON implements json.Unmarshaler. It is called for null too.
func (s *Stated[T]) UnmarshalJSON(raw []byte) error {
	s.Given = true
	return json.Unmarshal(raw, &s.Value)
}

// MarshalJSON implements json.Marshaler.
func (s Stated[T]) MarshalJSON() ([]byte, error) { return json.Marshal(s.Value) }

// IsZero has omitzero leave out what says nothing, so that absent and null are encoded apart.
func (s Stated[T]) IsZero() bool { return !s.Given }

// Schema is the value's own, or null.
func (s Stated[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(reflect.TypeFor[T](), true, ""), {Type: "null"}}}
}

// clears tells whether a member says something by being null.
func clears(s *huma.Schema) bool {
	return len(s.AnyOf) == 2 && s.AnyOf[1].Type == "null"
}

// SaleStatus is the status of a product.
type SaleStatus string

// Schema lists the statuses.
func (SaleStatus) Schema(huma.Registry) *huma.Schema {
	schema := &huma.Schema{Type: huma.TypeString}
	for _, status := range parley.ProductStatuses {
		schema.Enum = append(schema.Enum, string(status))
	}
	return schema
}
