package seller

import (
	"context"
	"errors"
	"time"

	"parley"
	"parley/storage"
	"parley/webhook/signature"
)

// TryWebhook sends a webhook the one event that is due, whatever state it is in, and answers what came of it.
type TryWebhook func(context.Context, WebhookDue) parley.WebhookAttempt

// errUntried ends a transaction that found no stored answer: the message has yet to be sent.
var errUntried = errors.New("seller: the webhook is not tried yet")

// TestWebhook sends a message to a webhook at once, a buyer's own, or as an admin any, whatever events it asks for and also while
// it is disabled. The message is an event, which is kept, and goes to no other address. How the webhook stands does not change.
func (s *Service) TestWebhook(ctx context.Context, call Call, id string, encode Encode[parley.WebhookAttempt]) (Answer, error) {
	seal, err := s.webhookSeal(ctx)
	if err != nil {
		return Answer{}, err
	}
	// A repeated request is answered from what is stored. Nothing is sent inside a transaction.
	var due WebhookDue
	var reader parley.Principal // who finds the event where it is sent
	stored, err := write(ctx, s, call, encode, func(w *work) (parley.WebhookAttempt, error) {
		hook, err := w.webhook(ctx, id)
		if err != nil {
			return parley.WebhookAttempt{}, err
		}
		due, reader = signedWith(seal, hook, w.now), w.who
		if hook.Owner != w.who.Owner() {
			reader = parley.Principal{Role: parley.RoleBuyer}
		}
		due.Events = []parley.Event{{
			ID: s.ids.New(parley.PrefixEvent), Type: parley.EventWebhookTested, OccurredAt: w.now, Owner: hook.Owner, Actor: w.who.Actor(),
			Data: data(aboutWebhook(hook)),
		}}
		return parley.WebhookAttempt{}, errUntried
	})
	if !errors.Is(err, errUntried) {
		return stored, err
	}
	if s.parts.TryWebhook == nil {
		return Answer{}, parley.Errorf(parley.CodeUnsupportedCapability, "This seller does not try webhooks.")
	}
	sent := due.Events[0]
	due.Events[0] = seenBy(reader, sent)
	attempt := s.parts.TryWebhook(ctx, due)
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (parley.WebhookAttempt, error) {
		if _, err := w.webhook(ctx, id); err != nil {
			return parley.WebhookAttempt{}, err
		}
		w.InsertEvent(sent)
		w.AddWebhookAttempts(id, []parley.WebhookAttempt{attempt})
		newest, err := w.WebhookAttempts(id, Page{Limit: 1, Newest: true}).Get(ctx)
		if err != nil {
			return parley.WebhookAttempt{}, err
		}
		if len(newest.Items) == 1 {
			attempt.Number = newest.Items[0].Number
		}
		return attempt, w.audit("webhook.test", "webhook", id, nil, map[string]any{
			"event_id": attempt.EventID, "status": attempt.Status, "failure": attempt.Failure,
		})
	})
}

// WebhookAttempts lists the attempts of a webhook that are kept: an operator any webhook's, a buyer its own.
func (s *Service) WebhookAttempts(ctx context.Context, call Call, id string, page Page) (Listing[parley.WebhookAttempt], error) {
	return read(ctx, s, call, func(v *view) (Listing[parley.WebhookAttempt], error) {
		pending, attempts := v.Webhook(id), v.WebhookAttempts(id, page)
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return Listing[parley.WebhookAttempt]{}, err
		}
		if _, err := webhookOf(ctx, who, id, pending); err != nil {
			return Listing[parley.WebhookAttempt]{}, err
		}
		return attempts.Get(ctx)
	})
}

// RedeliverWebhook has a webhook, a buyer's own, or as an admin any, delivered to again from an event on: that one, of the events that
// it reads, and all that follow. It begins at once, also when it was disabled, with the rights of the key that it has.
func (s *Service) RedeliverWebhook(ctx context.Context, call Call, id, fromEventID string, encode Encode[parley.Webhook]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Webhook, error) {
		before, err := w.webhook(ctx, id)
		if err != nil {
			return parley.Webhook{}, err
		}
		var whose storage.EventFilter
		if before.Owner != "" {
			whose.Owner = &before.Owner
		}
		position, err := w.EventBefore(fromEventID, whose).Get(ctx)
		if parley.Is(err, parley.CodeNotFound) {
			return parley.Webhook{}, parley.Invalid("from_event_id", "names no event that this webhook reads")
		}
		if err != nil {
			return parley.Webhook{}, err
		}
		hook := before
		beginAnew(&hook, w.now)
		hook.Position, hook.Revision, hook.UpdatedAt = position, hook.Revision+1, w.now
		w.UpdateWebhook(hook)
		return hook, w.recordWebhook(parley.EventWebhookChanged, "webhook.redeliver", before, hook)
	})
}

// MaxKeyOverlap is how long a former signing key signs, too, at the most.
const MaxKeyOverlap = 30 * 24 * time.Hour

// RotateWebhookKey gives a webhook of the caller's own another signing key. For as long as overlap says deliveries carry a signature
// of each, so that a receiver that knows either takes them. The key is in this answer alone.
func (s *Service) RotateWebhookKey(ctx context.Context, call Call, id string, overlap time.Duration, encode Encode[CreatedWebhook]) (Answer, error) {
	if overlap < 0 || overlap > MaxKeyOverlap {
		return Answer{}, parley.Invalid("overlap_hours", "must be from 0 to %d", int(MaxKeyOverlap/time.Hour))
	}
	return write(ctx, s, call, encode, func(w *work) (CreatedWebhook, error) {
		seal := w.Secret(webhookSeal, []byte(s.ids.NewSecret()))
		before, err := w.ownWebhook(ctx, id)
		if err != nil {
			return CreatedWebhook{}, err
		}
		key, err := seal.Get(ctx)
		if err != nil {
			return CreatedWebhook{}, err
		}
		hook, until := before, w.now.Add(overlap)
		hook.KeyNumber, hook.FormerKeyUntil = hook.KeyNumber+1, &until
		hook.Revision, hook.UpdatedAt = hook.Revision+1, w.now
		w.UpdateWebhook(hook)
		return CreatedWebhook{Webhook: hook, SigningKey: signature.Key(key, hook.ID, hook.KeyNumber)},
			w.recordWebhook(parley.EventWebhookChanged, "webhook.rotate_key", before, hook)
	})
}
