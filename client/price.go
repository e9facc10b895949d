package client

import (
	"encoding/json"
	"fmt"

	"parley/wire/contract"

	"parley"
)

// Price is an exact CPM that a buyer names: micros of one unit of the currency per 1,000 impressions. One that names its currency
// is written as the contract's object, so that a seller who trades in another one refuses it, and one without as a number in
// currency units.
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

// MarshalJSON implements json.Marshaler.
func (p Price) MarshalJSON() ([]byte, error) {
	if p.Currency == "" {
		return []byte(parley.FormatMicros(p.Micros, 2)), nil
	}
	return json.Marshal(contract.Money{AmountMicros: p.Micros, Currency: p.Currency})
}
