package inventory

import (
	"slices"
	"time"

	"parley"
)

// HeldFor is for how long holds have kept something after an instant, each counted by itself: until they ended, or are to end.
func HeldFor(holds []parley.Hold, after time.Time) time.Duration {
	var all time.Duration
	for _, h := range holds {
		all += max(over(h).Sub(later(h.CreatedAt, after)), 0)
	}
	return all
}

// FreeAgain is the first instant, from now on, at which what holds have kept in the window before it is at most some time, when
// nothing else is held meanwhile.
func FreeAgain(holds []parley.Hold, now time.Time, window, most time.Duration) time.Time {
	turns := []time.Time{now} // at which a hold begins to leave the window, or has left it
	for _, h := range holds {
		for _, at := range [...]time.Time{h.CreatedAt.Add(window), over(h).Add(window)} {
			if at.After(now) {
				turns = append(turns, at)
			}
		}
	}
	slices.SortFunc(turns, time.Time.Compare)
	for i, at := range turns {
		excess := HeldFor(holds, at.Add(-window)) - most
		if excess <= 0 {
			return at
		}
		if i+1 == len(turns) {
			break
		}
		// Up to the next turn as many holds leave the window at a time.
		var leaving time.Duration
		for _, h := range holds {
			if from := at.Add(-window); !h.CreatedAt.After(from) && over(h).After(from) {
				leaving++
			}
		}
		if leaving == 0 {
			continue
		}
		if free := at.Add((excess + leaving - 1) / leaving); !free.After(turns[i+1]) {
			return free
		}
	}
	return turns[len(turns)-1]
}

// over is when a hold ended, or is to end. That it was recorded later counts for nothing.
func over(h parley.Hold) time.Time {
	if h.EndedAt != nil && h.EndedAt.Before(h.Until) {
		return *h.EndedAt
	}
	return h.Until
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
