package webhook

import (
	"encoding/binary"
	"errors"
	"io"
	"time"

	"parley"
	"parley/seller"
)

const (
	// retryAtFirst is the longest wait after the first failure; each further one doubles it, up to parley.LongestWebhookWait. The
	// wait itself is drawn from its upper half, so that what failed together is not tried again together.
	retryAtFirst = 5 * time.Second
	// patience is how long an address may fail before its webhook is disabled.
	patience = 3 * 24 * time.Hour
)

// settled is a webhook with the consequence of an attempt to deliver to it: a failure leads to a wait that grows, or to its
// end. A failure after others were accepted is the first of its row. The error is that of the source of randomness.
func settled(hook parley.Webhook, failure error, now time.Time, random io.Reader) (parley.Webhook, error) {
	if failure == nil {
		hook.Failures, hook.FailingSince, hook.NextAttemptAt, hook.LastError = 0, nil, now, ""
		return hook, nil
	}
	if hook.FailingSince == nil || hook.DeliveredAt != nil && hook.DeliveredAt.After(*hook.FailingSince) {
		hook.Failures, hook.FailingSince = 0, &now
	}
	hook.Failures++
	hook.LastError = failure.Error()
	wait, err := waitAfter(hook.Failures, failure, random)
	if err != nil {
		return hook, err
	}
	hook.NextAttemptAt = now.Add(wait)
	final := errors.Is(failure, ErrGone) || errors.Is(failure, seller.ErrWebhookKey)
	if final || now.Sub(*hook.FailingSince) >= patience {
		hook.Status = parley.WebhookDisabled
	}
	return hook, nil
}

// waitAfter is how long to leave an address alone after so many failures in a row: as long as it asks for, within bounds, and
// no shorter than without its asking.
func waitAfter(failures int, failure error, random io.Reader) (time.Duration, error) {
	wait := min(retryAtFirst<<min(failures-1, 20), parley.LongestWebhookWait)
	var drawn [8]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return 0, parley.Internal(err)
	}
	wait -= time.Duration(binary.BigEndian.Uint64(drawn[:]) % uint64(wait/2+1))
	var refusal *Refusal
	if errors.As(failure, &refusal) {
		wait = max(wait, min(refusal.RetryAfter, parley.LongestWebhookWait))
	}
	return wait, nil
}
