package storage

import "parley"

// WebhookFilter narrows a list of webhooks. Zero values match all.
type WebhookFilter struct {
	Owner  *string
	Status parley.WebhookStatus
	Page   Page
}

// Webhooks reads webhooks.
type Webhooks interface {
	Webhook(id string) Pending[parley.Webhook]
	Webhooks(filter WebhookFilter) Pending[Listing[parley.Webhook]]
}

// WebhookWriter changes webhooks.
type WebhookWriter interface {
	// WebhookForUpdate reads the webhook and keeps it from changing until the transaction ends.
	WebhookForUpdate(id string) Pending[parley.Webhook]
	InsertWebhook(h parley.Webhook)
	// UpdateWebhook stores everything that can change.
	UpdateWebhook(h parley.Webhook)
	DeleteWebhook(id string)
}
