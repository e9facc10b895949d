package rest

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/wire"
	"parley/wire/document"
)

// Headers that answers have, and when.
var (
	answeredAlways = documented(map[string]string{
		"X-Request-ID":    "The id of the request, by which the log, audit entries and errors name it; the client's own where it sent a sane one.",
		parley.ModeHeader: "test on every answer to a key of the test world; absent from all others.",
	})
	answeredFound = documented(map[string]string{
		"ETag":             "What this answer is called in If-None-Match and, where it has a version, in If-Match.",
		"Content-Encoding": "gzip on long answers, such as pages of lists, to requests that take it.",
	})
	answeredChange = documented(map[string]string{
		"Idempotency-Replayed": "true on the stored answer of an earlier request under the same idempotency key.",
		"Ignored-Fields":       "What the body has that nothing is done with, by path.",
		"Parley-Session":       "Of callers without a key: the token to send with what follows.",
	})
	answeredChallenge = documented(map[string]string{"WWW-Authenticate": "Bearer: a key is sent as Authorization: Bearer KEY."})
	answeredFile      = documented(map[string]string{"Content-Disposition": "attachment, and the name that the file is to be kept under."})
	answeredStream    = documented(map[string]string{"X-Accel-Buffering": "no: a proxy is to hand each event on as it comes."})
	answeredRetry     = documented(map[string]string{"Retry-After": "How many seconds to wait before trying again."})
)

// documented describes headers by their names. One description is shared by all the answers that have the header: there are
// thousands of them, and they stay in memory.
func documented(about map[string]string) map[string]*huma.Header {
	described := make(map[string]*huma.Header, len(about))
	for name, text := range about {
		described[name] = &huma.Header{Description: text, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return described
}

// headers are those of an answer that has all of some.
func headers(described ...map[string]*huma.Header) map[string]*huma.Header {
	all := map[string]*huma.Header{}
	for _, some := range described {
		maps.Copy(all, some)
	}
	return all
}

// idempotencyKey is the header that every change takes.
var idempotencyKey = &huma.Param{
	Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: huma.TypeString},
	Description: "Under which a repetition of the same request has one effect and one answer, for as long as answers are kept; the member " +
		"idempotency_key of the body is the same. Another body under it, at the same path, is refused with 409.",
}

// statusesOf are the failures that an operation can answer with.
func statusesOf(route Route, operation operation) []int {
	statuses := slices.Concat(route.Failures, []int{
		http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusServiceUnavailable,
	})
	if strings.Contains(route.Path, "{") {
		statuses = append(statuses, http.StatusNotFound)
	}
	if route.Changes {
		statuses = append(statuses, http.StatusConflict)
	}
	if operation.request != nil || route.MaxBody > 0 {
		statuses = append(statuses, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if slices.ContainsFunc(operation.parameters, func(p parameter) bool { return p.name == "If-Match" }) {
		statuses = append(statuses, http.StatusPreconditionFailed)
	}
	return statuses
}

// events describes what is delivered to webhooks: any event, as reading it answers.
func (a *api) events() map[string]*huma.PathItem {
	schema := a.registry.Schema(reflect.TypeFor[document.Event](), true, "")
	text := func(name, about string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Required: true, Description: about, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return map[string]*huma.PathItem{"event": {Post: &huma.Operation{
		OperationID: "deliverEvent", Tags: []string{"Webhooks"}, Summary: "Take an event that happened",
		Description: "Sent to each webhook in the order in which events became final, at least once each, and signed as Standard Webhooks 1.0 has it. " +
			"An answer of 2xx takes it; 410 ends the webhook; any other, or none within ten seconds, has it come again later.",
		Parameters: []*huma.Param{
			text("Webhook-Id", "The event's id, by which a repetition is known."),
			text("Webhook-Timestamp", "When this attempt was made, in seconds since 1970."),
			text("Webhook-Signature", "v1, and the base64 of the HMAC-SHA256 of id.timestamp.body under the webhook's signing key."),
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: schema, Example: encodedExample(wire.EventOf(sample().View, sampleEvent))},
		}},
		Responses: map[string]*huma.Response{
			"204": {Description: "The event was taken."},
			"410": {Description: "No more events are wanted here."},
		},
		Security: []map[string][]string{{}},
	}}}
}

// finish says of all schemas what is known once every operation has been described.
func (a *api) finish() {
	asked := map[string]bool{}
	for _, item := range a.document.Paths {
		for _, operation := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if operation == nil || operation.RequestBody == nil {
				continue
			}
			for _, content := range operation.RequestBody.Content {
				a.reach(content.Schema, asked)
			}
		}
	}
	wire.MarkWords(a.registry, func(name string) bool { return !asked[name] })
	for _, schema := range a.registry.Map() {
		open(schema)
	}
}

// open leaves unsaid that there may be further members, which is so of every object that does not say otherwise.
func open(schema *huma.Schema) {
	if schema == nil {
		return
	}
	if schema.AdditionalProperties == true {
		schema.AdditionalProperties = nil
	}
	for _, property := range schema.Properties {
		open(property)
	}
	open(schema.Items)
	for _, choice := range slices.Concat(schema.OneOf, schema.AnyOf, schema.AllOf) {
		open(choice)
	}
}

// reach notes the names of the schemas that one leads to.
func (a *api) reach(schema *huma.Schema, names map[string]bool) {
	if schema == nil {
		return
	}
	if schema.Ref != "" {
		name := schema.Ref[strings.LastIndexByte(schema.Ref, '/')+1:]
		if names[name] {
			return
		}
		names[name] = true
		a.reach(a.resolve(schema), names)
		return
	}
	for _, property := range schema.Properties {
		a.reach(property, names)
	}
	a.reach(schema.Items, names)
	for _, choice := range slices.Concat(schema.OneOf, schema.AnyOf, schema.AllOf) {
		a.reach(choice, names)
	}
	if of, is := schema.AdditionalProperties.(*huma.Schema); is {
		a.reach(of, names)
	}
}
