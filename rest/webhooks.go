package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
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
	}, changing[none, wire.WebhookRequest, seller.CreatedWebhook, wire.CreatedWebhook]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.WebhookRequest, encode seller.Encode[seller.CreatedWebhook],
		) (seller.Answer, error) {
			return x.service.CreateWebhook(ctx, x.call, body.Domain(), encode)
		},
		render:  wire.CreatedWebhookOf,
		status:  http.StatusCreated,
		example: sampleWebhook,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/webhooks", Access: AccessCredential,
		ID: "listWebhooks", Tag: "Webhooks", Summary: "List webhooks", Description: "A buyer's own; an operator sees all.",
	}, listing[wire.WebhookFilter, parley.Webhook, wire.Webhook]{
		plural: "webhooks",
		run: func(
			ctx context.Context, x *exchange, filter wire.WebhookFilter, page seller.Page,
		) (seller.Listing[parley.Webhook], error) {
			return x.service.Webhooks(ctx, x.call, seller.WebhookFilter{Status: parley.WebhookStatus(filter.Status), Page: page})
		},
		render:  wire.WebhookOf,
		id:      func(h parley.Webhook) string { return h.ID },
		example: sampleWebhook.Webhook,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/webhooks/{webhook_id}", Access: AccessCredential,
		ID: "getWebhook", Tag: "Webhooks", Summary: "Read a webhook", Description: "With how its deliveries go.",
	}, func(ctx context.Context, x *exchange, path webhookPath) (wire.Webhook, error) {
		hook, err := x.service.Webhook(ctx, x.call, path.WebhookID)
		return wire.WebhookOf(x.View, hook), err
	}, func(x *exchange) wire.Webhook { return wire.WebhookOf(x.View, sampleWebhook.Webhook) }),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/webhooks/{webhook_id}", Access: AccessSubscriber, Scopes: admin,
		ID: "replaceWebhook", Tag: "Webhooks", Summary: "Replace a webhook",
		Description: "It goes on where it stood, at once, also one that was disabled, with the rights of the key that replaces it. The " +
			"signing_key stays.",
		Example: webhookExample,
	}, changing[webhookPath, wire.WebhookRequest, parley.Webhook, wire.Webhook]{
		run: func(
			ctx context.Context, x *exchange, path webhookPath, body *wire.WebhookRequest, encode seller.Encode[parley.Webhook],
		) (seller.Answer, error) {
			return x.service.ReplaceWebhook(ctx, x.call, path.WebhookID, body.Domain(), encode)
		},
		render:  wire.WebhookOf,
		status:  http.StatusOK,
		example: sampleWebhook.Webhook,
	}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/webhooks/{webhook_id}", Access: AccessSubscriber, Scopes: admin,
		ID: "removeWebhook", Tag: "Webhooks", Summary: "Remove a webhook",
		Description: "A buyer its own, an admin any. The answer is the webhook as it was.",
	}, changing[webhookPath, none, parley.Webhook, wire.Webhook]{
		run: func(
			ctx context.Context, x *exchange, path webhookPath, _ *none, encode seller.Encode[parley.Webhook],
		) (seller.Answer, error) {
			return x.service.RemoveWebhook(ctx, x.call, path.WebhookID, encode)
		},
		render:  wire.WebhookOf,
		status:  http.StatusOK,
		example: sampleWebhook.Webhook,
	}),
}

type webhookPath struct {
	WebhookID string `path:"webhook_id" maxLength:"128"`
}
