package parley_test

import (
	"testing"

	"pgregory.net/rapid"

	"parley"
)

func TestCPMProblem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		micros   int64
		currency parley.Currency
		want     string
	}{
		{32_400_000, "USD", ""},
		{32_399_999, "USD", "must be a whole number of 0.01 USD; the nearest price is 32.40"},
		{32_394_999, "USD", "must be a whole number of 0.01 USD; the nearest price is 32.39"},
		{1, "USD", "must be a whole number of 0.01 USD; the nearest price is 0.01"},
		{2_900_500_000, "JPY", "must be a whole number of 1 JPY; the nearest price is 2901"},
		{2_900_000_000, "JPY", ""},
		{1_000_500_000, "KRW", "must be a whole number of 1 KRW; the nearest price is 1001"},
		{1_234_000, "KWD", ""},
		{1_234_500, "KWD", "must be a whole number of 0.001 KWD; the nearest price is 1.235"},
		{32_399_999, "", ""},
		{0, "USD", "must be more than 0"},
		{-10_000, "USD", "must be more than 0"},
		{parley.MaxCPM, "USD", ""},
		{parley.MaxCPM + 10_000, "USD", "must be at most 1000000"},
	} {
		if got := parley.CPMProblem(c.micros, c.currency); got != c.want {
			t.Errorf("%d %s: %q, want %q", c.micros, c.currency, got, c.want)
		}
		if err := parley.CheckCPM("price", c.micros, c.currency); (err != nil) != (c.want != "") {
			t.Errorf("%d %s: %v", c.micros, c.currency, err)
		}
	}
}

func TestEveryWholePriceIsOneThatCanBePaid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]parley.Currency{"USD", "JPY", "KRW", "KWD"}).Draw(t, "currency")
		micros := rapid.Int64Range(1, parley.MaxCPM).Draw(t, "micros")
		whole := parley.CPMProblem(micros, currency) == ""
		if rounded, err := parley.RoundToMinor(micros, currency, parley.Down); err != nil || whole != (rounded == micros) {
			t.Fatalf("%d %s: whole %v, rounds to %d (%v)", micros, currency, whole, rounded, err)
		}
	})
}
