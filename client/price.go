package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"parley"
)

// Price is an exact CPM: micros of one unit of the currency per 1,000 impressions. On the wire it is the contract's object
// with amount_micros and currency, or a number in currency units; both are read, and a price that names its currency is
// written as the object, so that a seller who trades in another one refuses it.
type Price parley.Money

// ParsePrice reads a decimal number of currency units, such as 12.50.
func ParsePrice(decimal string, currency parley.Currency) (Price, error) {
	micros, err := parley.ParseMicros(decimal)
	if err != nil {
		return Price{}, fmt.Errorf("price %q %w", decimal, err)
	}
	return Price{Micros: micros, Currency: currency}, nil
}

// Money is the price as the domain has it.
func (p Price) Money() parley.Money { return parley.Money(p) }

// String is the decimal with its currency, such as "12.50 USD".
func (p Price) String() string { return p.Money().String() }

// contractMoney is a price as the shared contract writes it.
type contractMoney struct {
	AmountMicros json.Number     `json:"amount_micros"`
	Currency     parley.Currency `json:"currency"`
}

// MarshalJSON implements json.Marshaler.
func (p Price) MarshalJSON() ([]byte, error) {
	if p.Currency == "" {
		return []byte(parley.FormatMicros(p.Micros, 2)), nil
	}
	return json.Marshal(contractMoney{AmountMicros: json.Number(strconv.FormatInt(p.Micros, 10)), Currency: p.Currency})
}

// UnmarshalJSON implements json.Unmarshaler. A bare number leaves the currency as it was: it is written elsewhere.
func (p *Price) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	if len(raw) > 0 && raw[0] == '{' {
		var money contractMoney
		if err := json.Unmarshal(raw, &money); err != nil {
			return fmt.Errorf("client: a price that cannot be read: %w", err)
		}
		micros, err := strconv.ParseInt(money.AmountMicros.String(), 10, 64)
		if err != nil || micros == math.MinInt64 {
			return fmt.Errorf("client: a price of %q micros, which is not an amount", money.AmountMicros)
		}
		*p = Price{Micros: micros, Currency: money.Currency}
		return nil
	}
	micros, err := parley.ParseMicros(string(raw))
	if err != nil {
		return fmt.Errorf("client: a price of %.40q, which %w", raw, err)
	}
	p.Micros = micros
	return nil
}

// in is the price with the currency that the body names beside it; nil stays nil.
func (p *Price) in(currency parley.Currency) {
	if p != nil && p.Currency == "" {
		p.Currency = currency
	}
}
