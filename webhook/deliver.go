package webhook

import (
	"context"
	"time"

	"parley"
	"parley/seller"
)

// batch is how many events one look after a webhook takes at the most. As many may be repeated after a crash.
const batch = 100

// state is how a look after one webhook ended.
type state int

// A look is done when there was nothing left, halfway when there is more at hand, and rests when the webhook is not to be
// tried for a while, or not at all.
const (
	done state = iota
	halfway
	rests
)

// Deliver looks once after a webhook, whichever node leads: it delivers what is due to it, in order, as far as its address
// accepts it, and remembers how far it has come. An event whose acceptance was not stored is delivered again, under the same
// id.
func (c *Couriers) Deliver(ctx context.Context, id string) error {
	_, err := c.deliver(ctx, id, "")
	return err
}

// deliver does so as the courier of a node that holds the lease, or of nobody's. What a node has done after it lost the lease
// is not stored: its successor does it again.
func (c *Couriers) deliver(ctx context.Context, id, node string) (state, error) {
	due, err := c.service.DueToWebhook(ctx, id, batch)
	if err != nil || due.Rests {
		return rests, err
	}
	if due.Refused != nil {
		return rests, c.store(ctx, node, due.Webhook, due.Webhook, due.Refused)
	}
	progress := due.Webhook
	var failure error
	var attempts []parley.WebhookAttempt
	began := time.Now()
	for _, event := range due.Events {
		if time.Since(began) > recheck {
			break // to look whether the key still holds
		}
		if due.Webhook.Wants(event.Type) {
			var attempt parley.WebhookAttempt
			attempt, failure = c.sendTo(ctx, due, event)
			attempts = append(attempts, attempt)
			if failure != nil {
				break
			}
			now := c.clock()
			progress.DeliveredAt = &now
		}
		progress.Position = event.ID
	}
	if ctx.Err() != nil && failure != nil {
		failure, attempts = nil, attempts[:len(attempts)-1] // it was this process that ended
	}
	if failure != nil || progress.Position != due.Webhook.Position {
		if err := c.store(ctx, node, due.Webhook, progress, failure, newest(attempts)...); err != nil {
			return rests, err
		}
	}
	switch {
	case failure != nil:
		return rests, nil
	case len(due.Events) == 0 || len(due.Events) < batch && progress.Position == due.Events[len(due.Events)-1].ID:
		return done, nil
	}
	return halfway, nil
}

// newest are the attempts that are worth storing: more are not kept.
func newest(attempts []parley.WebhookAttempt) []parley.WebhookAttempt {
	return attempts[max(0, len(attempts)-parley.MostWebhookAttempts-1):]
}

// sendTo sends an event to a webhook, and counts what came of it.
func (c *Couriers) sendTo(ctx context.Context, due seller.WebhookDue, event parley.Event) (parley.WebhookAttempt, error) {
	attempt, err := c.post.bring(ctx, due, event)
	switch {
	case err == nil:
		c.accepted.Add(1)
	case ctx.Err() == nil:
		c.failed.Add(1)
	}
	return attempt, err
}

// store stores how far a webhook has come since it was read, and what its failure leads to.
func (c *Couriers) store(ctx context.Context, node string, read, progress parley.Webhook, failure error, attempts ...parley.WebhookAttempt) error {
	after, err := settled(progress, failure, c.clock(), c.random)
	if err != nil {
		return err
	}
	// What has been accepted is remembered although this process ends.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return c.service.RecordDelivery(ctx, node, read, after, attempts...)
}
