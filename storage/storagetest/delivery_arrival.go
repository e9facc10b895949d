package storagetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/storage"
)

// watched marks the transactions of the import that a test looks at.
type watched struct{}

// DeliverySteps holds an import of figures to writing in short transactions, between which others write, and to being read whole or not
// at all, wherever its process ends. open answers an empty store whose transactions are watched.
func DeliverySteps(t *testing.T, open func(storage.Watch) *storage.Store) {
	t.Helper()
	var begun func(storage.TransactionKind) bool // answers whether the process has ended before
	var between func()
	f := &fixture{T: t}
	f.store = open(func(ctx context.Context, kind storage.TransactionKind) (context.Context, func(error)) {
		if ctx.Value(watched{}) == nil {
			return ctx, func(error) {}
		}
		if begun(kind) {
			ended, end := context.WithCancel(ctx)
			end()
			return ended, func(error) {}
		}
		return ctx, func(error) { between() }
	})
	f.stock(f.product("a"))
	_, one := f.booked("buyer/a//")
	_, two := f.booked("buyer/a//")

	const step = 9
	rows := func(by int64) (rows []parley.DeliveryDay) {
		for i := range int64(18) {
			d := figure([]string{one.ID, two.ID}[i%2], flight.Start+parley.Date(i/2%3), i+by)
			d.Line, d.Losses = fmt.Sprint(i/6), map[string]int64{"101": i + by, fmt.Sprint("20", i%3): by}
			d.SpendMicros, d.Currency = ptr(i*by), parley.USD
			rows = append(rows, d)
		}
		return rows
	}
	imports := func(ctx context.Context, source, digest string, asOf, now time.Time, rows []parley.DeliveryDay, change func(*storage.DeliveryFile)) (parley.DeliveryImport, bool, error) {
		file, known := f.deliveryFile(source, digest, asOf, rows...)
		file.Step, file.Clock = step, func() time.Time { return now }
		if change != nil {
			change(&file)
		}
		done, err := f.store.ImportDelivery(ctx, file)
		return done, *known, err
	}
	days := func(source string) (found []storage.DeliveredDay) {
		err := f.store.Read(f.Context(), func(r *storage.Reader) error {
			pending, others := r.DeliveryDays(one.ID), r.DeliveryDays(two.ID)
			all, err := pending.Get(f.Context())
			if err != nil {
				return err
			}
			more, err := others.Get(f.Context())
			for _, d := range append(all, more...) {
				if d.Source == source {
					found = append(found, d)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	must := func(source, digest string, asOf time.Time, rows []parley.DeliveryDay) {
		t.Helper()
		if _, known, err := imports(f.Context(), source, digest, asOf, noon, rows, nil); err != nil || known {
			t.Fatal(known, err)
		}
	}
	later := noon.Add(time.Hour)
	// The second file leaves some rows as they were, and one day out.
	former, newer := rows(1), slices.Concat(rows(2)[:14], rows(1)[14:17])
	must("as it was", "d", noon, former)
	must("as it is", "d", noon, former)
	must("as it is", "e", later, newer)
	ctx := context.WithValue(f.Context(), watched{}, true)
	written := 0
	begun, between = func(kind storage.TransactionKind) bool {
		if kind == storage.KindWrite {
			written++
		}
		return false
	}, func() {}
	done, _, err := imports(ctx, "as it was", "preview", later, noon, newer, func(file *storage.DeliveryFile) { file.Preview = true })
	if err != nil || written > 0 || done.Rows != 17 || done.Changed == 0 || done.Changed == done.Rows {
		t.Errorf("a preview has %d transactions that write: %+v %v", written, done, err)
	}

	was, is := days("as it was"), days("as it is")
	equal := func(got, want []storage.DeliveredDay) bool {
		return cmp.Equal(got, want, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Source" }, cmp.Ignore()))
	}
	// shown tells whether a file is known, all of it.
	shown := func(source string) bool {
		t.Helper()
		got := days(source)
		if !equal(got, was) && !equal(got, is) {
			t.Errorf("%s: neither all of a file is known nor nothing: %s", source, cmp.Diff(is, got))
		}
		return equal(got, is)
	}

	n, before := 0, false
	begun = func(storage.TransactionKind) bool { n++; return false }
	between = func() {
		another, cancel := context.WithTimeout(f.Context(), time.Minute)
		defer cancel()
		if err := f.store.Tx(another, func(tx *storage.Tx) error { tx.Lease("another", "b", noon, later); return nil }); err != nil {
			t.Errorf("nobody else can write after transaction %d: %v", n, err)
		}
		if now := shown("whole"); before && !now {
			t.Errorf("after transaction %d a file is known no more", n)
		} else {
			before = now
		}
	}
	must("whole", "d", noon, former)
	if _, _, err := imports(ctx, "whole", "e", later, noon, newer, nil); err != nil || !before {
		t.Fatal(before, err)
	}
	transactions := n
	if transactions < 2*len(newer)/step {
		t.Errorf("%d rows in %d transactions", len(newer), transactions)
	}

	between = func() {}
	for at := range transactions { // the process ends before one
		source := fmt.Sprint("source ", at)
		must(source, "d", noon, former)
		n = 0
		begun = func(storage.TransactionKind) bool { n++; return n > at }
		if _, _, err := imports(ctx, source, "e", later, noon, newer, nil); err == nil {
			t.Errorf("%d of %d transactions are enough", at, transactions)
		}
		counts := shown(source)
		// Before its claim has run out nobody takes it away; then the leader does, or the next file.
		for _, now := range []time.Time{noon, noon.Add(2 * time.Minute)} {
			if at%2 > 0 {
				break
			}
			if _, err := f.store.EndDelivery(f.Context(), now); err != nil {
				t.Fatal(err)
			}
			if shown(source) != counts {
				t.Errorf("ended before transaction %d: what is known of it changes", at)
			}
		}
		_, known, err := imports(f.Context(), source, "e", later, noon.Add(2*time.Minute), newer, nil)
		if err != nil || known != counts || !shown(source) {
			t.Errorf("ended before transaction %d, counts: %v; the same file again is known: %v, %v", at, counts, known, err)
		}
	}

	// Of files that come together each waits for the other, and the latest word counts.
	var together sync.WaitGroup
	for _, digest := range []string{"d", "e"} {
		together.Go(func() {
			asOf, rows := noon, former
			if digest == "e" {
				asOf, rows = later, newer
			}
			if _, _, err := imports(f.Context(), "together", digest, asOf, noon, rows, nil); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	got := days("together")
	if n := len(got); n != len(is) || got[n-1].Impressions != is[n-1].Impressions {
		t.Errorf("two files at once: %s", cmp.Diff(is, got))
	}
}

// DeliverTwice takes in a file of figures of one deal, and another one that replaces all of them, in steps of so many rows.
func DeliverTwice(t *testing.T, store *storage.Store, rows, step int) {
	t.Helper()
	f := &fixture{T: t, store: store}
	f.stock(f.product("a"))
	_, deal := f.booked("buyer/a//")
	for _, by := range []int{0, 1} {
		days := make([]parley.DeliveryDay, rows)
		for i := range days {
			days[i] = figure(deal.ID, flight.Start, int64(i+by))
			days[i].Line = fmt.Sprint(i)
		}
		change := func(file *storage.DeliveryFile) { file.Step = step }
		done, _, err := f.figures("ad server", fmt.Sprint(by), noon.Add(time.Duration(by)*time.Hour), change, days...)
		if err != nil || done.Changed != int64(rows) {
			t.Fatal(done, err)
		}
	}
}
