package parley_test

import (
	"testing"

	"parley"
)

// TestDSPs reads platforms as people write them.
func TestDSPs(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"": "", " - ": "", "The Trade Desk": "ttd", "the-trade_desk": "ttd", "TTD™": "ttd", "Display & Video 360": "dv360", "AppNexus": "xandr",
		"Amazon Ads": "amazon", "Some DSP": "somedsp", "Ä/DSP": "Ädsp", "ttd2": "ttd2",
	} {
		if got := parley.DSP(written); got != want || parley.DSP(got) != got {
			t.Errorf("%q is %q, want %q", written, got, want)
		}
	}
	for key, spellings := range parley.DSPSpellings {
		for _, spelling := range spellings {
			if parley.DSP(spelling) != key {
				t.Errorf("%q is %q, want %q", spelling, parley.DSP(spelling), key)
			}
		}
	}
}
