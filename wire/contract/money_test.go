package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/wire/contract"
)

func TestPrice(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text     string
		micros   int64
		currency parley.Currency
		contract bool
	}{
		{text: "12.5", micros: 12_500_000},
		{text: "0.1", micros: 100_000},
		{text: "1.25e1", micros: 12_500_000},
		{text: "9007199254.740993", micros: 9_007_199_254_740_993},
		{text: `{"amount_micros": 22500000, "currency": "EUR"}`, micros: 22_500_000, currency: "EUR", contract: true},
		{text: `{"amount_micros": 1}`, micros: 1, currency: "USD", contract: true},
		{text: `{"amount_micros": 9007199254740993, "x_note": 1}`, micros: 9_007_199_254_740_993, currency: "USD", contract: true},
	} {
		var got contract.Price
		if err := json.Unmarshal([]byte(test.text), &got); err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if want := (parley.Money{Micros: test.micros, Currency: test.currency}); got.Money != want || got.Contract != test.contract {
			t.Errorf("%s is read as %+v", test.text, got)
		}
	}
}

func TestPriceRefusals(t *testing.T) {
	t.Parallel()
	for text, member := range map[string]string{
		`{"amount_micros": 22.5}`: "amount_micros", `{"amount_micros": 20000000.0}`: "amount_micros", `{"amount_micros": 2e7}`: "amount_micros",
		`{"amount_micros": null}`: "amount_micros", `{}`: "amount_micros", `{"amount_micros": 1, "currency": "dollars"}`: "currency",
		`{"amount_micros": 1, "currency": 1}`: "currency", `"12.50"`: "", `true`: "", `[]`: "", `0.0000001`: "", `1e99`: "",
	} {
		var got contract.Price
		err := json.Unmarshal([]byte(text), &got)
		var wrong *contract.AmountError
		if err == nil || errors.As(err, &wrong) != (member != "") || wrong != nil && wrong.Member != member {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

// TestPricesKeepEveryMicro reads what a buyer names as the seller does.
func TestPricesKeepEveryMicro(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		price := contract.PriceOf(parley.Money{
			Micros:   rapid.Int64Range(0, math.MaxInt64).Draw(t, "micros"),
			Currency: rapid.SampledFrom([]parley.Currency{"", parley.USD, "JPY"}).Draw(t, "currency"),
		})
		written, err := json.Marshal(price)
		if err != nil {
			t.Fatal(err)
		}
		var read contract.Price
		if err := json.Unmarshal(written, &read); err != nil || read.Money != price.Money || read.Contract != (price.Money.Currency != "") {
			t.Fatalf("%+v is written as %s and read as %+v (%v)", price, written, read, err)
		}
		// Fingerprints are made of what was read, and were before prices were written: a number has no currency in them.
		kept, err := json.Marshal(read)
		if want := fmt.Sprintf(`{"amount_micros":%d,"currency":%q}`, price.Money.Micros, price.Money.Currency); err != nil || string(kept) != want {
			t.Fatalf("%s is kept as %s, and was kept as %s (%v)", written, kept, want, err)
		}
	})
}

func TestPercent(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]contract.Percent{"7.25": 725, "0": 0, "100": 10_000, "1e1": 1_000, "0.01": 1} {
		var got contract.Percent
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s is read as %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"7.125", "-1", "100.01", `"5"`, "1e30"} {
		if err := json.Unmarshal([]byte(text), new(contract.Percent)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
	if raw, err := json.Marshal(contract.Percent(1_250)); err != nil || string(raw) != "12.5" {
		t.Errorf("1250 basis points are written %s, %v", raw, err)
	}
}

// FuzzPrice checks that what is read is read exactly: a price written out again is the same price.
func FuzzPrice(f *testing.F) {
	for _, seed := range []string{"12.5", "-0", "1e400", `{"amount_micros": 1}`, `{"amount_micros": 1.0, "currency": "USD"}`, `"x"`, "[", "0.000001"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var price contract.Price
		if err := json.Unmarshal(raw, &price); err != nil {
			return
		}
		number, err := json.Marshal(contract.Decimal{Money: price.Money})
		if err != nil {
			t.Fatal(err)
		}
		var again contract.Price
		if err := json.Unmarshal(number, &again); err != nil || again.Money.Micros != price.Money.Micros {
			t.Fatalf("%s is read as %d micros, written %s and read as %d: %v", raw, price.Money.Micros, number, again.Money.Micros, err)
		}
		first, err := json.Marshal(price)
		if err != nil {
			t.Fatal(err)
		}
		if price.Money.Currency == "" {
			return
		}
		if err := json.Unmarshal(first, &again); err != nil || again.Money != price.Money {
			t.Fatalf("%s is read as %v, written %s and read as %v: %v", raw, price.Money, first, again.Money, err)
		}
	})
}
