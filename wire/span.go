package wire

import (
	"encoding/json"
	"fmt"
	"time"

	"parley"

	"github.com/danielgtaylor/huma/v2"
)

// Span is a length of time, on the wire as in the settings: "90m", "24h" or a whole number of days such as "3d".
type Span time.Duration

// MarshalJSON implements json.Marshaler.
func (s Span) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// String writes the span as settings have it.
func (s Span) String() string { return parley.FormatSpan(time.Duration(s)) }

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
	d, err := parley.ParseSpan(text)
	if err != nil {
		return 0, fmt.Errorf("must be a time such as 90m, 24h or 3d, and not %q", text)
	}
	return d, nil
}

const spanFormat = "span"

// Schema is a text that the conformer reads as a span, so that a wrong one is told with its member's name.
func (Span) Schema(huma.Registry) *huma.Schema {
	longest := 32
	return &huma.Schema{Type: huma.TypeString, Format: spanFormat, MaxLength: &longest, Description: "Such as 90m, 24h or 3d."}
}
