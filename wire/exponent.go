package wire

import (
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"parley"
)

// Exponent shapes a time-dependent strategy: thousandths, written as a JSON number such as 0.5.
type Exponent int

// microsPerThousandth is how many millionths make up a thousandth.
const microsPerThousandth = parley.MicrosPerUnit / 1_000

// AppendJSON writes a number.
func (e Exponent) AppendJSON(body []byte) []byte {
	return parley.AppendMicros(body, int64(e)*microsPerThousandth, 1)
}

// MarshalJSON implements json.Marshaler.
func (e Exponent) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

// UnmarshalJSON implements json.Unmarshaler.
func (e *Exponent) UnmarshalJSON(raw []byte) error {
	parsed, err := parseExponent(string(raw))
	*e = parsed
	return err
}

const exponentFormat = "exponent"

var errExponent = errors.New("must be a number from 0.01 to 100 with at most three decimal places, such as 0.5")

func parseExponent(digits string) (Exponent, error) {
	const most = 100 * 1_000
	micros, err := parley.ParseMicros(digits)
	thousandths := micros / microsPerThousandth
	if err != nil || micros%microsPerThousandth != 0 || thousandths < 0 || thousandths > most {
		return 0, errExponent
	}
	return Exponent(thousandths), nil
}

// Schema is a JSON number.
func (Exponent) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Format: exponentFormat}
}
