// Package iabfile reads what the IAB Tech Lab's seller agent keeps: its SQLite file, and the JSON that its API answers.
//
// The agent keeps everything in one table, kv_store (key, value, expires_at), whose values are JSON and whose keys begin with
// what they hold: product:, package:, rate_card:current, api_key:, deal:, order: and so on. Values whose time is over are gone
// for the agent, and so they are here. Everything read comes with a row that says whether it can move and, where not, why.
// The inventory CSV of that agent is package catalogfile's.
package iabfile

import "parley"

// Contents is what was found, in the order of its ids.
type Contents struct {
	Products []Product
	Packages []Package
	Entries  []parley.RateCardEntry
	Keys     []parley.Key
	// Left are rows that cannot move.
	Left []Row
}

// Product is a product with what was not as it is here.
type Product struct {
	parley.ProductChange
	Note string
}

// Package is a package with what was not as it is here.
type Package struct {
	parley.Package
	Note string
}

// Row tells what became of one thing.
type Row struct {
	Kind string // product, package, rate card, key, deal, order, ...
	ID   string
	Why  string

	Refused bool // what is like it here would move; this one cannot be read or used
}

func (c *Contents) leave(kind, id, why string) {
	c.Left = append(c.Left, Row{Kind: kind, ID: id, Why: why})
}

func (c *Contents) refuse(kind, id, why string) {
	c.Left = append(c.Left, Row{Kind: kind, ID: id, Why: why, Refused: true})
}
