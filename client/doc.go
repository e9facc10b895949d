// Package client is what a buyer's program talks to a seller agent with: products, avails, the media kit and its packages,
// prices, quotes, deals, orders, proposals, negotiations, change requests, sessions, and the stream of events.
//
// A Client is made once and shared. Every call takes a context and is tried again, with backoff, when the connection
// breaks or the server is busy or failing. A call that changes something carries an idempotency key, the same on every
// try, so that a deal is booked once however often its answer is lost on the way. The key is minted for the call unless
// the request names one, which a program does that must go on with the same call after its own restart.
//
// A refusal is an *Error, with everything that the seller said; errors.Is tells its kinds apart, such as ErrContention. The
// examples show a purchase from quote to deal, and what a refused booking says.
//
// Requests are the documents that the seller reads, and answers those that it writes, of packages document and contract. Prices are
// exact: micros with their currency, read from the digits on the wire, never a binary float; ParsePrice reads one that a person wrote,
// and contract.PriceOf names it in a request. A Strategy decides what to offer and is a pure function;
// Negotiate holds a whole negotiation with one.
package client
