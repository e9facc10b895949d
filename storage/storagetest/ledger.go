package storagetest

import (
	"errors"
	"testing"

	"parley"
	"parley/storage"
)

// reserved is what is taken of product a, day by day.
func (f *fixture) reserved() []int64 {
	f.Helper()
	days := read(f, func(r *storage.Reader) *storage.Pending[[]parley.DayCapacity] { return r.Capacity("a", flight) })
	amounts := make([]int64, len(days))
	for i, d := range days {
		amounts[i] = d.Reserved
	}
	return amounts
}

// short checks that an error says that a day's capacity does not allow it.
func (f *fixture) short(err error) {
	f.Helper()
	f.code(err, parley.CodeContention)
	if !errors.Is(err, storage.ErrCapacity) {
		f.Fatalf("the error is not about capacity: %v", err)
	}
}

var ledger = map[string]func(*testing.T, *fixture){
	"a day without a row follows its product": func(t *testing.T, f *fixture) {
		p, unlimited := f.product("a"), f.product("b")
		unlimited.DailyImpressions = nil
		f.stock(p, unlimited)
		two := parley.Flight{Start: flight.Start, End: flight.Start + 1}
		for id, capacity := range map[string]*int64{"a": ptr(int64(100)), "b": nil} {
			same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.DayCapacity] { return r.Capacity(id, two) }),
				[]parley.DayCapacity{{Day: two.Start, Capacity: capacity}, {Day: two.End, Capacity: capacity}})
		}
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.DayCapacity] { return r.Capacity("none", two) }), []parley.DayCapacity{})
	},
	"nothing is reserved on a day without a capacity": func(t *testing.T, f *fixture) {
		p := f.product("a")
		p.DailyImpressions = nil
		f.stock(p)
		f.short(f.refusal(func(tx *storage.Tx) { tx.Reserve("a", flight, 1) }))
		last := parley.Flight{Start: flight.End, End: flight.End}
		all := flight
		all.End--
		f.write(func(tx *storage.Tx) { tx.SetCapacity("a", all, ptr(int64(100))) })
		// One impression lies on the first day, which has a capacity; eleven reach the last, which has none.
		f.write(func(tx *storage.Tx) { tx.Reserve("a", flight, 1) })
		f.short(f.refusal(func(tx *storage.Tx) { tx.Reserve("a", flight, 11) }))
		f.short(f.refusal(func(tx *storage.Tx) { tx.Reserve("a", last, 1) }))
		f.write(func(tx *storage.Tx) { tx.Reserve("a", all, 891) })
		f.short(f.refusal(func(tx *storage.Tx) { tx.SetCapacity("a", all, nil) }))
		f.write(func(tx *storage.Tx) {
			tx.Release("a", all, 891)
			tx.Release("a", flight, 1)
			tx.SetCapacity("a", all, nil)
		})
		f.short(f.refusal(func(tx *storage.Tx) { tx.Reserve("a", all, 9) }))
		same(f, f.reserved(), make([]int64, 10))
	},
	"days that are held let deals move past each other": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		early, late := parley.Flight{Start: flight.Start, End: flight.Start + 4}, parley.Flight{Start: flight.Start + 5, End: flight.End}
		f.write(func(tx *storage.Tx) {
			tx.Reserve("a", early, 50)
			tx.Reserve("a", late, 50)
		})
		errs := race(20, func(i int) error {
			from, to := early, late
			if i%2 == 0 {
				from, to = late, early
			}
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				tx.HoldDays("a", from, to)
				tx.Release("a", from, 5)
				tx.Reserve("a", to, 5)
				return nil
			})
		})
		same(f, tally(errs), map[parley.Code]int{"": 20})
		same(f, f.reserved(), []int64{10, 10, 10, 10, 10, 10, 10, 10, 10, 10})
	},
	"a reservation spreads, remainder first, and a release takes it all back": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		f.write(func(tx *storage.Tx) { tx.Reserve("a", flight, 123) })
		same(f, f.reserved(), []int64{13, 13, 13, 12, 12, 12, 12, 12, 12, 12})
		f.write(func(tx *storage.Tx) { tx.Reserve("a", flight, 3) })
		same(f, f.reserved(), []int64{14, 14, 14, 12, 12, 12, 12, 12, 12, 12})
		one := parley.Flight{Start: flight.End, End: flight.End}
		f.write(func(tx *storage.Tx) { tx.Reserve("a", one, 88) })
		f.short(f.refusal(func(tx *storage.Tx) { tx.Reserve("a", flight, 10) }))
		same(f, f.reserved(), []int64{14, 14, 14, 12, 12, 12, 12, 12, 12, 100})
		f.write(func(tx *storage.Tx) {
			tx.Release("a", flight, 3)
			tx.Release("a", one, 88)
			tx.Release("a", flight, 123)
		})
		same(f, f.reserved(), make([]int64, 10))
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.Release("a", flight, 10) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.Reserve("none", flight, 10) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.Release("none", flight, 10) })
	},
	"a new day is held to its product's capacity": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		f.short(f.refusal(func(tx *storage.Tx) { tx.Reserve("a", flight, 1001) }))
		f.write(func(tx *storage.Tx) { tx.Reserve("a", flight, 1000) })
	},
	"capacity is declared and taken back": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		two := parley.Flight{Start: flight.Start, End: flight.Start + 1}
		ask := func(r *storage.Reader) *storage.Pending[[]parley.DayCapacity] { return r.Capacity("a", two) }
		f.write(func(tx *storage.Tx) {
			tx.SetCapacity("a", two, ptr(int64(500)))
			tx.Reserve("a", two, 900)
		})
		same(f, read(f, ask), []parley.DayCapacity{
			{Day: two.Start, Capacity: ptr(int64(500)), Reserved: 450, Declared: true},
			{Day: two.End, Capacity: ptr(int64(500)), Reserved: 450, Declared: true},
		})
		f.short(f.refusal(func(tx *storage.Tx) { tx.SetCapacity("a", two, ptr(int64(449))) }))
		f.short(f.refusal(func(tx *storage.Tx) { tx.SetCapacity("a", two, nil) }))
		f.write(func(tx *storage.Tx) { tx.SetCapacity("a", two, ptr(int64(450))) })
		f.short(f.refusal(func(tx *storage.Tx) { tx.Reserve("a", two, 1) }))
		f.write(func(tx *storage.Tx) {
			tx.Release("a", two, 900)
			tx.SetCapacity("a", two, nil)
		})
		same(f, read(f, ask), []parley.DayCapacity{
			{Day: two.Start, Capacity: ptr(int64(100))}, {Day: two.End, Capacity: ptr(int64(100))},
		})
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.SetCapacity("none", two, ptr(int64(1))) })
	},
	"changes of capacity are told apart by their days": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"))
		days := func(first, last int) parley.Flight {
			return parley.Flight{Start: flight.Start + parley.Date(first), End: flight.Start + parley.Date(last)}
		}
		over := func(product string, of parley.Flight) int64 {
			return read(f, func(r *storage.Reader) *storage.Pending[int64] { return r.CapacityChangedOver(product, of) })
		}
		f.write(func(tx *storage.Tx) {
			tx.NoteCapacityChange("a", 1, days(0, 4))
			tx.NoteCapacityChange("a", 2, days(4, 9))
		})
		for _, c := range []struct {
			of   parley.Flight
			want int64
		}{{days(0, 3), 1}, {days(2, 4), 2}, {days(9, 12), 2}, {days(10, 12), 0}, {days(-2, -1), 0}} {
			same(f, over("a", c.of), c.want)
		}
		same(f, over("b", days(0, 9)), int64(0))
		same(f, read(f, func(r *storage.Reader) *storage.Pending[int64] { return r.CapacityVersion("a") }), int64(2))
		same(f, read(f, func(r *storage.Reader) *storage.Pending[int64] { return r.CapacityVersion("b") }), int64(0))
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.NoteCapacityChange("a", 2, days(0, 1)) })
	},
	"two hundred after the last impressions": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		errs := race(200, func(i int) error {
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				// Overlapping flights, so that transactions meet on some days and not on others.
				tx.Reserve("a", parley.Flight{Start: flight.Start + parley.Date(i%3), End: flight.End - parley.Date(i%2)}, 47)
				return nil
			})
		})
		counts := tally(errs)
		if counts[""] == 0 || counts[parley.CodeContention] == 0 || counts[""]+counts[parley.CodeContention] != 200 {
			t.Errorf("outcomes: %v", counts)
		}
		want := make([]int64, 10)
		for i, err := range errs {
			from, to := int64(i%3), int64(9-i%2)
			for day := from; err == nil && day <= to; day++ {
				want[day] += 47 / (to - from + 1)
				if day-from < 47%(to-from+1) {
					want[day]++
				}
			}
		}
		same(f, f.reserved(), want)
	},
}
