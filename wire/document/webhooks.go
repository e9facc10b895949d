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
