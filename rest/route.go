package rest

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/admission"
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
	// CSV reads the body from a CSV file, which may come in the place of JSON; nil: it may not. Sheet is an example of one.
	CSV   func(text []byte) (body any, err error)
	Sheet string

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
	others      []response              // the same in other media types
	headers     map[string]*huma.Header // beside those of every answer
}

// Routes lists every operation of the API.
func Routes() []Route {
	return slices.Concat(productRoutes, catalogRoutes, availsRoutes, quoteRoutes, holdRoutes, dealRoutes, dealExportRoutes, orderRoutes, eventRoutes, streamRoutes, keyRoutes, signInRoutes,
		rateCardRoutes, ruleRoutes, capacityRoutes, reportRoutes, auditRoutes, approvalRoutes,
		proposalRoutes, negotiationRoutes, changeRoutes, accountRoutes, agentRoutes,
		webhookRoutes, mediaKitRoutes, packageRoutes, packageDealRoutes, dealPerformanceRoutes, sessionRoutes,
		destinationRoutes, mappingRoutes, activationRoutes, deliveryRoutes, paperworkRoutes, findRoutes, dealShareRoutes, testClockRoutes)
}

var (
	viewer = []parley.Scope{parley.ScopeViewer}
	admin  = []parley.Scope{parley.ScopeAdmin}
	// delivering is who takes in what deals delivered, and imported who looks at that.
	delivering = []parley.Scope{parley.ScopeDelivery}
	imported   = []parley.Scope{parley.ScopeViewer, parley.ScopeDelivery}
	// approver is who may end a deal.
	approver = []parley.Scope{parley.ScopeApprover}
	desk     = []parley.Scope{parley.ScopeApprover, parley.ScopeFinance, parley.ScopeLegal}
)

// exchange is one request on its way through the edge.
type exchange struct {
	server *server
	wire.Exchange
	kit       edge.Kit
	requestID string
	w         http.ResponseWriter
	r         *http.Request

	body    []byte // as it came, of an operation that has one
	bodyErr error  // instead
	place   admission.Place
}

// read makes a route that answers what its parameters ask.
func read[P, R, O any](route Route, q wire.Question[P, R, O], example R) Route {
	return answer(route, func(x *exchange, params P) (O, error) {
		return q.Read(x.r.Context(), &x.Exchange, params)
	}, func(x *exchange) O { return q.Render(x.View, example) })
}

// one makes a route that answers the thing that its path names.
func one[R, O any](route Route, l wire.Lookup[R, O], example R) Route {
	return answer(route, func(x *exchange, path idPath) (O, error) {
		return l.Read(x.r.Context(), &x.Exchange, path.ID)
	}, func(x *exchange) O { return l.Render(x.View, example) })
}

// answer makes a route that answers what run finds. example is shown in the OpenAPI document.
func answer[P, O any](route Route, run func(*exchange, P) (O, error), example func(*exchange) O) Route {
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
				found, err := run(x, params)
				if err != nil {
					return err
				}
				return x.writeFound(found)
			},
		}
	}
	return route
}

// idPath is the one wildcard of a path.
type idPath struct {
	ID string `path:"*" maxLength:"128"`
}

func (p idPath) id() string { return p.ID }

// ask makes a route whose question is a body and which changes nothing.
func ask[B, R, O any](route Route, q wire.Question[*B, R, O], example R) Route {
	route.mount = func(a *api, route Route) operation {
		schema := a.registry.Schema(reflect.TypeFor[B](), true, route.ID+"Request")
		return operation{
			request:   schema,
			responses: map[int]response{http.StatusOK: a.response("", reflect.TypeFor[O](), q.Render(sample().View, example))},
			handle: func(x *exchange) error {
				if err := x.readParameters(a.registry, nil, nil); err != nil {
					return err
				}
				body, err := takeBody[B](x, a.registry, schema, nil)
				if err != nil {
					return err
				}
				found, err := q.Read(x.r.Context(), &x.Exchange, body)
				if err != nil {
					return err
				}
				return x.writeFound(found)
			},
		}
	}
	return route
}

// act makes a route that does what an act says, at its line.
func act[B, R, O any](route Route, a wire.Act[B, R, O], example R) Route {
	return actWith[idPath](route, a, example)
}

