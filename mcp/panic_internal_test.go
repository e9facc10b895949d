package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"parley/edge"
	agent "parley/tool"
)

// TestAPanicInTheLibraryEndsTheCallAlone has a tool panic where the protocol's library calls it: in a goroutine that nobody else recovers in.
func TestAPanicInTheLibraryEndsTheCallAlone(t *testing.T) {
	t.Parallel()
	s := &server{options: Options{Kit: edge.Kit{}.WithDefaults()}}
	call := s.handler(tool{Tool: agent.Tool{Keyless: true}, call: func(context.Context, *exchange, *huma.Schema, map[string]any) (agent.Outcome, error) {
		panic("secret of the house")
	}})
	_, err := call(context.WithValue(t.Context(), exchangeKey{}, &held{}), &sdk.CallToolRequest{Params: &sdk.CallToolParamsRaw{Arguments: json.RawMessage("{}")}})
	var fault *jsonrpc.Error
	if !errors.As(err, &fault) || fault.Code != jsonrpc.CodeInternalError || fault.Message == "secret of the house" {
		t.Errorf("answers %v", err)
	}
}
