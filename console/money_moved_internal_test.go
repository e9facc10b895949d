package console

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMoneyMoved(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		before, after, impressions int64
		want                       string
	}{
		{12_000_000, 10_000_000, 9_200_000, "\u221218,400.00 EUR"}, {10_000_000, 12_000_000, 1_000, "+2.00 EUR"}, {10_000_000, 10_000_000, 1_000, "0.00 EUR"},
		{10_000_000, 12_000_000, 0, "0.00 EUR"}, {math.MaxInt64, 1, math.MaxInt64, "0.00 EUR"},
	} {
		told := moneyMoved{valueMoved(c.before, c.after, c.impressions), "EUR"}
		if text := strings.ReplaceAll(english.text(told.String()), "\u00a0", " "); text != c.want {
			t.Errorf("%d to %d over %d is %q, want %q", c.before, c.after, c.impressions, text, c.want)
		}
	}
	want := []moneyMoved{{-5, "USD"}, {3, "EUR"}}
	if diff := cmp.Diff(want, totalMoved([]moneyMoved{{3, "EUR"}, {-7, "USD"}, {2, "USD"}})); diff != "" {
		t.Error(diff)
	}
	for _, c := range [][3]int64{{100, 90, -1_000}, {100, 110, 0}, {0, 5, 0}, {3, 1, -6_667}} {
		if cut := cutOf(c[0], c[1]); int64(cut) != c[2] {
			t.Errorf("%d to %d is a cut of %d, want %d", c[0], c[1], cut, c[2])
		}
	}
}
