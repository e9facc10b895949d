package console

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"parley"
)

func TestNumbersAreReadOneWayOnly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{ // empty: refused
		"2,5": "2.5", "2.5": "2.5", "12,50": "12.5", "12.50": "12.5", " 12.50 ": "12.5", "0,125": "0.125", "0.125": "0.125",
		"1250": "1250", "1250,00": "1250", "1250.123": "1250.123", "1250,123": "1250.123",
		"1.250,00": "1250", "1,250.00": "1250", "1 250,00": "1250", "1\u00a0250,00": "1250", "1\u202f250.5": "1250.5",
		"1'250": "1250", "1\u2019250.00": "1250", "1 250": "1250", "1 250,125": "1250.125",
		"1,250,000": "1250000", "1.250.000": "1250000", "1.250.000,50": "1250000.5", "1,250.000": "1250", "1.250,000": "1250",
		"12.3450": "12.345", "-4,5": "-4.5", "\u22124.5": "-4.5", "0": "0", "007": "7",

		"1,250": "", "1.250": "", "12.345": "", "999,999": "", "-1,250": "",
		"": "", " ": "", "-": "", ".5": "", "5.": "", ",": "", "1,2,3": "", "12,50,00": "", "1.2.3": "", "1,25.00": "", "12 50": "",
		"1  250": "", "1,250 000": "", "1.250 000,5": "", "1e3": "", "12.50 USD": "", "$12.50": "", "12,50 \u20ac": "", "\u0661\u0662": "", "0x10": "",
		"1,250.00.5": "", "1,250,00": "", "1234,567,890": "", "--5": "", "+5": "", strings.Repeat("1", 65): "",
	} {
		micros, err := readDecimal(text)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q is read as %s", text, parley.FormatMicros(micros, 0))
		case want != "" && err != nil:
			t.Errorf("%q is refused: %v", text, err)
		case want != "" && parley.FormatMicros(micros, 0) != want:
			t.Errorf("%q is read as %s, not %s", text, parley.FormatMicros(micros, 0), want)
		}
	}
}

func TestAmbiguousNumbersSayWhatTheyMayMean(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1,250":   "can be read two ways: write 1250 for 1,250.00\u00a0EUR, or 1.25 for 1.25\u00a0EUR",
		"1.250":   "can be read two ways: write 1250 for 1,250.00\u00a0EUR, or 1.25 for 1.25\u00a0EUR",
		"12,345":  "can be read two ways: write 12345 for 12,345.00\u00a0EUR, or 12.3450 for 12.345\u00a0EUR",
		"-12.500": "can be read two ways: write -12500 for -12,500.00\u00a0EUR, or -12.50 for -12.50\u00a0EUR",
		"a few":   "must be a number such as 12.50",
	} {
		r := reader{values: url.Values{"price": {text}, "currency": {"eur"}}}
		r.micros("price")
		if len(r.problems) != 1 || english.text(r.problems[0].Message) != want {
			t.Errorf("%q: %v, want %s", text, r.problems, want)
		}
		var ways twoWays
		if _, err := readDecimal(text); !errors.As(err, &ways) {
			continue
		}
		for way, want := range map[string]int64{typed(ways.grouped, 0): ways.grouped, typed(ways.decimal, 2): ways.decimal} {
			if got, err := readDecimal(way); err != nil || got != want {
				t.Errorf("%q is told to write %s, which is read as %d: %v", text, way, got, err)
			}
		}
	}
	for name, want := range map[string]string{ // 1,250 of a field, with what is told of it in German
		"entries[0].base_cpm": "1.250,00\u00a0USD, or 1,25 for 1,25\u00a0USD", "floor_cpm": "1.250,00\u00a0EUR, or 1,25 for 1,25\u00a0EUR",
		"discount": "1.250,00%, or 1,25 for 1,25%", "exponent": "1.250,00, or 1,25 for 1,25", "modifications.counter_cpm": "1.250,00\u00a0EUR, or 1,25 for 1,25\u00a0EUR",
	} {
		r := reader{values: url.Values{name: {"1,250"}, "entries[0].currency": {"USD"}}, currency: func() parley.Currency { return "EUR" }}
		read := func() { r.micros(name) }
		if name == "discount" {
			read = func() { r.percent(name) }
		}
		if read(); len(r.problems) != 1 || locales["de"].text(r.problems[0].Message) != "can be read two ways: write 1250 for "+want {
			t.Errorf("%s: %v", name, r.problems)
		}
	}
}

