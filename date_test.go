package parley_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]parley.Date{
		"1970-01-01": 0,
		"1970-01-02": 1,
		"2024-02-29": 19_782,
		"2026-12-31": 20_818,
		"9999-12-31": 2_932_896,
	} {
		got, err := parley.ParseDate(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%s: got %d (%s), %v, want %d", text, got, got, err, want)
		}
	}
	for _, text := range []string{
		"", "2026", "2026-1-1", "2026-13-01", "2026-02-29", "2026-00-10", "2026-01-32", "1969-12-31", "0000-01-01",
		"2026-01-01T00:00:00Z", " 2026-01-01", "2026/01/01", "20260101", "2026-01-0１", "-026-01-01",
	} {
		if got, err := parley.ParseDate(text); !errors.Is(err, parley.ErrNotDate) {
			t.Errorf("%q: got %v, %v, want ErrNotDate", text, got, err)
		}
	}
}

func TestDateRoundTrips(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := parley.Date(rapid.IntRange(0, 2_932_896).Draw(t, "day"))
		if parsed, err := parley.ParseDate(day.String()); err != nil || parsed != day {
			t.Fatalf("%d became %s and then %d, %v", day, day, parsed, err)
		}
		if parley.DateOf(day.Midnight(), time.UTC) != day {
			t.Fatalf("%s is not the day of its own midnight", day)
		}
		text, err := json.Marshal(day)
		var decoded parley.Date
		if err != nil || json.Unmarshal(text, &decoded) != nil || decoded != day {
			t.Fatalf("%s became %s and then %s", day, text, decoded)
		}
	})
}

func TestDateOfIsTheDayInTheZone(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC)
	for offset, want := range map[int]string{0: "2026-06-30", 2: "2026-07-01", -8: "2026-06-30"} {
		if got := parley.DateOf(late, time.FixedZone("", offset*3600)); got.String() != want {
			t.Errorf("%+d hours: got %s, want %s", offset, got, want)
		}
	}
}

func TestFlight(t *testing.T) {
	t.Parallel()
	tests := []struct {
		start, end parley.Date
		days       int64 // 0: refused
	}{
		{10, 10, 1},
		{10, 40, 31},
		{10, 10 + parley.MaxFlightDays - 1, parley.MaxFlightDays},
		{10, 10 + parley.MaxFlightDays, 0},
		{10, 9, 0},
	}
	for _, test := range tests {
		flight, err := parley.NewFlight(test.start, test.end, 10)
		if test.days == 0 {
			if !errors.Is(err, parley.ErrFlight) {
				t.Errorf("%d to %d: got %v, want ErrFlight", test.start, test.end, err)
			}
			continue
		}
		if err != nil || flight.Days() != test.days {
			t.Errorf("%d to %d: got %d days, %v, want %d", test.start, test.end, flight.Days(), err, test.days)
		}
	}
}

func TestFlightsEndWithinTenYears(t *testing.T) {
	t.Parallel()
	day := func(text string) parley.Date {
		d, err := parley.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, test := range []struct {
		today, last string
	}{{"2026-07-01", "2036-07-01"}, {"2028-02-29", "2038-03-01"}, {"1970-01-01", "1980-01-01"}} {
		last := day(test.last)
		if _, err := parley.NewFlight(last, last, day(test.today)); err != nil {
			t.Errorf("%s on %s: %v", test.last, test.today, err)
		}
		if _, err := parley.NewFlight(last, last+1, day(test.today)); !errors.Is(err, parley.ErrFarFlight) {
			t.Errorf("the day after %s on %s: %v", test.last, test.today, err)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2026-12-31", "2024-02-29", "9999-99-99", "0000-00-00", "2026-01-01\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if day, err := parley.ParseDate(text); err == nil && day.String() != text {
			t.Fatalf("%q was read as %s", text, day)
		}
	})
}
