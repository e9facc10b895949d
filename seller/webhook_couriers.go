package seller

import (
	"context"
	"sync"
	"time"

	"parley"
	"parley/storage"
)

const (
	// webhookRoster is how often the leader looks which webhooks there are.
	webhookRoster = time.Second
	// webhookPlaces is how many webhooks are delivered to at a time.
	webhookPlaces = 256
	// webhookLease names the lease of the node that delivers.
	webhookLease = "webhooks"
)

// DeliverEvents delivers events to webhooks until ctx ends, on one node at a time: the events themselves are the outbox, and
// each webhook remembers how far it has come. node names this process.
func (s *Service) DeliverEvents(ctx context.Context, node string) {
	if s.settings.SendWebhook == nil {
		return
	}
	leader := &leadership{service: s, node: node, lease: webhookLease, duty: "delivery to webhooks"}
	couriers := couriers{service: s, node: node, places: make(chan struct{}, webhookPlaces), working: map[string]courier{}}
	beat := time.NewTicker(webhookRoster)
	defer beat.Stop()
	for {
		if leader.hold(ctx) {
			couriers.follow(ctx)
		} else {
			couriers.dismiss()
		}
		select {
		case <-ctx.Done():
			couriers.dismiss()
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := leader.release(last); err != nil {
				s.log.Warn("the lease for delivery to webhooks was not given back", "error", err)
			}
			return
		case <-beat.C:
		}
	}
}

// couriers are the deliveries of the node that leads, one for each active webhook.
type couriers struct {
	service *Service
	node    string
	places  chan struct{}
	working map[string]courier
	group   sync.WaitGroup
}

type courier struct {
	revision int64
	stop     context.CancelFunc
}

// follow has a courier for each webhook that is active now, as it is now, and no others.
func (c *couriers) follow(ctx context.Context) {
	var hooks storage.Listing[parley.Webhook]
	err := c.service.store.Read(ctx, func(r *storage.Reader) error {
		var err error
		hooks, err = r.Webhooks(storage.WebhookFilter{Status: parley.WebhookActive}).Get(ctx)
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			c.service.log.Warn("the webhooks could not be read", "error", err)
		}
		return
	}
	active := map[string]bool{}
	for _, hook := range hooks.Items {
		active[hook.ID] = true
		working, there := c.working[hook.ID]
		if there && working.revision == hook.Revision {
			continue
		}
		if there {
			working.stop()
		}
		running, stop := context.WithCancel(ctx)
		c.working[hook.ID] = courier{revision: hook.Revision, stop: stop}
		c.group.Go(func() { c.run(running, hook.ID, hook.Owner) })
	}
	for id, working := range c.working {
		if !active[id] {
			working.stop()
			delete(c.working, id)
		}
	}
}

// dismiss ends all deliveries, and waits until they have ended.
func (c *couriers) dismiss() {
	for id, working := range c.working {
		working.stop()
		delete(c.working, id)
	}
	c.group.Wait()
}

// run delivers to one webhook whenever there is something for it.
func (c *couriers) run(ctx context.Context, id, owner string) {
	s := c.service
	defer s.followers.join(ctx, s)()
	for ctx.Err() == nil {
		news := s.followers.news(owner)
		select {
		case c.places <- struct{}{}:
		case <-ctx.Done():
			return
		}
		state, err := s.deliverWebhook(ctx, id, c.node)
		<-c.places
		if err != nil && ctx.Err() == nil {
			s.log.Warn("a webhook's events were not delivered", "webhook", id, "error", err)
		}
		if state == DeliveryHalfway && err == nil {
			continue
		}
		if state == DeliveryRests || err != nil {
			news = nil // what happens meanwhile waits too
		}
		timer := time.NewTimer(streamRecheck)
		select {
		case <-ctx.Done():
		case <-news:
		case <-timer.C:
		}
		timer.Stop()
	}
}
