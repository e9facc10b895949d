// Package wire holds the documents of the API's own dialect, for every edge alike: what requests may say and how they are
// read, how answers are written, the public words of errors, and the fingerprint under which a request is known again. The
// same request has the same effect and the same answer whichever edge it comes through, because each edge reads and writes
// it here. The answers that a buyer reads are in package document, for the client too; the shared contract's documents in package
// contract.
//
// A request type has a method Domain, which answers what the flow takes. An answer type has a function of its own name that
// makes it from the flow's result: QuoteOf, DealOf.
//
// What can be asked stands below the documents that it is asked and answered with: a Lookup reads one thing, a List a page of them,
// and an Act changes something. rest gives each a route, and tool a name for agents.
package wire
