package seller_test

import (
	"testing"
	"time"

	"parley"
)

// TestTheShareOfAFlightIsItsOwn has a buyer hold half of what it may over ten days by one key, and asks by another how much it may hold
// over flights that are apart from these days, touch them, share some, and have all of them: for buyers and for the desk, whose share is
// all that is free. What the refusal says can be held, and one impression more cannot.
func TestTheShareOfAFlightIsItsOwn(t *testing.T) {
	t.Parallel()
	flights := map[string]struct {
		start, end string
		days       int64
		shares     bool  // some of its days with what is held
		before     int64 // its days before those: what does not divide goes to the first, one each
	}{
		"long before":          {"2026-06-10", "2026-06-14", 5, false, 0},
		"until the day before": {"2026-06-15", "2026-06-19", 5, false, 0},
		"until its first day":  {"2026-06-16", "2026-06-20", 5, true, 4},
		"over its start":       {"2026-06-18", "2026-06-21", 4, true, 2},
		"a day of it":          {"2026-06-25", "2026-06-25", 1, true, 0},
		"the same":             {"2026-06-20", "2026-06-29", 10, true, 0},
		"around it":            {"2026-06-11", "2026-07-08", 28, true, 9},
		"over its end":         {"2026-06-29", "2026-07-02", 4, true, 0},
		"from the day after":   {"2026-06-30", "2026-07-01", 2, false, 0},
		"long after":           {"2026-07-20", "2026-07-29", 10, false, 0},
	}
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video()) // 1,000,000 a day
		one, two := d.buyer(parley.Identity{AgencyID: "ag", AdvertiserID: "one"}), d.buyer(parley.Identity{AgencyID: "ag", AdvertiserID: "two"})
		operator := d.operator()
		over := func(start, end string, impressions int64) string {
			request := ask(impressions)
			request.FlightStart, request.FlightEnd = days(start, end)
			return d.quote(two, request).ID
		}
		request := ask(0)
		request.FlightStart, request.FlightEnd = days("2026-06-20", "2026-06-29")
		for side, share := range map[string]int64{"a buyer": 100_000, "the desk": 1_000_000} {
			holder, first := two, one
			if side == "the desk" {
				holder, first = operator, operator
			}
			request.Impressions = 5 * share
			held := d.quote(one, request).ID
			if _, err := d.hold(first, held, time.Hour); err != nil {
				t.Fatal(err)
			}
			for name, f := range flights {
				want := share * f.days
				if f.shares {
					want = want/2 + f.before
				}
				_, err := d.hold(holder, over(f.start, f.end, want+1), time.Hour)
				if !parley.Is(err, parley.CodeContention) {
					t.Errorf("%s, %s: one more than %d: %v", side, name, want, err)
				} else if e := wantError(t, err, parley.CodeContention); e.Facts["available_impressions"] != want {
					t.Errorf("%s, %s: %s %v, want %d", side, name, e.Message, e.Facts, want)
				}
				fits := over(f.start, f.end, want)
				if _, err := d.hold(holder, fits, time.Hour); err != nil {
					t.Errorf("%s, %s: %v", side, name, err)
					continue
				}
				must(d.release(holder, fits))
			}
			must(d.release(first, held))
		}
	})
}
