package console

import "testing"

func TestTotal(t *testing.T) {
	for rows, want := range map[int64]string{0: "0", 999: "999", 10_000: "10,000", 10_001: "over 10,000"} {
		if got := total(rows); got != want {
			t.Errorf("%d rows are told as %q, want %q", rows, got, want)
		}
	}
}
