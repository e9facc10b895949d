package courier

import (
	"context"
	"log/slog"
	"time"

	"parley/seller"
)

// Planner plans the deals that are to be sent, and sends nothing. It is safe for concurrent use.
type Planner struct {
	service *seller.Service
	log     *slog.Logger
}

// NewPlanner makes a planner.
func NewPlanner(service *seller.Service, log *slog.Logger) *Planner {
	return &Planner{service: service, log: log}
}

// Run plans what comes to be sent until ctx ends. Several nodes may do so: the plan that is kept last is as good as the first, and a
// node that sends deals goes before all of them.
func (p *Planner) Run(ctx context.Context, _ string) {
	news := p.service.ListenForActivations()
	beat := time.NewTicker(look)
	defer beat.Stop()
	for {
		happened := news()
		if err := p.Plan(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("a deal that is to be sent could not be planned", "error", err)
			happened = nil // it is tried again at the next look
		}
		select {
		case <-ctx.Done():
			return
		case <-happened:
			breathe(ctx)
		case <-beat.C:
		}
	}
}

// Plan plans all that is to be sent and is not planned yet.
func (p *Planner) Plan(ctx context.Context) error {
	for {
		ids, err := p.service.UnplannedActivations(ctx, places)
		if err != nil || len(ids) == 0 {
			return err
		}
		planned := 0
		for _, id := range ids {
			done, err := p.service.PlanActivation(ctx, id)
			if err != nil {
				return err
			}
			if done {
				planned++
			}
		}
		if planned == 0 { // another node has them
			return nil
		}
	}
}
