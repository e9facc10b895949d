package client_test

import (
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/client"
)

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
		var read client.Price
		if err := json.Unmarshal(written, &read); err != nil || read != price {
			t.Fatalf("%+v is written as %s and read as %+v (%v)", price, written, read, err)
		}
	})
}

func TestPricesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		`{"amount_micros": 20000000.0, "currency": "USD"}`, `{"amount_micros": 1e7}`, `{"currency": "USD"}`, `"12.50"`, `true`, `[]`,
		`{"amount_micros": -9223372036854775808}`, `0.0000001`, `99999999999999999999`,
	} {
		var read client.Price
		if err := json.Unmarshal([]byte(raw), &read); err == nil {
			t.Errorf("%s is read as %s", raw, read)
		}
	}
}
