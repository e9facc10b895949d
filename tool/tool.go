// Package tool has what agents can ask for, a buyer's and the publisher's own, one line for each thing: its name, what it takes
// and answers, and the flow behind it. The protocols that agents speak offer the same lines, each in its own form; a request means
// the same by whichever it comes, and a retry is known by any of them.
package tool

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/seller"
	"parley/wire"
)

// Tool is one thing that can be asked for.
type Tool struct {
	Name        string
	Title       string
	Description string            // for a model, too: a fixed text
	Example     string            // arguments, as JSON, without a key
	Keyless     bool              // callers without a key may ask for it, as far as the publisher's settings allow
	Destructive bool              // it ends or takes back something
	Changes     bool              // it changes something, under an idempotency key
	Rows        string            // of a list: what its rows are called
	Called      map[string]string // what it calls members of the API's request that have another name there
	Needs       Needs             // what it needs beyond what its schema requires; nil: nothing

	Arguments reflect.Type
	Answer    reflect.Type
	run       func(ctx context.Context, x *wire.Exchange, form wire.Form, arguments map[string]any) (Outcome, error)
}

// Needs adds what is missing of arguments beyond what their schema requires: where one of several members will do, or a member is
// needed beside a value of another.
type Needs func(arguments map[string]any, missing *parley.Problems)

// OneOf needs one of several members, which are named with the first.
func OneOf(names ...string) Needs {
	return func(arguments map[string]any, missing *parley.Problems) {
		if slices.ContainsFunc(names, func(name string) bool { return given(arguments, name) }) {
			return
		}
		missing.Add(names[0], "is required, or %s in its place", strings.Join(names[1:], " or "))
	}
}

// given tells whether there is a member that says something.
func given(arguments map[string]any, name string) bool {
	return arguments[name] != nil && arguments[name] != ""
}

// Buyer are the tools of buyers and of callers without a key, in an order that tells a trade.
func Buyer() []Tool {
	return slices.Concat(productTools, quoteTools, dealTools, proposalTools, orderTools)
}

// Publisher are the tools of the publisher's people, who read everything and decide.
func Publisher() []Tool { return slices.Concat(deskTools, publisherTools) }

// Outcome is what a call came to: a document of the API. Replayed tells that it is the stored answer of an earlier call under
// the same key, and that nothing was done now.
type Outcome struct {
	Document []byte
	Replayed bool
}

// Set are tools with the schemas that their arguments are held against.
type Set struct {
	Tools    []Tool
	registry huma.Registry
	schemas  map[string]*huma.Schema
}

// NewSet prepares tools. It panics over a type that does not describe, which is a mistake in the table.
func NewSet(tools []Tool) *Set {
	s := &Set{Tools: tools, registry: wire.NewRegistry(), schemas: make(map[string]*huma.Schema, len(tools))}
	for _, t := range tools {
		schema := *s.registry.Schema(t.Arguments, false, t.Name)
		if t.Changes && !slices.Contains(schema.Required, keyName) {
			schema.Required = append([]string{keyName}, schema.Required...)
		}
		s.schemas[t.Name] = &schema
	}
	wire.MarkNullable(s.registry)
	return s
}

// Find answers the tool of a name.
func (s *Set) Find(name string) (Tool, bool) {
	at := slices.IndexFunc(s.Tools, func(t Tool) bool { return t.Name == name })
	if at < 0 {
		return Tool{}, false
	}
	return s.Tools[at], true
}

var errNoKey = parley.Errorf(parley.CodeUnauthorized, "This needs an API key. Send it as 'Authorization: Bearer KEY'.")

// Run runs a tool of the set on arguments, an object as wire.ParseTree reads it. Every member that is wrong, or is not an argument, is named at once; what
// clients put beside the arguments for themselves (context, _meta and names that begin with x_) is left. Of a tool that changes
// something the arguments have the idempotency_key. No argument has a credential in it.
func (s *Set) Run(ctx context.Context, x wire.Exchange, t Tool, arguments map[string]any) (Outcome, error) {
	if x.Caller.Role == parley.RoleAnonymous && !t.Keyless {
		return Outcome{}, errNoKey
	}
	form := wire.Form{Registry: s.registry, Schema: s.schemas[t.Name], Zone: x.Settings.TimeZone, Strict: true}
	members, err := t.Members(form, arguments)
	if err != nil {
		return Outcome{}, err
	}
	return t.run(ctx, &x, form, members)
}

// Members are the arguments of a call without what clients put beside them for themselves. It refuses credentials, and arguments of
// which something is missing.
func (t Tool) Members(form wire.Form, arguments map[string]any) (map[string]any, error) {
	if err := CheckCredentials(arguments); err != nil {
		return nil, err
	}
	members := make(map[string]any, len(arguments))
	for name, value := range arguments {
		if name != "context" && name != "_meta" && !strings.HasPrefix(name, "x_") {
			members[name] = value
		}
	}
	if members[keyName] == "" {
		delete(members, keyName) // which is none
	}
	return members, t.Needs.Check(form, members)
}

// keyName is the argument that a tool which changes something is called under.
const keyName = "idempotency_key"

// Check refuses arguments of which something is missing, and names with it everything else that is wrong with them by their form.
func (n Needs) Check(form wire.Form, arguments map[string]any) error {
	if n == nil {
		return nil
	}
	var problems parley.Problems
	if n(arguments, &problems); len(problems) == 0 {
		return nil
	}
	var known *parley.Error
	if _, _, err := wire.DecodeTree[map[string]any](form, arguments); errors.As(err, &known) {
		problems = append(problems, known.Fields...)
	}
	return problems.Err()
}

