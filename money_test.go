package parley_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley"
)

func TestParseMicros(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want int64
		err  error
	}{
		{"0", 0, nil},
		{"-0", 0, nil},
		{"0.000000000", 0, nil},
		{"12", 12_000_000, nil},
		{"12.50", 12_500_000, nil},
		{"10.26", 10_260_000, nil},
		{"-1.000001", -1_000_001, nil},
		{"0.000001", 1, nil},
		{"1.2500000000000", 1_250_000, nil},
		{"1e2", 100_000_000, nil},
		{"1.5E+1", 15_000_000, nil},
		{"1e-6", 1, nil},
		{"1000000e-12", 1, nil},
		{"0e64", 0, nil},
		{"9223372036854.775807", math.MaxInt64, nil},
		{"9223372036854.775808", 0, parley.ErrOverflow},
		{"99999999999999999999", 0, parley.ErrOverflow},
		{"1e64", 0, parley.ErrOverflow},
		{"0.0000001", 0, parley.ErrPrecision},
		{"1.0000001", 0, parley.ErrPrecision},
		{"1e-7", 0, parley.ErrPrecision},
		{"", 0, parley.ErrNotDecimal},
		{"-", 0, parley.ErrNotDecimal},
		{"+1", 0, parley.ErrNotDecimal},
		{"--1", 0, parley.ErrNotDecimal},
		{".5", 0, parley.ErrNotDecimal},
		{"5.", 0, parley.ErrNotDecimal},
		{"1.2.3", 0, parley.ErrNotDecimal},
		{"1,5", 0, parley.ErrNotDecimal},
		{" 1", 0, parley.ErrNotDecimal},
		{"0x10", 0, parley.ErrNotDecimal},
		{"1e", 0, parley.ErrNotDecimal},
		{"1e1.5", 0, parley.ErrNotDecimal},
		{"1e65", 0, parley.ErrNotDecimal},
		{"1e2e3", 0, parley.ErrNotDecimal},
		{"NaN", 0, parley.ErrNotDecimal},
		{"Infinity", 0, parley.ErrNotDecimal},
		{"１", 0, parley.ErrNotDecimal},
		{strings.Repeat("1", 65), 0, parley.ErrNotDecimal},
	}
	for _, test := range tests {
		got, err := parley.ParseMicros(test.text)
		if got != test.want || !errors.Is(err, test.err) {
			t.Errorf("%q: got %d, %v, want %d, %v", test.text, got, err, test.want, test.err)
		}
	}
}

func TestFormatCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 5_000_000: "5,000,000", 12_345_678: "12,345,678", -1: "-1", -999: "-999", -1000: "-1,000",
		math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := parley.FormatCount(n); got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
	}
}

func TestFormatMicros(t *testing.T) {
	t.Parallel()
	tests := []struct {
		micros int64
		digits int
		want   string
	}{
		{12_500_000, 2, "12.50"},
		{12_345_600, 2, "12.3456"},
		{12_000_000, 0, "12"},
		{12_000_000, 3, "12.000"},
		{1, 2, "0.000001"},
		{-1_500_000, 2, "-1.50"},
		{0, 2, "0.00"},
		{math.MaxInt64, 0, "9223372036854.775807"},
		{math.MinInt64, 2, "-9223372036854.775808"},
	}
	for _, test := range tests {
		if got := parley.FormatMicros(test.micros, test.digits); got != test.want {
			t.Errorf("%d with %d digits: got %q, want %q", test.micros, test.digits, got, test.want)
		}
	}
	if got := (parley.Money{Micros: 1_250_000_000, Currency: "JPY"}).String(); got != "1250 JPY" {
		t.Errorf("got %q", got)
	}
}

func TestFormatThenParseIsTheSameAmount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "micros")
		text := parley.FormatMicros(micros, rapid.IntRange(0, 6).Draw(t, "digits"))
		if got, err := parley.ParseMicros(text); err != nil || got != micros {
			t.Fatalf("%d became %q and then %d, %v", micros, text, got, err)
		}
	})
}

func TestMulDivIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Min(0).Draw(t, "amount")
		numerator := rapid.Int64Min(0).Draw(t, "numerator")
		denominator := rapid.Int64Min(1).Draw(t, "denominator")
		rounding := rapid.SampledFrom([]parley.Rounding{parley.HalfUp, parley.Up, parley.Down}).Draw(t, "rounding")
		got, err := parley.MulDiv(amount, numerator, denominator, rounding)
		want := divide(new(big.Int).Mul(big.NewInt(amount), big.NewInt(numerator)), big.NewInt(denominator), rounding)
		if !want.IsInt64() {
			if !errors.Is(err, parley.ErrOverflow) {
				t.Fatalf("got %d, %v, want an overflow", got, err)
			}
			return
		}
		if err != nil || got != want.Int64() {
			t.Fatalf("got %d, %v, want %v", got, err, want)
		}
	})
}

