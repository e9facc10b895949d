package seller

import (
	"context"
	"errors"
	"time"

	"parley"
	"parley/storage"
	"parley/webhook/signature"
)

// webhookLease names the lease of the node that delivers.
const webhookLease = "webhooks"

// WebhookLeadership is a node's part in deciding which of them delivers to webhooks.
func (s *Service) WebhookLeadership(node string) *Leadership {
	return &Leadership{service: s, node: node, lease: webhookLease, duty: "delivery to webhooks"}
}

// ActiveWebhooks are all webhooks that are delivered to, whoever's they are.
func (s *Service) ActiveWebhooks(ctx context.Context) ([]parley.Webhook, error) {
	var active storage.Listing[parley.Webhook]
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		var err error
		active, err = r.Webhooks(storage.WebhookFilter{Status: parley.WebhookActive}).Get(ctx)
		return err
	})
	return active.Items, err
}

// WebhookDue is what is due to a webhook.
type WebhookDue struct {
	Webhook    parley.Webhook
	SigningKey string
	FormerKey  string         // signs, too, during the overlap of a rotation; empty: there is none
	Events     []parley.Event // that follow its position, of any type, as its owner reads them
	Rests      bool           // nothing is due now
	Refused    error          // why nothing is due ever again; nil otherwise
}

// ErrWebhookKey is why nothing more is due to a webhook whose key does not hold.
var ErrWebhookKey = errors.New("the key that it was made with no longer holds")

// DueToWebhook reads a webhook, the standing of its key, and at most limit of the events since its last delivery.
func (s *Service) DueToWebhook(ctx context.Context, id string, limit int) (WebhookDue, error) {
	seal, err := s.webhookSeal(ctx)
	if err != nil {
		return WebhookDue{}, err
	}
	due := WebhookDue{}
	err = s.store.Read(ctx, func(r *storage.Reader) error {
		now := s.clock()
		hook, err := r.Webhook(id).Get(ctx)
		if parley.Is(err, parley.CodeNotFound) {
			due.Rests = true
			return nil
		}
		if err != nil {
			return err
		}
		due = signedWith(seal, hook, now)
		if hook.Rests(now) {
			due.Rests = true
			return nil
		}
		who, err := webhookReader(ctx, r, hook, now)
		if errors.Is(err, ErrWebhookKey) {
			due.Refused = err
			return nil
		}
		if err != nil {
			return err
		}
		due.Events, err = r.EventsAfter(hook.Position, storage.EventFilter{Owner: ownOnly(who), Page: storage.Page{Limit: limit}}).Get(ctx)
		for i := range due.Events {
			due.Events[i] = seenBy(who, due.Events[i])
		}
		return err
	})
	return due, err
}

// signedWith is what is due to a webhook, nothing yet, with the keys that sign it.
func signedWith(seal []byte, hook parley.Webhook, now time.Time) WebhookDue {
	due := WebhookDue{Webhook: hook, SigningKey: signature.Key(seal, hook.ID, hook.KeyNumber)}
	if hook.FormerKey(now) {
		due.FormerKey = signature.Key(seal, hook.ID, hook.KeyNumber-1)
	}
	return due
}

// webhookSeal answers the seal, which never changes.
func (s *Service) webhookSeal(ctx context.Context) ([]byte, error) {
	if known := s.seal.Load(); known != nil {
		return *known, nil
	}
	seal, err := s.Secret(ctx, webhookSeal, []byte(s.ids.NewSecret()))
	if err == nil {
		s.seal.Store(&seal)
	}
	return seal, err
}

// webhookReader is on whose behalf a webhook reads, which is held to the same as a request with its key.
func webhookReader(ctx context.Context, r *storage.Reader, hook parley.Webhook, now time.Time) (parley.Principal, error) {
	key, err := r.Key(hook.KeyID).Get(ctx)
	if parley.Is(err, parley.CodeNotFound) {
		return parley.Principal{}, ErrWebhookKey
	}
	if err != nil {
		return parley.Principal{}, err
	}
	found, err := r.Credential(key.Hash).Get(ctx)
	if err != nil {
		return parley.Principal{}, err
	}
	who := found.Key.Principal(found.Trust)
	if _, admitted := found.Trust.Ceiling(); !admitted || !found.Key.Live(now) || needWebhooks(who, AnonymousAccess{}) != nil || who.Owner() != hook.Owner {
		return parley.Principal{}, ErrWebhookKey
	}
	return who, nil
}

// RecordDelivery stores what attempts to deliver to a webhook have come to: after is the webhook as they leave it, read
// as it was when they began. node is the one that must hold the lease; empty: none has to. A courier that has been overtaken by
// another one stores nothing, so that the position only moves forward.
func (s *Service) RecordDelivery(ctx context.Context, node string, read, after parley.Webhook, attempts ...parley.WebhookAttempt) error {
	return s.store.Tx(ctx, func(tx *storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
		asked, leads := tx.WebhookForUpdate(read.ID), tx.LeaseHolder(webhookLease)
		before, err := asked.Get(ctx)
		if parley.Is(err, parley.CodeNotFound) {
			return nil // it was removed meanwhile
		}
		if err != nil {
			return err
		}
		leader, err := leads.Get(ctx)
		if err != nil {
			return err
		}
		if node != "" && leader != node || before.Position != read.Position {
			return nil
		}
		hook := before
		hook.Position, hook.DeliveredAt = after.Position, after.DeliveredAt
		anew := before.Revision != read.Revision // its owner has let it begin anew
		told := after.Failures > 0 && before.Failures != read.Failures
		if !anew && !told {
			hook.Failures, hook.FailingSince, hook.NextAttemptAt, hook.LastError = after.Failures, after.FailingSince, after.NextAttemptAt, after.LastError
			if after.Status == parley.WebhookDisabled {
				hook.Status = parley.WebhookDisabled
			}
		}
		tx.UpdateWebhook(hook)
		tx.AddWebhookAttempts(hook.ID, attempts)
		if hook.Status == before.Status {
			return nil
		}
		return w.recordWebhook(parley.EventWebhookDisabled, "webhook.disable", before, hook)
	})
}
