package client

import (
	"fmt"

	"parley"
)

// ParsePrice reads a decimal number of currency units, such as 12.50. With an empty currency it is in whichever the seller trades in.
func ParsePrice(decimal string, currency parley.Currency) (parley.Money, error) {
	micros, err := parley.ParseMicros(decimal)
	if err != nil {
		return parley.Money{}, fmt.Errorf("price %q %w", decimal, err)
	}
	return parley.Money{Micros: micros, Currency: currency}, nil
}