// TestPercents reads a rate with its sign and without.
func TestPercents(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]parley.BasisPoints{
		"12,5": 1250, "12,5%": 1250, "12.5 %": 1250, "12,5\u00a0%": 1250, "-2,5%": -250, "12,5 EUR": -1, "%": -1, "12%5": -1, "12,5%%": -1, "1,250%": -1,
	} {
		r := reader{values: url.Values{"discount": {text}}}
		if got := r.percent("discount"); want != -1 && (got != want || len(r.problems) > 0) || want == -1 && len(r.problems) != 1 {
			t.Errorf("%q is read as %d, %v", text, got, r.problems)
		}
	}
	r := reader{values: url.Values{"price": {"12,5%"}}}
	if r.micros("price"); len(r.problems) != 1 {
		t.Error("a price may say %")
	}
}

func TestWholeNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"250000": 250_000, "250,000": 250_000, "250.000": 250_000, "250 000": 250_000, "250'000": 250_000, "12,000,000": 12_000_000,
		"12.000.000": 12_000_000, "7": 7, "-1": -1, "0": 0,
	} {
		if n, err := readWhole(text); err != nil || n != want {
			t.Errorf("%q is read as %d, %v", text, n, err)
		}
	}
	for _, text := range []string{"2.5", "2,5", "250,00", "1,250.00", "1.250,000", "1e6", "1 00", "", "x", "12M", "99999999999999999999"} {
		if n, err := readWhole(text); err == nil {
			t.Errorf("%q is read as %d", text, n)
		}
	}
}

// FuzzReadDecimal holds the reading of numbers to what makes it safe, for any text: it does not depend on which of the two marks
// a country has for what, it makes up and drops no digit, and what a field is filled in with reads back as itself.
func FuzzReadDecimal(f *testing.F) {
	for _, text := range []string{"2,5", "1.250,00", "1,250", "1 250,5", "0.125", "-12.3450", "1'250", "1,250,000.00", "x"} {
		f.Add(text)
	}
	swapped := strings.NewReplacer(".", ",", ",", ".")
	f.Fuzz(func(t *testing.T, text string) {
		micros, err := readDecimal(text)
		other, otherErr := readDecimal(swapped.Replace(text))
		if (err == nil) != (otherErr == nil) || micros != other {
			t.Fatalf("%q is %d, %v; with its marks swapped %d, %v", text, micros, err, other, otherErr)
		}
		if err != nil {
			return
		}
		for decimals := range 5 {
			if back, err := readDecimal(typed(micros, decimals)); err != nil || back != micros {
				t.Fatalf("%q is %d, which is filled in as %q and reads back as %d, %v", text, micros, typed(micros, decimals), back, err)
			}
		}
		digits := func(text string) string {
			return strings.Trim(strings.Map(func(c rune) rune {
				if c >= '0' && c <= '9' {
					return c
				}
				return -1
			}, text), "0")
		}
		if read := parley.FormatMicros(micros, 0); digits(read) != digits(text) {
			t.Fatalf("%q is read as %s", text, read)
		}
	})
}

// FuzzReadWhole holds whole numbers to the same.
func FuzzReadWhole(f *testing.F) {
	for _, text := range []string{"250,000", "250.000", "1 2", "-7", "2.5"} {
		f.Add(text)
	}
	swapped := strings.NewReplacer(".", ",", ",", ".")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := readWhole(text)
		other, otherErr := readWhole(swapped.Replace(text))
		if (err == nil) != (otherErr == nil) || n != other {
			t.Fatalf("%q is %d, %v; with its marks swapped %d, %v", text, n, err, other, otherErr)
		}
		if err != nil {
			return
		}
		if back, err := readWhole(parley.FormatCount(n)); n >= 0 && (err != nil || back != n) {
			t.Fatalf("%q is %d, which is written %q and reads back as %d, %v", text, n, parley.FormatCount(n), back, err)
		}
	})
}
