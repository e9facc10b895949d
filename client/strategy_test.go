package client_test

import (
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
	rapid.Check(t, func(t *rapid.T) {
		strategy, ceiling := drawStrategy(t)
		position := client.Position{Seller: rapid.Int64Range(1, 700_000_000).Draw(t, "ask"), Currency: parley.USD}
		for turn := range 20 {
			move := strategy.Next(position)
			if again := strategy.Next(position); again != move {
				t.Fatalf("turn %d: %+v, and again %+v", turn, move, again)
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
				move := c.strategy.Next(position)
				if move.Action != parley.ActionCounter || move.Price != want {
					t.Fatalf("offer %d is %+v, want %d", i, move, want)
				}
				position.Offers = append(position.Offers, move.Price)
			}
		})
	}
}
