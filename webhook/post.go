package webhook

import (
	"context"
	"time"

	"parley"
	"parley/seller"
	"parley/trace"
)

// post brings events to webhooks, each as a message with its signatures.
type post struct {
	send   Send
	encode Encode
	clock  parley.Clock
}

// Try makes what sends tests to webhooks for a service: the one event that is due, whatever state the webhook is in.
func Try(send Send, encode Encode, clock parley.Clock) seller.TryWebhook {
	p := post{send: send, encode: encode, clock: clock}
	return func(ctx context.Context, due seller.WebhookDue) parley.WebhookAttempt {
		attempt, _ := p.bring(ctx, due, due.Events[0]) // the attempt says what failed
		return attempt
	}
}

func (p post) bring(ctx context.Context, due seller.WebhookDue, event parley.Event) (attempt parley.WebhookAttempt, err error) {
	attempt = parley.WebhookAttempt{EventID: event.ID, EventType: event.Type, At: p.clock()}
	body, err := p.encode(event)
	if err != nil {
		return attempt, err
	}
	ctx, span := trace.Start(ctx, "deliver to a webhook")
	span.Text("parley.webhook", due.Webhook.ID)
	span.Text("parley.event", event.ID)
	defer func() { span.End(err) }()
	began := time.Now()
	answer, err := p.send(ctx, Message{
		URL: due.Webhook.URL, SigningKey: due.SigningKey, FormerKey: due.FormerKey, EventID: event.ID, At: attempt.At, Body: body,
	})
	attempt.Took, attempt.Status, attempt.Answer = time.Since(began), answer.Status, answer.Body
	if err != nil {
		attempt.Failure = err.Error()
	}
	return attempt, err
}
