package mcp

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley/seller"
	agent "parley/tool"
	"parley/wire"
)

// tool is one line of the tables: what a model is told of it, and how it is called.
type tool struct {
	name        string
	title       string
	description string
	keyless     bool   // callers without a key may call it, as far as the publisher's settings allow
	bare        bool   // its answer is its text alone
	destructive bool   // it ends or takes back something
	changes     bool   // it changes something, under an idempotency key
	rows        string // of a list: what its rows are called
	needs       agent.Needs

	arguments reflect.Type
	answer    reflect.Type
	schema    *huma.Schema // of the arguments; nil until the tool is prepared
	call      func(ctx context.Context, x *exchange, schema *huma.Schema, arguments map[string]any) (outcome, error)
}

// outcome is what a call came to.
type outcome struct {
	document []byte
	replayed bool
}

// exchange is one call on its way.
type exchange struct {
	wire.View
	server *server
	call   seller.Call
}

func (x *exchange) service() *seller.Service { return x.server.service }

// question makes a tool that answers what run finds and changes nothing.
func question[A, O any](t tool, run func(context.Context, *exchange, *A) (O, error)) tool {
	t.arguments, t.answer = reflect.TypeFor[A](), reflect.TypeFor[O]()
	t.call = func(ctx context.Context, x *exchange, schema *huma.Schema, arguments map[string]any) (outcome, error) {
		asked, err := decode[A](x, t, schema, arguments)
		if err != nil {
			return outcome{}, err
		}
		found, err := run(ctx, x, asked)
		if err != nil {
			return outcome{}, err
		}
		document, err := wire.Encode(found)
		return outcome{document: document}, err
	}
	return t
}

// decode reads the arguments of a call strictly: a model that misspells one is told so. What clients put beside the arguments
// for themselves is left.
func decode[A any](x *exchange, t tool, schema *huma.Schema, arguments map[string]any) (*A, error) {
	if err := agent.CheckCredentials(arguments); err != nil {
		return nil, err
	}
	members := make(map[string]any, len(arguments))
	for name, value := range arguments {
		if name != "context" && name != "_meta" && !strings.HasPrefix(name, "x_") {
			members[name] = value
		}
	}
	form := wire.Form{Registry: x.server.registry, Schema: schema, Zone: x.Settings.TimeZone, Strict: true}
	if err := t.needs.Check(form, members); err != nil {
		return nil, err
	}
	decoded, _, err := wire.DecodeTree[A](form, members)
	return decoded, err
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
