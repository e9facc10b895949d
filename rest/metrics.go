package rest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"parley/admission"
)

// metrics counts requests in a registry of its own, so that two servers in one process do not meet.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	limited  prometheus.Counter
}

func newMetrics(further []prometheus.Collector, gate *admission.Gate) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "parley_http_request_seconds", Help: "Time to answer a request, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "parley_http_requests_in_flight", Help: "Requests that are being answered now.",
		}),
		limited: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_http_rate_limited_total", Help: "Requests refused by the rate limit.",
		}),
	}
	m.registry.MustRegister(m.requests, m.latency, m.inFlight, m.limited,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if gate != nil {
		m.registry.MustRegister(
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{
				Name: "parley_http_requests_waiting", Help: "Requests that wait for a place among those worked on.",
			}, func() float64 { return float64(gate.Waiting()) }),
			prometheus.NewCounterFunc(prometheus.CounterOpts{
				Name: "parley_http_overloaded_total", Help: "Requests refused because there were too many at once.",
			}, func() float64 { return float64(gate.Refused()) }))
	}
	m.registry.MustRegister(further...)
	return m
}

// streamsGauge shows how many answers stay open.
func streamsGauge(streams *admission.Streams) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "parley_event_streams", Help: "Event streams, long polls and live pages that are open now.",
	}, func() float64 { return float64(streams.Open()) })
}

// observe counts an answer under its route's pattern, never under a path that the client made up.
func (m *metrics) observe(r *http.Request, status int, took time.Duration) {
	route := r.Pattern
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.latency.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
