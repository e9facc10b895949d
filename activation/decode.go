package activation

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// mostDecoded is how long settings and mappings may be.
const mostDecoded = 64 << 10

var (
	errTooLong  = errors.New("is too long")
	errOneValue = errors.New("must be one object")
)

// Decode reads settings, or what something is called at a destination: one object of at most 64 KiB that has no other fields than
// into. Nothing, like {}, leaves into as it is. The error is for people.
func Decode(raw json.RawMessage, into any) error {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0:
		return nil
	case len(raw) > mostDecoded:
		return errTooLong
	case raw[0] != '{':
		return errOneValue
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errOneValue
	}
	return nil
}
