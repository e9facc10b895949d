// Package parley is the domain of a publisher's seller agent: the software that quotes prices, books deals,
// negotiates and tracks orders with the buyer agents of programmatic advertising.
//
// The package holds the words of the field and the rules that need nothing but themselves: exact money, flights,
// products, buyers and their tiers, quotes, deals, orders with their state machines, events, and the one error type.
// It imports the standard library only. Engines (pricing, negotiation, approval, inventory, openrtb) compute over these
// types; package seller runs the flows; storage keeps them; the edges put them on a wire.
//
// Units, everywhere: a price is a CPM in micros of a currency unit per 1,000 impressions (1 USD = 1,000,000 micros); a
// volume is a count of impressions; a discount is in basis points (1% = 100); a flight is a pair of inclusive calendar
// dates in the publisher's time zone; an instant is UTC.
package parley
