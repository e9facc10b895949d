package storagetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"parley"
	"parley/storage"
)

// BeforeMarks is the last version of the schema that keeps nothing of what deals earned, and withoutMarks the last in which the programs alone
// marked what is to be reckoned anew.
const (
	BeforeMarks  = 115
	withoutMarks = 120
)

// unmarked are settings by which nothing was reckoned, and complete a day that how deals stand is of.
var unmarked = [3]string{"zone", "source", "zone\nsource"}

const complete = parley.Date(7)

// toReckon are the deals that are to be reckoned, each with the months that are.
func (f *fixture) toReckon() map[string][]parley.Date {
	f.Helper()
	open := map[string][]parley.Date{}
	for _, id := range read(f, func(r *storage.Reader) *storage.Pending[[]string] {
		return r.DealsToReckon(unmarked, complete, "", 100)
	}) {
		open[id] = []parley.Date{}
		for _, m := range read(f, func(r *storage.Reader) *storage.Pending[[]storage.EarnedMonth] { return r.MonthsToReckon(id, unmarked) }) {
			open[id] = append(open[id], m.Month)
		}
		if read(f, func(r *storage.Reader) *storage.Pending[*int64] { return r.StandingToReckon(id, complete, unmarked[1]) }) == nil {
			f.Errorf("how %s stands is not to be reckoned", id)
		}
	}
	return open
}

// reckon stores something of all that is to be reckoned.
func (f *fixture) reckon() {
	f.Helper()
	for id := range f.toReckon() {
		if err := f.sweep(id); err != nil {
			f.Fatal(err)
		}
	}
	same(f, f.toReckon(), map[string][]parley.Date{})
}

// sweep stores something of what is to be reckoned of a deal, as the program's sweep does.
func (f *fixture) sweep(id string) error {
	return f.store.Tx(f.Context(), func(tx *storage.Tx) error {
		tx.HoldStanding(id)
		return f.stored(tx, id, func() {})
	})
}

// stored reads what is to be reckoned of a deal, and stores something after what comes between.
func (f *fixture) stored(tx *storage.Tx, id string, between func()) error {
	months, version := tx.MonthsToReckon(id, unmarked), tx.StandingToReckon(id, complete, unmarked[1])
	open, err := months.Get(f.Context())
	if err != nil {
		return err
	}
	standing, err := version.Get(f.Context())
	if err != nil {
		return err
	}
	between()
	for _, m := range open {
		tx.SetEarned(id, m, storage.Earned{Currency: parley.USD})
	}
	tx.SetStanding(id, *standing, storage.DeliveryStanding{Day: complete})
	return nil
}

// sumRow is the sum of a day as programs write it, but for what they say to one that is there.
func sumRow(dealID, source string, day parley.Date) string {
	return fmt.Sprintf(`INSERT INTO delivery_sums (deal_id, source, day, impressions, spent_on, mixed, as_of, final) VALUES ('%s', '%s', %d, 1, 0, FALSE, 1, FALSE)`,
		dealID, source, day)
}

// MarksMigration has figures marked that programs took in which mark nothing, beside one that does: former runs statements in a database that is at
// the version BeforeMarks, upTo migrates it to another one, and migrated opens it with the present schema. nextSeq is the dialect's NextDealSeq.
func MarksMigration(t *testing.T, nextSeq string, former func(sql string, args ...any), upTo func(version int64), migrated func() *storage.Store) {
	t.Helper()
	f := &fixture{T: t}
	this, next := flight.Start.MonthStart(0), flight.Start.MonthStart(1)
	one, two, three := f.deal(f.quote("a", "key-1")), f.deal(f.quote("a", "key-1")), f.deal(f.quote("a", "key-1"))
	formerProduct(former)
	for _, d := range []parley.Deal{one, two, three} {
		formerDeal(former, nextSeq, d)
	}
	former(sumRow(one.ID, "gam", this+9))
	former(sumRow(two.ID, "gam", this+9))
	upTo(withoutMarks)
	former(`UPDATE earned_months SET counted = TRUE, currency = 'USD'`)
	former(`UPDATE delivery_standings SET counted = TRUE`)
	former(sumRow(one.ID, "gam", next+2)) // of a month of which nothing was known
	former(`UPDATE delivery_sums SET impressions = 5 WHERE deal_id = '` + two.ID + `'`)
	former(sumRow(three.ID, "gam", this)) // of a deal of which nothing was
	f.store = migrated()
	same(f, f.toReckon(), map[string][]parley.Date{one.ID: {this, next}, two.ID: {this}, three.ID: {this}})
	f.reckon()
}

