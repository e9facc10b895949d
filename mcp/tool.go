package mcp

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	agent "parley/tool"
	"parley/wire"
)

// tool is one line of the tables, as this protocol offers it.
type tool struct {
	agent.Tool
	bare      bool         // its answer is its text alone
	schema    *huma.Schema // of the arguments; nil until the tool is described
	described *sdk.Tool    // as clients are told of it; likewise
	call      func(ctx context.Context, x *exchange, schema *huma.Schema, arguments map[string]any) (agent.Outcome, error)
}

// exchange is one call on its way.
type exchange struct {
	wire.Exchange
	server *server
}

// question makes a tool of this edge's own, that answers what run finds and changes nothing. A model that misspells an argument is
// told so.
func question[A, O any](t agent.Tool, run func(context.Context, *exchange, *A) (O, error)) tool {
	t.Arguments, t.Answer = reflect.TypeFor[A](), reflect.TypeFor[O]()
	call := func(ctx context.Context, x *exchange, schema *huma.Schema, arguments map[string]any) (agent.Outcome, error) {
		form := wire.Form{Registry: x.server.tools().registry, Schema: schema, Zone: x.Settings.TimeZone, Strict: true}
		members, err := t.Members(form, arguments)
		if err != nil {
			return agent.Outcome{}, err
		}
		asked, _, err := wire.DecodeTree[A](form, members)
		if err != nil {
			return agent.Outcome{}, err
		}
		found, err := run(ctx, x, asked)
		if err != nil {
			return agent.Outcome{}, err
		}
		document, err := wire.Encode(found)
		return agent.Outcome{Document: document}, err
	}
	return tool{Tool: t, call: call}
}

// with adds a member to an object, as it is written.
func with(object []byte, name string, value any) ([]byte, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	end := strings.LastIndexByte(string(object), '}')
	joint := ","
	if strings.TrimSpace(string(object[:end])) == "{" {
		joint = ""
	}
	return append(append([]byte(nil), object[:end]...), joint+`"`+name+`":`+string(encoded)+"}\n"...), nil
}
