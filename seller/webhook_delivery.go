package seller

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"parley"
	"parley/storage"
)

const (
	// webhookBatch is how many events one look of a webhook takes at the most. As many may be repeated after a crash.
	webhookBatch = 100
	// webhookRetry is the longest wait after the first failure; each further one doubles it, up to webhookRetryMost. The wait
	// itself is drawn from its upper half, so that what failed together is not tried again together.
	webhookRetry     = 5 * time.Second
	webhookRetryMost = time.Hour
	// webhookPatience is how long an address may fail before its webhook is disabled.
	webhookPatience = 3 * 24 * time.Hour
)

// SendWebhook delivers one message. Its error is for the webhook's owner to read; see parley.ErrWebhookGone and
// parley.WebhookRefusal.
type SendWebhook func(ctx context.Context, message parley.WebhookMessage) error

// EncodeEvent is the body in which an event is delivered: that in which it is read.
type EncodeEvent func(event parley.Event) ([]byte, error)

// DeliveryState is how a look after one webhook ended.
type DeliveryState int

// A delivery is done when there was nothing left, halfway when there is more at hand, and rests when it is not to be tried
// for a while, or not at all.
const (
	DeliveryDone DeliveryState = iota
	DeliveryHalfway
	DeliveryRests
)

// DeliverWebhook delivers what is due to one webhook, in order, as far as its address accepts it, and remembers how far it
// has come. An event whose acceptance was not stored is delivered again, under the same id.
func (s *Service) DeliverWebhook(ctx context.Context, id string) (DeliveryState, error) {
	return s.deliverWebhook(ctx, id, "")
}

// deliverWebhook does so as the courier of a node that holds the lease, or of nobody's. What a node has done after it lost
// the lease is not stored: its successor does it again.
func (s *Service) deliverWebhook(ctx context.Context, id, node string) (DeliveryState, error) {
	due, err := s.dueDeliveries(ctx, id)
	if err != nil || due.refused != nil {
		if due.refused != nil {
			err = s.storeDelivery(ctx, node, due.hook, due.hook, due.refused)
		}
		return DeliveryRests, err
	}
	if due.rests {
		return DeliveryRests, nil
	}
	progress := due.hook
	var failure error
	began := time.Now()
	for _, event := range due.events {
		if time.Since(began) > streamRecheck {
			break // to look whether the key still holds
		}
		if due.hook.Wants(event.Type) {
			if failure = s.deliver(ctx, due, event); failure != nil {
				break
			}
			now := s.clock()
			progress.DeliveredAt = &now
		}
		progress.Position = event.ID
	}
	if ctx.Err() != nil {
		failure = nil // it was this process that ended
	}
	if failure != nil || progress.Position != due.hook.Position {
		if err := s.storeDelivery(ctx, node, due.hook, progress, failure); err != nil {
			return DeliveryRests, err
		}
	}
	switch {
	case failure != nil:
		return DeliveryRests, nil
	case len(due.events) == 0 || len(due.events) < webhookBatch && progress.Position == due.events[len(due.events)-1].ID:
		return DeliveryDone, nil
	}
	return DeliveryHalfway, nil
}

// delivery is what is due to a webhook.
type delivery struct {
	hook       parley.Webhook
	who        parley.Principal
	signingKey string
	events     []parley.Event
	rests      bool  // nothing is due now
	refused    error // why nothing is due ever again
}

var errWebhookKey = errors.New("the key that it was made with no longer holds")