// Meanwhile has figures come in while a sweep of another program, which does not hold what it reckons, is about to store what it has read before
// them: raw runs a statement in the database of a store in which others write at the same time.
func Meanwhile(t *testing.T, store *storage.Store, raw func(sql string)) {
	t.Helper()
	f := &fixture{T: t, store: store}
	f.stock(f.product("a"))
	_, d := f.booked("buyer/a//")
	month := flight.Start.MonthStart(0)
	raw(sumRow(d.ID, "gam", month))
	f.tx(func(tx *storage.Tx) error {
		return f.stored(tx, d.ID, func() { raw(`UPDATE delivery_sums SET impressions = impressions + 1`) })
	})
	same(f, f.toReckon(), map[string][]parley.Date{d.ID: {month}})
	f.reckon()
}

// InTurn has those who mark a deal, or store what was reckoned of it, wait for who holds how it stands before they touch what it earned: none waits
// for another in a circle. db is the database of the store.
func InTurn(t *testing.T, store *storage.Store, db *sql.DB) {
	t.Helper()
	f := &fixture{T: t, store: store}
	f.stock(f.product("a"))
	_, d := f.booked("buyer/a//")
	run := func(on interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	}, statement string) error {
		_, err := on.ExecContext(f.Context(), statement)
		return err
	}
	if err := run(db, sumRow(d.ID, "gam", flight.Start)); err != nil {
		t.Fatal(err)
	}
	for what, other := range map[string]func() error{
		"figures": func() error { return run(db, `UPDATE delivery_sums SET impressions = impressions + 1`) },
		"terms":   func() error { return run(db, `UPDATE deals SET final_micros = final_micros + 1`) },
		"a sweep": func() error { return f.sweep(d.ID) },
	} {
		tx, err := db.BeginTx(f.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := run(tx, `SELECT 1 FROM delivery_standings FOR NO KEY UPDATE`); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- other() }()
		for waits := false; !waits; {
			if err := db.QueryRowContext(f.Context(), `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waits); err != nil {
				t.Fatal(err)
			}
			if len(done) > 0 {
				t.Errorf("%s did not wait", what)
				break
			}
		}
		if err := errors.Join(run(tx, `UPDATE earned_months SET counted = FALSE`), tx.Commit(), <-done); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Marks has figures marked that come in past this program: raw runs a statement in the store's database.
func Marks(t *testing.T, store *storage.Store, raw func(sql string)) {
	t.Helper()
	f := &fixture{T: t, store: store}
	f.stock(f.product("a"))
	_, one := f.booked("buyer/a//")
	_, two := f.booked("buyer/a//")
	_, none := f.booked("buyer/a//")
	this, next := flight.Start.MonthStart(0), flight.Start.MonthStart(1)
	same(f, f.toReckon(), map[string][]parley.Date{})
	const replacing = ` ON CONFLICT (deal_id, source, day) DO UPDATE SET impressions = excluded.impressions + 1`
	for _, c := range []struct {
		what, sql string
		want      map[string][]parley.Date
	}{
		{"the first figures", sumRow(one.ID, "gam", this+3) + replacing, map[string][]parley.Date{one.ID: {this}}},
		{"of another deal", sumRow(two.ID, "gam", this+3) + replacing, map[string][]parley.Date{two.ID: {this}}},
		{"of another month", sumRow(one.ID, "gam", next), map[string][]parley.Date{one.ID: {this, next}}},
		{"of the last day of a month", sumRow(two.ID, "gam", next-1), map[string][]parley.Date{two.ID: {this}}},
		{"of a day that is known", sumRow(one.ID, "gam", next) + replacing, map[string][]parley.Date{one.ID: {this, next}}},
		{"of another source", sumRow(one.ID, "dsp", next) + replacing, map[string][]parley.Date{one.ID: {this, next}}},
		{"of both, known and new", `INSERT INTO delivery_sums (deal_id, source, day, impressions, spent_on, mixed, as_of, final)
			SELECT deal_id, source, day + 1, 1, 0, FALSE, 1, FALSE FROM delivery_sums WHERE source = 'gam'` + replacing,
			map[string][]parley.Date{one.ID: {this, next}, two.ID: {this, next}}},
		{"an update", `UPDATE delivery_sums SET final = TRUE WHERE deal_id = '` + two.ID + `'`, map[string][]parley.Date{two.ID: {this, next}}},
		{"an update of none", `UPDATE delivery_sums SET final = TRUE WHERE deal_id = '` + none.ID + `'`, map[string][]parley.Date{}},
		{"of a day before all months", sumRow(none.ID, "gam", -1), map[string][]parley.Date{none.ID: {}}},
	} {
		raw(c.sql)
		if got := f.toReckon(); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
		f.reckon()
	}
}
