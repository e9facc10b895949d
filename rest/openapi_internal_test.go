package rest

import (
	"crypto/rand"
	"log/slog"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/seller"
)

// TestExamplesFitTheirSchemas holds every example answer, which the code that renders real answers made, against the
// schema that the document shows for it.
func TestExamplesFitTheirSchemas(t *testing.T) {
	t.Parallel()
	service := seller.New(nil, nil, seller.DefaultSettings(), parley.SystemClock, rand.Reader, slog.New(slog.DiscardHandler))
	handler, err := New(service, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, ok := handler.(*server)
	if !ok {
		t.Fatalf("the handler is a %T", handler)
	}
	for _, route := range Routes() {
		for status, answer := range route.mount(s, route).responses {
			result := &huma.ValidateResult{}
			path := huma.NewPathBuffer([]byte{}, 0)
			huma.Validate(s.registry, answer.schema, path, huma.ModeReadFromServer, encodedExample(answer.example), result)
			for _, problem := range result.Errors {
				t.Errorf("%s %s %d: %v", route.Method, route.Path, status, problem)
			}
		}
	}
}
