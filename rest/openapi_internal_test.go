package rest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/wire"
)

// TestExamplesFitTheirSchemas holds every example answer, which the code that renders real answers made, against the
// schema that the document shows for it.
func TestExamplesFitTheirSchemas(t *testing.T) {
	t.Parallel()
	a, err := describedAPI()
	if err != nil {
		t.Fatal(err)
	}
	for i, route := range Routes() {
		for status, answer := range a.operations[i].responses {
			result := &huma.ValidateResult{}
			path := huma.NewPathBuffer([]byte{}, 0)
			huma.Validate(a.registry, answer.schema, path, huma.ModeReadFromServer, encodedExample(answer.example), result)
			for _, problem := range result.Errors {
				t.Errorf("%s %s %d: %v", route.Method, route.Path, status, problem)
			}
		}
	}
}

// TestExamplesAreWrittenAsEncodingJSONWritesThem holds what writes answers against what it stands for, with a value of each.
func TestExamplesAreWrittenAsEncodingJSONWritesThem(t *testing.T) {
	t.Parallel()
	a, err := describedAPI()
	if err != nil {
		t.Fatal(err)
	}
	for i, route := range Routes() {
		for status, answer := range a.operations[i].responses {
			var want bytes.Buffer
			encoder := json.NewEncoder(&want)
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(answer.example); err != nil {
				t.Fatal(err)
			}
			if body, err := wire.Encode(answer.example); err != nil || string(body) != want.String() {
				t.Errorf("%s %s %d is written %s instead of %s: %v", route.Method, route.Path, status, body, want.String(), err)
			}
		}
	}
}

// openWords are members of answers whose names elsewhere stand for closed lists, and why theirs is open.
var openWords = map[string]string{
	"AuditEntry.action": "grows with every flow", "Destination.kind": "each adapter has its own", "ActivationStory.kind": "as above",
	"ActivationPreview.kind": "as above",
}

// TestClosedListsAreListed looks for members of answers whose words are a closed list, by their type or by their name, and that have none.
func TestClosedListsAreListed(t *testing.T) {
	t.Parallel()
	a, err := describedAPI()
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, operation := range a.operations {
		if operation.request != nil {
			a.reach(operation.request, asked)
		}
	}
	names := regexp.MustCompile(`^(status|.*_status|kind|layer|class|verb|role|roles|second_role|action|side|asked_by|gate|decision|severity|trigger|release|pricing_model|pricing_type|delivery_type|deal_type|deal_types)$`)
	for name, schema := range a.registry.Map() {
		of := a.registry.TypeFromRef("#/components/schemas/" + name)
		if asked[name] || of == nil || of.Kind() != reflect.Struct {
			continue
		}
		for _, field := range reflect.VisibleFields(of) {
			member, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			property, kind := schema.Properties[member], field.Type
			for property != nil && (kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Slice) {
				if property.Items != nil {
					property = property.Items
				}
				kind = kind.Elem()
			}
			if property == nil || kind.Kind() != reflect.String || property.Format != "" {
				continue
			}
			closed := kind.Name() != "string" && kind != reflect.TypeFor[parley.Currency]() || names.MatchString(member)
			if whole := name + "." + member; closed && len(property.Enum) == 0 && openWords[whole] == "" {
				t.Errorf("%s is a %s, and has no list of its words", whole, kind)
			}
		}
	}
}
