package inventory_test

import (
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/inventory"
)

// TestAShareOfEachDayCanBeHeld holds what may be held day by day: never more of a day than its share, which is rounded up; what is told
// fits, and of whole shares one more does not; and what is held on other days changes nothing.
func TestAShareOfEachDayCanBeHeld(t *testing.T) {
	t.Parallel()
	const first = parley.Date(20_000)
	rapid.Check(t, func(t *rapid.T) {
		some := func(name string) parley.Flight {
			start := first + parley.Date(rapid.Int64Range(0, 11).Draw(t, name))
			return parley.Flight{Start: start, End: start + parley.Date(rapid.Int64Range(0, 8).Draw(t, name+" lasts"))}
		}
		percent := rapid.SampledFrom([]int64{1, 10, 33, 60, 100}).Draw(t, "percent")
		var days []parley.DayCapacity
		for i := range int64(20) {
			capacity := rapid.Int64Range(0, 2000).Draw(t, "capacity")
			days = append(days, parley.DayCapacity{Day: first + parley.Date(i), Capacity: &capacity, Reserved: rapid.Int64Range(0, 300).Draw(t, "booked")})
		}
		booked := make([]int64, len(days))
		for i, day := range days {
			booked[i] = day.Reserved
		}
		var own []parley.Hold
		reserve := func(h parley.Hold) {
			own = append(own, h)
			for i, n := range inventory.Spread(h.Impressions, h.Flight) {
				days[h.Flight.Start-first+parley.Date(i)].Reserved += n
			}
		}
		for range rapid.IntRange(1, 5).Draw(t, "holds") {
			flight := some("flight")
			may := inventory.MayHold(days, flight, own, percent)
			var over []parley.Hold
			for _, h := range own {
				if h.Flight.Start <= flight.End && flight.Start <= h.Flight.End {
					over = append(over, h)
				}
			}
			if alone := inventory.MayHold(days, flight, over, percent); alone != may {
				t.Fatalf("%d with holds on other days, %d without", may, alone)
			}
			if free := *inventory.Available(days, flight); percent == 100 && may != free {
				t.Fatalf("%d of %d that are free may be held", may, free)
			}
			if whole := share(days, flight, inventory.Held(own, flight), percent); may < whole || may >= whole+flight.Days() {
				t.Fatalf("%d may be held, the days have %d left", may, whole)
			}
			reserve(parley.Hold{Flight: flight, Impressions: rapid.Int64Range(0, may).Draw(t, "held")})
			for i, n := range inventory.Held(own, parley.Flight{Start: first, End: first + 19}) {
				free := max(*days[i].Capacity-booked[i], 0)
				if n*100 >= free*percent+100 {
					t.Fatalf("%d are held of %d that are free on day %d, at %d percent", n, free, i, percent)
				}
			}
		}
	})
}

// share is what the least of the days has left of its share, on each of the days: whole impressions.
func share(days []parley.DayCapacity, flight parley.Flight, held []int64, percent int64) int64 {
	least := int64(1 << 40)
	for _, day := range days {
		if day.Day >= flight.Start && day.Day <= flight.End {
			own := held[day.Day-flight.Start]
			least = min(least, max(max(*day.Capacity-day.Reserved+own, 0)*percent/100-own, 0))
		}
	}
	return least * flight.Days()
}
