package webhook

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley"
	"parley/seller"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// TestWaits draws the longest waits, and has an address ask for others.
func TestWaits(t *testing.T) {
	t.Parallel()
	plain := errors.New("the answer is 500")
	asks := func(wait time.Duration) error { return &Refusal{Reason: "the answer is 503", RetryAfter: wait} }
	for name, test := range map[string]struct {
		failure error
		waits   []time.Duration
	}{
		"the longest":                  {plain, []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second}},
		"asks for longer":              {asks(time.Minute), []time.Duration{time.Minute, time.Minute, time.Minute, time.Minute, 80 * time.Second}},
		"asks for less":                {asks(time.Second), []time.Duration{5 * time.Second, 10 * time.Second}},
		"asks for longer than allowed": {asks(48 * time.Hour), []time.Duration{time.Hour, time.Hour}},
	} {
		hook, now := parley.Webhook{Status: parley.WebhookActive}, noon
		for i, want := range test.waits {
			var err error
			if hook, err = settled(hook, test.failure, now, bytes.NewReader(make([]byte, 8))); err != nil {
				t.Fatal(err)
			}
			if wait := hook.NextAttemptAt.Sub(now); wait != want {
				t.Errorf("%s: wait %d is %s, want %s", name, i+1, wait, want)
			}
			now = hook.NextAttemptAt
		}
	}
}

// TestAFailureLeadsToAWaitOrToTheEnd draws how the attempts of a webhook go.
func TestAFailureLeadsToAWaitOrToTheEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		hook, now := parley.Webhook{Status: parley.WebhookActive}, noon
		var row []time.Time // the failures without an acceptance between them
		for range rapid.IntRange(1, 60).Draw(t, "attempts") {
			now = now.Add(time.Duration(rapid.Int64Range(1, int64(4*time.Hour)).Draw(t, "later")))
			failure := rapid.SampledFrom([]error{nil, errors.New("refused"), errors.New("refused"), &Refusal{RetryAfter: 2 * time.Hour}, ErrGone, seller.ErrWebhookKey}).Draw(t, "failure")
			accepted := rapid.IntRange(0, 3).Draw(t, "accepted before it") == 0
			if accepted || failure == nil {
				at := now
				hook.DeliveredAt, row = &at, nil
				now = now.Add(time.Second)
			}
			var err error
			if hook, err = settled(hook, failure, now, rand.Reader); err != nil {
				t.Fatal(err)
			}
			if failure == nil {
				if hook.Failures != 0 || hook.FailingSince != nil || hook.LastError != "" || hook.Rests(now) || hook.Status != parley.WebhookActive {
					t.Fatalf("after a success: %+v", hook)
				}
				continue
			}
			row = append(row, now)
			if hook.Failures != len(row) || !hook.FailingSince.Equal(row[0]) || hook.LastError != failure.Error() || !hook.Rests(now) {
				t.Fatalf("after %d failures since %s: %+v", len(row), row[0], hook)
			}
			full := min(retryAtFirst<<min(len(row)-1, 20), parley.LongestWebhookWait)
			if wait := hook.NextAttemptAt.Sub(now); wait < full/2 || wait > parley.LongestWebhookWait {
				t.Fatalf("the wait after %d failures is %s", len(row), wait)
			}
			final := errors.Is(failure, ErrGone) || errors.Is(failure, seller.ErrWebhookKey) || now.Sub(row[0]) >= patience
			if final != (hook.Status == parley.WebhookDisabled) {
				t.Fatalf("%s after failures since %s: %s", failure, row[0], hook.Status)
			}
			if final {
				return
			}
		}
	})
}
