// Package contention models how bookings wait for each other at the inventory ledger: a discrete-event simulation in which
// a booking takes time for what it does and waits for what others hold. It is a pure function of its arguments: the same
// bookings and the same random source give the same result.
//
// What is modelled is one booking's transaction: work before the ledger, the rows of its flight, its own rows, the commit.
// Processors, disks and the network are not: each step takes the time that is given for it however many run at once, and
// only connections are scarce. What the model says is therefore what contention alone leaves.
package contention
