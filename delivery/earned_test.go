package delivery_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/delivery"
)

func TestAgreed(t *testing.T) {
	t.Parallel()
	terms := func(cpm, impressions int64) parley.DealTerms {
		return parley.DealTerms{CPM: cpm, Impressions: impressions}
	}
	now := terms(50, 300)
	for name, test := range map[string]struct {
		guaranteed bool
		changes    []delivery.Former
		want       map[parley.Date]delivery.Terms // of days after the start
	}{
		"never changed":      {true, nil, map[parley.Date]delivery.Terms{-9: {CPM: 50, Contract: 300}, 9: {CPM: 50, Contract: 300}}},
		"nothing guaranteed": {false, nil, map[parley.Date]delivery.Terms{0: {CPM: 50}}},
		"changed once": {true, []delivery.Former{{Day: start + 2, Before: terms(14, 200)}}, map[parley.Date]delivery.Terms{
			0: {Until: start + 2, CPM: 14, Contract: 200}, 1: {Until: start + 2, CPM: 14, Contract: 200}, 2: {CPM: 50, Contract: 300},
		}},
		"before the flight": {false, []delivery.Former{{Day: start - 5, Before: terms(14, 0)}}, map[parley.Date]delivery.Terms{
			-6: {Until: start - 5, CPM: 14}, -5: {CPM: 50}, 0: {CPM: 50},
		}},
		"twice on a day": {false, []delivery.Former{{Day: start + 2, Before: terms(14, 0)}, {Day: start + 2, Before: terms(99, 0)}}, map[parley.Date]delivery.Terms{
			1: {Until: start + 2, CPM: 14}, 2: {CPM: 50},
		}},
		"twice": {false, []delivery.Former{{Day: start + 2, Before: terms(14, 0)}, {Day: start + 4, Before: terms(99, 0)}}, map[parley.Date]delivery.Terms{
			1: {Until: start + 2, CPM: 14}, 2: {Until: start + 4, CPM: 99}, 3: {Until: start + 4, CPM: 99}, 4: {CPM: 50},
		}},
		"by clocks that differ": {false, []delivery.Former{{Day: start + 2, Before: terms(14, 0)}, {Day: start + 1, Before: terms(99, 0)}}, map[parley.Date]delivery.Terms{
			1: {Until: start + 2, CPM: 14}, 2: {CPM: 50},
		}},
	} {
		agreed := delivery.Agreed(now, test.guaranteed, test.changes)
		for day, want := range test.want {
			if got := delivery.On(agreed, start+day); got != want {
				t.Errorf("%s, day %d: %+v, want %+v", name, day, got, want)
			}
		}
	}
}

// TestWhatHasEarnedStays counts days under terms that change: their parts add up however they are cut, none takes away, no more earns than was
// contracted at any time, and a change leaves alone what the days before it earned.
func TestWhatHasEarnedStays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "days")
		counts := rapid.SliceOfN(rapid.Int64Range(0, 1000), n, n).Draw(t, "impressions")
		guaranteed := rapid.Bool().Draw(t, "guaranteed")
		draw := func(label string) parley.DealTerms {
			return parley.DealTerms{CPM: rapid.Int64Range(1, parley.MaxCPM).Draw(t, label), Impressions: rapid.Int64Range(1, 20_000).Draw(t, label+" volume")}
		}
		var changes []delivery.Former
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			changes = append(changes, delivery.Former{Day: start + parley.Date(rapid.IntRange(-3, n).Draw(t, "day")), Before: draw("before")})
		}
		slices.SortStableFunc(changes, func(a, b delivery.Former) int { return int(a.Day - b.Day) })
		agreed := delivery.Agreed(draw("now"), guaranteed, changes)
		// earned counts the days up to one, in parts that never reach over a change, at the most so many days each.
		earned := func(agreed []delivery.Terms, upTo, most int) (sum, earning int64) {
			var tally delivery.Tally
			for i := 0; i < upTo; {
				terms, part := delivery.On(agreed, start+parley.Date(i)), int64(0)
				for j := i; i < upTo && i < j+most && delivery.On(agreed, start+parley.Date(i)) == terms; i++ {
					part += counts[i]
				}
				before, with := tally.Add(part, terms)
				if with < before {
					t.Fatalf("%d earn, and then %d", before, with)
				}
				sum, earning = sum+delivery.Between(terms.CPM, before, with), with
			}
			return sum, earning
		}
		all, earning := earned(agreed, n, 1)
		for _, most := range []int{2, 7, n} {
			if sum, with := earned(agreed, n, most); sum != all || with != earning {
				t.Fatalf("day by day %d impressions earn %d, in parts of %d days %d earn %d", earning, all, most, with, sum)
			}
		}
		highest := int64(0)
		for _, terms := range agreed {
			highest = max(highest, terms.Contract)
		}
		if guaranteed && earning > highest {
			t.Fatalf("%d earn of at most %d", earning, highest)
		}
		// One more change, after all that there were, on a day of the flight.
		day := rapid.IntRange(0, n).Draw(t, "one more")
		if len(changes) > 0 {
			day = max(day, int(changes[len(changes)-1].Day-start)+1)
		}
		present := agreed[len(agreed)-1]
		next := append(slices.Clone(changes), delivery.Former{Day: start + parley.Date(day), Before: parley.DealTerms{CPM: present.CPM, Impressions: present.Contract}})
		was, _ := earned(agreed, min(day, n), 1)
		if is, _ := earned(delivery.Agreed(draw("then"), guaranteed, next), min(day, n), 1); is != was {
			t.Fatalf("what was earned before day %d was %d, and is %d", day, was, is)
		}
	})
}

// TestAContractThatIsRaisedEarnsWhatWasBeyondIt has a deal deliver more than was contracted before its contract is raised, and after it is cut.
func TestAContractThatIsRaisedEarnsWhatWasBeyondIt(t *testing.T) {
	t.Parallel()
	var tally delivery.Tally
	for i, step := range []struct{ impressions, contract, before, with int64 }{
		{150, 100, 0, 100},
		{10, 100, 100, 100},
		{0, 200, 100, 100}, // nothing was delivered that could earn
		{1, 200, 100, 161},
		{100, 120, 161, 161}, // what has earned stays
		{0, 0, 161, 161},
		{1, 500, 161, 262},
	} {
		before, with := tally.Add(step.impressions, delivery.Terms{Contract: step.contract})
		if before != step.before || with != step.with {
			t.Errorf("step %d: from %d to %d, want from %d to %d", i, before, with, step.before, step.with)
		}
	}
	if delivery.Between(parley.MaxCPM, 0, 1<<62) != 1<<63-1 || delivery.Between(1, 1<<62, 1<<62) != 0 {
		t.Error("an amount that there is not")
	}
}
