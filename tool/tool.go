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
	Description string // for a model, too: a fixed text
	Example     string // arguments, as JSON, without a key
	Keyless     bool   // callers without a key may ask for it, as far as the publisher's settings allow
	Destructive bool   // it ends or takes back something
	Changes     bool   // it changes something, under an idempotency key
	Rows        string // of a list: what its rows are called
	Needs       Needs  // what it needs beyond what its schema requires; nil: nothing

	Arguments reflect.Type
	Answer    reflect.Type
	run       func(ctx context.Context, x *Exchange, form wire.Form, arguments map[string]any) (Outcome, error)
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

// Exchange is one call: who makes it, and for whom the answer is written.
type Exchange struct {
	wire.View
	Service *seller.Service
	Call    seller.Call
	// ContextID is what the caller calls the conversation, where its protocol has names for that: it is kept with a new quote or
	// proposal. Empty: nothing.
	ContextID string
}

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
		schema := *s.registry.Schema(t.Arguments, false, "")
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
func (s *Set) Run(ctx context.Context, x Exchange, t Tool, arguments map[string]any) (Outcome, error) {
	if x.Caller.Role == parley.RoleAnonymous && !t.Keyless {
		return Outcome{}, errNoKey
	}
	if err := CheckCredentials(arguments); err != nil {
		return Outcome{}, err
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
	form := wire.Form{Registry: s.registry, Schema: s.schemas[t.Name], Zone: x.Settings.TimeZone, Strict: true}
	if err := t.Needs.Check(form, members); err != nil {
		return Outcome{}, err
	}
	return t.run(ctx, &x, form, members)
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
func question[A, O any](t Tool, run func(context.Context, *Exchange, *A) (O, error)) Tool {
	t.Arguments, t.Answer = reflect.TypeFor[A](), reflect.TypeFor[O]()
	t.run = func(ctx context.Context, x *Exchange, form wire.Form, arguments map[string]any) (Outcome, error) {
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

// one makes a tool that answers a single thing.
func one[A, R, O any](t Tool, run func(context.Context, *Exchange, *A) (R, error), render func(wire.View, R) O) Tool {
	return question(t, func(ctx context.Context, x *Exchange, asked *A) (document O, err error) {
		found, err := run(ctx, x, asked)
		if err != nil {
			return document, err
		}
		return render(x.View, found), nil
	})
}

// listing is what a tool that answers a page does: as the API's list, with the number of rows at hand as count.
type listing[A wire.Pager, R, O any] struct {
	plural string
	run    func(context.Context, *Exchange, A, seller.Page) (seller.Listing[R], error)
	render func(wire.View, R) O
	id     func(R) string // nil: rows have none to go on from
}

// list makes a tool that answers a page of rows.
func list[A wire.Pager, R, O any](t Tool, l listing[A, R, O]) Tool {
	listed := question(t, func(ctx context.Context, x *Exchange, asked *A) (counted, error) {
		page, err := wire.ReadPage(l.plural, (*asked).Asked(), l.id, func(page seller.Page) (seller.Listing[R], error) {
			return l.run(ctx, x, *asked, page)
		}, func(row R) O { return l.render(x.View, row) })
		return counted{page}, err
	})
	listed.Answer = reflect.TypeFor[O]()
	listed.Rows = l.plural
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

// changing is what a tool that changes something does. request is the API's: its line, whose ids are filled in, and its body,
// under which a retry is known, whichever way it comes. status is what the API answers, and other when the result waits.
type changing[A, R, O any] struct {
	request func(*A) (line string, body any)
	run     func(context.Context, *Exchange, *A, seller.Encode[R]) (seller.Answer, error)
	render  func(wire.View, R) O
	status  int
	other   int
	waits   func(R) bool
}

// change makes a tool that changes something.
func change[A, R, O any](t Tool, c changing[A, R, O]) Tool {
	t.Changes = true
	t.Arguments, t.Answer = reflect.TypeFor[A](), reflect.TypeFor[O]()
	t.run = func(ctx context.Context, x *Exchange, form wire.Form, arguments map[string]any) (Outcome, error) {
		asked, _, err := wire.DecodeTree[A](form, arguments)
		if err != nil {
			return Outcome{}, err
		}
		line, body := c.request(asked)
		if err := x.under(line, body); err != nil {
			return Outcome{}, err
		}
		answer, err := c.run(ctx, x, asked, func(result R) (seller.Answer, error) {
			status := c.status
			if c.waits != nil && c.waits(result) {
				status = c.other
			}
			encoded, err := wire.Encode(c.render(x.View, result))
			return seller.Answer{Status: status, Body: encoded}, err
		})
		return Outcome{Document: answer.Body, Replayed: answer.Replayed}, err
	}
	return t
}

// under puts a call under the idempotency key of its body, as the API's request of a line. The body's key and session are
// taken out of it.
func (x *Exchange) under(line string, body any) (err error) {
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
