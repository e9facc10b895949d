package console

import (
	"testing"

	"pgregory.net/rapid"

	"parley"
)

func TestLocaleOfABrowser(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"":                                    "en",
		"de":                                  "de",
		"DE-at,de;q=0.8,en;q=0.5":             "de",
		"de-CH":                               "de-ch",
		"en;q=0.4, fr;q=0.9":                  "fr",
		"en-US,en;q=0.9":                      "en-us",
		"la, sv;q=0.1":                        "sv",
		"*":                                   "en",
		"de;q=0, pl":                          "pl",
		"de;q=nonsense, en-GB;q=2, nl;q=0.01": "en", // what is no list of languages says nothing
		",;,;q=,--,":                          "en",
	} {
		if got := localeOf(header); got != locales[want] {
			t.Errorf("%q is %+v, want that of %s", header, got, want)
		}
	}
}

func TestPagesAreWrittenInOneLanguage(t *testing.T) {
	t.Parallel()
	from, to := parley.Date(20_000), parley.Date(20_400)
	marked := money(1_234_560_000, parley.USD) + " " + count(1_000_000) + " " + percent(1_250) + " " + compact(3_200_000) + " " +
		day(from) + " " + flight(parley.Flight{Start: from, End: to}) + " " + flight(parley.Flight{Start: from, End: from + 2}) + " \ue003 \xee\x80"
	for tag, want := range map[string]string{
		"en":    "1,234.56\u00a0USD 1,000,000 12.5% 3.2M 4 Oct 2024 4 Oct 2024 – 8 Nov 2025 4 Oct – 6 Oct 2024 \ue003 \xee\x80",
		"en-us": "1,234.56\u00a0USD 1,000,000 12.5% 3.2M Oct 4, 2024 Oct 4, 2024 – Nov 8, 2025 Oct 4 – Oct 6, 2024 \ue003 \xee\x80",
		"de":    "1.234,56\u00a0USD 1.000.000 12,5% 3,2M 04.10.2024 04.10.2024 – 08.11.2025 04.10. – 06.10.2024 \ue003 \xee\x80",
		"sv":    "1\u00a0234,56\u00a0USD 1\u00a0000\u00a0000 12,5% 3,2M 2024-10-04 2024-10-04 – 2025-11-08 10-04 – 2024-10-06 \ue003 \xee\x80",
	} {
		if got := locales[tag].text(marked); got != want {
			t.Errorf("%s: %q\nwant %q", tag, got, want)
		}
	}
	if got := english.text(dayMark + "no end"); got != "no end" {
		t.Errorf("a mark alone leaves %q", got)
	}
}

// TestWhatAFieldHoldsReadsBack types what a page fills in, in every language.
func TestWhatAFieldHoldsReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		micros, decimals := rapid.Int64Range(0, 1_000_000_000_000).Draw(t, "micros"), rapid.IntRange(0, 3).Draw(t, "decimals")
		whole := rapid.Int64Range(0, 1_000_000_000_000).Draw(t, "whole")
		for tag, l := range locales {
			if back, err := readDecimal(l.text(typed(micros, decimals))); err != nil || back != micros {
				t.Fatalf("%s: %d is filled in as %q and read as %d, %v", tag, micros, l.text(typed(micros, decimals)), back, err)
			}
			if back, err := readWhole(l.text(count(whole))); err != nil || back != whole {
				t.Fatalf("%s: %d is filled in as %q and read as %d, %v", tag, whole, l.text(count(whole)), back, err)
			}
		}
	})
}
