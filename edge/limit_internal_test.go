package edge

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"parley"
	"parley/admission"
)

func TestLimiter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	l := NewLimiter(RateLimit{PerSecond: 0.5, Burst: 3}, func() time.Time { return now })
	for i := range 3 {
		if err := l.Take("a"); err != nil {
			t.Fatalf("request %d of the burst: %v", i+1, err)
		}
	}
	err := l.Take("a")
	var limited *parley.Error
	if !errors.As(err, &limited) || limited.Code != parley.CodeRateLimited || limited.Facts[admission.RetryAfterFact] != 2 {
		t.Fatalf("over the burst: %v", err)
	}
	if err := l.Take("b"); err != nil {
		t.Errorf("another caller: %v", err)
	}
	now = now.Add(2 * time.Second)
	if err := l.Take("a"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	if err := l.Take("a"); err == nil {
		t.Error("a refused request was counted as taken, or not at all")
	}
}

func TestLimiterForgetsWithinBounds(t *testing.T) {
	t.Parallel()
	l := NewLimiter(RateLimit{PerSecond: 1, Burst: 1}, time.Now)
	for i := range 3 * limiterGeneration {
		if err := l.Take("caller " + strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
	if held := len(l.young) + len(l.oldest); held > 2*limiterGeneration {
		t.Errorf("%d buckets are held", held)
	}
}

func TestNoLimit(t *testing.T) {
	t.Parallel()
	l := NewLimiter(RateLimit{}, time.Now)
	for range 1000 {
		if err := l.Take("a"); err != nil {
			t.Fatal(err)
		}
	}
}
