// Package dealsapi is the adapter of destinations that take deals by the IAB Tech Lab's Deals API 1.0: the origin's system pushes a
// deal to the receiver, and asks it how the deal stands with the buyers' seats. What the standard leaves open, which is addresses,
// credentials, and whether a deal can be pushed again, is settings.
package dealsapi
