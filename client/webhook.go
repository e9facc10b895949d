package client

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"parley"
	"parley/webhook/signature"
)

// WebhookRequest has events delivered to an address.
type WebhookRequest struct {
	URL            string             `json:"url"` // https, at a public address
	Label          string             `json:"label,omitempty"`
	EventTypes     []parley.EventType `json:"event_types,omitempty"` // empty: all
	IdempotencyKey string             `json:"idempotency_key"`       // empty: minted for the call
}

// Webhook is an address to which events are delivered, and how that goes.
type Webhook struct {
	WebhookID    string               `json:"webhook_id"`
	SigningKey   string               `json:"signing_key"` // in the answers to CreateWebhook and RotateWebhookKey alone
	URL          string               `json:"url"`
	Label        string               `json:"label"`
	EventTypes   []parley.EventType   `json:"event_types"`
	Status       parley.WebhookStatus `json:"status"`
	LastEventID  string               `json:"last_event_id"` // up to where events were delivered
	DeliveredAt  *time.Time           `json:"delivered_at"`
	Failures     int                  `json:"failures"` // in a row
	FailingSince *time.Time           `json:"failing_since"`
	LastError    string               `json:"last_error"`
	// FormerKeyUntil is until when deliveries carry a signature by the former signing key, too.
	FormerKeyUntil *time.Time `json:"former_key_until"`
	CreatedAt      time.Time  `json:"created_at"`
}

// WebhookAttempt is one delivery that was tried.
type WebhookAttempt struct {
	Number    int64            `json:"number"` // of the webhook's attempts, from 1
	EventID   string           `json:"event_id"`
	EventType parley.EventType `json:"event_type"`
	At        time.Time        `json:"at"`
	TookMS    float64          `json:"took_ms"` // until the answer was there, in milliseconds
	Accepted  bool             `json:"accepted"`
	Status    int              `json:"status"` // of the answer, in HTTP's numbers; 0: there was none
	Answer    string           `json:"answer"` // how its body begins
	Failure   string           `json:"failure"`
}

// CreateWebhook has this buyer's events delivered to an address from now on. Its answer alone, also to a
// repetition under the same key, has the key with which ReadWebhook verifies them.
func (c *Client) CreateWebhook(ctx context.Context, request WebhookRequest) (Webhook, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[Webhook](ctx, c, "/api/v1/webhooks", request)
}

// Webhooks lists a page of this buyer's webhooks.
func (c *Client) Webhooks(ctx context.Context, page Page) (Listing[Webhook], error) {
	q := query{}
	page.into(q)
	return list[Webhook](ctx, c, "/api/v1/webhooks", "webhooks", q)
}

// Webhook reads a webhook.
func (c *Client) Webhook(ctx context.Context, webhookID string) (Webhook, error) {
	return get[Webhook](ctx, c, at("/api/v1/webhooks/", webhookID), nil)
}

// ReplaceWebhook sets a webhook to what is asked for. It goes on where it stood, also one that was disabled, with the rights of this
// client's key.
func (c *Client) ReplaceWebhook(ctx context.Context, webhookID string, request WebhookRequest) (Webhook, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	var answer Webhook
	body, err := json.Marshal(request)
	if err != nil {
		return answer, fmt.Errorf("client: encode the webhook: %w", err)
	}
	return answer, c.call(ctx, http.MethodPut, at("/api/v1/webhooks/", webhookID), nil, body, &answer)
}

// keyOnly is the body of what takes nothing but an idempotency key.
type keyOnly struct {
	IdempotencyKey string `json:"idempotency_key"`
}

// TestWebhook sends an event webhook.tested to a webhook at once, and answers what its address answered.
func (c *Client) TestWebhook(ctx context.Context, webhookID string) (WebhookAttempt, error) {
	return post[WebhookAttempt](ctx, c, at("/api/v1/webhooks/", webhookID)+"/test", keyOnly{keyed("")})
}

// WebhookAttempts lists a page of what was sent to a webhook lately, and what its address answered.
func (c *Client) WebhookAttempts(ctx context.Context, webhookID string, page Page) (Listing[WebhookAttempt], error) {
	q := query{}
	page.into(q)
	return list[WebhookAttempt](ctx, c, at("/api/v1/webhooks/", webhookID)+"/attempts", "attempts", q)
}

// RedeliverWebhook has an event, and all that follow it, delivered again, under the ids that they had.
func (c *Client) RedeliverWebhook(ctx context.Context, webhookID, fromEventID string) (Webhook, error) {
	return post[Webhook](ctx, c, at("/api/v1/webhooks/", webhookID)+"/redeliver", struct {
		keyOnly
		FromEventID string `json:"from_event_id"`
	}{keyOnly{keyed("")}, fromEventID})
}

// RotateWebhookKey gives a webhook another signing key, which its answer alone has. While the overlap lasts, at most 30 days in whole
// hours, deliveries are signed with the former key, too, and ReadWebhook takes them by either.
func (c *Client) RotateWebhookKey(ctx context.Context, webhookID string, overlap time.Duration) (Webhook, error) {
	return post[Webhook](ctx, c, at("/api/v1/webhooks/", webhookID)+"/rotate-key", struct {
		keyOnly
		OverlapHours int `json:"overlap_hours"`
	}{keyOnly{keyed("")}, int(overlap / time.Hour)})
}

// RemoveWebhook ends a webhook.
func (c *Client) RemoveWebhook(ctx context.Context, webhookID string) error {
	return c.call(ctx, http.MethodDelete, at("/api/v1/webhooks/", webhookID), nil, nil, new(Webhook))
}

// ErrWebhook is what a request fails with that is not a delivery of the seller's, or not one of now.
var ErrWebhook = errors.New("client: the request is no delivery of this webhook")

const (
	maxDelivery = 1 << 20         // bytes
	webhookSkew = 5 * time.Minute // between the seller's clock and this one, either way
)

// ReadWebhook reads the event that a request to a webhook's address delivers. It holds the request to the webhook's signing key
// and to the time, as Standard Webhooks 1.0 has it, and fails with ErrWebhook when it is somebody else's. Answer 2xx once the
// event is kept. An event may come again, under the same EventID.
func ReadWebhook(r *http.Request, signingKey string, now time.Time) (Event, error) {
	var event Event
	body, err := io.ReadAll(io.LimitReader(r.Body, maxDelivery+1))
	if err != nil {
		return event, err
	}
	sent, err := strconv.ParseInt(r.Header.Get("Webhook-Timestamp"), 10, 64)
	if err != nil || len(body) > maxDelivery || now.Sub(time.Unix(sent, 0)).Abs() > webhookSkew {
		return event, ErrWebhook
	}
	want, err := signature.Sign(signingKey, r.Header.Get("Webhook-Id"), time.Unix(sent, 0), body)
	if err != nil {
		return event, fmt.Errorf("client: %w", err)
	}
	for given := range strings.FieldsSeq(r.Header.Get("Webhook-Signature")) {
		if hmac.Equal([]byte(given), []byte(want)) {
			return event, json.Unmarshal(body, &event)
		}
	}
	return event, ErrWebhook
}
