package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley"
)

// Money is an amount as the contract writes it.
type Money struct {
	AmountMicros int64           `json:"amount_micros" doc:"Micros of one unit of the currency; 22500000 is 22.50." example:"22500000"`
	Currency     parley.Currency `json:"currency" doc:"ISO 4217 code." example:"USD"`
}

// MoneyOf is the contract's form of an amount.
func MoneyOf(m parley.Money) *Money { return &Money{AmountMicros: m.Micros, Currency: m.Currency} }

// String is the decimal with its currency, such as "12.50 USD".
func (m Money) String() string {
	return parley.Money{Micros: m.AmountMicros, Currency: m.Currency}.String()
}

// UnmarshalJSON implements json.Unmarshaler. It refuses an amount that is not written as an integer, 20000000.0 among
// them, with an *AmountError; a missing currency is USD.
func (m *Money) UnmarshalJSON(raw []byte) error {
	var price Price
	if err := price.UnmarshalJSON(raw); err != nil {
		return err
	}
	if !price.Contract {
		return errMoneyForm
	}
	*m = Money{AmountMicros: price.Money.Micros, Currency: price.Money.Currency}
	return nil
}

var errMoneyForm = errors.New(`must be an amount such as {"amount_micros": 12500000, "currency": "USD"}`)

// Price is a price in a request, in either dialect: a JSON number in currency units, or an object with amount_micros and
// currency. It is read from its digits; no binary float is ever in between.
type Price struct {
	Money    parley.Money // the currency is empty when the request names none
	Contract bool         // was read from the contract's object
	read     bool
}

// PriceOf is an amount as a request names it: one with its currency is written as the contract's object, so that a seller who
// trades in another one refuses it, and one without as a number in currency units.
func PriceOf(m parley.Money) *Price { return &Price{Money: m} }

// PriceFormat marks the schema of a Price, so that a validator can tell it from other values.
const PriceFormat = "price"

var errPriceForm = errors.New(`must be a number such as 12.50, or {"amount_micros": 12500000, "currency": "USD"}`)

// AmountError is a problem with one member of a price object.
type AmountError struct {
	Member string // amount_micros or currency
	Reason string
}

// Error implements error.
func (e *AmountError) Error() string { return e.Member + " " + e.Reason }

// UnmarshalJSON implements json.Unmarshaler.
func (p *Price) UnmarshalJSON(raw []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return errPriceForm
	}
	parsed, err := ParsePrice(value)
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}

// MarshalJSON writes what was read the same way whichever form it had: fingerprints of requests are made of it.
func (p Price) MarshalJSON() ([]byte, error) {
	if !p.read && p.Money.Currency == "" {
		return []byte(parley.FormatMicros(p.Money.Micros, 2)), nil
	}
	return json.Marshal(Money{AmountMicros: p.Money.Micros, Currency: p.Money.Currency})
}

// ParsePrice reads a decoded JSON value whose numbers are json.Number. The error of a wrong member is an *AmountError.
func ParsePrice(value any) (Price, error) {
	switch v := value.(type) {
	case json.Number:
		micros, err := parley.ParseMicros(string(v))
		return Price{Money: parley.Money{Micros: micros}, read: true}, err
	case map[string]any:
		micros, err := integer(v["amount_micros"])
		if err != nil {
			return Price{}, &AmountError{Member: "amount_micros", Reason: err.Error()}
		}
		currency, err := code(v["currency"])
		if err != nil {
			return Price{}, &AmountError{Member: "currency", Reason: err.Error()}
		}
		return Price{Money: parley.Money{Micros: micros, Currency: currency}, Contract: true, read: true}, nil
	}
	return Price{}, errPriceForm
}

// errNotInteger carries the sentence that contract clients look for.
var errNotInteger = errors.New("is not an integer. Input should be a valid integer")

func integer(value any) (int64, error) {
	if value == nil {
		return 0, errors.New("is required")
	}
	number, ok := value.(json.Number)
	if !ok || strings.ContainsAny(string(number), ".eE") {
		return 0, errNotInteger
	}
	micros, err := strconv.ParseInt(string(number), 10, 64)
	if err != nil || micros == math.MinInt64 {
		return 0, parley.ErrOverflow
	}
	return micros, nil
}

func code(value any) (parley.Currency, error) {
	if value == nil {
		return parley.USD, nil
	}
	text, ok := value.(string)
	if !ok || !parley.Currency(text).Valid() {
		return "", errors.New("must be an ISO 4217 currency code such as USD")
	}
	return parley.Currency(text), nil
}

// Schema describes both forms.
func (Price) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{
		Format:      PriceFormat,
		Description: "A CPM: a number in currency units, or the contract's object in micros.",
		Examples:    []any{json.Number("12.50")},
		OneOf: []*huma.Schema{
			{Type: huma.TypeNumber, Description: "Currency units per 1,000 impressions, at most six decimal places."},
			{
				Type: huma.TypeObject,
				Properties: map[string]*huma.Schema{
					"amount_micros": {Type: huma.TypeInteger, Format: "int64"},
					"currency":      {Type: huma.TypeString, Description: "ISO 4217 code; USD when absent."},
				},
				Required: []string{"amount_micros"},
			},
		},
	}
}
