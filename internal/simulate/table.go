package main

import (
	"fmt"
	"io"
	"strings"

	"parley"
)

// writeTables prints what came out, by tier and by kind of buyer.
func (r results) writeTables(out io.Writer) error {
	var text strings.Builder
	heading := func(first string) {
		fmt.Fprintf(&text, "%-15s %-17s %10s %14s %9s %8s %7s %6s\n", "strategy", first, "agreements", "seller's share",
			"captured", "off ask", "rounds", "under")
	}
	row := func(v int, name string, t tally) {
		fmt.Fprintf(&text, "%-15s %-17s %9.1f%% %13.1f%% %8.1f%% %7.1f%% %7.2f %6d\n", variants[v].name, name,
			100*t.agreement(), 100*t.share(), 100*t.captured(), 100*t.off(), t.length(), t.under)
	}
	heading("tier")
	for v := range variants {
		for _, tier := range parley.Tiers {
			row(v, tier.String(), r.tiers[v][tier])
		}
	}
	text.WriteString("\n")
	heading("buyer")
	for v := range variants {
		for k, kind := range kinds {
			name := kind.name
			if kind.hostile {
				name += " *"
			}
			row(v, name, r.kinds[v][k])
		}
	}
	text.WriteString(`
agreements      of those in which the buyer could have paid the reservation price
seller's share  of the surplus between floor and the buyer's value, where there was an agreement
captured        the seller's share of all the surplus that was there to be had; a missed agreement yields none
off ask         mean discount from the ask in agreements
under           prices stated or accepted under the reservation price; anything but 0 is a defect
*               a hostile buyer: tries to get under the reservation price rather than to agree
`)
	_, err := io.WriteString(out, text.String())
	return err
}
