package document

import (
	"time"

	"parley"
)

// Webhook is an address to which events are delivered.
type Webhook struct {
	WebhookID      string               `json:"webhook_id"`
	URL            string               `json:"url"`
	Label          string               `json:"label"`
	EventTypes     []parley.EventType   `json:"event_types" doc:"All when empty."`
	Enabled        bool                 `json:"enabled"`
	Status         parley.WebhookStatus `json:"status" doc:"active or disabled."`
	KeyID          string               `json:"key_id" doc:"The key with whose rights it reads."`
	LastEventID    *string              `json:"last_event_id" doc:"The last event that was delivered, or that was none of its types."`
	DeliveredAt    *time.Time           `json:"delivered_at" doc:"The last delivery that was accepted."`
	Failures       int                  `json:"failures" doc:"In a row."`
	FailingSince   *time.Time           `json:"failing_since"`
	NextAttemptAt  *time.Time           `json:"next_attempt_at" doc:"Null when nothing has failed."`
	LastError      *string              `json:"last_error" doc:"Of the last failure, and why it was disabled."`
	FormerKeyUntil *time.Time           `json:"former_key_until" doc:"Until when deliveries are signed with the former signing key, too; null when there is none that still signs."`
	CreatedAt      time.Time            `json:"created_at"`
	UpdatedAt      time.Time            `json:"updated_at"`
}

// CreatedWebhook is a new webhook.
type CreatedWebhook struct {
	SigningKey *string `json:"signing_key" doc:"Verifies the signatures of its deliveries; shown here alone, and when it is rotated."`
	Webhook
}

// WebhookAttempt is one delivery that was tried.
type WebhookAttempt struct {
	Number    int64            `json:"number" doc:"Of the webhook's attempts, from 1."`
	EventID   string           `json:"event_id"`
	EventType parley.EventType `json:"event_type"`
	At        time.Time        `json:"at"`
	TookMS    float64          `json:"took_ms" doc:"Until the answer was there, in milliseconds."`
	Accepted  bool             `json:"accepted"`
	Status    *int             `json:"status" doc:"Of the answer, in HTTP's numbers; null when there was none."`
	Answer    *string          `json:"answer" doc:"How its body begins."`
	Failure   *string          `json:"failure" doc:"Why it was not accepted."`
}

// WebhookRequest is the body that makes or replaces a webhook: what reading it answers can be sent back.
type WebhookRequest struct {
	Idempotency
	URL        string             `json:"url" maxLength:"2000" doc:"https, at a public address."`
	Label      string             `json:"label,omitempty" maxLength:"200"`
	EventTypes []parley.EventType `json:"event_types,omitempty" maxItems:"100" maxLength:"64" doc:"Such as deal.booked; all when empty."`
	Enabled    *bool              `json:"enabled,omitempty" doc:"True when absent."`
}

// RedeliveryRequest is the body that has events delivered again.
type RedeliveryRequest struct {
	Idempotency
	FromEventID string `json:"from_event_id" maxLength:"128" doc:"The first event that is delivered again; all that follow it are, too."`
}

// KeyRotationRequest is the body that rotates a key.
type KeyRotationRequest struct {
	Idempotency
	OverlapHours *int `json:"overlap_hours,omitempty" minimum:"0" maximum:"720" doc:"How long the former key holds beside the new one; 24 when absent, 0 ends it at once."`
}
