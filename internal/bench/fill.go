package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of PostgreSQL
	_ "modernc.org/sqlite"             // the driver of SQLite
)

// filler stores many copies of one quote, of its deal and of the quote's first event, by the thousand in a statement. The
// copies have ids before those of everything that the product stores, and are otherwise what the product would store.
type filler struct {
	db *sql.DB
	// padded writes a number with leading zeros in as many digits as an id has.
	padded func(number string) string
	// unchecked turns foreign keys off, of which those of quotes and deals point to each other.
	unchecked string
	// upkeep is what the database would have done to itself by the time that so much was stored.
	upkeep string
	// numbered is set where a table does not number its rows by itself.
	numbered bool
}

// fillPortion is how many rows one statement copies.
const fillPortion = 50_000

// fill stores quotes and, for the first so many of them, deals. The place has one booked quote, which is the model.
func (p place) fill(ctx context.Context, quotes, deals int) error {
	return p.filling(ctx, func(f filler) error { return f.trade(ctx, quotes, deals) })
}

// unmarkedOf is the part of outdated quotes that are yet to be marked as expired, one of so many.
const unmarkedOf = 20

// outdate stores quotes that ran out in 1970, beside so many others.
func (p place) outdate(ctx context.Context, others, quotes int) error {
	return p.filling(ctx, func(f filler) error {
		return f.copies(ctx, "quotes", `status = 'booked'`, others, others+quotes, map[string]string{
			"id": f.quoteID(), "product_id": f.product(), "deal_id": `NULL`, "expires_at": "1",
			"status": fmt.Sprintf(`CASE n %% %d WHEN 0 THEN 'available' ELSE 'expired' END`, unmarkedOf),
		})
	})
}

// outdated counts the quotes that outdate stored: those that have not been marked expired, and those that are still there.
func (p place) outdated(ctx context.Context) (unmarked, present int, err error) {
	err = p.filling(ctx, func(f filler) error {
		return f.db.QueryRowContext(ctx, `SELECT COUNT(CASE status WHEN 'available' THEN 1 END), COUNT(*) FROM quotes WHERE expires_at = 1`).
			Scan(&unmarked, &present)
	})
	return unmarked, present, err
}

// filling lets work on the place's database.
func (p place) filling(ctx context.Context, work func(filler) error) (err error) {
	f := filler{
		padded:    func(number string) string { return `lpad(CAST(` + number + ` AS TEXT), 26, '0')` },
		unchecked: `SET session_replication_role = replica`,
		upkeep:    `VACUUM ANALYZE`,
	}
	if path, embedded := strings.CutPrefix(p.url, "sqlite:"); embedded {
		f = filler{
			padded:    func(number string) string { return `printf('%026d', ` + number + `)` },
			unchecked: `PRAGMA foreign_keys = OFF`, upkeep: `PRAGMA wal_checkpoint(TRUNCATE)`, numbered: true,
		}
		f.db, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(30000)&_pragma=synchronous(OFF)")
	} else {
		f.db, err = sql.Open("pgx", p.url)
	}
	if err != nil {
		return err
	}
	f.db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, f.db.Close()) }()
	if _, err := f.db.ExecContext(ctx, f.unchecked); err != nil {
		return err
	}
	return work(f)
}

func (f filler) quoteID() string { return `'qt-' || ` + f.padded("n") }

func (f filler) product() string {
	return fmt.Sprintf(`'product-' || substr(%s, 20)`, f.padded(fmt.Sprintf("n %% %d", benchProducts)))
}

func (f filler) trade(ctx context.Context, quotes, deals int) error {
	quote, deal, product := f.quoteID(), `'BENCH-' || `+f.padded("n"), f.product()
	sold := map[string]string{"id": quote, "product_id": product, "deal_id": deal}
	open := map[string]string{"id": quote, "product_id": product, "status": `'available'`, "deal_id": `NULL`}
	struck := map[string]string{"id": deal, "product_id": product, "quote_id": quote, "seq": ""}
	told := map[string]string{"id": `'evt-' || ` + f.padded("n"), "quote_id": quote, "flow_id": quote, "seq": "", "xact": ""}
	if f.numbered {
		struck["seq"] = "1000 + n"
	}
	for _, step := range []struct {
		table, model string
		from, to     int
		changed      map[string]string
	}{
		{"quotes", `status = 'booked'`, 0, deals, sold},
		{"quotes", `status = 'booked'`, deals, quotes, open},
		{"deals", `id NOT LIKE 'BENCH-%'`, 0, deals, struck},
		{"events", `type = 'quote.created'`, 0, quotes, told},
	} {
		if err := f.copies(ctx, step.table, step.model, step.from, step.to, step.changed); err != nil {
			return fmt.Errorf("fill %s: %w", step.table, err)
		}
	}
	_, err := f.db.ExecContext(ctx, f.upkeep)
	return err
}

// copies stores a copy of the model for each number of a range, with the changed columns from expressions over n. A column
// whose expression is empty numbers itself.
func (f filler) copies(ctx context.Context, table, model string, from, to int, changed map[string]string) error {
	if from >= to {
		return nil
	}
	names, err := f.columns(ctx, table)
	if err != nil {
		return err
	}
	var into, values []string
	for _, name := range names {
		value, differs := changed[name]
		if !differs {
			value = "model." + name
		}
		if value != "" {
			into, values = append(into, name), append(values, value)
		}
	}
	//nolint:gosec // every part is this command's own
	insert := `WITH RECURSIVE numbers (n) AS (SELECT CAST($1 AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < $2)
		INSERT INTO ` + table + ` (` + strings.Join(into, ", ") + `)
		SELECT ` + strings.Join(values, ", ") + ` FROM numbers, (SELECT * FROM ` + table + ` WHERE ` + model + ` LIMIT 1) AS model`
	for ; from < to; from += fillPortion {
		if _, err := f.db.ExecContext(ctx, insert, from, min(from+fillPortion, to)); err != nil {
			return err
		}
	}
	return nil
}

func (f filler) columns(ctx context.Context, table string) (names []string, err error) {
	rows, err := f.db.QueryContext(ctx, "SELECT * FROM "+table+" WHERE FALSE") //nolint:gosec // its own, too
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	return rows.Columns()
}
