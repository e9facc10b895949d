package main

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley"
	"parley/activation/courier"
	"parley/notice"
	"parley/seller"
	"parley/storage"
	"parley/webhook"
)

const (
	// figuresFor is how long what was read of the database is shown, so that it is not asked more often than it is looked at.
	figuresFor = 5 * time.Second
	// figuresWithin is how long reading it may take; what is not read by then is not shown.
	figuresWithin = 2 * time.Second
)

// Metrics of the store and the flows, which are shown beside those of the edges.
var (
	connectionsMetric  = describe("store_connections", "Connections to the database, by state.", "state")
	waitsMetric        = describe("store_connection_waits_total", "How often a connection to the database was waited for.")
	waitedMetric       = describe("store_connection_wait_seconds_total", "How long connections to the database were waited for.")
	retriesMetric      = describe("store_retries_total", "Transactions that were run again for another one's sake.")
	transactionsMetric = describe("store_transaction_seconds", "Transactions by kind and outcome, with their waiting. refused is by a rule of the trade, undone by what it was for, as a dry run is, failed by the database or the program.", "kind", "outcome")
	shortMetric        = describe("inventory_refused_total", "Bookings and changes that were refused because a day had not the capacity.")
	eventsMetric       = describe("events_total", "Events that this process has committed, by type.", "type")
	concludedMetric    = describe("negotiations_concluded_total", "Negotiations that this process has seen end, by outcome.", "outcome")
	leadsMetric        = describe("lease_held", "Whether this process does a duty that one node at a time does.", "lease")
	deliveriesMetric   = describe("webhook_deliveries_total", "Deliveries to webhooks that this process has made, by outcome.", "outcome")
	attemptsMetric     = describe("activation_attempts_total", "Calls to destinations that this process has made, by destination and class of failure; none where it succeeded.", "destination", "class")

	figuresMetric   = describe("figures_read", "Whether the figures of the database could be read; those of which this tells are absent otherwise.")
	approvalsMetric = describe("approvals_waiting", "Approvals that wait for an answer.")
	oldestMetric    = describe("approvals_oldest_seconds", "For how long the oldest approval has waited; 0 when none waits.")
	overdueMetric   = describe("sweep_lag_seconds", "By how much the oldest row is late for what time does to it, by kind.", "kind")
	noticesMetric   = describe("notices_total", "Messages that this process has sent to the publisher's people about what waits, by outcome.", "outcome")
	webhooksMetric  = describe("webhooks", "Webhooks by state; those that fail are active, too.", "state")
	backlogMetric   = describe("webhook_backlog_events", "Events that webhooks have yet to come to, counted to 10,000 for each.")
	lagMetric       = describe("webhook_lag_seconds", "Age of the oldest event that a webhook has yet to come to.")
	unsettledMetric = describe("event_feed_unsettled_events", "Events that followers are not shown yet, as a transaction still under way may put one before them.")
	feedMetric      = describe("event_feed_lag_seconds", "Age of the oldest of these.")

	activationsMetric = describe("activations", "Deals at destinations by status, counted to 10,000 in each.", "status")
	unsentMetric      = describe("activation_oldest_unsent_seconds", "For how long the oldest of what is to be started, changed or ended at a destination that is sent to is on its way; 0 when nothing is.")
	pausedMetric      = describe("destination_paused", "Whether nothing is sent to a destination, by what paused it: a person, or failures.", "destination", "by")
	sourceLagMetric   = describe("delivery_lag_seconds", "Age of the newest figures of what was delivered, by who sent them.", "source")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("parley_"+name, help, labels, nil)
}

// tradeMetrics shows what the store has done and what the flows have to do. It is safe for concurrent use.
type tradeMetrics struct {
	store    *storage.Store
	service  *seller.Service
	webhooks *webhook.Couriers
	notices  *notice.Couriers
	deals    *courier.Couriers // nil: this process sends none

	mu   sync.Mutex
	read time.Time
	last *seller.Figures // nil: they could not be read
}

// Describe implements prometheus.Collector: which metrics there are depends on what has happened.
func (*tradeMetrics) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (m *tradeMetrics) Collect(out chan<- prometheus.Metric) {
	m.collectStore(out)
	for lease, held := range m.service.Leads() {
		gauge(out, leadsMetric, oneIf(held), lease)
	}
	accepted, failed := m.webhooks.Delivered()
	counter(out, deliveriesMetric, float64(accepted), "accepted")
	counter(out, deliveriesMetric, float64(failed), "failed")
	accepted, failed = m.notices.Sent()
	counter(out, noticesMetric, float64(accepted), "accepted")
	counter(out, noticesMetric, float64(failed), "failed")
	figures := m.figures()
	gauge(out, figuresMetric, oneIf(figures != nil))
	if figures != nil {
		collectFigures(out, figures)
	}
	if m.deals != nil {
		m.collectAttempts(out, figures)
	}
}