func divide(dividend, divisor *big.Int, rounding parley.Rounding) *big.Int {
	quotient, remainder := new(big.Int).QuoRem(dividend, divisor, new(big.Int))
	twice := new(big.Int).Lsh(remainder, 1)
	if (rounding == parley.Up && remainder.Sign() > 0) || (rounding == parley.HalfUp && twice.Cmp(divisor) >= 0) {
		quotient.Add(quotient, big.NewInt(1))
	}
	return quotient
}

func TestMulDivRefuses(t *testing.T) {
	t.Parallel()
	for _, arguments := range [][3]int64{{-1, 1, 1}, {1, -1, 1}, {1, 1, 0}, {1, 1, -1}, {math.MaxInt64, 2, 1}} {
		if _, err := parley.MulDiv(arguments[0], arguments[1], arguments[2], parley.HalfUp); !errors.Is(err, parley.ErrOverflow) {
			t.Errorf("%v: got %v", arguments, err)
		}
	}
}

func TestRoundToMinor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		micros   int64
		currency parley.Currency
		rounding parley.Rounding
		want     int64
	}{
		{29_925_000, "USD", parley.HalfUp, 29_930_000},
		{29_924_999, "USD", parley.HalfUp, 29_920_000},
		{29_920_001, "USD", parley.Up, 29_930_000},
		{29_929_999, "USD", parley.Down, 29_920_000},
		{500_000, "JPY", parley.HalfUp, 1_000_000},
		{499_999, "JPY", parley.HalfUp, 0},
		{1_234_500, "KWD", parley.HalfUp, 1_235_000},
	}
	for _, test := range tests {
		got, err := parley.RoundToMinor(test.micros, test.currency, test.rounding)
		if err != nil || got != test.want {
			t.Errorf("%d %s: got %d, %v, want %d", test.micros, test.currency, got, err, test.want)
		}
	}
	if _, err := parley.RoundToMinor(math.MaxInt64, "USD", parley.Up); !errors.Is(err, parley.ErrOverflow) {
		t.Errorf("got %v, want an overflow", err)
	}
}

func TestRoundToMinorStaysWithinOneUnit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(0, parley.MaxCPM).Draw(t, "micros")
		currency := rapid.SampledFrom([]parley.Currency{"USD", "JPY", "KWD"}).Draw(t, "currency")
		unit := currency.MinorUnit()
		rounded := map[parley.Rounding]int64{}
		for _, rounding := range []parley.Rounding{parley.Down, parley.HalfUp, parley.Up} {
			got, err := parley.RoundToMinor(micros, currency, rounding)
			if err != nil || got%unit != 0 {
				t.Fatalf("got %d, %v", got, err)
			}
			rounded[rounding] = got
		}
		down, half, up := rounded[parley.Down], rounded[parley.HalfUp], rounded[parley.Up]
		if down > micros || up < micros || up-down > unit || (half != down && half != up) || (half == down) != (2*(micros-down) < unit) {
			t.Fatalf("%d: down %d, half up %d, up %d", micros, down, half, up)
		}
	})
}

func TestDealValue(t *testing.T) {
	t.Parallel()
	tests := []struct{ cpm, impressions, want int64 }{
		{12_500_000, 2_000_000, 25_000_000_000},
		{1, 500, 1},
		{1, 499, 0},
		{0, 1_000_000, 0},
	}
	for _, test := range tests {
		if got, err := parley.DealValue(test.cpm, test.impressions); err != nil || got != test.want {
			t.Errorf("%d x %d: got %d, %v, want %d", test.cpm, test.impressions, got, err, test.want)
		}
	}
	if _, err := parley.DealValue(parley.MaxCPM, parley.MaxImpressions); !errors.Is(err, parley.ErrOverflow) {
		t.Errorf("got %v, want an overflow", err)
	}
}

func TestCurrency(t *testing.T) {
	t.Parallel()
	for currency, unit := range map[parley.Currency]int64{"USD": 10_000, "EUR": 10_000, "JPY": 1_000_000, "KWD": 1_000} {
		if !currency.Valid() || currency.MinorUnit() != unit {
			t.Errorf("%s: valid %v, minor unit %d, want %d", currency, currency.Valid(), currency.MinorUnit(), unit)
		}
	}
	for _, currency := range []parley.Currency{"", "usd", "US", "XYZ", "DEM"} {
		if currency.Valid() || currency.MinorDigits() != 2 {
			t.Errorf("%q is taken for a currency", currency)
		}
	}
}

func FuzzParseMicros(f *testing.F) {
	for _, seed := range []string{"10.26", "-0", "1e-6", "9223372036854.775807", "1E+5", ".", "00.10", "1e-64", "-9223372036854.775808"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		micros, err := parley.ParseMicros(text)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(text)
		if !ok || want.Cmp(big.NewRat(micros, parley.MicrosPerUnit)) != 0 {
			t.Fatalf("%q was read as %d micros", text, micros)
		}
	})
}
