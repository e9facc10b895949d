package rest

import (
	"context"
	"net/http"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/edge"
	"parley/seller"
	"parley/wire"
)

// Access says who may call a route. It is checked before a request's body is read; the flow behind the route checks
// again, in its own transaction.
type Access string

// The kinds of access. Those down to proposals are open to callers without a key as far as the publisher's settings allow it.
const (
	AccessPublic    Access = "public"    // anybody, whatever the settings
	AccessCatalog   Access = "catalog"   // anybody, while the catalog is open
	AccessQuotes    Access = "quotes"    // anybody, while anonymous quotes are allowed
	AccessProposals Access = "proposals" // anybody, while anonymous proposals are allowed
	// AccessNegotiation is a buyer's own part in a proposal: a buyer, or anybody while anonymous proposals are allowed.
	AccessNegotiation Access = "negotiation"
	AccessCredential  Access = "credential" // any key
	AccessBuyer       Access = "buyer"      // a buyer's key
	AccessSubscriber  Access = "subscriber" // a buyer's key, or an operator's with one of the route's scopes
	AccessOperator    Access = "operator"   // an operator's key with one of the route's scopes
)

// Route is one operation of the API: the line of the table that its registration, its access check and its entry in the
// OpenAPI document come from.
type Route struct {
	Method      string
	Path        string // as http.ServeMux reads it
	Access      Access
	Scopes      []parley.Scope // of an operator: one of them
	ID          string         // operationId
	Tag         string
	Summary     string
	Description string
	Example     string // request body
	Failures    []int  // statuses beside those that every operation can answer
	Changes     bool   // it changes something, so that no operator may who only looks on
	MaxBody     int64  // the largest body in bytes; 0: that of every route

	mount func(*api, Route) operation
}

// operation is what a route's types bring to it.
type operation struct {
	parameters []parameter
	request    *huma.Schema // nil: no body
	responses  map[int]response
	handle     func(*exchange) error
}

type response struct {
	description string
	media       string       // type; empty: JSON
	schema      *huma.Schema // nil: no body
	example     any
	others      []response // the same in other media types
}

// Routes lists every operation of the API.
func Routes() []Route {
	return slices.Concat(productRoutes, catalogRoutes, availsRoutes, quoteRoutes, dealRoutes, dealExportRoutes, orderRoutes, eventRoutes, streamRoutes, keyRoutes,
		rateCardRoutes, pricingRuleRoutes, capacityRoutes, auditRoutes, approvalRoutes, approvalRuleRoutes,
		negotiationProfileRoutes, proposalRoutes, negotiationRoutes, changeRoutes, agentRoutes,
		webhookRoutes, mediaKitRoutes, packageRoutes, packageDealRoutes, dealPerformanceRoutes, sessionRoutes,
		destinationRoutes, mappingRoutes, activationRoutes, deliveryRoutes)
}

var (
	viewer = []parley.Scope{parley.ScopeViewer}
	admin  = []parley.Scope{parley.ScopeAdmin}
	// approver is who may end a deal.
	approver = []parley.Scope{parley.ScopeApprover}
	desk     = []parley.Scope{parley.ScopeApprover, parley.ScopeFinance, parley.ScopeLegal}
)

// exchange is one request on its way through the edge.
type exchange struct {
	server  *server
	service *seller.Service
	wire.View
	kit       edge.Kit
	call      seller.Call
	requestID string
	w         http.ResponseWriter
	r         *http.Request

	body    []byte // as it came, of an operation that has one
	bodyErr error  // instead
	working func() // gives the place back; nil when that is done
}

// giveWay gives up the request's place among those that are worked on: what follows waits for the client.
func (x *exchange) giveWay() {
	if x.working != nil {
		x.working()
		x.working = nil
	}
}

// read makes a route that answers what run finds. example is shown in the OpenAPI document.
func read[P, O any](route Route, run func(context.Context, *exchange, P) (O, error), example func(*exchange) O) Route {
	route.mount = func(a *api, route Route) operation {
		parameters := parametersOf(a.registry, reflect.TypeFor[P](), route.Path)
		return operation{
			parameters: parameters,
			responses:  map[int]response{http.StatusOK: a.response("", reflect.TypeFor[O](), example(sample()))},
			handle: func(x *exchange) error {
				var params P
				if err := x.readParameters(a.registry, parameters, &params); err != nil {
					return err
				}
				found, err := run(x.r.Context(), x, params)
				if err != nil {
					return err
				}
				return x.writeFound(found)
			},
		}
	}
	return route
}

// one makes a route that answers a single thing.
func one[P, R, O any](route Route, run func(context.Context, *exchange, P) (R, error), render func(wire.View, R) O, example R) Route {
	return read(route, func(ctx context.Context, x *exchange, params P) (document O, err error) {
		found, err := run(ctx, x, params)
		if err != nil {
			return document, err
		}
		return render(x.View, found), nil
	}, func(x *exchange) O { return render(x.View, example) })
}

// ask makes a route whose question is a body and which changes nothing.
func ask[B, O any](route Route, run func(context.Context, *exchange, *B) (O, error), example func(*exchange) O) Route {
	route.mount = func(a *api, route Route) operation {
		schema := a.registry.Schema(reflect.TypeFor[B](), true, route.ID+"Request")
		return operation{
			request:   schema,
			responses: map[int]response{http.StatusOK: a.response("", reflect.TypeFor[O](), example(sample()))},
			handle: func(x *exchange) error {
				if err := x.readParameters(a.registry, nil, nil); err != nil {
					return err
				}
				body, err := takeBody[B](x, a.registry, schema, nil)
				if err != nil {
					return err
				}
				found, err := run(x.r.Context(), x, body)
				if err != nil {
					return err
				}
				return x.writeFound(found)
			},
		}
	}
	return route
}

