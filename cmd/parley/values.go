package main

import (
	"fmt"
	"strconv"
	"time"

	"parley"
	"parley/seller"
)

// overlap is how long a former key holds beside the new one, as a flag takes it.
type overlap time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (o *overlap) UnmarshalText(text []byte) error {
	span, err := parley.ParseSpan(string(text))
	if err != nil || span < 0 || span > seller.MaxKeyOverlap {
		return fmt.Errorf("must be a duration from 0s to %s, such as 48h or 2d, and not %q", parley.FormatSpan(seller.MaxKeyOverlap), text)
	}
	*o = overlap(span)
	return nil
}

// interval is how often something is done, as a flag takes it.
type interval time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (i *interval) UnmarshalText(text []byte) error {
	span, err := parley.ParseSpan(string(text))
	if err != nil || span < time.Second {
		return fmt.Errorf("must be a duration of a second or longer, such as 15m, 24h or 7d, and not %q", text)
	}
	*i = interval(span)
	return nil
}

// count is how many of something there are to be, as a flag takes it.
type count int

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *count) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 31)
	if err != nil || n == 0 {
		return fmt.Errorf("must be a whole number from 1 on, and not %q", text)
	}
	*c = count(n)
	return nil
}
