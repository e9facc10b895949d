package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
)

const webhookExample = `{"url": "https://buyer.example.com/parley", "event_types": ["deal.booked", "negotiation.round"], "label": "trading desk"}`

var webhookRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/webhooks", Access: AccessSubscriber, Scopes: admin,
		ID: "createWebhook", Tag: "Webhooks", Summary: "Have events delivered to an address",
		Description: "From now on, each event that the caller can read is sent to the URL with POST, as reading it answers it: at " +
			"least once, in order, under its id in Webhook-Id, signed as Standard Webhooks 1.0 has it. An answer of 2xx accepts " +
			"it; after any other it is tried again, at growing intervals, and what follows waits. After three days without " +
			"success, and at once after 410, the webhook is disabled. signing_key verifies the signatures; only this " +
			"answer and its replays show it. A webhook ends with the API key that made or last replaced it.",
		Example:  webhookExample,
		Failures: []int{http.StatusConflict},
	}, changing[none, WebhookRequest, seller.CreatedWebhook, CreatedWebhook]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *WebhookRequest, encode seller.Encode[seller.CreatedWebhook],
		) (seller.Answer, error) {
			return x.service.CreateWebhook(ctx, x.call, body.Domain(), encode)
		},
		render:  renderCreatedWebhook,
		status:  http.StatusCreated,
		example: sampleWebhook,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/webhooks", Access: AccessCredential,
		ID: "listWebhooks", Tag: "Webhooks", Summary: "List webhooks", Description: "A buyer's own; an operator sees all.",
	}, listing[webhookFilter, parley.Webhook, Webhook]{
		plural: "webhooks",
		run: func(
			ctx context.Context, x *exchange, filter webhookFilter, page seller.Page,
		) (seller.Listing[parley.Webhook], error) {
			return x.service.Webhooks(ctx, x.call, seller.WebhookFilter{Status: parley.WebhookStatus(filter.Status), Page: page})
		},
		render:  renderWebhook,
		id:      func(h parley.Webhook) string { return h.ID },
		example: sampleWebhook.Webhook,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/webhooks/{webhook_id}", Access: AccessCredential,
		ID: "getWebhook", Tag: "Webhooks", Summary: "Read a webhook", Description: "With how its deliveries go.",
	}, func(ctx context.Context, x *exchange, path webhookPath) (Webhook, error) {
		hook, err := x.service.Webhook(ctx, x.call, path.WebhookID)
		return renderWebhook(x.View, hook), err
	}, func(x *exchange) Webhook { return renderWebhook(x.View, sampleWebhook.Webhook) }),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/webhooks/{webhook_id}", Access: AccessSubscriber, Scopes: admin,
		ID: "replaceWebhook", Tag: "Webhooks", Summary: "Replace a webhook",
		Description: "It goes on where it stood, at once, also one that was disabled, with the rights of the key that replaces it. The " +
			"signing_key stays.",
		Example: webhookExample,
	}, changing[webhookPath, WebhookRequest, parley.Webhook, Webhook]{
		run: func(
			ctx context.Context, x *exchange, path webhookPath, body *WebhookRequest, encode seller.Encode[parley.Webhook],
		) (seller.Answer, error) {
			return x.service.ReplaceWebhook(ctx, x.call, path.WebhookID, body.Domain(), encode)
		},
		render:  renderWebhook,
		status:  http.StatusOK,
		example: sampleWebhook.Webhook,
	}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/webhooks/{webhook_id}", Access: AccessSubscriber, Scopes: admin,
		ID: "removeWebhook", Tag: "Webhooks", Summary: "Remove a webhook",
		Description: "A buyer its own, an admin any. The answer is the webhook as it was.",
	}, changing[webhookPath, none, parley.Webhook, Webhook]{
		run: func(
			ctx context.Context, x *exchange, path webhookPath, _ *none, encode seller.Encode[parley.Webhook],
		) (seller.Answer, error) {
			return x.service.RemoveWebhook(ctx, x.call, path.WebhookID, encode)
		},
		render:  renderWebhook,
		status:  http.StatusOK,
		example: sampleWebhook.Webhook,
	}),
}

