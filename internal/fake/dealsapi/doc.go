// Package dealsapi is a receiver of the IAB Tech Lab's Deals API 1.0 for tests: a real HTTP server, as strict as the published
// document. What it holds each member of a deal to is the table Rules.
package dealsapi
