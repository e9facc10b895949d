package client_test

import (
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/client"
	"parley/wire/contract"
)

// TestPricesKeepEveryMicro reads what a buyer names as the seller does.
func TestPricesKeepEveryMicro(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		price := client.Price{
			Micros:   rapid.Int64Range(0, math.MaxInt64).Draw(t, "micros"),
			Currency: rapid.SampledFrom([]parley.Currency{"", parley.USD, "JPY"}).Draw(t, "currency"),
		}
		written, err := json.Marshal(price)
		if err != nil {
			t.Fatal(err)
		}
		var read contract.Price
		if err := json.Unmarshal(written, &read); err != nil || read.Money != price.Money() {
			t.Fatalf("%+v is written as %s and read as %+v (%v)", price, written, read, err)
		}
	})
}
