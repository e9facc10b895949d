package seller

import (
	"testing"

	"parley"
)

func TestMonthsAreComparedToTheSameDay(t *testing.T) {
	t.Parallel()
	for today, want := range map[string][3]string{
		"2026-11-29": {"2026-11-01", "2026-10-01", "2026-10-29"},
		"2026-03-31": {"2026-03-01", "2026-02-01", "2026-02-28"},
		"2028-03-30": {"2028-03-01", "2028-02-01", "2028-02-29"},
		"2026-01-01": {"2026-01-01", "2025-12-01", "2025-12-01"},
	} {
		day, err := parley.ParseDate(today)
		if err != nil {
			t.Fatal(err)
		}
		first, lastFirst, same := months(day)
		if got := [3]string{first.String(), lastFirst.String(), same.String()}; got != want {
			t.Errorf("%s: %v, want %v", today, got, want)
		}
	}
}
