package rest

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/wire"
)

const apiDescription = `The API of a publisher's seller agent: a catalog with prices, quotes, deals and orders.

**Credentials.** Send an API key as ` + "`Authorization: Bearer KEY`" + ` or ` + "`X-Api-Key: KEY`" + `. Each operation says
whether it is open without one.

**Prices.** A price in a request is a JSON number in currency units (12.50) or the shared contract's object
({"amount_micros": 12500000, "currency": "USD"}). Answers carry both: numbers in the fields at the top level, and the
contract's object under its own key.

**Bodies.** JSON, as application/json or any application/*+json. Dates may be written as times: one without a zone is in
UTC, and means the day of the publisher's time zone that it falls on. 1000000.0 is an integer. Members that are not known
are ignored in a buyer's body, and the answer names them in the header Ignored-Fields; an operator's body may have none,
beside what the same operation answers. Query parameters that are not known are refused.

**Retries.** Send an idempotency_key in the body, or an Idempotency-Key header. The same key with the same request has one
effect and one answer; the answer to a repetition has the header Idempotency-Replayed: true. A caller without a key also sends
the header Parley-Session, with the token that the first answer has in that header, or from the beginning with one of its own
of 22 to 128 random letters and digits; without it a repetition is a request of its own.

**Test keys.** A key that begins with ask_test_ trades in a world of its own, where the publisher has one: with its own products, prices
and inventory, and with a clock that an operator of that world can move. Every answer to such a key, and every delivery to its webhooks,
has the header Parley-Mode: test; what it books is reserved nowhere else, and sent to no ad server.

**Errors.** Every failure answers {"detail": {"error": CODE, "message": TEXT, "fields": [...], "request_id": ID}}. The codes
are validation, unsupported_capability, unauthorized, forbidden, not_found, quote_expired, contention, negotiation_closed,
idempotency_conflict, ceiling_exceeded, rate_limited, unavailable and internal.`

// api is what the table of routes says of itself: the schemas that requests are held against, and the document. It is the same
// for every server of the process, and nothing changes it once it is made.
type api struct {
	registry   huma.Registry
	operations []operation // of Routes, in their order
	document   *huma.OpenAPI
}

// describedAPI is made once, since that takes longer than all else that a server does before it listens. It fails when the operations
// do not describe.
var describedAPI = sync.OnceValues(func() (described *api, err error) {
	// huma panics on a wrong type.
	defer func() {
		if problem := recover(); problem != nil {
			described, err = nil, fmt.Errorf("rest: describe the operations: %v", problem)
		}
	}()
	a := &api{registry: wire.NewRegistry()}
	a.document = emptyDocument(a.registry)
	for _, route := range Routes() {
		operation := route.mount(a, route)
		a.describe(route, operation)
		a.operations = append(a.operations, operation)
	}
	a.document.Webhooks = a.events()
	wire.MarkNullable(a.registry)
	a.finish()
	return a, nil
})

// emptyDocument is one without operations, whose schemas are generated into a registry.
func emptyDocument(registry huma.Registry) *huma.OpenAPI {
	config := huma.Config{OpenAPI: &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info:    &huma.Info{},
		Components: &huma.Components{
			Schemas: registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"bearer": {Type: "http", Scheme: "bearer", Description: "An API key of the publisher's."},
				"apiKey": {Type: "apiKey", In: "header", Name: "X-Api-Key", Description: "The same key in a header of its own."},
			},
		},
		Tags: tags,
	}}
	// Members that a schema does not name are ignored in what buyers send, and the schemas say so.
	config.AllowAdditionalPropertiesByDefault = true
	return humago.New(http.NewServeMux(), config).OpenAPI()
}

// openapi is the document with the words that are this server's own.
func (s *server) openapi() *huma.OpenAPI {
	own := *s.api.document
	own.Info = &huma.Info{
		Title: s.service.Settings().SellerName + " seller agent", Version: cmp.Or(s.options.Version, "unversioned"), Description: apiDescription,
		License: &huma.License{Name: "Apache License 2.0", Identifier: "Apache-2.0"},
	}
	own.Servers = []*huma.Server{{URL: cmp.Or(s.options.PublicURL, "/")}}
	return &own
}

var tags = []*huma.Tag{
	{Name: "Catalog", Description: "What is for sale, what of it is free, and what it costs."},
	{Name: "Quotes", Description: "A price for one buyer, good for a time."},
	{Name: "Deals", Description: "What was sold, and how to run it."},
	{Name: "Orders", Description: "The fulfilment of a deal."},
	{Name: "Events", Description: "What happened, step by step."},
	{Name: "Keys", Description: "API keys."},
	{Name: "Accounts", Description: "Who buys: holdings, agencies, advertisers and their seats, and what they may do."},
	{Name: "Pricing", Description: "The publisher's rate card and pricing rules."},
	{Name: "Proposals", Description: "Deals at a price of the buyer's own: accepted, countered or rejected, or put before a person."},
	{Name: "Negotiations", Description: "Rounds over the price of a proposal or a quote."},
	{Name: "Change requests", Description: "Changes to a deal that is booked: weighed by what they do, approved, applied as a whole."},
	{Name: "Webhooks", Description: "Addresses to which events are delivered as they happen."},
	{Name: "Activation", Description: "Where booked deals are sent, and how far they have come there."},
	{Name: "Delivery", Description: "What deals delivered, and how they keep up with their plans."},
	{Name: "Sessions", Description: "Conversations that group what a buyer does."},
	{Name: "Media kit", Description: "Packages of products: discover, search, quote; the publisher puts them together."},
	{Name: "Agents", Description: "This seller's own card, and the registry of buyer agents with how far each is trusted."},
	{Name: "Approvals", Description: "The human gate: what waits for a person of the publisher's, and the rules that make it wait."},
	{Name: "Negotiation", Description: "What the publisher concedes, to whom."},
	{Name: "Test world", Description: "What keys that begin with ask_test_ trade in, apart from what is real."},
	{Name: "Operations", Description: "The publisher's own view."},
}

