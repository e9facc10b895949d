package negotiation_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley"
	"parley/negotiation"
)

// genNegotiation opens a negotiation under any limits that are allowed, in a currency with or without cents.
func genNegotiation(strategy string) *rapid.Generator[parley.Negotiation] {
	rate := func(t *rapid.T, label string, highest int64) parley.BasisPoints {
		return parley.BasisPoints(rapid.Int64Range(0, highest).Draw(t, label))
	}
	return rapid.Custom(func(t *rapid.T) parley.Negotiation {
		n := parley.Negotiation{
			ID:       "neg-1",
			Status:   parley.NegotiationActive,
			Currency: rapid.SampledFrom([]parley.Currency{"USD", "JPY", "KWD"}).Draw(t, "currency"),
			BaseCPM: rapid.OneOf(
				rapid.Map(rapid.Int64Range(1, 10_000), cents),
				rapid.Int64Range(1, 100*unit),
				rapid.Int64Range(1, parley.MaxCPM),
			).Draw(t, "base"),
		}
		n.FloorCPM = rapid.Int64Range(0, n.BaseCPM).Draw(t, "floor")
		if rapid.Bool().Draw(t, "defaults") {
			n.Limits = negotiation.Defaults(rapid.SampledFrom(parley.Tiers[:]).Draw(t, "tier"))
			n.Limits.Strategy = strategy
			return n
		}
		n.Limits = parley.NegotiationLimits{
			Strategy:            strategy,
			MaxRounds:           rapid.IntRange(1, 12).Draw(t, "rounds"),
			RoundCap:            rate(t, "round cap", 10_000),
			TotalCap:            rate(t, "total cap", 9_999),
			BuyerShare:          rate(t, "share", 10_000),
			AcceptanceThreshold: rate(t, "threshold", 1_000),
			Exponent:            rapid.IntRange(negotiation.MinExponent, negotiation.MaxExponent).Draw(t, "exponent"),
			LowballDepth:        rapid.IntRange(negotiation.MinLowballDepth, 5_000).Draw(t, "depth"),
		}
		return n
	})
}

// adversaries are buyers by what they do next; each sees what a buyer sees, and some know more than they could.
var adversaries = []func(t *rapid.T, n parley.Negotiation) int64{
	func(t *rapid.T, n parley.Negotiation) int64 { // lowballs
		return rapid.Int64Range(1, max(1, n.FloorCPM)).Draw(t, "lowball")
	},
	func(_ *rapid.T, n parley.Negotiation) int64 { // repeats
		if len(n.Rounds) > 0 {
			return n.Rounds[len(n.Rounds)-1].BuyerCPM
		}
		return max(1, n.BaseCPM*7/10)
	},
	func(_ *rapid.T, n parley.Negotiation) int64 { // oscillates
		return max(1, n.BaseCPM*int64(8-len(n.Rounds)%2)/10)
	},
	func(*rapid.T, parley.Negotiation) int64 { return 1 }, // waits for the deadline
	func(_ *rapid.T, n parley.Negotiation) int64 { // has guessed the reservation price, and tries just under it
		return max(1, negotiation.Reservation(n.Currency, n.BaseCPM, n.FloorCPM, n.Limits.TotalCap)-1)
	},
	func(_ *rapid.T, n parley.Negotiation) int64 { // undercuts the seller by as little as there is
		return max(1, n.StandingCPM()-1)
	},
	func(t *rapid.T, n parley.Negotiation) int64 { return rapid.Int64Range(1, n.BaseCPM).Draw(t, "price") },
}

// exchange lets one adversary, or a different one each time, trade until the negotiation has ended.
func exchange(t *rapid.T, n parley.Negotiation) parley.Negotiation {
	whim := rapid.Bool().Draw(t, "whim")
	buyer := rapid.SampledFrom(adversaries).Draw(t, "buyer")
	for messages := 0; !n.Status.Concluded(); messages++ {
		if messages > n.Limits.MaxRounds {
			t.Fatalf("not ended after %d messages: %+v", messages, n.Rounds)
		}
		if whim {
			buyer = rapid.SampledFrom(adversaries).Draw(t, "buyer")
		}
		n = say(t, n, buyer(t, n))
	}
	return n
}

// payable is the price in whole minor units that is not above another, or the smallest one there is.
func payable(currency parley.Currency, price int64) int64 {
	return max(1, price/currency.MinorUnit()) * currency.MinorUnit()
}