// changing is what a route that changes something does: run hands the request to its flow, render is the answer's body.
// when, if set, tells results that are answered with the other status, such as 202 for what the publisher has yet to approve.
type changing[P, B, R, O any] struct {
	run     func(context.Context, *exchange, P, *B, seller.Encode[R]) (seller.Answer, error)
	render  func(wire.View, R) O
	status  int
	other   int
	when    func(R) bool
	example R
}

// answer encodes the flow's result.
func (c changing[P, B, R, O]) answer(x *exchange, result R) (seller.Answer, error) {
	status := c.status
	if c.when != nil && c.when(result) {
		status = c.other
	}
	body, err := wire.Encode(c.render(x.View, result))
	return seller.Answer{Status: status, Body: body}, err
}

// change makes a route that changes something, under an idempotency key when the request has one. A body type without
// fields means that the operation has no body.
func change[P, B, R, O any](route Route, c changing[P, B, R, O]) Route {
	route.Changes = true
	route.mount = func(a *api, route Route) operation {
		parameters := parametersOf(a.registry, reflect.TypeFor[P](), route.Path)
		op := operation{parameters: parameters, responses: map[int]response{}}
		var schema *huma.Schema
		if reflect.TypeFor[B]().NumField() > 0 {
			schema = a.registry.Schema(reflect.TypeFor[B](), true, route.ID+"Request")
			op.request = schema
			if bare, ok := any(new(B)).(wire.BareList); ok {
				list := a.resolve(schema).Properties[bare.TakeList()]
				op.request = &huma.Schema{OneOf: []*huma.Schema{schema, list}}
			}
		}
		statuses := []int{c.status}
		if c.when != nil {
			statuses = append(statuses, c.other)
		}
		for _, status := range statuses {
			op.responses[status] = a.response(successDescriptions[status], reflect.TypeFor[O](), c.render(sample().View, c.example))
		}
		op.handle = func(x *exchange) error {
			var params P
			err := x.readParameters(a.registry, parameters, &params)
			if err != nil {
				return err
			}
			body := new(B)
			if schema != nil {
				if body, err = takeBody[B](x, a.registry, schema, op.responses[c.status].schema); err != nil {
					return err
				}
			}
			if x.call.SessionID, x.call.ContextID, err = wire.ConversationOf(x.r.Header.Get, body); err != nil {
				return err
			}
			if x.call.IdempotencyKey, x.call.Fingerprint, err = wire.IdempotencyOf(x.r.Header.Values("Idempotency-Key"), body); err != nil {
				return err
			}
			if err := x.continueSession(); err != nil {
				return err
			}
			if carrying, ok := any(body).(wire.Carrier); ok && x.Caller.Role == parley.RoleAnonymous {
				x.tellIgnored(carrying.Documents()...)
			}
			answer, err := c.run(x.r.Context(), x, params, body, func(result R) (seller.Answer, error) {
				return c.answer(x, result)
			})
			if err != nil {
				return err
			}
			x.writeAnswer(answer)
			return nil
		}
		return op
	}
	return route
}

var successDescriptions = map[int]string{
	http.StatusOK:       "Done.",
	http.StatusCreated:  "Created.",
	http.StatusAccepted: "Accepted, and waiting for the publisher's approval.",
}

// listing is what a list route does. id names a row for the cursor; without it, cursors count rows. await, when set,
// answers what parameters ask for that a page does not have; false leaves them to run.
type listing[P, R, O any] struct {
	plural  string
	run     func(context.Context, *exchange, P, seller.Page) (seller.Listing[R], error)
	await   func(context.Context, *exchange, P) (wire.Awaited[R], bool, error)
	render  func(wire.View, R) O
	id      func(R) string
	example R
}

// list makes a route that answers a page of rows, each in the shape that reading it alone has.
func list[P wire.Pager, R, O any](route Route, l listing[P, R, O]) Route {
	route.mount = func(a *api, route Route) operation {
		parameters := parametersOf(a.registry, reflect.TypeFor[P](), route.Path)
		row := a.registry.Schema(reflect.TypeFor[O](), true, route.ID+"Row")
		example := wire.Page{Plural: l.plural, Rows: []any{l.render(sample().View, l.example)}, Total: 1, Limit: wire.DefaultLimit}
		return operation{
			parameters: parameters,
			responses: map[int]response{http.StatusOK: {
				description: "A page of the list.", schema: wire.PageSchema(l.plural, row), example: example,
			}},
			handle: func(x *exchange) error {
				var params P
				if err := x.readParameters(a.registry, parameters, &params); err != nil {
					return err
				}
				if l.await != nil {
					found, waited, err := l.await(x.r.Context(), x, params)
					if err != nil {
						return err
					}
					if waited {
						return x.writeFound(found.Page(l.plural, params.Asked().Limit, func(r R) any { return l.render(x.View, r) }))
					}
				}
				shown, err := wire.ReadPage(l.plural, params.Asked(), l.id, func(page seller.Page) (seller.Listing[R], error) {
					return l.run(x.r.Context(), x, params, page)
				}, func(row R) O { return l.render(x.View, row) })
				if err != nil {
					return err
				}
				return x.writeFound(shown)
			},
		}
	}
	return route
}
