package parley_test

import (
	"testing"

	"parley"
)

func TestFiguresInTexts(t *testing.T) {
	t.Parallel()
	plain := parley.PlainNumbers()
	for text, want := range map[string]string{
		"":                                       "",
		"gone.":                                  "gone.",
		"must not be below the floor of 1850.00": "must not be below the floor of 1,850.00",
		"the price is below the floor of 1850.00.":                               "the price is below the floor of 1,850.00.",
		"The price is 31875.00 USD CPM (12345.678).":                             "The price is 31,875.00 USD CPM (12,345.678).",
		"must be at most 1000000":                                                "must be at most 1,000,000",
		"must be between 1 and 1000000000":                                       "must be between 1 and 1,000,000,000",
		"leaves 90000 impressions, and the product's minimum is 100000: give up": "leaves 90,000 impressions, and the product's minimum is 100,000: give up",
		"must be at least our last price, 1850: what is offered":                 "must be at least our last price, 1,850: what is offered",
		"for the 1,000,000 available of 2,000,000 impressions":                   "for the 1,000,000 available of 2,000,000 impressions",
		"The flight of this deal ended on 2026-06-01; it cannot be changed.":     "The flight of this deal ended on 1 Jun 2026; it cannot be changed.",
		"This quote expired at 2026-06-01T12:00:00Z. Request a new one.":         "This quote expired at 1 Jun 2026, 12:00 UTC. Request a new one.",
		"-1234.50 (12.5%)": "-1,234.50 (12.5%)",
		// What is no figure, or not the program's.
		"must be a date such as 2026-12-31":                               "must be a date such as 2026-12-31",
		`"2026-06-01 for 1850.00" is what the seat 4411 is called`:        `"2026-06-01 for 1850.00" is what the seat 4411 is called`,
		"The seat 441100 has 50 names, and buyer/1850.00// at 10.0.0.1":   "The seat 441100 has 50 names, and buyer/1850.00// at 10.0.0.1",
		"deal PRLY-7K4MC of p-2026-06-01 in line 3, column 7, 2026-13-40": "deal PRLY-7K4MC of p-2026-06-01 in line 3, column 7, 2026-13-40",
		"  two  spaces, \"an open quotation of 1850.00":                   "  two  spaces, \"an open quotation of 1,850.00",
	} {
		if got := plain.In(text); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
		if again := plain.In(want); again != want {
			t.Errorf("%q does not stay: %q", want, again)
		}
	}
}

func TestPlainNumbersAreInGroups(t *testing.T) {
	t.Parallel()
	n := parley.PlainNumbers()
	for got, want := range map[string]string{
		n.Money(31_875_000_000, parley.USD): "31,875.00 USD", n.Money(-1_234_567_890_000, "EUR"): "-1,234,567.89 EUR", n.CPM(999_999_999, parley.USD): "999.999999 USD",
		n.Money(1_850_000_000, "JPY"): "1,850 JPY", n.Worth(37_500_004_999, "EUR"): "37,500.00 EUR", n.Percent(1250): "12.5%", n.Percent(500): "5%", n.Percent(7): "0.07%",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
