package rest

import (
	"net/http"

	"parley/wire"
)

const webhookExample = `{"url": "https://buyer.example.com/parley", "event_types": ["deal.booked", "negotiation.round"], "label": "trading desk"}`

var webhookRoutes = []Route{
	act(Route{
		Access: AccessSubscriber, Scopes: admin,
		ID: "createWebhook", Tag: "Webhooks", Summary: "Have events delivered to an address",
		Description: "From now on, each event that the caller can read is sent to the URL with POST, as reading it answers it: at " +
			"least once, in order, under its id in Webhook-Id, signed as Standard Webhooks 1.0 has it. An answer of 2xx accepts " +
			"it; after any other it is tried again, at growing intervals, and what follows waits. After three days without " +
			"success, and at once after 410, the webhook is disabled. signing_key verifies the signatures; only this " +
			"answer and its replays show it. A webhook ends with the API key that made or last replaced it.",
		Example:  webhookExample,
		Failures: []int{http.StatusConflict},
	}, wire.CreateWebhook, sampleWebhook),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/webhooks", Access: AccessCredential,
		ID: "listWebhooks", Tag: "Webhooks", Summary: "List webhooks", Description: "A buyer's own; an operator sees all.",
	}, wire.ListWebhooks, sampleWebhook.Webhook),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/webhooks/{webhook_id}", Access: AccessCredential,
		ID: "getWebhook", Tag: "Webhooks", Summary: "Read a webhook", Description: "With how its deliveries go.",
	}, wire.GetWebhook, sampleWebhook.Webhook),
	act(Route{
		Access: AccessSubscriber, Scopes: admin,
		ID: "replaceWebhook", Tag: "Webhooks", Summary: "Replace a webhook",
		Description: "It goes on where it stood, at once, also one that was disabled, with the rights of the key that replaces it. The " +
			"signing_key stays.",
		Example: webhookExample,
	}, wire.ReplaceWebhook, sampleWebhook.Webhook),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "retryWebhook", Tag: "Webhooks", Summary: "Try a webhook again at once",
		Description: "Anybody's, also one that was disabled: it goes on where it stood, with the rights of the key that it has.",
		Example:     repeatedExample,
	}, wire.RetryWebhook, sampleWebhook.Webhook),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "disableWebhook", Tag: "Webhooks", Summary: "Stop deliveries to a webhook",
		Description: "Anybody's. It keeps its place, from which a retry goes on.",
		Example:     repeatedExample,
	}, wire.DisableWebhook, sampleWebhook.Webhook),
	act(Route{
		Access: AccessSubscriber, Scopes: admin,
		ID: "testWebhook", Tag: "Webhooks", Summary: "Send a test to a webhook",
		Description: "A buyer its own, an admin any. An event webhook.tested goes to the address at once, signed like every delivery, whatever " +
			"the webhook asks for and also while it is disabled; the answer here tells what the address answered. How the " +
			"webhook stands does not change.",
		Example: repeatedExample,
	}, wire.TestWebhook, sampleWebhookAttempt),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/webhooks/{webhook_id}/attempts", Access: AccessCredential,
		ID: "listWebhookAttempts", Tag: "Webhooks", Summary: "List what was delivered, and what was answered",
		Description: "The newest 50 attempts that were accepted, and the newest 50 that failed, are kept.",
	}, wire.ListWebhookAttempts, sampleWebhookAttempt),
	act(Route{
		Access: AccessSubscriber, Scopes: admin,
		ID: "redeliverWebhook", Tag: "Webhooks", Summary: "Deliver again from an event on",
		Description: "A buyer its own, an admin any. The event, and all that follow it, of the webhook's types, are delivered again, in order and " +
			"under the ids that they had. It begins at once, also where the webhook was disabled.",
		Example: `{"from_event_id": "evt-01k1h3v8mq4t7c9w2x5y6z0a1b3d"}`,
	}, wire.RedeliverWebhook, sampleWebhook.Webhook),
	act(Route{
		Access: AccessSubscriber, Scopes: admin,
		ID: "rotateWebhookKey", Tag: "Webhooks", Summary: "Give a webhook another signing key",
		Description: "Its owner does. For as long as overlap_hours says, each delivery carries two signatures, one by the new key and one by the " +
			"former, and a receiver takes it that knows either. Only this answer and its replays show the new signing_key.",
		Example: `{"overlap_hours": 24}`,
	}, wire.RotateWebhookKey, sampleWebhook),
	act(Route{
		Access: AccessSubscriber, Scopes: admin,
		ID: "removeWebhook", Tag: "Webhooks", Summary: "Remove a webhook",
		Description: "A buyer its own, an admin any. The answer is the webhook as it was.",
	}, wire.RemoveWebhook, sampleWebhook.Webhook),
}
