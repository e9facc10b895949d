package delivery_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/delivery"
	"parley/inventory"
)

const start = parley.Date(20635)

// plan are so many impressions over ten days.
func plan(contract int64, guaranteed bool) delivery.Plan {
	flight := parley.Flight{Start: start, End: start + 9}
	p := delivery.Plan{Flight: flight, Contract: contract, Guaranteed: guaranteed}
	if contract > 0 {
		p.Days = inventory.Spread(contract, flight)
	}
	return p
}

// days are the impressions of the flight's first days.
func days(impressions ...int64) []delivery.Day {
	var found []delivery.Day
	for i, n := range impressions {
		found = append(found, delivery.Day{Day: start + parley.Date(i), Impressions: n})
	}
	return found
}

func TestStates(t *testing.T) {
	t.Parallel()
	ten := []int64{100, 100, 100, 100, 100, 100, 100, 100, 100, 100}
	for name, test := range map[string]struct {
		plan      delivery.Plan
		days      []delivery.Day
		complete  parley.Date // days of the flight
		today     parley.Date
		state     delivery.State
		pace      int64 // -1: none
		projected int64 // -1: none
	}{
		"before the flight":                    {plan(1000, true), nil, 0, -1, delivery.NotStarted, -1, -1},
		"on its first day":                     {plan(1000, true), nil, 0, 0, delivery.OnPace, -1, -1},
		"one day behind is too early to say":   {plan(100_000, false), days(8000), 1, 1, delivery.Behind, 8000, 80_000},
		"as planned":                           {plan(1000, true), days(100, 100, 100), 3, 3, delivery.OnPace, 10_000, 1000},
		"behind":                               {plan(1000, true), days(100, 80, 80), 3, 3, delivery.Behind, 8666, 866},
		"just not behind, but will come short": {plan(1000, true), days(90, 90, 90), 3, 3, delivery.AtRisk, 9000, 900},
		"the same where nothing is promised":   {plan(1000, false), days(90, 90, 90), 3, 3, delivery.OnPace, 9000, 900},
		"slows down":                           {plan(1000, true), days(130, 130, 60, 60, 60), 5, 5, delivery.Behind, 8800, 740},
		"ahead":                                {plan(1000, true), days(120, 120, 120), 3, 3, delivery.Ahead, 12_000, 1200},
		"just not ahead":                       {plan(1000, true), days(110, 110), 2, 2, delivery.OnPace, 11_000, 1100},
		"just ahead":                           {plan(1_000_000, true), days(110_000, 110_001), 2, 2, delivery.Ahead, 11_000, 1_100_005},
		"nothing heard of the first day":       {plan(1000, true), nil, 1, 1, delivery.OnPace, -1, -1},
		"overserved at once":                   {plan(1000, true), days(2000), 0, 0, delivery.Delivered, -1, -1},
		"nothing heard for two days":           {plan(1000, true), days(100, 100), 4, 4, delivery.NoData, 5000, 400},
		"nothing heard for one day":            {plan(1000, true), days(100, 100, 100), 4, 4, delivery.Behind, 7500, 700},
		"a day of nothing is heard of":         {plan(1000, true), days(100, 0, 0, 0), 4, 4, delivery.Behind, 2500, 100},
		"all delivered early":                  {plan(1000, true), days(600, 400), 2, 2, delivery.Delivered, 50_000, 5000},
		"over, all delivered":                  {plan(1000, true), days(ten...), 10, 10, delivery.Delivered, 10_000, 1000},
		"over, as good as delivered":           {plan(1000, true), days(append(slices.Clone(ten[:9]), 80)...), 10, 10, delivery.Delivered, 9800, 980},
		"over, short":                          {plan(1000, true), days(append(slices.Clone(ten[:9]), 79)...), 10, 10, delivery.Short, 9790, 979},
		"over, nothing heard":                  {plan(1000, true), nil, 10, 30, delivery.Short, -1, -1},
		"days that are not complete":           {plan(1000, true), days(100, 100, 100, 5), 3, 4, delivery.OnPace, 10_000, 1000},
		"no volume":                            {plan(0, false), days(100, 100), 2, 2, delivery.Unplanned, -1, 1000},
		"no volume, nothing heard":             {plan(0, false), nil, 2, 2, delivery.NoData, -1, -1},
		"nothing heard at all":                 {plan(1000, true), nil, 2, 2, delivery.NoData, -1, -1},
		"nothing was delivered":                {plan(1000, true), days(0, 0), 2, 2, delivery.Behind, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := delivery.Assess(test.plan, test.days, start+test.complete-1, start+test.today)
			value := func(n *int64) int64 {
				if n == nil {
					return -1
				}
				return *n
			}
			if got.State != test.state || value(got.Pace) != test.pace || value(got.Projected) != test.projected {
				t.Errorf("%s, pace %d, projected %d; want %s, %d, %d", got.State, value(got.Pace), value(got.Projected), test.state, test.pace, test.projected)
			}
		})
	}
}

