package seller

import (
	"encoding/json"

	"parley"
)

// within refuses a price above the limit that the caller set for this booking; nil: none. It is asked once the price is
// struck, in the transaction that would book at it. A limit without a currency is in the price's.
func within(limit *parley.Money, price parley.PriceDecision) error {
	if limit == nil {
		return nil
	}
	if limit.Currency != "" && limit.Currency != price.Currency {
		return parley.Invalid("max_cpm", "is in %s, and the price is in %s", limit.Currency, price.Currency)
	}
	if price.FinalCPM <= limit.Micros {
		return nil
	}
	amount := func(micros int64) json.Number {
		return json.Number(parley.FormatMicros(micros, price.Currency.MinorDigits()))
	}
	return parley.Errorf(parley.CodeCeilingExceeded, "The price is %s %s CPM, above your max_cpm of %s. Nothing was booked.",
		amount(price.FinalCPM), price.Currency, amount(limit.Micros)).
		With("price", amount(price.FinalCPM)).With("max_cpm", amount(limit.Micros)).With("currency", price.Currency)
}
