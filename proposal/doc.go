// Package proposal judges a buyer's proposal, as the ProposalHandlingFlow of the seller agent's documents does: accept it,
// counter it, or reject it.
//
// Evaluate looks at whether the product is sold that way and how much of the volume can be had. Priced holds the proposal
// against the ask, which is the price of the waterfall for the volume that can be had; one that meets it whole is accepted, at
// the lower of the two prices. Bargain answers any other: it is accepted within the publisher's tolerance or by the
// NegotiationEngine, and otherwise countered, with the first round of the negotiation that it opens.
//
// The package is pure: no clock, I/O or randomness, so the same facts always get the same answer. The caller fetches what
// each step needs when the step before asks for it; whether an approval rule stops the outcome is package approval's to tell.
// Prices are CPMs in micros of the product's currency. What a buyer may read is the recommendation, the errors and the counter
// terms; the trace is the publisher's.
package proposal
