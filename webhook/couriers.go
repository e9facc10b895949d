package webhook

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"parley"
	"parley/seller"
)

const (
	// roster is how often the node that delivers looks which webhooks there are.
	roster = time.Second
	// places is how many webhooks are delivered to at a time.
	places = 256
	// recheck is how often a courier looks although nothing seems to have happened, and the longest that it goes on without a
	// look at its webhook's key.
	recheck = 5 * time.Second
)

// Send delivers one message, and answers what came back, also beside an error. The error is for the webhook's owner to read; see
// ErrGone and Refusal.
type Send func(ctx context.Context, message Message) (Answer, error)

// Encode is the body in which an event is delivered: that in which it is read.
type Encode func(event parley.Event) ([]byte, error)

// Couriers deliver the events of a seller agent to its webhooks. They are safe for concurrent use.
type Couriers struct {
	service *seller.Service
	post    post
	clock   parley.Clock
	random  io.Reader
	log     *slog.Logger

	accepted, failed atomic.Int64
}

// NewCouriers makes couriers. random is what their waits after a failure are drawn from.
func NewCouriers(service *seller.Service, send Send, encode Encode, clock parley.Clock, random io.Reader, log *slog.Logger) *Couriers {
	return &Couriers{service: service, post: post{send: send, encode: encode, clock: clock}, clock: clock, random: random, log: log}
}

// Delivered is how many deliveries these couriers have made, those that were accepted and those that failed.
func (c *Couriers) Delivered() (accepted, failed int64) { return c.accepted.Load(), c.failed.Load() }

// Run delivers events to webhooks until ctx ends, on one node at a time: the events themselves are the outbox, and each
// webhook remembers how far it has come. node names this process.
func (c *Couriers) Run(ctx context.Context, node string) {
	leader := c.service.WebhookLeadership(node)
	rounds := rounds{couriers: c, node: node, places: make(chan struct{}, places), under: map[string]round{}}
	beat := time.NewTicker(roster)
	defer beat.Stop()
	for {
		if leader.Holds(ctx) {
			rounds.follow(ctx)
		} else {
			rounds.end()
		}
		select {
		case <-ctx.Done():
			rounds.end()
			leader.Release(ctx)
			return
		case <-beat.C:
		}
	}
}

// rounds are those of the node that leads, one for each active webhook.
type rounds struct {
	couriers *Couriers
	node     string
	places   chan struct{}
	under    map[string]round // by webhook
	group    sync.WaitGroup
}

// round is the delivery to one webhook as its owner last set it.
type round struct {
	revision int64
	stop     context.CancelFunc
}

// follow has a round for each webhook that is active now, as it is now, and no others.
func (r *rounds) follow(ctx context.Context) {
	hooks, err := r.couriers.service.ActiveWebhooks(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.couriers.log.Warn("the webhooks could not be read", "error", err)
		}
		return
	}
	active := map[string]bool{}
	for _, hook := range hooks {
		active[hook.ID] = true
		known, there := r.under[hook.ID]
		if there && known.revision == hook.Revision {
			continue
		}
		if there {
			known.stop()
		}
		running, stop := context.WithCancel(ctx)
		r.under[hook.ID] = round{revision: hook.Revision, stop: stop}
		r.group.Go(func() { r.run(running, hook.ID, hook.Owner) })
	}
	for id, known := range r.under {
		if !active[id] {
			known.stop()
			delete(r.under, id)
		}
	}
}

// end ends all rounds, and waits until they have ended.
func (r *rounds) end() {
	for id, known := range r.under {
		known.stop()
		delete(r.under, id)
	}
	r.group.Wait()
}

// run delivers to one webhook whenever there is something for it.
func (r *rounds) run(ctx context.Context, id, owner string) {
	news, stop := r.couriers.service.ListenForEvents(ctx, owner)
	defer stop()
	for ctx.Err() == nil {
		happened := news()
		select {
		case r.places <- struct{}{}:
		case <-ctx.Done():
			return
		}
		state, err := r.couriers.deliver(ctx, id, r.node)
		<-r.places
		if err != nil && ctx.Err() == nil {
			r.couriers.log.Warn("a webhook's events were not delivered", "webhook", id, "error", err)
		}
		if state == halfway && err == nil {
			continue
		}
		if state == rests || err != nil {
			happened = nil // what happens meanwhile waits too
		}
		timer := time.NewTimer(recheck)
		select {
		case <-ctx.Done():
		case <-happened:
		case <-timer.C:
		}
		timer.Stop()
	}
}
