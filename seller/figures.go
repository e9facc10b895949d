package seller

import (
	"context"
	"time"

	"parley"
	"parley/storage"
)

// mostBehind is where the counting of what is behind ends.
const mostBehind = 10_000

// Figures are what monitoring is told of the flows: how much waits for somebody, and how late what time does is.
type Figures struct {
	ApprovalsWaiting int64
	OldestApproval   time.Duration // for how long it has waited
	// Overdue is by how much the oldest row of each kind is late for what time does to it.
	Overdue map[string]time.Duration
	// Webhooks are counted by status; those that fail are active, too.
	Webhooks        map[parley.WebhookStatus]int64
	WebhooksFailing int64
	WebhookBacklog  int64         // events that are to be delivered, counted to 10,000 for each webhook
	WebhookLag      time.Duration // the age of the oldest of them
	Unsettled       int64         // events that followers are not shown yet, as a transaction under way may put one before them
	FeedLag         time.Duration // the age of the oldest of them
	// Activations are counted by status, to 10,000 each, as long as something is or is to come at a destination.
	Activations map[parley.ActivationStatus]int64
	// OldestUnsent is for how long the oldest of those has been on its way that are to start, change or end something at a destination
	// that is sent to.
	OldestUnsent time.Duration
	Destinations []parley.Destination
	// DeliveryLag is how old the newest figures of each source are.
	DeliveryLag map[string]time.Duration
}

// Figures reads the figures, which are the same on every node.
func (s *Service) Figures(ctx context.Context) (Figures, error) {
	figures := Figures{
		Overdue: map[string]time.Duration{}, Webhooks: map[parley.WebhookStatus]int64{},
		Activations: map[parley.ActivationStatus]int64{}, DeliveryLag: map[string]time.Duration{},
	}
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		now := s.clock()
		age := func(since time.Time) time.Duration {
			if since.IsZero() {
				return 0
			}
			return max(0, now.Sub(since))
		}
		waiting, unsettled, hooks := r.WaitingApprovals(), r.UnsettledEvents(), r.Webhooks(storage.WebhookFilter{})
		due := map[string]*storage.Pending[[]storage.Due]{}
		for name, kind := range overdueKinds {
			due[name] = r.Due(kind, now, storage.Due{}, 1)
		}
		approvals, err := waiting.Get(ctx)
		if err != nil {
			return err
		}
		figures.ApprovalsWaiting, figures.OldestApproval = approvals.Count, age(approvals.Oldest)
		feed, err := unsettled.Get(ctx)
		if err != nil {
			return err
		}
		figures.Unsettled, figures.FeedLag = feed.Count, age(feed.Oldest)
		for name, asked := range due {
			first, err := asked.Get(ctx)
			if err != nil {
				return err
			}
			figures.Overdue[name] = 0
			if len(first) > 0 {
				figures.Overdue[name] = age(first[0].At)
			}
		}
		all, err := hooks.Get(ctx)
		if err != nil {
			return err
		}
		if err := figures.addWebhooks(ctx, r, all.Items, age); err != nil {
			return err
		}
		return figures.addActivations(ctx, r, age)
	})
	return figures, err
}

// overdueKinds are the rows that time does something to, by the names that monitoring has for them.
var overdueKinds = map[string]storage.DueKind{
	"quotes": storage.DueQuotes, "proposals": storage.DueProposals, "negotiations": storage.DueNegotiations,
	"approvals": storage.DueApprovals, "planned_decisions": storage.DuePlannedDecisions, "changes": storage.DueChanges,
}

func (f *Figures) addWebhooks(ctx context.Context, r *storage.Reader, hooks []parley.Webhook, age func(time.Time) time.Duration) error {
	var behind []*storage.Pending[storage.Backlog]
	for _, hook := range hooks {
		f.Webhooks[hook.Status]++
		if hook.Status != parley.WebhookActive {
			continue
		}
		if hook.Failures > 0 {
			f.WebhooksFailing++
		}
		filter := storage.EventFilter{}
		if hook.Owner != "" {
			filter.Owner = &hook.Owner
		}
		behind = append(behind, r.EventsBehind(hook.Position, filter, mostBehind))
	}
	for _, asked := range behind {
		backlog, err := asked.Get(ctx)
		if err != nil {
			return err
		}
		f.WebhookBacklog += backlog.Count
		f.WebhookLag = max(f.WebhookLag, age(backlog.Oldest))
	}
	return nil
}

func (f *Figures) addActivations(ctx context.Context, r *storage.Reader, age func(time.Time) time.Duration) (err error) {
	unsent, destinations, sources := r.UnsentActivations(), r.EachDestination(), r.DeliverySources(mostSources)
	in := map[parley.ActivationStatus]*storage.Pending[int64]{}
	for _, status := range parley.ActivationStatuses {
		if status.UnderWay() {
			in[status] = r.CountedActivations(status, mostBehind)
		}
	}
	oldest, err := unsent.Get(ctx)
	if err != nil {
		return err
	}
	f.OldestUnsent = age(oldest.Oldest)
	for status, counted := range in {
		if f.Activations[status], err = counted.Get(ctx); err != nil {
			return err
		}
	}
	if f.Destinations, err = destinations.Get(ctx); err != nil {
		return err
	}
	told, err := sources.Get(ctx)
	if err != nil {
		return err
	}
	for _, source := range told {
		f.DeliveryLag[source.Name] = age(source.AsOf)
	}
	return nil
}

// Leads tells of each duty that one node at a time does whether this process does it, by the lease's name.
func (s *Service) Leads() map[string]bool {
	leads := map[string]bool{}
	s.leads.Range(func(lease, holds any) bool {
		name, _ := lease.(string)
		leads[name], _ = holds.(bool)
		return true
	})
	return leads
}
