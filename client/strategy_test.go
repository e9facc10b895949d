package client_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/client"
)

// drawStrategy draws any strategy, with the ceiling that it must not pass.
func drawStrategy(t *rapid.T) (strategy client.Strategy, ceiling int64) {
	ceiling = rapid.Int64Range(1, 500_000_000).Draw(t, "ceiling")
	opening := usd(rapid.Int64Range(1, 600_000_000).Draw(t, "opening"))
	rounds := rapid.IntRange(0, 12).Draw(t, "rounds")
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		return client.Threshold{Ceiling: usd(ceiling)}, ceiling
	case 1:
		return client.Linear{Opening: opening, Ceiling: usd(ceiling), Rounds: rounds}, ceiling
	}
	beta := rapid.IntRange(0, 5000).Draw(t, "beta")
	return client.TimeDependent{Opening: opening, Ceiling: usd(ceiling), Rounds: rounds, Beta: beta}, ceiling
}

func TestNoStrategyPaysMoreThanItsCeiling(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		strategy, ceiling := drawStrategy(t)
		position := client.Position{Seller: rapid.Int64Range(1, 700_000_000).Draw(t, "ask"), Currency: parley.USD}
		for turn := range 20 {
			move, err := strategy.Next(position)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := strategy.Next(position); again != move || err != nil {
				t.Fatalf("turn %d: %+v, and again %+v (%v)", turn, move, again, err)
			}
			switch move.Action {
			case parley.ActionReject:
				return
			case parley.ActionAccept:
				if move.Price != position.Seller || move.Price > ceiling {
					t.Fatalf("turn %d: accepts %d with a ceiling of %d, where %d was asked", turn, move.Price, ceiling, position.Seller)
				}
				return
			default:
				if move.Price > ceiling || move.Price >= position.Seller || move.Price <= 0 {
					t.Fatalf("turn %d: offers %d with a ceiling of %d, where %d was asked", turn, move.Price, ceiling, position.Seller)
				}
				if n := len(position.Offers); n > 0 && move.Price < position.Offers[n-1] {
					t.Fatalf("turn %d: offers %d after %d", turn, move.Price, position.Offers[n-1])
				}
			}
			if position.Final {
				t.Fatalf("turn %d: counters a final price", turn)
			}
			position.Offers = append(position.Offers, move.Price)
			position.Seller -= rapid.Int64Range(0, position.Seller/4).Draw(t, "concession")
			position.Final = rapid.Bool().Draw(t, "final")
		}
	})
}

// TestOfferCurves pins the shape of each strategy: from 10.00 to 20.00 in five offers, with a seller that stays at 30.00.
func TestOfferCurves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		strategy client.Strategy
		want     []int64
	}{
		"linear": {
			client.Linear{Opening: usd(10_000_000), Ceiling: usd(20_000_000), Rounds: 5},
			[]int64{10_000_000, 12_500_000, 15_000_000, 17_500_000, 20_000_000, 20_000_000},
		},
		"boulware": {
			client.TimeDependent{Opening: usd(10_000_000), Ceiling: usd(20_000_000), Rounds: 5, Beta: 500},
			[]int64{10_000_000, 10_620_000, 12_500_000, 15_620_000, 20_000_000, 20_000_000},
		},
		"conceder": {
			client.TimeDependent{Opening: usd(10_000_000), Ceiling: usd(20_000_000), Rounds: 5, Beta: 2000},
			[]int64{10_000_000, 15_000_000, 17_070_000, 18_660_000, 20_000_000, 20_000_000},
		},
		"threshold": {client.Threshold{Ceiling: usd(20_000_000)}, []int64{20_000_000, 20_000_000}},
	} {
		t.Run(name, func(t *testing.T) {
			position := client.Position{Seller: 30_000_000, Currency: parley.USD}
			for i, want := range c.want {
				move, err := c.strategy.Next(position)
				if err != nil {
					t.Fatal(err)
				}
				if move.Action != parley.ActionCounter || move.Price != want {
					t.Fatalf("offer %d is %+v, want %d", i, move, want)
				}
				position.Offers = append(position.Offers, move.Price)
			}
		})
	}
}

func TestStrategiesHoldToOneCurrency(t *testing.T) {
	t.Parallel()
	euros, dollars, either := parley.Money{Micros: 9_000_000, Currency: "EUR"}, usd(9_000_000), parley.Money{Micros: 9_000_000}
	for name, c := range map[string]struct {
		strategy client.Strategy
		refused  parley.Currency // the price that the seller does not trade in; empty: a move
	}{
		"threshold":                    {client.Threshold{Ceiling: euros}, "EUR"},
		"linear, ceiling":              {client.Linear{Opening: dollars, Ceiling: euros, Rounds: 3}, "EUR"},
		"linear, opening":              {client.Linear{Opening: euros, Ceiling: dollars, Rounds: 3}, "EUR"},
		"time-dependent, ceiling":      {client.TimeDependent{Opening: either, Ceiling: euros, Rounds: 3}, "EUR"},
		"time-dependent, opening":      {client.TimeDependent{Opening: euros, Ceiling: either, Rounds: 3}, "EUR"},
		"threshold, as the seller":     {client.Threshold{Ceiling: dollars}, ""},
		"linear, as the seller":        {client.Linear{Opening: dollars, Ceiling: dollars, Rounds: 3}, ""},
		"time-dependent, whatever one": {client.TimeDependent{Opening: either, Ceiling: either, Rounds: 3}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			// The seller's price is within the ceiling, as a number.
			move, err := c.strategy.Next(client.Position{Seller: 8_000_000, Currency: parley.USD})
			var other *client.CurrencyError
			switch {
			case c.refused == "" && (err != nil || move.Action == ""):
				t.Errorf("%+v (%v)", move, err)
			case c.refused != "" && (!errors.As(err, &other) || other.Own != c.refused || other.Seller != parley.USD || move != client.Move{}):
				t.Errorf("%+v (%v)", move, err)
			}
		})
	}
}
