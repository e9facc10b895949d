package main

import (
	"io"
	"strings"
	"testing"

	"parley"
	"parley/negotiation"
)

func TestNobodyGetsUnderTheReservationPrice(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		r, err := simulate(population(100*len(kinds), seed))
		if err != nil {
			t.Fatal(err)
		}
		if under := r.under(); under > 0 {
			t.Errorf("seed %d: %d prices under a reservation price", seed, under)
		}
		for v, variant := range variants {
			for k, kind := range kinds {
				tally := r.kinds[v][k]
				if tally.meetings != 400 || tally.agreed == 0 || tally.agreed > tally.possible {
					t.Errorf("seed %d, %s, %s: %+v", seed, variant.name, kind.name, tally)
				}
			}
		}
	}
}

func TestAPriceUnderTheReservationPriceIsCounted(t *testing.T) {
	t.Parallel()
	var r results
	r.tiers = [][]tally{make([]tally, len(parley.Tiers)), make([]tally, len(parley.Tiers))}
	r.tiers[0][1].add(meeting{base: 1}, outcome{under: 2})
	r.tiers[1][0].add(meeting{base: 1}, outcome{under: 1})
	if got := r.under(); got != 3 {
		t.Errorf("counted %d, want 3", got)
	}
}

// TestWhoNamesNothingPaysWhatIsAsked knows in advance what a deadline waiter gets.
func TestWhoNamesNothingPaysWhatIsAsked(t *testing.T) {
	t.Parallel()
	waiter := kinds[len(kinds)-1]
	m := meeting{
		base: 12 * parley.MicrosPerUnit, floor: 8 * parley.MicrosPerUnit,
		buyer: buyer{kind: waiter, base: 12 * parley.MicrosPerUnit, value: 13 * parley.MicrosPerUnit},
	}
	got, err := trade(m, negotiation.Defaults(parley.TierAgency))
	want := outcome{possible: true, agreed: true, price: 12_000_000, rounds: 6}
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	m.buyer.value = 11 * parley.MicrosPerUnit
	got, err = trade(m, negotiation.Defaults(parley.TierAgency))
	want = outcome{possible: true, rounds: 6}
	if err != nil || got != want {
		t.Errorf("who cannot pay it: got %+v, %v; want %+v", got, err, want)
	}
}

func TestTheSameSeedGivesTheSameResult(t *testing.T) {
	t.Parallel()
	print := func(seed string) string {
		t.Helper()
		var out strings.Builder
		if err := run([]string{"-buyers", "80", "-seed", seed}, &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	text := print("7")
	if print("7") != text {
		t.Error("the same seed gave another result")
	}
	if print("8") == text {
		t.Error("another seed gave the same result")
	}
	for _, variant := range variants {
		if !strings.Contains(text, variant.name) {
			t.Errorf("%s is missing from the result", variant.name)
		}
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-buyers", "7"}, {"-nonsense"}} {
		if err := run(args, io.Discard); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
}
