package parley

import (
	"strconv"
	"strings"
	"time"
)

const spanDay = 24 * time.Hour

// ParseSpan reads a length of time as people write it, in settings, forms and documents alike: 90m, 24h, or a whole number of days
// such as 3d.
func ParseSpan(text string) (time.Duration, error) {
	days, inDays := strings.CutSuffix(text, "d")
	if !inDays {
		return time.ParseDuration(text)
	}
	n, err := strconv.ParseUint(days, 10, 16)
	if err != nil {
		return 0, err
	}
	return time.Duration(n) * spanDay, nil
}

// FormatSpan writes a length of time in the largest unit that it is a whole number of, for ParseSpan; a single day as 24h.
func FormatSpan(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{spanDay, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if d > spanDay && unit.length == spanDay && d%spanDay == 0 || d != 0 && unit.length < spanDay && d%unit.length == 0 {
			return strconv.FormatInt(int64(d/unit.length), 10) + unit.name
		}
	}
	return d.String()
}
