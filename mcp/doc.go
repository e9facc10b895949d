// Package mcp is the Model Context Protocol edge of the seller agent: what buyers and the publisher's people do by the API,
// as tools of a model's. It decodes, calls seller.Service and encodes, and holds no rule of the trade.
//
// # A call's way
//
// ServeHTTP refuses what needs no protocol to be refused: a method, a host or an origin that is not ours, a caller without
// requests left, a credential that does not hold, a body that is too large, is not JSON, names a member twice or holds several
// messages. Then the protocol's own SDK reads the message, and a tool is called: its arguments are held against the schema that
// the list of tools shows for them, and every wrong one is named at once.
//
// # Documents
//
// A tool answers the document that the API answers for the same request, in structuredContent and as text. A refusal of the trade is
// a result too, so that a model reads it: isError, with {"detail": {...}} as the API writes it. A change is made under an
// idempotency_key, which is the API's for the same request: a retry has one effect, whichever way it comes.
//
// # Adding a tool
//
// A tool is one entry of a table: question answers what a function finds, page a page of a list, and change runs a flow. Put it
// into the buyers' or the operators' table; its schemas, its access and the tests over all tools follow from it.
package mcp