func say(t *rapid.T, n parley.Negotiation, price int64) parley.Negotiation {
	t.Helper()
	price = payable(n.Currency, price)
	d, err := negotiation.Evaluate(n, price)
	if err != nil {
		t.Fatalf("%d: %v", price, err)
	}
	again, err := negotiation.Evaluate(n, price)
	if diff := cmp.Diff(d, again); diff != "" || err != nil {
		t.Fatalf("the same history and price got another answer: %s %v", diff, err)
	}
	return d.Record(n, noon)
}

// ofEachStrategy checks a property for every strategy.
func ofEachStrategy(t *testing.T, property func(t *rapid.T, n parley.Negotiation)) {
	for _, strategy := range negotiation.Strategies() {
		t.Run(strategy, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { property(t, genNegotiation(strategy).Draw(t, "negotiation")) })
		})
	}
}

func TestNoPriceIsUnderFloorOrReservation(t *testing.T) {
	t.Parallel()
	ofEachStrategy(t, func(t *rapid.T, n parley.Negotiation) {
		reservation := negotiation.Reservation(n.Currency, n.BaseCPM, n.FloorCPM, n.Limits.TotalCap)
		for _, round := range exchange(t, n).Rounds {
			if round.SellerCPM < n.FloorCPM || round.SellerCPM < reservation {
				t.Fatalf("round %+v: floor %d, reservation %d", round, n.FloorCPM, reservation)
			}
			if round.Action == counter && round.SellerCPM <= round.BuyerCPM {
				t.Fatalf("round %+v counters a price with a lower one", round)
			}
		}
	})
}

func TestConcessionsAreCapped(t *testing.T) {
	t.Parallel()
	ofEachStrategy(t, func(t *rapid.T, n parley.Negotiation) {
		standing := n.BaseCPM
		halfUnit := n.Currency.MinorUnit() / 2
		for _, round := range exchange(t, n).Rounds {
			if total := (n.BaseCPM - round.SellerCPM) * 10_000; total > n.BaseCPM*int64(n.Limits.TotalCap) {
				t.Fatalf("round %+v concedes more than %d basis points in all", round, n.Limits.TotalCap)
			}
			if round.Cumulative > int64(n.Limits.TotalCap)*100 {
				t.Fatalf("round %+v states more than %d basis points in all", round, n.Limits.TotalCap)
			}
			conceded := (standing - round.SellerCPM - halfUnit) * 10_000
			if round.Action == counter && conceded > n.BaseCPM*int64(n.Limits.RoundCap) {
				t.Fatalf("round %+v concedes more than %d basis points from %d", round, n.Limits.RoundCap, standing)
			}
			standing = round.SellerCPM
		}
	})
}

func TestSellerPricesNeverRise(t *testing.T) {
	t.Parallel()
	ofEachStrategy(t, func(t *rapid.T, n parley.Negotiation) {
		standing := n.BaseCPM
		for _, round := range exchange(t, n).Rounds {
			if round.Action != accept && round.SellerCPM > standing {
				t.Fatalf("round %+v rises from %d", round, standing)
			}
			if round.Action == accept && round.SellerCPM != min(standing, round.BuyerCPM) {
				t.Fatalf("round %+v takes neither the buyer's price nor the %d that stood", round, standing)
			}
			standing = round.SellerCPM
		}
	})
}

func TestItEndsInTime(t *testing.T) {
	t.Parallel()
	ofEachStrategy(t, func(t *rapid.T, n parley.Negotiation) {
		ended := exchange(t, n)
		for i, round := range ended.Rounds {
			last := i == len(ended.Rounds)-1
			if round.Number != i+1 {
				t.Fatalf("round %d has the number %d", i+1, round.Number)
			}
			if ends := round.Action == accept || round.Action == reject; ends != last {
				t.Fatalf("round %d of %d is %s", i+1, len(ended.Rounds), round.Action)
			}
			if round.Action == final && i != len(ended.Rounds)-2 {
				t.Fatalf("more than one message after a final offer: %+v", ended.Rounds)
			}
		}
		if _, err := negotiation.Evaluate(ended, n.BaseCPM); !parley.Is(err, parley.CodeNegotiationClosed) {
			t.Fatalf("went on after the end: %v", err)
		}
	})
}

func TestABetterPriceIsNeverAnsweredWorse(t *testing.T) {
	t.Parallel()
	ofEachStrategy(t, func(t *rapid.T, n parley.Negotiation) {
		if n.Limits.MaxRounds > 1 { // in the middle of it
			n = say(t, n, rapid.Int64Range(1, n.BaseCPM).Draw(t, "first"))
		}
		if n.Status.Concluded() {
			t.Skip("ended at once")
		}
		low := rapid.Int64Range(1, n.BaseCPM).Draw(t, "low")
		high := rapid.Int64Range(low, n.BaseCPM).Draw(t, "high")
		if agreedAt(say(t, n, low)) && !agreedAt(say(t, n, high)) {
			t.Fatalf("%d is accepted and %d is not", low, high)
		}
	})
}

