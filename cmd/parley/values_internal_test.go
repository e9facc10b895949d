package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"parley/internal/racedetector"
)

// TestDurationsAreTypedOneWay reads what people type at flags that are no settings, as the settings' own are read.
func TestDurationsAreTypedOneWay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"2d": 48 * time.Hour, "48h": 48 * time.Hour, "30d": 720 * time.Hour, "0s": 0, "0": 0} {
		var read overlap
		if err := read.UnmarshalText([]byte(text)); err != nil || time.Duration(read) != want {
			t.Errorf("%s is read as %s, %v", text, time.Duration(read), err)
		}
	}
	var every interval
	if err := every.UnmarshalText([]byte("1d")); err != nil || time.Duration(every) != 24*time.Hour {
		t.Errorf("1d is read as %s, %v", time.Duration(every), err)
	}
}

// TestAWrongFlagIsNamed holds that what is told of a flag names it, says what is right, and is a misuse.
func TestAWrongFlagIsNamed(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	for command, says := range map[string]string{
		"keys rotate k --overlap 31d":           `--overlap: must be a duration from 0s to 30d, such as 48h or 2d, and not "31d"`,
		"keys rotate k --overlap=-1h":           `--overlap: must be a duration from 0s to 30d`,
		"webhooks rotate-key w --overlap 1000h": `--overlap: must be a duration from 0s to 30d`,
		"webhooks rotate-key w --overlap soon":  `--overlap: must be a duration from 0s to 30d`,
		"backup b --every 0s":                   `--every: must be a duration of a second or longer, such as 15m, 24h or 7d, and not "0s"`,
		"backup b --every 1ms":                  `--every: must be a duration of a second or longer`,
		"backup b --every often":                `--every: must be a duration of a second or longer`,
		"backup b --keep 0":                     `--keep: must be a whole number from 1 on, and not "0"`,
		"backup b --keep=-3":                    `--keep: must be a whole number from 1 on`,
		"backup b --keep all":                   `--keep: must be a whole number from 1 on`,
	} {
		var out, told bytes.Buffer
		p := &process{ctx: t.Context(), in: strings.NewReader(""), out: &out, err: &told, flags: map[string]string{}}
		if code := p.run(strings.Fields(command)); code != exitMisuse || !strings.Contains(told.String(), says) {
			t.Errorf("%s: exit code %d, told %s", command, code, told.String())
		}
	}
}
