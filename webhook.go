package parley

import "time"

// WebhookStatus tells whether a webhook is delivered to.
type WebhookStatus string

// A webhook is disabled when its address has failed for days or is gone, when its key no longer holds, or when its owner
// says so.
const (
	WebhookActive   WebhookStatus = "active"
	WebhookDisabled WebhookStatus = "disabled"
)

// LongestWebhookWait is the longest that a webhook is left alone between two attempts.
const LongestWebhookWait = time.Hour

// Webhook is an address to which events are delivered as they happen: each at least once, in the order in which a stream
// has them.
type Webhook struct {
	ID         string
	Owner      string // whose events they are; empty: the publisher's own webhook, for everybody's
	KeyID      string // of the key that made or last replaced it, with whose rights it reads
	URL        string
	Label      string
	EventTypes []EventType // that are delivered; empty: all
	Status     WebhookStatus
	Revision   int64 // counts the changes that its owner made, from 1
	KeyNumber  int64 // of the signing key, which counts its rotations, from 1
	// FormerKeyUntil is until when deliveries are signed with the signing key before this one, too; nil: there is none.
	FormerKeyUntil *time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time

	Position      string     // id of the last event that was delivered or passed over; empty: before the first
	DeliveredAt   *time.Time // the last delivery that was accepted
	Failures      int        // in a row
	FailingSince  *time.Time // the first of them
	NextAttemptAt time.Time
	LastError     string // of the last failure, and why it was disabled
}

// MostWebhookAttempts is how many of its newest attempts a webhook keeps: so many that were accepted, and so many that failed.
const MostWebhookAttempts = 50

// WebhookAttempt is one delivery that was tried, and what came of it.
type WebhookAttempt struct {
	Number    int64 // of the webhook's attempts, from 1
	EventID   string
	EventType EventType
	At        time.Time
	Took      time.Duration
	Status    int    // of the answer, in HTTP's numbers; 0: there was none
	Answer    string // how its body begins
	Failure   string // why it was not accepted; empty: it was
}

// Wants tells whether the webhook's owner asked for events of a type. What is sent to test a webhook goes to that one alone, and
// at once.
func (w Webhook) Wants(wanted EventType) bool {
	if wanted == EventWebhookTested {
		return false
	}
	if len(w.EventTypes) == 0 {
		return true
	}
	for _, t := range w.EventTypes {
		if t == wanted {
			return true
		}
	}
	return false
}

// FormerKey tells whether deliveries are still signed with the signing key before this one at an instant.
func (w Webhook) FormerKey(now time.Time) bool {
	return w.KeyNumber > 1 && w.FormerKeyUntil != nil && now.Before(*w.FormerKeyUntil)
}

// Rests tells whether nothing is to be delivered at an instant: the webhook is disabled, or left alone after a failure. A wait
// that is longer than any is of a clock that was off.
func (w Webhook) Rests(now time.Time) bool {
	wait := w.NextAttemptAt.Sub(now)
	return w.Status != WebhookActive || w.Failures > 0 && wait > 0 && wait <= LongestWebhookWait
}