func agreedAt(n parley.Negotiation) bool { return n.Status == parley.NegotiationAccepted }

// TestRationalesSayNothingBeyondTheRound holds every sentence to one of a few, each with one price, that of the round.
func TestRationalesSayNothingBeyondTheRound(t *testing.T) {
	t.Parallel()
	sentences := map[parley.NegotiationAction]string{
		accept:  "Agreed at %s CPM.",
		counter: "We offer %s CPM. Accept it, answer with another price, or decline.",
		final:   "Our final offer is %s CPM. Accept it or decline.",
		reject:  "The negotiation ended without agreement.",
	}
	ofEachStrategy(t, func(t *rapid.T, n parley.Negotiation) {
		for _, round := range exchange(t, n).Rounds {
			want := sentences[round.Action]
			if strings.Contains(want, "%s") {
				want = fmt.Sprintf(want, parley.Money{Micros: round.SellerCPM, Currency: n.Currency})
			}
			if round.Rationale != want {
				t.Fatalf("said %q, want %q", round.Rationale, want)
			}
		}
	})
}

// TestManyNegotiationsGainNothing lets a buyer open negotiations over one product on one day, side by side, and say
// anything in any of them at any time.
func TestManyNegotiationsGainNothing(t *testing.T) {
	t.Parallel()
	ofEachStrategy(t, func(t *rapid.T, template parley.Negotiation) {
		var day parley.NegotiationDay
		var opened []parley.Negotiation
		stated := map[int64]bool{} // by offers
		lowest := template.BaseCPM // stated or agreed so far
		hear := func(i int) {
			before, round := lowest, opened[i].Rounds[len(opened[i].Rounds)-1]
			if i > 0 && round.SellerCPM < before {
				t.Fatalf("negotiation %d went to %d, under the %d of the day", i+1, round.SellerCPM, before)
			}
			if round.Action == counter || round.Action == final {
				stated[round.SellerCPM] = true
			}
			lowest = min(lowest, round.SellerCPM)
			day = negotiation.Stated(day, opened[i].BaseCPM, round.SellerCPM)
		}
		for range rapid.IntRange(1, 25).Draw(t, "messages") {
			if open := stillOpen(opened); len(open) > 0 && rapid.Bool().Draw(t, "go on") {
				i := rapid.SampledFrom(open).Draw(t, "which")
				opened[i] = say(t, opened[i], rapid.SampledFrom(adversaries).Draw(t, "buyer")(t, opened[i]))
				hear(i)
				continue
			}
			n := template
			n.ID = fmt.Sprintf("neg-%d", len(opened)+1)
			var err error
			if n.LowestCPM, err = negotiation.Bound(n.Currency, n.BaseCPM, day); err != nil {
				t.Fatal(err)
			}
			opened = append(opened, say(t, n, rapid.SampledFrom(adversaries).Draw(t, "buyer")(t, n)))
			hear(len(opened) - 1)
		}
		if len(stated) > template.Limits.MaxRounds+2 {
			t.Fatalf("%d different prices were stated, and one negotiation has %d rounds: %v", len(stated),
				template.Limits.MaxRounds, stated)
		}
	})
}

func stillOpen(day []parley.Negotiation) []int {
	var open []int
	for i, n := range day {
		if !n.Status.Concluded() {
			open = append(open, i)
		}
	}
	return open
}

func TestBound(t *testing.T) {
	t.Parallel()
	type price struct{ base, stated int64 } // cents
	tests := []struct {
		name    string
		base    int64
		earlier []price
		want    int64
	}{
		{"nothing before", 12_00, nil, 0},
		{"the lowest of the day", 12_00, []price{{12_00, 11_40}, {12_00, 10_80}, {12_00, 12_00}}, 10_80},
		{"nothing was conceded", 12_00, []price{{12_00, 12_00}}, 12_00},
		{"above the base counts as the base", 12_00, []price{{12_00, 14_00}}, 12_00},
		{"in proportion", 10_00, []price{{12_00, 10_80}}, 9_00},
		{"the lowest in proportion", 10_00, []price{{12_00, 10_80}, {1_00, 95}}, 9_00},
		{"by less than a float could tell", 1_000_000_00, []price{{1_000_000_00, 999_999_99}, {999_999_99, 999_999_98}}, 999_999_99},
		{"rounded up", 31_50, []price{{12_00, 11_39}}, 29_90}, // 29.89875
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var day parley.NegotiationDay
			for _, p := range test.earlier {
				day = negotiation.Stated(day, cents(p.base), cents(p.stated))
			}
			got, err := negotiation.Bound(parley.USD, cents(test.base), day)
			if err != nil || got != cents(test.want) {
				t.Errorf("got %d, %v; want %d", got, err, cents(test.want))
			}
		})
	}
	// Two thirds of 15.000001 are less than a micro above 10.00, and still not to be had for 10.00.
	day := negotiation.Stated(parley.NegotiationDay{}, cents(3_00), cents(2_00))
	if got, err := negotiation.Bound(parley.USD, 15_000_001, day); got != cents(10_01) || err != nil {
		t.Errorf("a fraction of a micro was lost: got %d, %v", got, err)
	}
}

