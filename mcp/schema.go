package mcp

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// keyName is the argument that a tool which changes something is called under.
const keyName = "idempotency_key"

const keyDescription = "A new UUID for a new request, the same one for a retry: the same key with the same arguments has one effect and one answer."

// input is the schema of a tool's arguments. A tool that changes something needs a key to be called under.
func (d *described) input(t tool) *huma.Schema {
	schema := d.registry.Schema(t.Arguments, false, t.Name)
	named := *schema
	named.AdditionalProperties = false
	if !t.Changes {
		return &named
	}
	least, most := 1, 255
	key := &huma.Schema{Type: huma.TypeString, MinLength: &least, MaxLength: &most, Description: keyDescription}
	if own := schema.Properties[keyName]; own != nil && own.MaxLength != nil {
		key.MaxLength = own.MaxLength // a tool that makes several requests derives a key for each
	}
	named.Properties = maps.Clone(schema.Properties)
	named.Properties[keyName] = key
	if !slices.Contains(schema.Required, keyName) {
		named.Required = append([]string{keyName}, schema.Required...)
	}
	return &named
}

// output is the schema of what a tool answers: its document, or the detail of a refusal. Clients hold either against it.
func (d *described) output(t tool) map[string]any {
	result := d.registry.Schema(t.Answer, false, "")
	if t.Rows != "" {
		whole := &huma.Schema{Type: huma.TypeInteger}
		result = &huma.Schema{
			Type: huma.TypeObject,
			Properties: map[string]*huma.Schema{
				t.Rows: {Type: huma.TypeArray, Items: result}, "count": whole, "total_count": whole,
				"total_count_capped": {Type: huma.TypeBoolean}, "limit": whole, "offset": whole,
				"next_cursor": {Type: huma.TypeString, Nullable: true},
			},
			Required: []string{t.Rows, "count", "total_count"},
		}
	}
	return map[string]any{
		"type": "object",
		"anyOf": []any{
			opened(d.plain(result)),
			map[string]any{
				"type": "object", "required": []string{"detail"},
				"properties": map[string]any{"detail": map[string]any{
					"type": "object", "required": []string{"error", "message"},
					"properties": map[string]any{
						"error":   map[string]any{"type": "string", "description": "From the closed list of codes."},
						"message": map[string]any{"type": "string", "description": "What is wrong and what to do next."},
					},
				}},
			},
		},
	}
}

// opened lets an answer have members that its schema does not name: the contract's, and those that come later.
func opened(node any) any {
	switch node := node.(type) {
	case map[string]any:
		if node["additionalProperties"] == false {
			delete(node, "additionalProperties")
		}
		for _, member := range node {
			opened(member)
		}
	case []any:
		for _, item := range node {
			opened(item)
		}
	}
	return node
}

// deepest is how far references are followed; what lies deeper is any value.
const deepest = 12

// plain writes a schema out, with what it refers to in the place of the references: clients resolve none.
func (d *described) plain(schema *huma.Schema) map[string]any { return d.plainAt(schema, 0) }

func (d *described) expand(node any, depth int) any {
	switch node := node.(type) {
	case map[string]any:
		if ref, ok := node["$ref"].(string); ok {
			if depth == deepest {
				return map[string]any{}
			}
			described, _ := node["description"].(string)
			expanded := d.plainAt(d.registry.SchemaFromRef(ref), depth+1)
			if described != "" {
				expanded["description"] = described
			}
			return expanded
		}
		for name, member := range node {
			node[name] = d.expand(member, depth)
		}
		// Formats of ours, and the examples of a document for people, say nothing to a client.
		if format, ok := node["format"].(string); ok && format != "date" && format != "date-time" {
			delete(node, "format")
		}
		if _, text := node["examples"].([]any); text {
			delete(node, "examples")
		}
		return node
	case []any:
		for i, item := range node {
			node[i] = d.expand(item, depth)
		}
	}
	return node
}

func (d *described) plainAt(schema *huma.Schema, depth int) map[string]any {
	encoded, err := json.Marshal(schema)
	if err != nil {
		panic("mcp: a schema does not encode: " + err.Error())
	}
	var tree map[string]any
	if err := json.Unmarshal(encoded, &tree); err != nil {
		panic("mcp: a schema does not decode: " + err.Error())
	}
	written, _ := d.expand(tree, depth).(map[string]any)
	return written
}

// encoded is a schema as it is sent, which takes a fraction of the memory that it takes as a tree.
func encoded(schema map[string]any) json.RawMessage {
	text, err := json.Marshal(schema)
	if err != nil {
		panic("mcp: a schema does not encode: " + err.Error())
	}
	return text
}
