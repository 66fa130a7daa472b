package metrics

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"substrate/library"
)

// Tier is an inference server as it is now. A nil value is not known.
type Tier struct {
	Name             string
	Up               *bool
	Running, Waiting int
	Temperature      *float64 // °C
	Speeds           []Speed
}

// Speed is what is known of one model on a tier, in tokens per second; 0 is not known.
type Speed struct {
	Model          string
	Prompt, Output float64
}

// TierSource knows how the tiers are; it is asked at each scrape and must answer from memory.
type TierSource interface{ Tiers() []Tier }

// Options say what is told.
type Options struct {
	// Library is asked at each scrape; it stays open as long as the metrics are used.
	Library *library.Library
	// Tiers may be nil.
	Tiers   TierSource
	Version string
}

// Metrics keeps the counters of one process in a registry of its own. It is safe for several goroutines.
type Metrics struct {
	registry                             *prometheus.Registry
	searches, ingests                    prometheus.Histogram
	tools, calls                         *prometheus.HistogramVec
	errors, requests, tokens, callsEnded *prometheus.CounterVec
	now                                  func() time.Time
}

// quick suits work in memory; slow what reads many files or waits for a model. Seconds.
var (
	quick = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	slow  = []float64{.1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600}
)

// New makes the metrics of a server.
func New(o Options) *Metrics {
	histogram := func(m *metric, buckets []float64) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Name: m.name, Help: m.help, Buckets: buckets}
	}
	counter := func(m *metric) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: m.name, Help: m.help}, m.labels)
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(), now: time.Now,
		searches: prometheus.NewHistogram(histogram(searchTime, quick)), ingests: prometheus.NewHistogram(histogram(ingestTime, slow)),
		tools: prometheus.NewHistogramVec(histogram(toolTime, quick), toolTime.labels), calls: prometheus.NewHistogramVec(histogram(tierTime, slow), tierTime.labels),
		errors: counter(errorCount), requests: counter(requests), tokens: counter(tierTokens), callsEnded: counter(tierCalls),
	}
	for _, kind := range kinds {
		m.errors.WithLabelValues(kind) // a counter that begins with its first failure hides it from rate()
	}
	m.registry.MustRegister(m.searches, m.ingests, m.tools, m.calls, m.errors, m.requests, m.tokens, m.callsEnded,
		&scrape{o: o, goversion: runtime.Version()}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler answers a scrape. Who may ask is settled by who mounts it. Where the library cannot be read, what else is known is
// still told.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4})
}

var kinds = []string{"search", "ingest", "tool", "http"}

// Observe is a library.Observer that times work and counts what failed.
func (m *Metrics) Observe(ctx context.Context, kind, name string) (context.Context, func(error)) {
	began := m.now()
	return ctx, func(err error) {
		took := m.now().Sub(began).Seconds()
		switch kind {
		case "search":
			m.searches.Observe(took)
		case "ingest":
			m.ingests.Observe(took)
		case "tool":
			m.tools.WithLabelValues(name).Observe(took)
		}
		if failed(err) {
			m.errors.WithLabelValues(kind).Inc()
		}
	}
}

// failed tells a failure of ours from what a caller can mend, and from one who went away.
func failed(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	for _, mild := range []error{library.ErrNotFound, library.ErrBadRef, library.ErrEmpty, library.ErrNoWords} {
		if errors.Is(err, mild) {
			return false
		}
	}
	return true
}

// Request counts an answer over HTTP. endpoint is one of a few words, whatever path was asked for.
func (m *Metrics) Request(endpoint string, status int) {
	m.requests.WithLabelValues(endpoint, strconv.Itoa(status)).Inc()
}

// Call counts a call of a tier: tokens, and seconds from the call to its end. Nil Metrics count nothing.
func (m *Metrics) Call(tier, model string, prompt, output int, seconds float64, ok bool) {
	if m == nil {
		return
	}
	outcome := "ok"
	if !ok {
		outcome = "failed"
	}
	m.callsEnded.WithLabelValues(tier, model, outcome).Inc()
	m.calls.WithLabelValues(tier).Observe(seconds)
	m.tokens.WithLabelValues(tier, model, "prompt").Add(float64(max(prompt, 0)))
	m.tokens.WithLabelValues(tier, model, "output").Add(float64(max(output, 0)))
}