// TestStatedIsTheLowestShareOfItsBase holds the remembered price to exact fractions, over numbers of any size.
func TestStatedIsTheLowestShareOfItsBase(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var day parley.NegotiationDay
		var lowest *big.Rat
		for range rapid.IntRange(1, 20).Draw(t, "prices") {
			base := rapid.OneOf(rapid.Int64Range(1, 50), rapid.Int64Range(1, parley.MaxCPM)).Draw(t, "base")
			price := rapid.Int64Range(1, base).Draw(t, "price")
			day = negotiation.Stated(day, base, price)
			if share := big.NewRat(price, base); lowest == nil || share.Cmp(lowest) < 0 {
				lowest = share
			}
			if big.NewRat(day.LowestCPM, day.BaseCPM).Cmp(lowest) != 0 {
				t.Fatalf("remembers %d of %d, and the lowest is %s", day.LowestCPM, day.BaseCPM, lowest)
			}
		}
	})
}

func TestABuyerThatComesBackIsMetWhereItWasLeft(t *testing.T) {
	t.Parallel()
	n := opened(parley.TierAgency, 12_00, 8_00)
	n.LowestCPM = cents(11_40)
	for price, want := range map[int64]answer{
		9_00:  {final, 11_40, 50_000, 50_000, 0, negotiation.RuleLastRound},
		11_40: {accept, 11_40, 50_000, 50_000, -1, negotiation.RuleLastRound},
		11_75: {accept, 11_75, 20_833, 20_833, -1, negotiation.RuleCloseEnough},
		8_40:  {final, 11_40, 50_000, 50_000, 0, negotiation.RuleLastRound},
		8_39:  {final, 12_00, 0, 0, 0, negotiation.RuleLastRound}, // and nothing for naming nothing
	} {
		d, err := negotiation.Evaluate(n, cents(price))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, answered(d)); diff != "" {
			t.Errorf("%d: %s", price, diff)
		}
	}
}

// TestTheFloorIsNoOracle lets buyers say anything to two sellers that differ in a floor that is under what the policy would
// go down to. No answer tells them apart.
func TestTheFloorIsNoOracle(t *testing.T) {
	t.Parallel()
	ofEachStrategy(t, func(t *rapid.T, n parley.Negotiation) {
		lowest := n.BaseCPM * (10_000 - int64(n.Limits.TotalCap)) / 10_000
		one, other := n, n
		one.FloorCPM = rapid.Int64Range(0, lowest).Draw(t, "one floor")
		other.FloorCPM = rapid.Int64Range(0, lowest).Draw(t, "other floor")
		searching, below := n.BaseCPM, int64(0) // a bisection for where the answers change
		for !one.Status.Concluded() {
			price := (searching + below) / 2
			if rapid.Bool().Draw(t, "whim") {
				price = rapid.OneOf(rapid.Int64Range(1, n.BaseCPM), rapid.SampledFrom([]int64{
					one.FloorCPM, one.FloorCPM - n.Currency.MinorUnit(), other.FloorCPM, n.StandingCPM() - 1,
				})).Draw(t, "price")
			}
			one, other = say(t, one, price), say(t, other, price)
			if diff := cmp.Diff(seen(one), seen(other)); diff != "" {
				t.Fatalf("%d tells the floors %d and %d apart:\n%s", price, one.FloorCPM, other.FloorCPM, diff)
			}
			if last := one.Rounds[len(one.Rounds)-1]; last.Concession > 0 {
				searching = price
			} else {
				below = price
			}
		}
	})
}

