package rest

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/danielgtaylor/huma/v2"

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
