package negotiation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"parley"
	"parley/negotiation"
)

// said is what a buyer is told of a round: everything but the trace.
var said = cmpopts.IgnoreFields(parley.NegotiationRound{}, "Trace")

// TestManyNegotiationsTellNoFloor says the same prices in the negotiations of a day over two products that differ in nothing
// but a floor under what the total cap leaves of the base: they are the same, answer for answer.
func TestManyNegotiationsTellNoFloor(t *testing.T) {
	t.Parallel()
	ofEachStrategy(t, func(t *rapid.T, a parley.Negotiation) {
		under := a.BaseCPM * int64(parley.OneHundredPercent-a.Limits.TotalCap) / int64(parley.OneHundredPercent)
		a.FloorCPM = rapid.Int64Range(0, under).Draw(t, "one floor")
		b := a
		b.FloorCPM = rapid.Int64Range(0, under).Draw(t, "another floor")
		unit := a.Currency.MinorUnit()
		near := func(price int64) *rapid.Generator[int64] { return rapid.Int64Range(max(1, price-2*unit), price+2*unit) }
		var day parley.NegotiationDay
		for range rapid.IntRange(1, 3).Draw(t, "negotiations") {
			var err error
			if a.LowestCPM, err = negotiation.Bound(a.Currency, a.BaseCPM, day); err != nil {
				t.Fatal(err)
			}
			b.LowestCPM = a.LowestCPM
			oneA, oneB := a, b
			for !oneA.Status.Concluded() {
				// The adversary knows one floor, and the other one.
				price := rapid.OneOf(near(a.FloorCPM), near(b.FloorCPM), rapid.Int64Range(1, a.BaseCPM)).Draw(t, "price")
				oneA, oneB = say(t, oneA, price), say(t, oneB, price)
				if diff := cmp.Diff(oneA.Rounds, oneB.Rounds, said); diff != "" || oneA.Status != oneB.Status {
					t.Fatalf("floors of %d and %d tell apart (%s, %s):\n%s", a.FloorCPM, b.FloorCPM, oneA.Status, oneB.Status, diff)
				}
				if diff := cmp.Diff(negotiation.RoundsRemaining(oneA), negotiation.RoundsRemaining(oneB)); diff != "" {
					t.Fatal(diff)
				}
				day = negotiation.Stated(day, oneA.BaseCPM, oneA.StandingCPM())
			}
		}
	})
}
