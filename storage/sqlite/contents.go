package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// Contents are how much a database holds, for people who are to decide about it.
type Contents struct {
	Keys, Products, Quotes, Proposals, Deals, Orders int64
	// Last is when the last event happened; zero: none has.
	Last time.Time
	// Test tells that it is a test world's.
	Test bool
}

// Empty tells whether nothing is lost with the database.
func (c Contents) Empty() bool { return c == Contents{Test: c.Test} }

// String counts for people, as in "4 keys, 34 products, 2 deals; the last event is of 2026-07-01T12:00:00Z".
func (c Contents) String() string {
	var parts []string
	for _, part := range []struct {
		count int64
		what  string
	}{
		{c.Keys, "keys"}, {c.Products, "products"}, {c.Quotes, "quotes"}, {c.Proposals, "proposals"}, {c.Deals, "deals"}, {c.Orders, "orders"},
	} {
		if part.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.count, part.what))
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing"}
	}
	text := strings.Join(parts, ", ")
	if !c.Last.IsZero() {
		text += "; the last event is of " + c.Last.UTC().Format(time.RFC3339)
	}
	return text
}

// ContentsOf counts what a file holds. One that is not there holds nothing; neither does it of what its schema does not know.
func ContentsOf(ctx context.Context, path string) (found Contents, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return Contents{}, nil
	}
	db, err := sql.Open("sqlite", fmt.Sprintf("file:%s?mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(%d)", escapePath(path), busyTimeout.Milliseconds()))
	if err != nil {
		return Contents{}, fmt.Errorf("sqlite: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var last, clocks int64
	for table, question := range map[string]struct {
		ask  string
		into *int64
	}{
		"keys": {"SELECT COUNT(*) FROM keys", &found.Keys}, "products": {"SELECT COUNT(*) FROM products", &found.Products},
		"quotes": {"SELECT COUNT(*) FROM quotes", &found.Quotes}, "proposals": {"SELECT COUNT(*) FROM proposals", &found.Proposals},
		"deals": {"SELECT COUNT(*) FROM deals", &found.Deals}, "orders": {"SELECT COUNT(*) FROM orders", &found.Orders},
		"events":     {"SELECT COALESCE(MAX(occurred_at), 0) FROM events", &last},
		"test_clock": {"SELECT COUNT(*) FROM test_clock", &clocks},
	} {
		known, err := hasTable(ctx, db, table)
		if err != nil {
			return Contents{}, explain(err)
		}
		if !known {
			continue
		}
		if err := db.QueryRowContext(ctx, question.ask).Scan(question.into); err != nil {
			return Contents{}, explain(err)
		}
	}
	if last != 0 {
		found.Last = time.UnixMicro(last)
	}
	found.Test = clocks > 0
	return found, nil
}
