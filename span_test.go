package parley_test

import (
	"testing"
	"time"

	"parley"
)

func TestSpans(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"90m": 90 * time.Minute, "24h": 24 * time.Hour, "3d": 72 * time.Hour, "1d": 24 * time.Hour, "1m30s": 90 * time.Second, "0s": 0,
	} {
		read, err := parley.ParseSpan(text)
		if err != nil || read != want {
			t.Errorf("%s is read as %s (%v)", text, read, err)
		}
		if again, err := parley.ParseSpan(parley.FormatSpan(want)); err != nil || again != want {
			t.Errorf("%s is written as %s", want, parley.FormatSpan(want))
		}
	}
	for _, text := range []string{"", "d", "-3d", "1.5d", "99999d", "3 days", "90"} {
		if read, err := parley.ParseSpan(text); err == nil {
			t.Errorf("%q is read as %s", text, read)
		}
	}
}