// actWith makes a route that does what an act says, at its line, under an idempotency key when the request has one. A body type
// without fields means that the operation has no body.
func actWith[P, B, R, O any](route Route, a wire.Act[B, R, O], example R) Route {
	route.Changes = true
	route.Method, route.Path, _ = strings.Cut(a.Line, " ")
	route.mount = func(server *api, route Route) operation {
		parameters := parametersOf(server.registry, reflect.TypeFor[P](), route.Path)
		op := operation{parameters: parameters, responses: map[int]response{}}
		var schema *huma.Schema
		if reflect.TypeFor[B]().NumField() > 0 {
			schema = server.registry.Schema(reflect.TypeFor[B](), true, route.ID+"Request")
			op.request = schema
			if bare, ok := any(new(B)).(wire.BareList); ok {
				list := server.resolve(schema).Properties[bare.TakeList()]
				op.request = &huma.Schema{OneOf: []*huma.Schema{schema, list}}
			}
		}
		statuses := []int{a.Status}
		if a.When != nil {
			statuses = append(statuses, a.Else)
		}
		for _, status := range statuses {
			op.responses[status] = server.response(successDescriptions[status], reflect.TypeFor[O](), a.Render(sample().View, example))
		}
		op.handle = func(x *exchange) error {
			var params P
			err := x.readParameters(server.registry, parameters, &params)
			if err != nil {
				return err
			}
			if err := x.readSheet(route); err != nil {
				return err
			}
			var body *B
			if schema == nil {
				body = new(B)
			} else if body, err = takeBody[B](x, server.registry, schema, op.responses[a.Status].schema); err != nil {
				return err
			}
			if x.Call.SessionID, x.Call.ContextID, err = wire.ConversationOf(x.r.Header.Get, body); err != nil {
				return err
			}
			if x.Call.IdempotencyKey, x.Call.Fingerprint, err = wire.IdempotencyOf(x.r.Header.Values("Idempotency-Key"), body); err != nil {
				return err
			}
			if err := x.continueSession(); err != nil {
				return err
			}
			if carrying, ok := any(body).(wire.Carrier); ok && x.Caller.Role == parley.RoleAnonymous {
				x.tellIgnored(carrying.Documents()...)
			}
			id, err := x.aim(params)
			if err != nil {
				return err
			}
			answer, err := a.Run(x.r.Context(), &x.Exchange, id, body, a.Answer(&x.Exchange))
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

// aim notes what the parameters of a change say of its thing, and answers the thing's id, where it has one.
func (x *exchange) aim(params any) (id string, err error) {
	if p, ok := params.(interface {
		expected() (seller.Expected, error)
	}); ok {
		if x.Expected, err = p.expected(); err != nil {
			return "", err
		}
	}
	switch p := params.(type) {
	case idDeletion:
		if p.Version > 0 {
			x.Expected.Version, err = x.MadeFrom(&p.Version)
		}
	case mappingPath:
		x.Within = p.DestinationID
		return p.MappingID, nil
	}
	if p, ok := params.(interface{ id() string }); ok {
		id = p.id()
	}
	return id, err
}

var successDescriptions = map[int]string{
	http.StatusOK:       "Done.",
	http.StatusCreated:  "Created.",
	http.StatusAccepted: "Accepted, and waiting for the publisher's approval.",
}

// list makes a route that answers a page of rows.
func list[F wire.Pager, R, O any](route Route, l wire.List[F, R, O], example R) Route {
	return listOrWait(route, l, example, nil)
}

// listOrWait makes a route that answers a page of rows, or what its parameters have it wait for; await tells which.
func listOrWait[F wire.Pager, R, O any](
	route Route, l wire.List[F, R, O], example R, await func(context.Context, *exchange, F) (wire.Awaited[R], bool, error),
) Route {
	route.mount = func(a *api, route Route) operation {
		parameters := parametersOf(a.registry, reflect.TypeFor[F](), route.Path)
		row := a.registry.Schema(reflect.TypeFor[O](), true, route.ID+"Row")
		page := wire.Page{Plural: l.Plural, Rows: []any{l.Render(sample().View, example)}, Total: 1, Limit: wire.DefaultLimit}
		return operation{
			parameters: parameters,
			responses: map[int]response{http.StatusOK: {
				description: "A page of the list.", schema: wire.PageSchema(l.Plural, row), example: page,
			}},
			handle: func(x *exchange) error {
				var filter F
				if err := x.readParameters(a.registry, parameters, &filter); err != nil {
					return err
				}
				if await != nil {
					found, waited, err := await(x.r.Context(), x, filter)
					if err != nil {
						return err
					}
					if waited {
						return x.writeFound(found.Page(l.Plural, filter.Asked().Limit, func(r R) any { return l.Render(x.View, r) }))
					}
				}
				shown, err := l.Read(x.r.Context(), &x.Exchange, filter)
				if err != nil {
					return err
				}
				return x.writeFound(shown)
			},
		}
	}
	return route
}
