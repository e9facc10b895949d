package parley

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// WebhookStatus tells whether a webhook is delivered to.
type WebhookStatus string

// A webhook is disabled when its address has failed for days or is gone, when its key no longer holds, or when its owner
// says so.
const (
	WebhookActive   WebhookStatus = "active"
	WebhookDisabled WebhookStatus = "disabled"
)

// ErrWebhookGone is the failure of a delivery to an address that wants no more of them.
var ErrWebhookGone = errors.New("the answer is 410 Gone")

// WebhookRefusal is the failure of a delivery to an address that says when to come back.
type WebhookRefusal struct {
	Reason     string
	RetryAfter time.Duration // from the time of the attempt; never below 0
}

// Error implements error.
func (r *WebhookRefusal) Error() string { return r.Reason }

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
	CreatedAt  time.Time
	UpdatedAt  time.Time

	Position      string     // id of the last event that was delivered or passed over; empty: before the first
	DeliveredAt   *time.Time // the last delivery that was accepted
	Failures      int        // in a row
	FailingSince  *time.Time // the first of them
	NextAttemptAt time.Time
	LastError     string // of the last failure, and why it was disabled
}

// Wants tells whether the webhook's owner asked for events of a type.
func (w Webhook) Wants(wanted EventType) bool {
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

// WebhookMessage is one delivery: an event on its way to a webhook.
type WebhookMessage struct {
	URL        string
	SigningKey string // the webhook's
	EventID    string
	At         time.Time // of the attempt
	Body       []byte    // JSON
}

// WebhookKeyPrefix starts the signing key of a webhook; base64 of its bytes follows.
const WebhookKeyPrefix = "whsec_"

// Timestamp is the time of the attempt as it is sent and signed: in seconds since 1970.
func (m WebhookMessage) Timestamp() string { return strconv.FormatInt(m.At.Unix(), 10) }

// Signature is that of Standard Webhooks 1.0, version 1: over the event's id, the time and the body.
func (m WebhookMessage) Signature() (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.SigningKey, WebhookKeyPrefix))
	if err != nil {
		return "", errors.New("the signing key is not base64")
	}
	mac := hmac.New(sha256.New, key)
	for _, part := range [...]string{m.EventID, ".", m.Timestamp(), ".", string(m.Body)} {
		mac.Write([]byte(part))
	}
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
