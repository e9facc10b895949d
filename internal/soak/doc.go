// Package soak trades with real nodes over real sockets while they are killed, cut off, filled up and put out of step, and
// then proves that nothing was lost.
//
// A run is a series of phases. In each, clients run every flow at once while one kind of fault strikes again and again;
// then the fault is mended, every request that got no answer is repeated under its idempotency key until it has one, and
// the phase is judged three times: the database by its own rows (audit.go), the clients' record of what was acknowledged
// against those rows (record.go), and the history of requests and answers for being linearizable (history.go).
package soak
