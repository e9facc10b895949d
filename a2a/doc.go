// Package a2a is the edge for agents that speak the Agent2Agent protocol. A message asks for one of the tools of package tool, as
// a skill, in a part of data; what a buyer follows, a quote, a proposal or a request for a change, is a task.
//
// A task is a view of what is stored: its id is that of the quote, the proposal or the change, its state is worked out of where
// that stands, and nothing else is kept. So every node answers for every task, and a task is as it is whichever edge or person
// moved it.
//
// The id of a message is the idempotency key of what it asks for, and stands for the same request as that key does at the API.
package a2a
