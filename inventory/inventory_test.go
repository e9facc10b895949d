package inventory_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/inventory"
)

func flight(days int) parley.Flight {
	return parley.Flight{Start: 20_000, End: 20_000 + parley.Date(days) - 1}
}

// capacities makes one day per number; a negative number is a day without a declared capacity.
func capacities(free ...int64) []parley.DayCapacity {
	days := make([]parley.DayCapacity, len(free))
	for i, n := range free {
		days[i].Day = 20_000 + parley.Date(i)
		if n >= 0 {
			capacity := n + 3
			days[i].Capacity, days[i].Reserved = &capacity, 3
		}
	}
	return days
}

func fits(spread []int64, free []int64) bool {
	for i, n := range spread {
		if free[i] >= 0 && n > free[i] {
			return false
		}
	}
	return true
}

func TestSpread(t *testing.T) {
	t.Parallel()
	tests := []struct {
		impressions int64
		days        int
		want        []int64
	}{
		{10, 3, []int64{4, 3, 3}},
		{9, 3, []int64{3, 3, 3}},
		{2, 3, []int64{1, 1, 0}},
		{0, 2, []int64{0, 0}},
		{-5, 2, []int64{0, 0}},
		{math.MaxInt64, 1, []int64{math.MaxInt64}},
	}
	for _, test := range tests {
		if got := inventory.Spread(test.impressions, flight(test.days)); !slices.Equal(got, test.want) {
			t.Errorf("%d over %d days: got %v, want %v", test.impressions, test.days, got, test.want)
		}
	}
}

func TestWhatIsHeldIsThereForItsHolder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		asked, held := flight(rapid.IntRange(1, 9).Draw(t, "asked")), flight(rapid.IntRange(1, 9).Draw(t, "held"))
		held.Start, held.End = held.Start+3, held.End+3
		volume := rapid.Int64Range(0, 500).Draw(t, "volume")
		var before, after []parley.DayCapacity
		for i := range int64(15) {
			capacity := rapid.Int64Range(0, 200).Draw(t, "capacity")
			day := parley.DayCapacity{Day: 20_000 + parley.Date(i), Capacity: &capacity, Reserved: rapid.Int64Range(0, 100).Draw(t, "reserved")}
			before = append(before, day)
			if day.Day >= held.Start && day.Day <= held.End {
				day.Reserved += inventory.Spread(volume, held)[day.Day-held.Start]
			}
			after = append(after, day)
		}
		kept := slices.Clone(after)
		freed := inventory.Without(after, held, volume)
		if got, want := *inventory.Available(freed, asked), *inventory.Available(before, asked); got != want {
			t.Errorf("%d can be had by the holder, want %d", got, want)
		}
		if !slices.Equal(after, kept) {
			t.Error("the days given were changed")
		}
	})
}

func TestAvailable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		free []int64
		want int64 // -1: nil
	}{
		{"nothing declared", []int64{-1, -1}, -1},
		{"even days", []int64{100, 100, 100}, 300},
		{"the first day is the fullest", []int64{10, 100, 100}, 30},
		{"the last day is the fullest, the remainder lies before it", []int64{100, 100, 10}, 32},
		{"two equally full days", []int64{100, 10, 10}, 31},
		{"undeclared days carry any number", []int64{-1, 10, -1}, 31},
		{"a full day leaves what lies before it", []int64{5, 5, 0}, 2},
		{"a full first day leaves nothing", []int64{0, 5, 5}, 0},
		{"beyond int64", []int64{math.MaxInt64 - 3, -1}, math.MaxInt64},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := inventory.Available(capacities(test.free...), flight(len(test.free)))
			switch {
			case test.want < 0 && got != nil:
				t.Errorf("got %d, want none", *got)
			case test.want >= 0 && (got == nil || *got != test.want):
				t.Errorf("got %v, want %d", got, test.want)
			}
		})
	}
}

func TestAvailableCountsOnlyTheFlight(t *testing.T) {
	t.Parallel()
	days := capacities(0, 50, 60, 0)
	inside := parley.Flight{Start: 20_001, End: 20_002}
	if got := inventory.Available(days, inside); got == nil || *got != 100 {
		t.Errorf("got %v, want 100", got)
	}
	if got := inventory.Available(days[:1], inside); got != nil {
		t.Errorf("got %d from a day outside the flight", *got)
	}
	overbooked := capacities(50, 60)
	overbooked[0].Reserved = 1_000
	if got := inventory.Available(overbooked, flight(2)); got == nil || *got != 0 {
		t.Errorf("got %v, want 0", got)
	}
}

func TestSpreadIsEvenAndWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		impressions := rapid.Int64Range(0, parley.MaxImpressions).Draw(t, "impressions")
		spread := inventory.Spread(impressions, flight(rapid.IntRange(1, parley.MaxFlightDays).Draw(t, "days")))
		var sum int64
		for i, n := range spread {
			sum += n
			if i > 0 && n > spread[i-1] {
				t.Fatalf("day %d carries more than the day before: %v", i, spread)
			}
		}
		if sum != impressions || spread[0]-spread[len(spread)-1] > 1 {
			t.Fatalf("%d became %d: %v", impressions, sum, spread)
		}
	})
}

func TestAvailableFitsAndOneMoreDoesNot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		free := rapid.SliceOfN(rapid.Int64Range(-1, 12), 1, 40).Draw(t, "free")
		days := rapid.Permutation(capacities(free...)).Draw(t, "days")
		got := inventory.Available(days, flight(len(free)))
		if got == nil {
			if slices.Max(free) >= 0 {
				t.Fatal("a limit is declared, and none was found")
			}
			return
		}
		if !fits(inventory.Spread(*got, flight(len(free))), free) {
			t.Fatalf("%d does not fit", *got)
		}
		if fits(inventory.Spread(*got+1, flight(len(free))), free) {
			t.Fatalf("%d is not the most", *got)
		}
	})
}

func BenchmarkAvailableLongestFlight(b *testing.B) {
	free := make([]int64, parley.MaxFlightDays)
	for i := range free {
		free[i] = int64(1_000_000 - i)
	}
	days, over := capacities(free...), flight(len(free))
	for b.Loop() {
		inventory.Available(days, over)
	}
}

func TestUndeclared(t *testing.T) {
	t.Parallel()
	flight := parley.Flight{Start: 10, End: 13}
	zero, some := int64(0), int64(5)
	days := []parley.DayCapacity{
		{Day: 9}, {Day: 10, Capacity: &some}, {Day: 11}, {Day: 12, Capacity: &zero}, {Day: 14, Capacity: &some},
	}
	if got, want := inventory.Undeclared(days, flight), []parley.Date{11, 13}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := inventory.Undeclared(nil, parley.Flight{Start: 1, End: 1}); !slices.Equal(got, []parley.Date{1}) {
		t.Errorf("of no days: %v", got)
	}
}
