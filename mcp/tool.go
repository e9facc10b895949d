package mcp

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/edge"
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

	arguments reflect.Type
	answer    reflect.Type
	schema    *huma.Schema // of the arguments; nil until the tool is prepared
	call      func(ctx context.Context, x *exchange, schema *huma.Schema, arguments json.RawMessage) (outcome, error)
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
	t.call = func(ctx context.Context, x *exchange, schema *huma.Schema, arguments json.RawMessage) (outcome, error) {
		asked, err := decode[A](x, schema, arguments)
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

// listing is what a tool that answers a page does: as the API's list, with the number of rows at hand as count.
type listing[A wire.Pager, R, O any] struct {
	plural string
	run    func(context.Context, *exchange, A, seller.Page) (seller.Listing[R], error)
	render func(wire.View, R) O
	id     func(R) string // nil: rows have none to go on from
}

// list makes a tool that answers a page of rows.
func list[A wire.Pager, R, O any](t tool, l listing[A, R, O]) tool {
	listed := question(t, func(ctx context.Context, x *exchange, asked *A) (counted, error) {
		page, err := wire.ReadPage(l.plural, (*asked).Asked(), l.id, func(page seller.Page) (seller.Listing[R], error) {
			return l.run(ctx, x, *asked, page)
		}, func(row R) O { return l.render(x.View, row) })
		return counted{page}, err
	})
	listed.answer = reflect.TypeFor[O]()
	listed.rows = l.plural
	return listed
}

// counted is a page that says how many rows it has.
type counted struct{ wire.Page }

// MarshalJSON implements json.Marshaler.
func (c counted) MarshalJSON() ([]byte, error) {
	document, err := c.Page.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return with(document, "count", len(c.Rows))
}

// changing is what a tool that changes something does. request is the API's: its line, whose ids are filled in, and its body,
// under which a retry is known, whichever way it comes. status is what the API answers.
type changing[A, R, O any] struct {
	request func(*A) (line string, body any)
	run     func(context.Context, *exchange, *A, seller.Encode[R]) (seller.Answer, error)
	render  func(wire.View, R) O
	status  int
}

// change makes a tool that changes something.
func change[A, R, O any](t tool, c changing[A, R, O]) tool {
	t.changes = true
	t.arguments, t.answer = reflect.TypeFor[A](), reflect.TypeFor[O]()
	t.call = func(ctx context.Context, x *exchange, schema *huma.Schema, arguments json.RawMessage) (outcome, error) {
		asked, err := decode[A](x, schema, arguments)
		if err != nil {
			return outcome{}, err
		}
		line, body := c.request(asked)
		if err := x.under(line, body); err != nil {
			return outcome{}, err
		}
		answer, err := c.run(ctx, x, asked, func(result R) (seller.Answer, error) {
			encoded, err := wire.Encode(c.render(x.View, result))
			return seller.Answer{Status: c.status, Body: encoded}, err
		})
		return outcome{document: answer.Body, replayed: answer.Replayed}, err
	}
	return t
}

// under puts a call under the idempotency key of its body, as the API's request of a line. The body's key and session are
// taken out of it.
func (x *exchange) under(line string, body any) (err error) {
	x.call.Path = line
	if x.call.SessionID, x.call.ContextID, err = wire.ConversationOf(func(string) string { return "" }, body); err != nil {
		return err
	}
	x.call.IdempotencyKey, x.call.Fingerprint, err = wire.IdempotencyOf(nil, body)
	if x.Caller.Role == parley.RoleAnonymous && edge.IsSession(x.call.IdempotencyKey) {
		// A caller without a key is known again by the key of its request, when that is one that nobody guesses, such as a UUID.
		x.call.Session = x.call.IdempotencyKey
	}
	return err
}

// decode reads the arguments of a call strictly: a model that misspells one is told so. What clients put beside the arguments
// for themselves is left.
func decode[A any](x *exchange, schema *huma.Schema, arguments json.RawMessage) (*A, error) {
	members, err := membersOf(arguments)
	if err != nil {
		return nil, err
	}
	if err := agent.CheckCredentials(members); err != nil {
		return nil, err
	}
	if members == nil {
		members = map[string]any{}
	}
	for name := range members {
		if name == "context" || name == "_meta" || strings.HasPrefix(name, "x_") {
			delete(members, name)
		}
	}
	plain, err := json.Marshal(members)
	if err != nil {
		return nil, parley.Internal(err)
	}
	form := wire.Form{Registry: x.server.registry, Schema: schema, Zone: x.Settings.TimeZone, Strict: true}
	decoded, _, err := wire.Decode[A](form, plain)
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