// TestWhatWasCalledOffIsOver assesses deals that ended before their flights did: by the days before, with nothing left and nothing to be done.
func TestWhatWasCalledOffIsOver(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		off               parley.Date // days after the start
		days              []delivery.Day
		complete, planned int64
		delivered, heard  int64
		pace              bool
	}{
		"before the flight":         {-2, nil, 0, 0, 0, 0, false},
		"on its first day":          {0, days(70), 0, 0, 0, 70, false},
		"within the flight":         {3, days(10, 20, 30, 40), 3, 300, 60, 40, true},
		"within it, and not known":  {3, nil, 3, 300, 0, 0, false},
		"after all was delivered":   {3, days(400, 400, 400), 3, 300, 1200, 0, true},
		"after the last whole day":  {12, days(10), 8, 800, 10, 0, true},
		"within it, nothing served": {3, days(0, 0, 0), 3, 300, 0, 0, true},
	} {
		p := plan(1000, true)
		off := start + test.off
		p.CalledOff = &off
		got := delivery.Assess(p, test.days, start+7, start+8)
		if got.State != delivery.CalledOff || got.Left != 0 || got.Projected != nil || got.Complete != test.complete || got.Planned != test.planned ||
			got.Delivered != test.delivered || got.Heard != test.heard || (got.Pace != nil) != test.pace {
			t.Errorf("%s: %+v", name, got)
		}
		if health := delivery.Diagnose(delivery.Signals{Pace: got}); health.Diagnosis != nil {
			t.Errorf("%s: %+v", name, *health.Diagnosis)
		}
	}
	for delivered, over := range map[int64]bool{220_000: false, 220_001: true} {
		if got := (delivery.Pace{Delivered: 1, Heard: delivered - 1}).Overserved(200_000); got != over {
			t.Errorf("%d of 200,000 is overserved: %t", delivered, got)
		}
	}
}

func TestAssessProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := plan(rapid.Int64Range(0, 1_000_000_000_000).Draw(t, "contract"), rapid.Bool().Draw(t, "guaranteed"))
		found := days(rapid.SliceOfN(rapid.Int64Range(0, 1_000_000_000_000), 0, 14).Draw(t, "days")...)
		complete := start + parley.Date(rapid.IntRange(-3, 15).Draw(t, "complete"))
		today := complete + parley.Date(rapid.IntRange(1, 2).Draw(t, "lag"))
		got := delivery.Assess(p, found, complete, today)
		if got.Complete+got.Left != p.Flight.Days() {
			t.Fatalf("%d complete and %d left of %d days", got.Complete, got.Left, p.Flight.Days())
		}
		var sum int64
		for _, d := range found {
			if d.Day >= p.Flight.Start && d.Day <= min(complete, p.Flight.End+3) {
				sum += d.Impressions
			}
		}
		if got.Delivered != sum {
			t.Fatalf("delivered %d, the days add up to %d", got.Delivered, sum)
		}
		shuffled := rapid.Permutation(found).Draw(t, "shuffled")
		if again := delivery.Assess(p, shuffled, complete, today); again.State != got.State || again.Delivered != got.Delivered {
			t.Fatal("the order of the days matters")
		}
		if len(found) == 0 {
			return
		}
		more := slices.Clone(found)
		more[rapid.IntRange(0, len(more)-1).Draw(t, "which")].Impressions += rapid.Int64Range(0, 1_000_000_000).Draw(t, "more")
		better := delivery.Assess(p, more, complete, today)
		if got.Pace != nil && *better.Pace < *got.Pace || got.Projected != nil && *better.Projected < *got.Projected {
			t.Fatal("more delivered is a worse pace")
		}
	})
}

func TestWorstFirst(t *testing.T) {
	t.Parallel()
	if delivery.Urgency(delivery.Short) >= delivery.Urgency(delivery.Behind) || delivery.Urgency(delivery.Delivered) <= delivery.Urgency(delivery.OnPace) ||
		delivery.Urgency("lost") <= delivery.Urgency(delivery.CalledOff) {
		t.Error("states are in another order")
	}
}
