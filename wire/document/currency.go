package document

import (
	"parley"
	"parley/wire/contract"
)

// in gives amounts that were read as bare numbers the currency that their document names beside them.
func in(currency parley.Currency, amounts ...*contract.Decimal) {
	for _, amount := range amounts {
		if amount != nil {
			amount.Money.Currency = currency
		}
	}
}
