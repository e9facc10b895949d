package wire

import (
	"context"
	"encoding/json"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// WebhookFilter narrows a list of webhooks.
type WebhookFilter struct {
	Status string `json:"status,omitempty" query:"status" enum:"active,disabled"`
	Paging
}

func webhookRequestOf(b *document.WebhookRequest) seller.WebhookRequest {
	return seller.WebhookRequest{
		URL: b.URL, Label: b.Label, EventTypes: contract.Listed(b.EventTypes), Disabled: b.Enabled != nil && !*b.Enabled,
	}
}

// WebhookOf writes a webhook.
func WebhookOf(_ View, h parley.Webhook) document.Webhook {
	rendered := document.Webhook{
		WebhookID: h.ID, URL: h.URL, Label: h.Label, EventTypes: contract.Listed(h.EventTypes), Enabled: h.Status == parley.WebhookActive,
		Status: h.Status, KeyID: h.KeyID, LastEventID: contract.Optional(h.Position), DeliveredAt: h.DeliveredAt, Failures: h.Failures,
		FailingSince: h.FailingSince, LastError: contract.Optional(h.LastError), CreatedAt: h.CreatedAt, UpdatedAt: h.UpdatedAt,
	}
	if h.KeyNumber > 1 {
		rendered.FormerKeyUntil = h.FormerKeyUntil
	}
	if h.Failures > 0 && rendered.Enabled {
		rendered.NextAttemptAt = &h.NextAttemptAt
	}
	return rendered
}

// CreatedWebhookOf writes a new webhook, with its secret while that is known.
func CreatedWebhookOf(v View, h seller.CreatedWebhook) document.CreatedWebhook {
	return document.CreatedWebhook{SigningKey: contract.Optional(h.SigningKey), Webhook: WebhookOf(v, h.Webhook)}
}

// WebhookAttemptsFilter pages through a webhook's attempts.
type WebhookAttemptsFilter struct {
	WebhookID string `path:"webhook_id" maxLength:"128"`
	Paging
}

// WebhookAttemptOf writes an attempt.
func WebhookAttemptOf(_ View, a parley.WebhookAttempt) document.WebhookAttempt {
	rendered := document.WebhookAttempt{
		Number: a.Number, EventID: a.EventID, EventType: a.EventType, At: a.At, TookMS: float64(a.Took.Microseconds()) / 1000,
		Accepted: a.Failure == "", Answer: contract.Optional(a.Answer), Failure: contract.Optional(a.Failure),
	}
	if a.Status != 0 {
		rendered.Status = &a.Status
	}
	return rendered
}

// overlapOf is how long the former key holds beside the new one.
func overlapOf(b *document.KeyRotationRequest) time.Duration {
	if b.OverlapHours == nil {
		return 24 * time.Hour
	}
	return time.Duration(*b.OverlapHours) * time.Hour
}

// EncodeEvent is an event as reading it answers it, for deliveries.
func EncodeEvent(event parley.Event) ([]byte, error) {
	return json.Marshal(EventOf(View{}, event))
}

// What is asked of webhooks.
var (
	GetWebhook   = Lookup[parley.Webhook, document.Webhook]{(*seller.Service).Webhook, WebhookOf}
	ListWebhooks = List[WebhookFilter, parley.Webhook, document.Webhook]{
		Plural: "webhooks", Render: WebhookOf, ID: func(h parley.Webhook) string { return h.ID },
		Find: func(ctx context.Context, x *Exchange, f WebhookFilter, page seller.Page) (seller.Listing[parley.Webhook], error) {
			return x.Service.Webhooks(ctx, x.Call, seller.WebhookFilter{Status: parley.WebhookStatus(f.Status), Page: page})
		},
	}
	CreateWebhook = act("POST /api/v1/webhooks", Made, CreatedWebhookOf,
		byBody((*seller.Service).CreateWebhook, webhookRequestOf))
	ReplaceWebhook = act("PUT /api/v1/webhooks/{webhook_id}", Done, WebhookOf,
		byBoth((*seller.Service).ReplaceWebhook, webhookRequestOf))
	RetryWebhook   = act("POST /api/v1/webhooks/{webhook_id}/retry", Done, WebhookOf, byID[Repeated]((*seller.Service).RetryWebhook))
	DisableWebhook = act("POST /api/v1/webhooks/{webhook_id}/disable", Done, WebhookOf, byID[Repeated]((*seller.Service).DisableWebhook))
	TestWebhook    = act("POST /api/v1/webhooks/{webhook_id}/test", Done, WebhookAttemptOf,
		byID[Repeated]((*seller.Service).TestWebhook))
	ListWebhookAttempts = List[WebhookAttemptsFilter, parley.WebhookAttempt, document.WebhookAttempt]{
		Plural: "attempts", Render: WebhookAttemptOf,
		Find: func(ctx context.Context, x *Exchange, f WebhookAttemptsFilter, page seller.Page) (seller.Listing[parley.WebhookAttempt], error) {
			return x.Service.WebhookAttempts(ctx, x.Call, f.WebhookID, page)
		},
	}
	RedeliverWebhook = act("POST /api/v1/webhooks/{webhook_id}/redeliver", Done, WebhookOf,
		byBoth((*seller.Service).RedeliverWebhook, func(b *document.RedeliveryRequest) string { return b.FromEventID }))
	RotateWebhookKey = act("POST /api/v1/webhooks/{webhook_id}/rotate-key", Done, CreatedWebhookOf,
		byBoth((*seller.Service).RotateWebhookKey, overlapOf))
	RemoveWebhook = act("DELETE /api/v1/webhooks/{webhook_id}", Done, WebhookOf, byID[none]((*seller.Service).RemoveWebhook))
)
