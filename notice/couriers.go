package notice

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"parley"
	"parley/seller"
)

const (
	// look is how often the node that leads looks whom there is something to tell.
	look = 15 * time.Second
	// places is how many messages are sent at a time.
	places = 8
	// sending is how long sending one takes at the most; shorter than a claim holds.
	sending = 30 * time.Second
)

// Sender sends a message to an address. It is used by many goroutines at once. Its error is for the person to read.
type Sender func(ctx context.Context, to string, message Message) error

// Couriers tell people what waits for them. They are safe for concurrent use.
type Couriers struct {
	service *seller.Service
	by      map[parley.NoticeWay]Sender
	clock   parley.Clock
	log     *slog.Logger

	accepted, failed atomic.Int64
}

// NewCouriers makes couriers. What there is no sender for is not sent, and waits.
func NewCouriers(service *seller.Service, by map[parley.NoticeWay]Sender, clock parley.Clock, log *slog.Logger) *Couriers {
	return &Couriers{service: service, by: by, clock: clock, log: log}
}

// Sent is how many messages these couriers have sent, those that were taken and those that were not.
func (c *Couriers) Sent() (accepted, failed int64) { return c.accepted.Load(), c.failed.Load() }

// Run tells people what waits until ctx ends, on one node at a time. node names this process.
func (c *Couriers) Run(ctx context.Context, node string) {
	leader := c.service.NoticeLeadership(node)
	beat := time.NewTicker(look)
	defer beat.Stop()
	for {
		if leader.Holds(ctx) {
			if err := c.deliver(ctx, node); err != nil && ctx.Err() == nil {
				c.log.Warn("people were not told what waits", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			leader.Release(ctx)
			return
		case <-beat.C:
		}
	}
}

// Deliver looks once whom there is something to tell, whichever node leads, and tells them.
func (c *Couriers) Deliver(ctx context.Context) error { return c.deliver(ctx, "") }

func (c *Couriers) deliver(ctx context.Context, node string) error {
	due, err := c.service.DueNotices(ctx)
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	free := make(chan struct{}, places)
	errs := make([]error, len(due))
	for i, choice := range due {
		free <- struct{}{}
		group.Go(func() {
			defer func() { <-free }()
			errs[i] = c.tell(ctx, node, choice)
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// tell sends a person what there is.
func (c *Couriers) tell(ctx context.Context, node string, choice parley.NoticeChoice) error {
	send, known := c.by[choice.Way]
	if !known || ctx.Err() != nil {
		return ctx.Err()
	}
	due, ok, err := c.service.ClaimNotice(ctx, node, choice)
	if err != nil || !ok {
		return err
	}
	within, cancel := context.WithTimeout(ctx, sending)
	failure := send(within, due.Address, compose(due, c.service.Settings(), c.clock()))
	cancel()
	if failure != nil && ctx.Err() != nil {
		failure = errors.New("the process ended meanwhile")
	}
	if failure == nil {
		c.accepted.Add(1)
	} else {
		c.failed.Add(1)
	}
	// What was taken is remembered although this process ends.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return c.service.RecordNotice(last, due, failure)
}