// collectAttempts shows each destination from the first look on, so that a rate can tell of its first call.
func (m *tradeMetrics) collectAttempts(out chan<- prometheus.Metric, figures *seller.Figures) {
	attempts := m.deals.Attempts()
	if figures != nil {
		for _, d := range figures.Destinations {
			attempts[courier.Attempted{Destination: d.Name}] += 0
		}
	}
	for kind, count := range attempts {
		class := string(kind.Class)
		if class == "" {
			class = "none"
		}
		counter(out, attemptsMetric, float64(count), kind.Destination, class)
	}
}

func (m *tradeMetrics) collectStore(out chan<- prometheus.Metric) {
	store := m.store.Figures()
	c := store.Connections
	gauge(out, connectionsMetric, float64(c.Busy), "busy")
	gauge(out, connectionsMetric, float64(c.Open-c.Busy), "idle")
	gauge(out, connectionsMetric, float64(c.Most-c.Open), "free")
	counter(out, waitsMetric, float64(c.Waits))
	counter(out, waitedMetric, c.Waited.Seconds())
	counter(out, retriesMetric, float64(c.Retries))
	for how, spent := range store.Transactions {
		out <- prometheus.MustNewConstSummary(transactionsMetric, uint64(spent.Count), spent.Took.Seconds(), nil, string(how.Kind), string(how.Outcome))
	}
	counter(out, shortMetric, float64(store.Short))
	types := map[string]int64{}
	for told, count := range store.Events {
		types[string(told.Type)] += count
		if told.Outcome != "" {
			counter(out, concludedMetric, float64(count), told.Outcome)
		}
	}
	for kind, count := range types {
		counter(out, eventsMetric, float64(count), kind)
	}
}

// figures reads the figures of the database, or answers those that were read a moment ago.
func (m *tradeMetrics) figures() *seller.Figures {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.read.IsZero() && time.Since(m.read) < figuresFor {
		return m.last
	}
	ctx, cancel := context.WithTimeout(context.Background(), figuresWithin)
	defer cancel()
	m.last = nil
	if figures, err := m.service.Figures(ctx); err == nil {
		m.last = &figures
	}
	m.read = time.Now()
	return m.last
}

func collectFigures(out chan<- prometheus.Metric, f *seller.Figures) {
	gauge(out, approvalsMetric, float64(f.ApprovalsWaiting))
	gauge(out, oldestMetric, f.OldestApproval.Seconds())
	for kind, late := range f.Overdue {
		gauge(out, overdueMetric, late.Seconds(), kind)
	}
	for status, count := range f.Webhooks {
		gauge(out, webhooksMetric, float64(count), string(status))
	}
	gauge(out, webhooksMetric, float64(f.WebhooksFailing), "failing")
	gauge(out, backlogMetric, float64(f.WebhookBacklog))
	gauge(out, lagMetric, f.WebhookLag.Seconds())
	gauge(out, unsettledMetric, float64(f.Unsettled))
	gauge(out, feedMetric, f.FeedLag.Seconds())
	for status, count := range f.Activations {
		gauge(out, activationsMetric, float64(count), string(status))
	}
	gauge(out, unsentMetric, f.OldestUnsent.Seconds())
	for _, d := range f.Destinations {
		paused := d.Status == parley.DestinationPaused
		gauge(out, pausedMetric, oneIf(paused && d.Failures == 0), d.Name, "person")
		gauge(out, pausedMetric, oneIf(paused && d.Failures > 0), d.Name, "failures")
	}
	for source, lag := range f.DeliveryLag {
		gauge(out, sourceLagMetric, lag.Seconds(), source)
	}
}

func gauge(out chan<- prometheus.Metric, what *prometheus.Desc, value float64, labels ...string) {
	out <- prometheus.MustNewConstMetric(what, prometheus.GaugeValue, value, labels...)
}

func counter(out chan<- prometheus.Metric, what *prometheus.Desc, value float64, labels ...string) {
	out <- prometheus.MustNewConstMetric(what, prometheus.CounterValue, value, labels...)
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
