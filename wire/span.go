package wire

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Span is a length of time, on the wire as in the settings: "90m", "24h" or a whole number of days such as "3d".
type Span time.Duration

const spanDay = 24 * time.Hour

// MarshalJSON implements json.Marshaler.
func (s Span) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// String writes the span in the largest unit that it is a whole number of; a single day as 24h.
func (s Span) String() string {
	d := time.Duration(s)
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

// UnmarshalJSON implements json.Unmarshaler.
func (s *Span) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	d, err := parseSpan(text)
	*s = Span(d)
	return err
}

func parseSpan(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err == nil {
			return time.Duration(n) * spanDay, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil {
		return d, nil
	}
	return 0, fmt.Errorf("must be a time such as 90m, 24h or 3d, and not %q", text)
}

const spanFormat = "span"

// Schema is a text that the conformer reads as a span, so that a wrong one is told with its member's name.
func (Span) Schema(huma.Registry) *huma.Schema {
	longest := 32
	return &huma.Schema{Type: huma.TypeString, Format: spanFormat, MaxLength: &longest, Description: "Such as 90m, 24h or 3d."}
}