type webhookPath struct {
	WebhookID string `path:"webhook_id" maxLength:"128"`
}

type webhookFilter struct {
	Status string `query:"status" enum:"active,disabled"`
	Paging
}

// WebhookRequest is the body that makes or replaces a webhook: what reading it answers can be sent back.
type WebhookRequest struct {
	Idempotency
	URL        string   `json:"url" maxLength:"2000" doc:"https, at a public address."`
	Label      string   `json:"label,omitempty" maxLength:"200"`
	EventTypes []string `json:"event_types,omitempty" maxItems:"100" maxLength:"64" doc:"Such as deal.booked; all when empty."`
	Enabled    *bool    `json:"enabled,omitempty" doc:"True when absent."`
}

func (b *WebhookRequest) Domain() seller.WebhookRequest {
	request := seller.WebhookRequest{
		URL: b.URL, Label: b.Label, EventTypes: make([]parley.EventType, len(b.EventTypes)), Disabled: b.Enabled != nil && !*b.Enabled,
	}
	for i, name := range b.EventTypes {
		request.EventTypes[i] = parley.EventType(name)
	}
	return request
}

// Webhook is an address to which events are delivered.
type Webhook struct {
	WebhookID     string               `json:"webhook_id"`
	URL           string               `json:"url"`
	Label         string               `json:"label"`
	EventTypes    []parley.EventType   `json:"event_types" doc:"All when empty."`
	Enabled       bool                 `json:"enabled"`
	Status        parley.WebhookStatus `json:"status" doc:"active or disabled."`
	KeyID         string               `json:"key_id" doc:"The key with whose rights it reads."`
	LastEventID   *string              `json:"last_event_id" doc:"The last event that was delivered, or that was none of its types."`
	DeliveredAt   *time.Time           `json:"delivered_at" doc:"The last delivery that was accepted."`
	Failures      int                  `json:"failures" doc:"In a row."`
	FailingSince  *time.Time           `json:"failing_since"`
	NextAttemptAt *time.Time           `json:"next_attempt_at" doc:"Null when nothing has failed."`
	LastError     *string              `json:"last_error" doc:"Of the last failure, and why it was disabled."`
	CreatedAt     time.Time            `json:"created_at"`
	UpdatedAt     time.Time            `json:"updated_at"`
}

// CreatedWebhook is a new webhook.
type CreatedWebhook struct {
	SigningKey *string `json:"signing_key" doc:"Verifies the signatures of its deliveries; shown here alone."`
	Webhook
}

func renderWebhook(_ wire.View, h parley.Webhook) Webhook {
	rendered := Webhook{
		WebhookID: h.ID, URL: h.URL, Label: h.Label, EventTypes: contract.Listed(h.EventTypes), Enabled: h.Status == parley.WebhookActive,
		Status: h.Status, KeyID: h.KeyID, LastEventID: contract.Optional(h.Position), DeliveredAt: h.DeliveredAt, Failures: h.Failures,
		FailingSince: h.FailingSince, LastError: contract.Optional(h.LastError), CreatedAt: h.CreatedAt, UpdatedAt: h.UpdatedAt,
	}
	if h.Failures > 0 && rendered.Enabled {
		rendered.NextAttemptAt = &h.NextAttemptAt
	}
	return rendered
}

func renderCreatedWebhook(v wire.View, h seller.CreatedWebhook) CreatedWebhook {
	return CreatedWebhook{SigningKey: contract.Optional(h.SigningKey), Webhook: renderWebhook(v, h.Webhook)}
}

// EncodeEvent is an event as reading it answers it, for deliveries.
func EncodeEvent(event parley.Event) ([]byte, error) {
	return json.Marshal(renderEvent(wire.View{}, event))
}
