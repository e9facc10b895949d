package storage

import (
	"strconv"
	"strings"

	"parley"
)

// MixedOwners answers the owners that keys of one seat id at several DSPs have together, from before owners had a DSP.
func (r *Reader) MixedOwners() *Pending[[]string] {
	return many(r, scalar[string], `SELECT owner FROM keys WHERE belongs_to = owner AND party_seat <> '' AND party_platform <> ''
		GROUP BY owner HAVING COUNT(DISTINCT party_platform) > 1 ORDER BY owner`)
}

// OwnedTable is a table of what owners have.
type OwnedTable struct {
	name string
	key  string // orders an owner's rows
	then string // of a row: the owner that it has once $1, which is mixed, is split; NULL where nothing says
	also string // is set with it, where $1 is a seat alone
	free string // holds where the other owner has nothing in the row's place, as another program could have put there
}

// OwnedTables are all of them: each after those by whose rows its own are told apart.
var OwnedTables = func() []OwnedTable {
	const split = `(SELECT MIN(k.owner || '/' || k.party_platform) FROM keys AS k WHERE k.owner = $1 AND k.party_platform <> '' AND `
	said := func(table string) string { return split + saidDSP("k") + ` = ` + saidDSP(table) + `)` }
	byKey := func(key string) string { return split + `k.id = ` + key + `)` }
	of := func(table, id string) string {
		return `(SELECT t.owner FROM ` + table + ` AS t WHERE t.id = ` + id + `)`
	}
	first := func(owners ...string) string { return `COALESCE(` + strings.Join(owners, `, `) + `)` }
	deal, quote, proposal, negotiation, order := of("deals", "deal_id"), of("quotes", "quote_id"), of("proposals", "proposal_id"),
		of("negotiations", "negotiation_id"), of("orders", "order_id")
	return []OwnedTable{
		{name: "quotes", key: "id", then: said("quotes")},
		{name: "proposals", key: "id", then: said("proposals")},
		{name: "deals", key: "seq", then: said("deals"), also: `, account = 'seat/' || replace(substr(` + said("deals") + `, 7), '///', '/')`},
		{name: "sessions", key: "id", then: said("sessions"), free: ` AND NOT EXISTS (SELECT 1 FROM sessions AS t
			WHERE t.owner = ` + said("sessions") + ` AND t.context_id = sessions.context_id)`},
		{name: "negotiations", key: "id", then: first(proposal, quote)},
		{name: "orders", key: "id", then: deal},
		{name: "change_requests", key: "id", then: deal},
		{name: "activations", key: "id", then: deal},
		{name: "holds", key: "id", then: quote, free: ` AND NOT EXISTS (SELECT 1 FROM holds AS t WHERE t.owner = ` + of("quotes", "holds.quote_id") + `
			AND t.product_id = holds.product_id AND t.by_desk = holds.by_desk AND t.slot = holds.slot)`},
		{name: "approvals", key: "id", then: first(deal, proposal, quote, negotiation, order, of("change_requests", "change_id"))},
		{name: "webhooks", key: "id", then: byKey("webhooks.key_id")},
		{name: "events", key: "seq", then: first(deal, proposal, negotiation, quote, order, of("approvals", "approval_id"), of("sessions", "session_id"),
			byKey("data->>'key_id'"), byKey("substr(actor, 7)"))}, // behind buyer:
	}
}()

// OwnedRows answers the keys of the rows that an owner has in a table, in their order after one of them; empty: from the first.
func (r *Reader) OwnedRows(t OwnedTable, owner, after string, limit int) *Pending[[]string] {
	return many(r, scalar[string], `SELECT CAST(`+t.key+` AS TEXT) FROM `+t.name+` WHERE owner = $1 AND `+t.key+` > $2 ORDER BY `+t.key+` LIMIT $3`,
		owner, t.row(after), limit)
}

// row is the key of a row as its table has it.
func (t OwnedTable) row(key string) any {
	if t.key == "id" {
		return key
	}
	number, _ := strconv.ParseInt(key, 10, 64) // none is before the first
	return number
}

// SplitRows gives the rows of a mixed owner after one of them, up to another, to the owners that there are once it is split, as far as they say
// at which DSP their buyer's seat is, or by which key they came. What does not say stays whose it is.
func (tx *Tx) SplitRows(t OwnedTable, mixed, after, upTo string) {
	set := `owner = ` + t.then
	if strings.HasPrefix(parley.Payer(mixed), "seat/") {
		set += t.also
	}
	tx.exec(`UPDATE `+t.name+` SET `+set+` WHERE owner = $1 AND `+t.key+` > $2 AND `+t.key+` <= $3 AND `+t.then+` <> $1`+t.free, mixed, t.row(after), t.row(upTo))
}

// SplitOwner gives each key at a DSP that has a mixed owner one with its DSP, and answers their ids.
func (tx *Tx) SplitOwner(mixed string) *Pending[[]string] {
	tx.exec(`INSERT INTO removed_events (owner, up_to) SELECT DISTINCT k.owner || '/' || k.party_platform, e.up_to FROM removed_events AS e
		JOIN keys AS k ON k.owner = e.owner AND k.party_platform <> '' WHERE e.owner = $1 ON CONFLICT (owner) DO NOTHING`, mixed)
	return many(&tx.Reader, scalar[string], `UPDATE keys SET owner_dsp = party_platform WHERE belongs_to = $1 AND owner = $1 AND party_platform <> '' RETURNING id`, mixed)
}
