package iabfile

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver of the file

	"parley"
)

// MaxJSON is the size of the largest JSON file that is read, in bytes.
const MaxJSON = 64 << 20

// sqliteMagic begins every SQLite file.
const sqliteMagic = "SQLite format 3\x00"

// Read reads a file, told apart by its content. now decides which values of a SQLite file are over. A file that is neither
// form is a validation error.
func Read(ctx context.Context, path string, now time.Time) (Contents, error) {
	file, err := os.Open(path)
	if err != nil {
		return Contents{}, err
	}
	defer func() { _ = file.Close() }() // it was only read
	head := make([]byte, len(sqliteMagic))
	n, err := io.ReadFull(file, head)
	switch {
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF):
		return Contents{}, err
	case string(head[:n]) == sqliteMagic:
		return readSQLite(ctx, path, now)
	}
	rest, err := io.ReadAll(io.LimitReader(file, MaxJSON+1))
	switch {
	case err != nil:
		return Contents{}, err
	case len(rest) > MaxJSON:
		return Contents{}, parley.Errorf(parley.CodeTooLarge, "A JSON file has at most %d bytes.", MaxJSON)
	}
	return readJSON(append(head[:n], rest...), now)
}

func readSQLite(ctx context.Context, path string, now time.Time) (contents Contents, err error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return contents, err
	}
	location := url.URL{Scheme: "file", Path: absolute, RawQuery: "mode=ro"}
	db, err := sql.Open("sqlite", location.String())
	if err != nil {
		return contents, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, `SELECT key, value, expires_at FROM kv_store ORDER BY key`)
	if err != nil {
		return contents, parley.Errorf(parley.CodeValidation, "The file is no database of the IAB seller agent: %s.", err.Error())
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	seconds := float64(now.UnixMicro()) / 1e6
	for rows.Next() {
		var key, value string
		var expires sql.NullFloat64
		if err := rows.Scan(&key, &value, &expires); err != nil {
			return contents, parley.Errorf(parley.CodeValidation, "The table kv_store cannot be read: %s.", err.Error())
		}
		if !expires.Valid || expires.Float64 > seconds {
			contents.take(key, []byte(value), now)
		}
	}
	return contents, rows.Err()
}

// silent are the keys that hold nothing of their own: indexes, locks and answers.
var silent = []string{"api_key_index:", "api_key_list", "session_index:", "agent_url_index:", "idempotency:", "deal_index:", "quote_history:"}

// leavings says, by the beginning of a key, what is left behind and why.
var leavings = []struct{ prefix, kind, why string }{
	{"deal:", "deal", "a deal is booked from a quote at a price with a trace; let it run out there, or book it here again"},
	{"order:", "order", "an order is of a deal that stays behind"},
	{"quote:", "quote", "quotes last a day; ask again"},
	{"proposal:", "proposal", "propose again"},
	{"negotiation:", "negotiation", "negotiate again"},
	{"change_request:", "change request", "it is about a deal that stays behind"},
	{"session:", "session", "sessions last a week; begin another"},
	{"agent:", "agent", "register it again by its card: POST /registry/agents/discover, then set its trust"},
	{"media_kit:", "media kit", "the media kit follows from the packages and the seller's name"},
}

// take reads one value by its key.
func (c *Contents) take(key string, value []byte, now time.Time) {
	prefix, id, _ := strings.Cut(key, ":")
	switch prefix {
	case "product":
		c.product(id, value)
		return
	case "package":
		c.pack(id, value)
		return
	case "rate_card":
		c.rateCard(value)
		return
	case "api_key":
		c.key(id, value, now)
		return
	}
	for _, beginning := range silent {
		if strings.HasPrefix(key, beginning) {
			return
		}
	}
	for _, leaving := range leavings {
		if strings.HasPrefix(key, leaving.prefix) {
			c.leave(leaving.kind, id, describe(value)+leaving.why)
			return
		}
	}
	c.leave("other", key, "nothing here is like it")
}

// describe tells what a record says of itself, for those who look it up.
func describe(value []byte) string {
	var record struct {
		Status    string `json:"status"`
		ProductID string `json:"product_id"`
		DealType  string `json:"deal_type"`
		DealID    string `json:"deal_id"`
	}
	if json.Unmarshal(value, &record) != nil {
		return ""
	}
	var said []string
	for _, text := range []string{record.Status, record.DealType, record.ProductID} {
		if text != "" {
			said = append(said, text)
		}
	}
	if len(said) == 0 {
		return ""
	}
	return strings.Join(said, ", ") + ": "
}

// readJSON reads what the agent's API answers: an object with products, packages, entries of the rate card, deals, orders or
// keys, or a plain list of products, packages or entries.
func readJSON(raw []byte, now time.Time) (Contents, error) {
	var contents Contents
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\ufeff")))
	var page map[string]json.RawMessage
	if len(raw) > 0 && raw[0] == '[' {
		page = map[string]json.RawMessage{"list": raw}
	} else if err := json.Unmarshal(raw, &page); err != nil {
		return contents, parley.Errorf(parley.CodeValidation, "The file is neither SQLite nor JSON. A catalog as CSV is for parley catalog import.")
	}
	found := false
	for _, plural := range []string{"list", "products", "packages", "all_packages", "results", "entries", "keys", "api_keys", "deals", "orders"} {
		list, there := page[plural]
		if !there {
			continue
		}
		var rows []json.RawMessage
		if json.Unmarshal(list, &rows) != nil {
			continue
		}
		found = true
		if plural == "entries" {
			contents.rateCard(raw)
			continue
		}
		for i, row := range rows {
			contents.takeRow(plural, i, row, now)
		}
	}
	if !found {
		return contents, parley.Errorf(parley.CodeValidation,
			"The file has none of products, packages, entries, keys, deals and orders. Save what the API's lists answer.")
	}
	return contents, nil
}

// takeRow reads one row of a list, by what it names.
func (c *Contents) takeRow(plural string, place int, row []byte, now time.Time) {
	var record struct {
		PackageID     string          `json:"package_id"`
		ProductID     string          `json:"product_id"`
		DealID        string          `json:"deal_id"`
		OrderID       string          `json:"order_id"`
		KeyID         string          `json:"key_id"`
		KeyHash       string          `json:"key_hash"`
		InventoryType string          `json:"inventory_type"`
		Deal          json.RawMessage `json:"deal"`
	}
	if json.Unmarshal(row, &record) != nil {
		c.refuse(plural, fmt.Sprintf("row %d", place+1), "is no object")
		return
	}
	if record.Deal != nil {
		c.takeRow("deals", place, record.Deal, now)
		return
	}
	switch {
	case record.KeyID != "" && record.KeyHash == "":
		c.leave("key", record.KeyID, "lists of keys do not tell what a key is known by; read the database, or make a new one")
	case record.KeyHash != "":
		c.key(record.KeyHash, row, now)
	case record.PackageID != "":
		c.pack(record.PackageID, row)
	case record.OrderID != "":
		c.take("order:"+record.OrderID, row, now)
	case record.DealID != "":
		c.take("deal:"+record.DealID, row, now)
	case record.ProductID != "":
		c.product(record.ProductID, row)
	case record.InventoryType != "":
		c.entry(row)
	default:
		c.leave(plural, fmt.Sprintf("row %d", place+1), "names nothing that is known")
	}
}
