package contract

import (
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"parley"
)

// Decimal is an amount in currency units, written as an exact JSON number.
type Decimal struct{ Money parley.Money }

// DecimalOf is the decimal form of an amount.
func DecimalOf(m parley.Money) *Decimal { return &Decimal{Money: m} }

// String is the decimal with its currency, such as "12.50 USD"; empty without an amount.
func (d *Decimal) String() string {
	if d == nil {
		return ""
	}
	return d.Money.String()
}

// AppendJSON writes at least the currency's minor digits: 12.50.
func (d Decimal) AppendJSON(body []byte) []byte {
	return parley.AppendMicros(body, d.Money.Micros, d.Money.Currency.MinorDigits())
}

// MarshalJSON implements json.Marshaler.
func (d Decimal) MarshalJSON() ([]byte, error) { return d.AppendJSON(nil), nil }

// UnmarshalJSON reads the amount from its digits. The number names no currency.
func (d *Decimal) UnmarshalJSON(raw []byte) error {
	micros, err := parley.ParseMicros(string(raw))
	if err != nil {
		return err
	}
	*d = Decimal{Money: parley.Money{Micros: micros}}
	return nil
}

// Schema is a JSON number.
func (Decimal) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// Percent is a rate written as a JSON number of percent: 1,250 basis points are 12.5.
type Percent parley.BasisPoints

// AppendJSON writes a number. A basis point is a hundredth of a percent, or 10,000 micros of one.
func (p Percent) AppendJSON(body []byte) []byte {
	return parley.AppendMicros(body, int64(p)*(parley.MicrosPerUnit/100), 1)
}

// MarshalJSON implements json.Marshaler.
func (p Percent) MarshalJSON() ([]byte, error) { return p.AppendJSON(nil), nil }

// PercentFormat marks the schema of a Percent.
const PercentFormat = "percent"

var errPercent = errors.New("must be a number of percent from 0 to 100 with at most two decimal places, such as 12.5")

// ParsePercent reads a rate from the digits of a JSON number.
func ParsePercent(digits string) (Percent, error) {
	micros, err := parley.ParseMicros(digits)
	rate := micros / (parley.MicrosPerUnit / 100)
	if err != nil || micros%(parley.MicrosPerUnit/100) != 0 || rate < 0 || rate > int64(parley.OneHundredPercent) {
		return 0, errPercent
	}
	return Percent(rate), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *Percent) UnmarshalJSON(raw []byte) error {
	parsed, err := ParsePercent(string(raw))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}

// Schema is a JSON number.
func (Percent) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Format: PercentFormat, Description: "Percent."}
}

// Whole is a count that OpenDirect's messages write with or without a fraction of zero: 500000.0 is 500,000.
type Whole int64

// UnmarshalJSON implements json.Unmarshaler.
func (w *Whole) UnmarshalJSON(raw []byte) error {
	micros, err := parley.ParseMicros(string(raw))
	if err != nil || micros%parley.MicrosPerUnit != 0 {
		return errWhole
	}
	*w = Whole(micros / parley.MicrosPerUnit)
	return nil
}

var errWhole = errors.New("must be a whole number")
