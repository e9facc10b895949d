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

	"parley/webhook/signature"
	"parley/wire/document"
)

// CreateWebhook has this buyer's events delivered to an address from now on. Its answer alone, also to a
// repetition under the same key, has the key with which ReadWebhook verifies them.
func (c *Client) CreateWebhook(ctx context.Context, request document.WebhookRequest) (document.CreatedWebhook, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.CreatedWebhook](ctx, c, "/api/v1/webhooks", request)
}

// Webhooks lists a page of this buyer's webhooks.
func (c *Client) Webhooks(ctx context.Context, page document.Paging) (Listing[document.Webhook], error) {
	return list[document.Webhook](ctx, c, "/api/v1/webhooks", "webhooks", page)
}

// Webhook reads a webhook.
func (c *Client) Webhook(ctx context.Context, webhookID string) (document.Webhook, error) {
	return get[document.Webhook](ctx, c, at("/api/v1/webhooks/", webhookID), nil)
}

// ReplaceWebhook sets a webhook to what is asked for. It goes on where it stood, also one that was disabled, with the rights of this
// client's key.
func (c *Client) ReplaceWebhook(ctx context.Context, webhookID string, request document.WebhookRequest) (document.Webhook, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	var answer document.Webhook
	body, err := json.Marshal(request)
	if err != nil {
		return answer, fmt.Errorf("client: encode the webhook: %w", err)
	}
	err = c.call(ctx, http.MethodPut, at("/api/v1/webhooks/", webhookID), nil, body, &answer)
	return answer, err
}

// TestWebhook sends an event webhook.tested to a webhook at once, and answers what its address answered.
func (c *Client) TestWebhook(ctx context.Context, webhookID string) (document.WebhookAttempt, error) {
	return post[document.WebhookAttempt](ctx, c, at("/api/v1/webhooks/", webhookID)+"/test", document.Repeated{Idempotency: minted()})
}

// WebhookAttempts lists a page of what was sent to a webhook lately, and what its address answered.
func (c *Client) WebhookAttempts(ctx context.Context, webhookID string, page document.Paging) (Listing[document.WebhookAttempt], error) {
	return list[document.WebhookAttempt](ctx, c, at("/api/v1/webhooks/", webhookID)+"/attempts", "attempts", page)
}

// RedeliverWebhook has an event, and all that follow it, delivered again, under the ids that they had.
func (c *Client) RedeliverWebhook(ctx context.Context, webhookID, fromEventID string) (document.Webhook, error) {
	return post[document.Webhook](ctx, c, at("/api/v1/webhooks/", webhookID)+"/redeliver",
		document.RedeliveryRequest{Idempotency: minted(), FromEventID: fromEventID})
}

// RotateWebhookKey gives a webhook another signing key, which its answer alone has. While the overlap lasts, at most 30 days in whole
// hours, deliveries are signed with the former key, too, and ReadWebhook takes them by either.
func (c *Client) RotateWebhookKey(ctx context.Context, webhookID string, overlap time.Duration) (document.CreatedWebhook, error) {
	hours := int(overlap / time.Hour)
	return post[document.CreatedWebhook](ctx, c, at("/api/v1/webhooks/", webhookID)+"/rotate-key",
		document.KeyRotationRequest{Idempotency: minted(), OverlapHours: &hours})
}

// RemoveWebhook ends a webhook.
func (c *Client) RemoveWebhook(ctx context.Context, webhookID string) error {
	return c.call(ctx, http.MethodDelete, at("/api/v1/webhooks/", webhookID), nil, nil, new(document.Webhook))
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
func ReadWebhook(r *http.Request, signingKey string, now time.Time) (document.Event, error) {
	var event document.Event
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