// question makes a tool that answers what run finds and changes nothing.
func question[A, O any](t Tool, run func(context.Context, *wire.Exchange, *A) (O, error)) Tool {
	t.Arguments, t.Answer = reflect.TypeFor[A](), reflect.TypeFor[O]()
	t.run = func(ctx context.Context, x *wire.Exchange, form wire.Form, arguments map[string]any) (Outcome, error) {
		asked, _, err := wire.DecodeTree[A](form, arguments)
		if err != nil {
			return Outcome{}, err
		}
		found, err := run(ctx, x, asked)
		if err != nil {
			return Outcome{}, err
		}
		document, err := wire.Encode(found)
		return Outcome{Document: document}, err
	}
	return t
}

// one makes a tool that answers the thing whose id is its argument of a name.
func one[R, O any](t Tool, name string, l wire.Lookup[R, O]) Tool {
	t.Arguments, t.Answer = idArgument(name), reflect.TypeFor[O]()
	t.run = func(ctx context.Context, x *wire.Exchange, form wire.Form, arguments map[string]any) (Outcome, error) {
		asked, _, err := wire.DecodeTree[map[string]string](form, arguments)
		if err != nil {
			return Outcome{}, err
		}
		found, err := l.Read(ctx, x, (*asked)[name])
		if err != nil {
			return Outcome{}, err
		}
		document, err := wire.Encode(found)
		return Outcome{Document: document}, err
	}
	return t
}

// idArgument is the type of arguments that have one member, an id.
func idArgument(name string) reflect.Type {
	return reflect.StructOf([]reflect.StructField{{
		Name: "ID", Type: reflect.TypeFor[string](), Tag: reflect.StructTag(`json:"` + name + `" maxLength:"128"`),
	}})
}

// list makes a tool that answers a page of rows: as the API's list, with the number of rows at hand as count.
func list[F wire.Pager, R, O any](t Tool, l wire.List[F, R, O]) Tool {
	listed := question(t, func(ctx context.Context, x *wire.Exchange, filter *F) (counted, error) {
		page, err := l.Read(ctx, x, *filter)
		return counted{page}, err
	})
	listed.Answer = reflect.TypeFor[O]()
	listed.Rows = l.Plural
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
	var members map[string]json.RawMessage
	if err := json.Unmarshal(document, &members); err != nil {
		return nil, err
	}
	if members["count"], err = json.Marshal(len(c.Rows)); err != nil {
		return nil, err
	}
	return wire.Encode(members)
}

// act makes a tool that does what one of the API's acts does, of the same body.
func act[B, R, O any](t Tool, a wire.Act[B, R, O]) Tool {
	return actAs(t, a, func(body *B) (string, *B) { return "", body })
}

// actAs makes a tool that does what one of the API's acts does, under arguments of its own: api has the id and the body of the
// same request there.
func actAs[A, B, R, O any](t Tool, a wire.Act[B, R, O], api func(*A) (id string, body *B)) Tool {
	return actWith(t, a, func(asked *A) (string, any) {
		id, body := api(asked)
		return lineOf(a.Line, id), body
	}, func(ctx context.Context, x *wire.Exchange, asked *A, encode seller.Encode[R]) (seller.Answer, error) {
		id, body := api(asked)
		return a.Run(ctx, x, id, body, encode)
	})
}

// lineOf is a line with the id in the place of its wildcard.
func lineOf(line, id string) string {
	before, rest, named := strings.Cut(line, "{")
	if !named {
		return line
	}
	_, after, _ := strings.Cut(rest, "}")
	return before + id + after
}

// actWith makes a tool that changes something, and answers as an act does. api has the API's request: its line, and its body, under
// which a retry is known, whichever way it comes.
func actWith[A, B, R, O any](
	t Tool, a wire.Act[B, R, O], api func(*A) (line string, body any),
	run func(context.Context, *wire.Exchange, *A, seller.Encode[R]) (seller.Answer, error),
) Tool {
	t.Changes = true
	t.Arguments, t.Answer = reflect.TypeFor[A](), reflect.TypeFor[O]()
	t.run = func(ctx context.Context, x *wire.Exchange, form wire.Form, arguments map[string]any) (Outcome, error) {
		asked, _, err := wire.DecodeTree[A](form, arguments)
		if err != nil {
			return Outcome{}, err
		}
		line, body := api(asked)
		if err := under(x, line, body); err != nil {
			return Outcome{}, err
		}
		answer, err := run(ctx, x, asked, a.Answer(x))
		return Outcome{Document: answer.Body, Replayed: answer.Replayed}, wire.CalledSo(err, t.Called)
	}
	return t
}

// under puts a call under the idempotency key of its body, as the API's request of a line. The body's key and session are
// taken out of it.
func under(x *wire.Exchange, line string, body any) (err error) {
	x.Call.Path = line
	if x.Call.SessionID, x.Call.ContextID, err = wire.ConversationOf(func(string) string { return "" }, body); err != nil {
		return err
	}
	x.Call.IdempotencyKey, x.Call.Fingerprint, err = wire.IdempotencyOf(nil, body)
	return err
}

// idIn reads an id out of a document of our own.
func idIn(document []byte, name string) (string, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(document, &members); err != nil {
		return "", parley.Internal(err)
	}
	var id string
	if err := json.Unmarshal(members[name], &id); err != nil {
		return "", parley.Internal(err)
	}
	return id, nil
}
