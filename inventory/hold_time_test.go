package inventory_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley"
	"parley/inventory"
)

// TestWhenTimeIsFreeAgain holds the instant to what is held in the window before it: no more than may be, and more a moment before.
func TestWhenTimeIsFreeAgain(t *testing.T) {
	t.Parallel()
	const window = 168 * time.Hour
	now := time.Date(2026, 6, 8, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var holds []parley.Hold
		for range rapid.IntRange(0, 12).Draw(t, "holds") {
			began := now.Add(-time.Duration(rapid.Int64Range(0, int64(10*24*time.Hour)).Draw(t, "ago")))
			h := parley.Hold{CreatedAt: began, Until: began.Add(time.Duration(rapid.Int64Range(1, int64(48*time.Hour)).Draw(t, "length")))}
			if rapid.Bool().Draw(t, "ended") {
				ended := began.Add(h.Until.Sub(began) / 2)
				h.EndedAt = &ended
			}
			holds = append(holds, h)
		}
		most := time.Duration(rapid.Int64Range(0, int64(96*time.Hour)).Draw(t, "most"))
		free := inventory.FreeAgain(holds, now, window, most)
		if free.Before(now) {
			t.Fatalf("free at %s, before now", free)
		}
		if held := inventory.HeldFor(holds, free.Add(-window)); held > most {
			t.Fatalf("%s is held in the window before %s, more than %s", held, free, most)
		}
		if before := free.Add(-time.Nanosecond); !before.Before(now) && inventory.HeldFor(holds, before.Add(-window)) <= most {
			t.Fatalf("it is free before %s", free)
		}
	})
}