// dueDeliveries reads a webhook, the standing of its key, and what has happened since its last delivery.
func (s *Service) dueDeliveries(ctx context.Context, id string) (delivery, error) {
	seal, err := s.webhookSeal(ctx)
	if err != nil {
		return delivery{}, err
	}
	due := delivery{signingKey: signingKey(seal, id)}
	err = s.store.Read(ctx, func(r *storage.Reader) error {
		now := s.clock()
		hook, err := r.Webhook(id).Get(ctx)
		if parley.CodeOf(err) == parley.CodeNotFound && err != nil {
			due.rests = true
			return nil
		}
		if err != nil {
			return err
		}
		due.hook = hook
		// A wait that is longer than any is of a clock that was off.
		wait := hook.NextAttemptAt.Sub(now)
		if hook.Status != parley.WebhookActive || hook.Failures > 0 && wait > 0 && wait <= webhookRetryMost {
			due.rests = true
			return nil
		}
		due.who, err = webhookReader(ctx, r, hook, now)
		if errors.Is(err, errWebhookKey) {
			due.refused = err
			return nil
		}
		if err != nil {
			return err
		}
		due.events, err = r.EventsAfter(hook.Position, storage.EventFilter{Owner: ownOnly(due.who), Page: storage.Page{Limit: webhookBatch}}).Get(ctx)
		return err
	})
	return due, err
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
	if parley.CodeOf(err) == parley.CodeNotFound && err != nil {
		return parley.Principal{}, errWebhookKey
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
		return parley.Principal{}, errWebhookKey
	}
	return who, nil
}

func (s *Service) deliver(ctx context.Context, due delivery, event parley.Event) error {
	body, err := s.settings.EncodeEvent(seenBy(due.who, event))
	if err != nil {
		return err
	}
	return s.settings.SendWebhook(ctx, parley.WebhookMessage{URL: due.hook.URL, SigningKey: due.signingKey, EventID: event.ID, At: s.clock(), Body: body})
}

// storeDelivery stores how far a webhook has come since it was read, and what its failure leads to: a wait that grows, or its
// end. A courier that has been overtaken by another one stores nothing, so that the position only moves forward.
func (s *Service) storeDelivery(ctx context.Context, node string, read, progress parley.Webhook, failure error) error {
	// What has been accepted is remembered although this process ends.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return s.store.Tx(ctx, func(tx *storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
		asked, leads := tx.WebhookForUpdate(read.ID), tx.LeaseHolder(webhookLease)
		before, err := asked.Get(ctx)
		if parley.CodeOf(err) == parley.CodeNotFound && err != nil {
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
		hook.Position, hook.DeliveredAt = progress.Position, progress.DeliveredAt
		anew := before.Revision != read.Revision // its owner has let it begin anew
		told := failure != nil && before.Failures != read.Failures
		if !anew && !told {
			if err := s.settle(&hook, failure, w.now); err != nil {
				return err
			}
		}
		tx.UpdateWebhook(hook)
		if hook.Status == before.Status {
			return nil
		}
		return w.recordWebhook(parley.EventWebhookDisabled, "webhook.disable", before, hook)
	})
}

// settle draws the consequence of a delivery for its webhook. A failure after others were accepted is the first of its row.
func (s *Service) settle(hook *parley.Webhook, failure error, now time.Time) error {
	if failure == nil {
		hook.Failures, hook.FailingSince, hook.NextAttemptAt, hook.LastError = 0, nil, now, ""
		return nil
	}
	if hook.FailingSince == nil || hook.DeliveredAt != nil && hook.DeliveredAt.After(*hook.FailingSince) {
		hook.Failures, hook.FailingSince = 0, &now
	}
	hook.Failures++
	hook.LastError = failure.Error()
	wait, err := s.webhookWait(hook.Failures, failure)
	if err != nil {
		return err
	}
	hook.NextAttemptAt = now.Add(wait)
	gone := errors.Is(failure, parley.ErrWebhookGone) || errors.Is(failure, errWebhookKey)
	if gone || now.Sub(*hook.FailingSince) >= webhookPatience {
		hook.Status = parley.WebhookDisabled
	}
	return nil
}

// webhookWait is how long to leave an address alone after so many failures in a row: as long as it asks for, within bounds,
// and no shorter than without its asking.
func (s *Service) webhookWait(failures int, failure error) (time.Duration, error) {
	wait := min(webhookRetry<<min(failures-1, 20), webhookRetryMost)
	var drawn [8]byte
	if _, err := io.ReadFull(s.random, drawn[:]); err != nil {
		return 0, parley.Internal(err)
	}
	wait -= time.Duration(binary.BigEndian.Uint64(drawn[:]) % uint64(wait/2+1))
	var refusal *parley.WebhookRefusal
	if errors.As(failure, &refusal) {
		wait = max(wait, min(refusal.RetryAfter, webhookRetryMost))
	}
	return wait, nil
}
