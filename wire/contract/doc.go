// Package contract holds the wire types of the IAB Tech Lab shared contract, the dialect that today's buyer agents speak,
// and their mapping from the domain. Amounts are {"amount_micros": integer, "currency": code}; what the domain does not
// have is null, as the contract's own examples write it.
package contract
