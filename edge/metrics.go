package edge

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"parley"
	"parley/admission"
)

// Metrics counts requests of all edges in a registry of its own, so that two servers in one process do not meet.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	stays    *prometheus.HistogramVec
	inFlight prometheus.Gauge
	limited  prometheus.Counter
}

// NewMetrics makes the metrics of a process, with further ones of what is not an edge.
func NewMetrics(further ...prometheus.Collector) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_http_requests_total", Help: "Requests answered, by edge, route and status.",
		}, []string{"edge", "route", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "parley_http_request_seconds", Help: "Time to answer a request, by edge and route. Answers that stay open or wait are not in it.",
			Buckets: []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"edge", "route"}),
		stays: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "parley_http_stay_seconds", Help: "How long event streams, long polls and live pages were open, by edge and route.",
			Buckets: []float64{.1, 1, 10, 60, 600, 3600, 86400},
		}, []string{"edge", "route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "parley_http_requests_in_flight", Help: "Requests that are being answered now.",
		}),
		limited: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_http_rate_limited_total", Help: "Requests refused with 429: by the rate limit, or for too many streams.",
		}),
	}
	m.registry.MustRegister(m.requests, m.latency, m.stays, m.inFlight, m.limited,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(further...)
	return m
}

// admissions are the metrics of what the edges share.
func admissions(gate *admission.Gate, streams *admission.Streams) []prometheus.Collector {
	open := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "parley_event_streams", Help: "Event streams, long polls and live pages that are open now.",
	}, func() float64 { return float64(streams.Open()) })
	if gate == nil {
		return []prometheus.Collector{open}
	}
	return []prometheus.Collector{
		open,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "parley_http_requests_waiting", Help: "Requests that wait for a place among those worked on.",
		}, func() float64 { return float64(gate.Waiting()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "parley_http_overloaded_total", Help: "Requests refused because there were too many at once.",
		}, func() float64 { return float64(gate.Refused()) }),
	}
}

// Add shows further metrics.
func (m *Metrics) Add(further ...prometheus.Collector) { m.registry.MustRegister(further...) }

// Handler serves the metrics to Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Watched counts what an edge answers, panics too, and marks it with its mode.
func (k Kit) Watched(name string, next http.Handler) http.Handler {
	m := k.Metrics
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, note := Noted(r)
		note.Edge, note.Mode = name, k.Mode
		if k.Mode != "" {
			w.Header().Set(parley.ModeHeader, k.Mode)
		}
		answer := Record(w)
		began := time.Now()
		m.inFlight.Inc()
		defer func() {
			m.inFlight.Dec()
			m.observe(note, answer.Status(), time.Since(began))
		}()
		defer k.recovered(answer, r)
		next.ServeHTTP(answer, r)
	})
}

func (m *Metrics) observe(note *Note, status int, took time.Duration) {
	route, edge := note.Route, note.Edge
	if route == "" {
		route = "none"
	}
	if note.Mode != "" {
		edge = note.Mode + " " + edge
	}
	m.requests.WithLabelValues(edge, route, strconv.Itoa(status)).Inc()
	if note.Stays {
		m.stays.WithLabelValues(edge, route).Observe(took.Seconds())
	} else {
		m.latency.WithLabelValues(edge, route).Observe(took.Seconds())
	}
	if status == http.StatusTooManyRequests {
		m.limited.Inc()
	}
}

// Recorder remembers what was answered.
type Recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// Record has what is answered remembered, once for all that look on.
func Record(w http.ResponseWriter) *Recorder {
	if answer, is := w.(*Recorder); is {
		return answer
	}
	return &Recorder{ResponseWriter: w}
}

// Status is the answer's; 200 when nothing has said otherwise.
func (a *Recorder) Status() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}

// Begun tells whether an answer has begun.
func (a *Recorder) Begun() bool { return a.status != 0 }

// Bytes is how long the answer's body is so far.
func (a *Recorder) Bytes() int64 { return a.bytes }

// WriteHeader implements http.ResponseWriter.
func (a *Recorder) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *Recorder) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *Recorder) Unwrap() http.ResponseWriter { return a.ResponseWriter }
