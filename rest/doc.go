// Package rest is the HTTP edge of the seller agent: it decodes requests, calls seller.Service, and encodes its answers. It
// holds no rule of the trade, opens no transaction and knows no database.
//
// # A request's way
//
// ServeHTTP gives every request its id, bounds its body and finds its route; then, before anything of the body is read:
// the rate limit, the credential, and the access that the route declares. Then the parameters and the body are decoded
// and held against the schemas that the OpenAPI document shows for them, and the flow is called. Every failure, from a
// wrong path to a panic, is answered with one envelope, whose status and public code come from one table (errors.go).
//
// # Adding an operation
//
// An operation is one Route, in a table beside the types that only it uses; quotes.go is the model. What is asked and answered is
// a Lookup, a List or an Act of package wire:
//
//   - one answers what a Lookup finds under the id in the path, with an ETag.
//   - list answers a page of a List. A row is rendered by the function that renders the resource alone, so that the two have one
//     shape. listOrWait can also be waited for.
//   - act does what an Act says, at its line. The answer is encoded once, inside the flow's transaction, and these bytes are what
//     the client and any replay get. A body that embeds Idempotency takes the key as a member too.
//   - read, ask and change are for what takes more than an id: read answers what a function finds, by parameters that are the fields
//     of a struct, tagged path, query or header; ask is a question in a body that changes nothing; change runs a flow by its
//     parameters and its body.
//
// Put the table into Routes; registration, access check, OpenAPI entry, docs page and the test that tries every kind of
// caller on every route follow from it. Give each Route an Example body and each constructor an example result: the
// document's examples are rendered from them by the code that renders real answers.
//
// # Answers that stay open
//
// The event stream (stream.go) and the long poll of events are admitted like any request, and then stay: they take one of a
// bounded number of places of their own instead of one among the requests that are worked on, lift the connection's
// limits on time, and end when the process stops.
//
// # Two dialects
//
// Requests take prices as numbers or as the shared contract's objects (contract.Price). Answers carry the documented
// members at the top level and the contract's object under its own key; the contract's types are in package contract.
package rest