// TestAFloorAboveWhatTheLimitsLeaveIsSaidOnce holds a negotiation with any floor to one without: their answers are the same until
// the floor is reached, and then it is the final offer, or a price at or above it is taken. No counter before it is at the floor,
// but for the ask itself where the two are one and nothing has been conceded.
func TestAFloorAboveWhatTheLimitsLeaveIsSaidOnce(t *testing.T) {
	t.Parallel()
	ofEachStrategy(t, func(t *rapid.T, n parley.Negotiation) {
		above := n.BaseCPM * (10_000 - int64(n.Limits.TotalCap)) / 10_000
		n.FloorCPM = rapid.Int64Range(above, n.BaseCPM).Draw(t, "floor above")
		free := n
		free.FloorCPM = 0
		reservation := negotiation.Reservation(n.Currency, n.BaseCPM, n.FloorCPM, n.Limits.TotalCap)
		buyer := rapid.SampledFrom(adversaries)
		for !n.Status.Concluded() {
			price := buyer.Draw(t, "buyer")(t, n)
			n = say(t, n, price)
			last := n.Rounds[len(n.Rounds)-1]
			if last.Action != counter {
				return
			}
			if last.SellerCPM <= reservation && last.Cumulative > 0 {
				t.Fatalf("round %+v counters at the reservation price %d", last, reservation)
			}
			free = say(t, free, price)
			if free.Status.Concluded() {
				// Only a price that the floor alone kept from being taken.
				if last.BuyerCPM >= reservation {
					t.Fatalf("round %+v: without the floor it had ended: %+v", last, free.Rounds)
				}
				return
			}
			if diff := cmp.Diff(free.Rounds[len(free.Rounds)-1], last, said); diff != "" {
				t.Fatalf("a counter depends on the floor:\n%s", diff)
			}
		}
	})
}

// TestAnAskAtItsFloorIsToldByASeriousPriceAlone holds a negotiation whose ask is its floor to one without a floor: what is answered
// to prices that earn nothing is the same, and the first serious price under the ask gets the ask, as the final offer.
func TestAnAskAtItsFloorIsToldByASeriousPriceAlone(t *testing.T) {
	t.Parallel()
	ofEachStrategy(t, func(t *rapid.T, n parley.Negotiation) {
		free := n
		n.FloorCPM, free.FloorCPM = n.BaseCPM, 0
		serious := negotiation.Serious(n.Currency, n.BaseCPM, n.Limits)
		buyer := rapid.SampledFrom(adversaries)
		for last := int64(0); !n.Status.Concluded(); {
			lastOne := len(n.Rounds)+1 >= n.Limits.MaxRounds
			n = say(t, n, buyer.Draw(t, "buyer")(t, n))
			round := n.Rounds[len(n.Rounds)-1]
			price := round.BuyerCPM
			if price >= serious && price >= last || lastOne {
				if price < n.BaseCPM && (round.Action != parley.ActionFinalOffer || round.SellerCPM != n.BaseCPM) {
					t.Fatalf("%d for an ask of %d that is its floor: %+v", price, n.BaseCPM, round)
				}
				return
			}
			free, last = say(t, free, price), price
			if diff := cmp.Diff(free.Rounds[len(free.Rounds)-1], round, said); diff != "" {
				t.Fatalf("%d tells that the ask is the floor:\n%s", price, diff)
			}
		}
	})
}

// seen is what a buyer knows of a negotiation.
func seen(n parley.Negotiation) parley.Negotiation {
	n.FloorCPM, n.LowestCPM, n.Limits = 0, 0, parley.NegotiationLimits{}
	n.Rounds = slices.Clone(n.Rounds)
	for i := range n.Rounds {
		n.Rounds[i].Trace = nil
	}
	return n
}

// TestNamingNothingEarnsNothing holds every answer to a buyer that never names a serious price to what was asked at first.
func TestNamingNothingEarnsNothing(t *testing.T) {
	t.Parallel()
	ofEachStrategy(t, func(t *rapid.T, n parley.Negotiation) {
		serious := negotiation.Serious(n.Currency, n.BaseCPM, n.Limits)
		if serious <= n.Currency.MinorUnit() {
			t.Skip("every price is serious")
		}
		for range n.Limits.MaxRounds {
			if n.Status.Concluded() {
				break // a price so close under the base that it is taken as it is
			}
			n = say(t, n, rapid.Int64Range(1, serious-1).Draw(t, "price"))
			if last := n.Rounds[len(n.Rounds)-1]; last.Action != accept && last.SellerCPM != n.BaseCPM {
				t.Fatalf("%d of a base of %d was answered with %d", last.BuyerCPM, n.BaseCPM, last.SellerCPM)
			}
		}
	})
}