// response describes a success whose body is of a type.
func (a *api) response(description string, body reflect.Type, example any) response {
	if description == "" {
		description = successDescriptions[http.StatusOK]
	}
	return response{description: description, schema: a.registry.Schema(body, true, ""), example: example}
}

// describe adds a route to the document.
func (a *api) describe(route Route, operation operation) {
	entry := &huma.Operation{
		OperationID: route.ID,
		Method:      route.Method,
		Path:        route.Path,
		Tags:        []string{route.Tag},
		Summary:     route.Summary,
		Description: strings.TrimSpace(route.Description + "\n\n" + route.accessSentence()),
		Security:    route.security(),
	}
	for _, p := range operation.parameters {
		entry.Parameters = append(entry.Parameters, p.describe())
	}
	if route.Changes {
		entry.Parameters = append(entry.Parameters, idempotencyKey)
	}
	if operation.request != nil {
		entry.RequestBody = &huma.RequestBody{
			Required: len(operation.request.OneOf) > 0 || len(a.resolve(operation.request).Required) > 0,
			Content:  map[string]*huma.MediaType{"application/json": {Schema: operation.request, Example: rawExample(route.Example)}},
		}
		if route.CSV != nil {
			entry.RequestBody.Content[sheetMedia] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}, Example: route.Sheet}
		}
	}
	entry.Responses = errorResponses(a.registry, statusesOf(route, operation)...)
	if operation.request != nil || route.Changes {
		for _, refused := range entry.Responses {
			maps.Copy(refused.Headers, answeredChange)
		}
	}
	for status, answer := range operation.responses {
		content := map[string]*huma.MediaType{}
		for _, form := range append([]response{answer}, answer.others...) {
			content[cmp.Or(form.media, "application/json")] = &huma.MediaType{Schema: form.schema, Example: encodedExample(form.example)}
		}
		answered := headers(answeredAlways, answer.headers)
		if operation.request != nil || route.Changes {
			maps.Copy(answered, answeredChange)
		}
		if !route.Changes && answer.media == "" {
			maps.Copy(answered, answeredFound)
		}
		entry.Responses[strconv.Itoa(status)] = &huma.Response{Description: answer.description, Content: content, Headers: answered}
	}
	if route.Method == http.MethodGet && operation.responses[http.StatusOK].media == "" {
		entry.Responses[strconv.Itoa(http.StatusNotModified)] = &huma.Response{
			Description: "Nothing has changed since the answer that If-None-Match names.", Headers: headers(answeredAlways, answeredFound),
		}
		entry.Parameters = append(entry.Parameters, &huma.Param{
			Name: "If-None-Match", In: "header", Schema: &huma.Schema{Type: huma.TypeString}, Description: "The ETag of an answer that the client holds.",
		})
	}
	a.document.AddOperation(entry)
}

func (a *api) resolve(schema *huma.Schema) *huma.Schema {
	for schema.Ref != "" {
		schema = a.registry.SchemaFromRef(schema.Ref)
	}
	return schema
}

func (route Route) accessSentence() string {
	switch route.Access {
	case AccessPublic, AccessCatalog, AccessQuotes, AccessProposals, AccessNegotiation:
		return "Open without a key, at the public tier, unless the publisher has closed it."
	case AccessCredential:
		return "Needs an API key; a buyer's reaches what is its own, an operator's everything."
	case AccessBuyer:
		return "Needs a buyer's API key."
	case AccessSubscriber, AccessOperator:
	}
	names := make([]string, len(route.Scopes))
	for i, scope := range route.Scopes {
		names[i] = string(scope)
	}
	if route.Access == AccessSubscriber {
		return "Needs a buyer's API key, or an operator's with the role " + strings.Join(names, " or ") + "."
	}
	return "Needs an operator's API key with the role " + strings.Join(names, " or ") + "; admin has every role."
}

func (route Route) security() []map[string][]string {
	keys := []map[string][]string{{"bearer": {}}, {"apiKey": {}}}
	switch route.Access {
	case AccessPublic, AccessCatalog, AccessQuotes, AccessProposals, AccessNegotiation:
		return append([]map[string][]string{{}}, keys...)
	case AccessCredential, AccessBuyer, AccessSubscriber, AccessOperator:
	}
	return keys
}
