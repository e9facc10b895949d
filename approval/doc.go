// Package approval is the ApprovalGate: it tells which of the publisher's rules sends a decision to a person first, and
// what becomes of the question when nobody answers in time.
//
// Rules are configuration: a gate, a condition in CEL over the facts of the decision (see package condition), who may
// decide and for how long. They are compiled once into a Gatekeeper, which may be used by many goroutines. The package is
// pure: no clock, I/O or randomness.
package approval
