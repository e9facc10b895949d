package storage

import (
	"context"
	"strconv"
	"strings"
)

// BuyerColumn is a column that has words of a buyer's people, or tells who they are.
type BuyerColumn struct {
	Name     string // of its table and itself, with a dot between
	Document bool   // it has JSON, of which some members do

	key  string // of its table, a text or a number
	rows string // which of them are of the account $1, or of the buyer whose key that is
	also string // is set with it
	// found keeps anew what the row of a key is found by, where the column's words are kept for that too; nil: they are not.
	found func(ctx context.Context, tx *Tx, key string) error
}

func (c BuyerColumn) table() string  { return c.Name[:strings.IndexByte(c.Name, '.')] }
func (c BuyerColumn) column() string { return c.Name[strings.IndexByte(c.Name, '.')+1:] }

// BuyerColumns are all of them, in the order in which they are written over.
var BuyerColumns = func() []BuyerColumn {
	owners := " IN (" + keysOf("belongs_to", "$1") + " UNION SELECT belongs_to FROM keys WHERE id = $1 AND role = 'buyer')"
	owned, keys := "owner"+owners, "belongs_to"+owners
	accounts := "id IN (" + accountsBelow("$1") + ")"
	of := func(table string) string { return "(SELECT id FROM " + table + " WHERE " + owned + ")" }
	things := []string{"SELECT id FROM accounts WHERE " + accounts, "SELECT id FROM keys WHERE " + keys}
	for _, table := range []string{"sessions", "webhooks", "quotes", "proposals", "negotiations", "deals", "orders", "change_requests", "approvals"} {
		things = append(things, "SELECT id FROM "+table+" WHERE "+owned)
	}
	// Events of keys and accounts are the publisher's own, and name them inside.
	told := owned + ` OR owner = '' AND (type LIKE 'key.%' OR type LIKE 'account.%') AND EXISTS (SELECT 1 FROM (SELECT id FROM accounts WHERE ` + accounts + `
		UNION ALL SELECT id FROM keys WHERE ` + keys + `) AS named WHERE CAST(data AS TEXT) LIKE '%"' || named.id || '"%')`
	changed := "resource_id IN (" + strings.Join(things, " UNION ALL ") + ")"
	return []BuyerColumn{
		{Name: "accounts.contacts", Document: true, key: "id", rows: accounts, also: ", version = version + 1"},
		{Name: "accounts.notes", key: "id", rows: accounts, also: ", version = version + 1"},
		{Name: "keys.label", key: "id", rows: keys},
		{Name: "webhooks.label", key: "id", rows: owned},
		{Name: "sessions.metadata", Document: true, key: "id", rows: owned},
		{Name: "session_messages.content", key: "session_id", rows: "session_id IN " + of("sessions")},
		{Name: "session_messages.metadata", Document: true, key: "session_id", rows: "session_id IN " + of("sessions")},
		{Name: "negotiation_rounds.buyer_reason", key: "negotiation_id", rows: "negotiation_id IN " + of("negotiations")},
		{Name: "quotes.carried", Document: true, key: "id", rows: owned},
		{Name: "proposals.carried", Document: true, key: "id", rows: owned},
		{Name: "deals.carried", Document: true, key: "id", rows: owned},
		{Name: "deals.notes", key: "id", rows: owned},
		{Name: "deal_paperwork.note", key: "deal_id", rows: "deal_id IN " + of("deals"), found: findPaperwork},
		{Name: "change_requests.reason", key: "id", rows: owned},
		{Name: "change_requests.proposed", Document: true, key: "id", rows: owned},
		{Name: "orders.metadata", Document: true, key: "id", rows: owned},
		{Name: "order_transitions.reason", key: "order_id", rows: "order_id IN " + of("orders")},
		{Name: "order_transitions.metadata", Document: true, key: "order_id", rows: "order_id IN " + of("orders")},
		{Name: "approvals.snapshot", Document: true, key: "id", rows: owned},
		{Name: "approval_comments.text", key: "approval_id", rows: "approval_id IN " + of("approvals")},
		{Name: "events.data", Document: true, key: "id", rows: "(" + told + ")"},
		{Name: "events.detail", Document: true, key: "id", rows: owned},
		{Name: "audits.before", Document: true, key: "seq", rows: changed},
		{Name: "audits.after", Document: true, key: "seq", rows: changed},
	}
}()

// BuyerWords are what a column has, and the key of its row; rows of one key may be several.
type BuyerWords struct {
	Key  string
	Text string
}

// BuyerWords answers what a column has of the people of an account, and of those that belong to it, or of the buyer whose key an id names, by
// the keys of the rows.
func (r *Reader) BuyerWords(c BuyerColumn, id string) *Pending[[]BuyerWords] {
	scan := func(rows Rows, w *BuyerWords) error { return rows.Scan(&w.Key, &w.Text) }
	text := "CAST(" + c.column() + " AS TEXT)"
	return many(r, scan, `SELECT CAST(`+c.key+` AS TEXT), `+text+` FROM `+c.table()+` WHERE `+c.rows+` AND `+text+` NOT IN ('', '[]', '{}', 'null')
		ORDER BY `+c.key, id)
}

// OverwriteBuyerWords puts other words in the place of some, in the rows of one key that have them, and in what these are found by.
func (tx *Tx) OverwriteBuyerWords(ctx context.Context, c BuyerColumn, found BuyerWords, with string) error {
	var key any = found.Key
	if number, err := strconv.ParseInt(found.Key, 10, 64); err == nil && c.key == "seq" {
		key = number
	}
	tx.exec(`UPDATE `+c.table()+` SET `+c.column()+` = $3`+c.also+` WHERE `+c.key+` = $1 AND CAST(`+c.column()+` AS TEXT) = $2`, key, found.Text, with)
	if c.found == nil {
		return nil
	}
	return c.found(ctx, tx, found.Key)
}

// findPaperwork keeps anew the words that what belongs to a deal is found by.
func findPaperwork(ctx context.Context, tx *Tx, dealID string) error {
	filed, err := tx.PaperworkOf([]string{dealID}).Get(ctx)
	for _, p := range filed {
		tx.wordPaperwork(p)
	}
	return err
}
