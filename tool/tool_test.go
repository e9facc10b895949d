package tool_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/seller"
	"parley/tool"
	"parley/wire"
)

// Every example is one that its tool takes: what an example gets wrong is told before any flow is run, and no service is there.
func TestExamplesAreTaken(t *testing.T) {
	t.Parallel()
	set := tool.NewSet(tool.Buyer())
	for _, one := range set.Tools {
		t.Run(one.Name, func(t *testing.T) {
			t.Parallel()
			tree, err := wire.ParseTree([]byte(one.Example))
			if err != nil {
				t.Fatal(err)
			}
			arguments, _ := tree.(map[string]any)
			if one.Changes {
				arguments["idempotency_key"] = "key-1"
			}
			x := wire.Exchange{View: wire.View{Settings: seller.DefaultSettings(), Caller: parley.Principal{Role: parley.RoleBuyer}}}
			defer func() { _ = recover() }() // the flow, which no service is there for
			if _, err := set.Run(context.Background(), x, one, arguments); err != nil {
				t.Error(err)
			}
		})
	}
}

// What is no argument of a tool is refused by name, and so is a change without a key.
func TestUnknownArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	set := tool.NewSet(tool.Buyer())
	x := wire.Exchange{View: wire.View{Settings: seller.DefaultSettings(), Caller: parley.Principal{Role: parley.RoleBuyer}}}
	for _, one := range set.Tools {
		_, err := set.Run(context.Background(), x, one, map[string]any{"idempotency_key": "key-1", "colour": "blue", "x_own": 1, "context": 2})
		if failure := wire.PublicError(err); failure.Code != parley.CodeValidation || !named(failure, "colour") || named(failure, "x_own") || named(failure, "context") {
			t.Errorf("%s: %v", one.Name, err)
		}
		if one.Changes {
			if _, err := set.Run(context.Background(), x, one, nil); !named(wire.PublicError(err), "idempotency_key") {
				t.Errorf("%s without a key: %v", one.Name, err)
			}
		}
		if !one.Keyless {
			if _, err := set.Run(context.Background(), wire.Exchange{View: wire.View{Caller: parley.Anonymous}}, one, nil); !parley.Is(err, parley.CodeUnauthorized) {
				t.Errorf("%s by nobody: %v", one.Name, err)
			}
		}
	}
}

func named(failure *parley.Error, field string) bool {
	return slices.ContainsFunc(failure.Fields, func(f parley.FieldError) bool { return strings.HasPrefix(f.Path, field) })
}

// What a model is told is fixed, says something, and names only tools that there are.
func TestDescriptions(t *testing.T) {
	t.Parallel()
	set := tool.NewSet(tool.Buyer())
	for _, one := range set.Tools {
		if one.Title == "" || one.Description == "" || !json.Valid([]byte(one.Example)) {
			t.Errorf("%s says %q, %q, %q", one.Name, one.Title, one.Description, one.Example)
		}
		if found, ok := set.Find(one.Name); !ok || found.Name != one.Name {
			t.Errorf("%s is not found", one.Name)
		}
	}
}
