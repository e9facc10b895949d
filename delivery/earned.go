package delivery

import (
	"math"

	"parley"
)

// Terms are what was agreed of a deal, until a day.
type Terms struct {
	Until    parley.Date // the first day that they did not hold on any more; 0: they hold still
	CPM      int64       // micros
	Contract int64       // impressions of a guaranteed deal, of which none beyond earn anything; 0: no bound
}

// Former are the terms that a change of a deal put an end to.
type Former struct {
	Day    parley.Date // of the change
	Before parley.DealTerms
}

// Agreed are the terms of a deal over time, which hold now and which changes, in the order in which they were made, put an end to: those of a
// day are the ones that held when it was over. So no change moves what the days before it earned.
func Agreed(now parley.DealTerms, guaranteed bool, changes []Former) []Terms {
	of := func(t parley.DealTerms, until parley.Date) Terms {
		terms := Terms{Until: until, CPM: t.CPM}
		if guaranteed {
			terms.Contract = t.Impressions
		}
		return terms
	}
	var agreed []Terms
	for _, c := range changes {
		// The first change of a day says what held on the day before; clocks that differ make none earlier than the one before it.
		if n := len(agreed); n == 0 || c.Day > agreed[n-1].Until {
			agreed = append(agreed, of(c.Before, c.Day))
		}
	}
	return append(agreed, of(now, 0))
}

// On is which of the terms of a deal over time held on a day.
func On(agreed []Terms, day parley.Date) Terms {
	for _, terms := range agreed[:len(agreed)-1] {
		if day < terms.Until {
			return terms
		}
	}
	return agreed[len(agreed)-1]
}

// Tally counts what a deal delivers, in the order of its days, and how much of that earns. Days that the same terms held on come to the same
// however many of them are counted at a time.
type Tally struct{ delivered, earning int64 }

// Add counts impressions, and answers how many impressions earn before and with them. What was delivered beyond a contract that is raised
// later earns then, with the next impressions; what has earned goes on doing so when a contract becomes less.
func (t *Tally) Add(impressions int64, terms Terms) (before, with int64) {
	before = t.earning
	if impressions == 0 {
		return before, before
	}
	t.delivered = parley.AddedUp(t.delivered, impressions)
	t.earning = t.delivered
	if terms.Contract > 0 {
		t.earning = min(t.earning, terms.Contract)
	}
	t.earning = max(t.earning, before)
	return before, t.earning
}

// Between is what the impressions from one to another of those that earn have earned at a CPM in micros, so that parts add up exactly to the
// whole. What no amount can hold is the largest amount.
func Between(cpm, before, with int64) int64 { return worth(cpm, with) - worth(cpm, before) }

func worth(cpm, impressions int64) int64 {
	earned, err := parley.DealValue(cpm, impressions)
	if err != nil {
		return math.MaxInt64
	}
	return earned
}
