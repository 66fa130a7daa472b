package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"substrate/capture"
	"substrate/library"
)

var metricsArea = area{path: "/metrics", mount: func(s *site, mux *http.ServeMux) {
	reg := prometheus.NewRegistry()
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: "substrate_info", Help: "1, with the program's version.", ConstLabels: prometheus.Labels{"version": s.o.Version}})
	gauge.Set(1)
	reg.MustRegister(gauge, &collector{s})
	serve := promhttp.HandlerFor(reg, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError})
	s.read(mux, "GET /metrics", func(w http.ResponseWriter, r *http.Request) error {
		serve.ServeHTTP(w, r)
		return nil
	})
}}

var (
	documentsMetric  = prometheus.NewDesc("substrate_documents", "Documents on the shelf by the standing of their version.", []string{"standing"}, nil)
	driftMetric      = prometheus.NewDesc("substrate_drift_open", "Entries of the drift log that are open.", nil, nil)
	driftAgeMetric   = prometheus.NewDesc("substrate_drift_oldest_seconds", "Age of the oldest open entry that has a date; absent where there is none.", nil, nil)
	candidatesMetric = prometheus.NewDesc("substrate_candidates_open", "Echoes and conflicts that nobody has judged.", []string{"kind"}, nil)
	findingsMetric   = prometheus.NewDesc("substrate_findings_waiting", "Findings that stand in no document yet.", nil, nil)
	cascadeMetric    = prometheus.NewDesc("substrate_last_cascade_timestamp_seconds", "When the library last took documents in, as Unix time; absent before the first.", nil, nil)
	tierUpMetric     = prometheus.NewDesc("substrate_tier_up", "1 when the inference server answers.", []string{"tier"}, nil)
	tierRunMetric    = prometheus.NewDesc("substrate_tier_requests_running", "Requests that the tier works on.", []string{"tier"}, nil)
	tierWaitMetric   = prometheus.NewDesc("substrate_tier_requests_waiting", "Requests that wait for the tier.", []string{"tier"}, nil)
)

// collector reads the library when somebody asks. What is not known is absent, never 0.
type collector struct{ s *site }

func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{documentsMetric, driftMetric, driftAgeMetric, candidatesMetric, findingsMetric, cascadeMetric, tierUpMetric, tierRunMetric, tierWaitMetric} {
		ch <- d
	}
}

// collectTime bounds one reading, for a scrape has no context of its own.
const collectTime = 10 * time.Second

func (c *collector) Collect(ch chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), collectTime)
	defer stop()
	put := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if c.s.o.Tiers != nil {
		for _, t := range c.s.o.Tiers() {
			up := 0.0
			if t.Up {
				up = 1
			}
			put(tierUpMetric, up, t.Name)
			put(tierRunMetric, float64(t.Running), t.Name)
			put(tierWaitMetric, float64(t.Waiting), t.Name)
		}
	}
	if err := c.library(ctx, put); err != nil && !errors.Is(err, library.ErrEmpty) {
		ch <- prometheus.NewInvalidMetric(documentsMetric, err)
	}
}

func (c *collector) library(ctx context.Context, put func(*prometheus.Desc, float64, ...string)) error {
	f, err := c.s.facts(ctx)
	if err != nil {
		return err
	}
	standings := map[string]float64{}
	for _, d := range f.docs {
		standings[string(d.Standing)]++
	}
	for k, n := range standings {
		put(documentsMetric, n, k)
	}
	list, err := c.s.lib.DriftLog(ctx, driftOpen)
	if err != nil {
		return err
	}
	put(driftMetric, float64(list.Open))
	oldest := ""
	for _, e := range list.Entries {
		if d := e.Found.String(); d != "" && (oldest == "" || d < oldest) {
			oldest = d
		}
	}
	if t, err := time.Parse(time.DateOnly, oldest); err == nil {
		put(driftAgeMetric, c.s.lib.Now().Sub(t).Seconds())
	}
	found, err := c.s.lib.Candidates(ctx)
	if err != nil {
		return err
	}
	open := map[string]float64{"echo": 0, "conflict": 0}
	for _, x := range found {
		if x.State == "open" {
			open[string(x.Kind)]++
		}
	}
	for k, n := range open {
		put(candidatesMetric, n, k)
	}
	waiting, err := c.s.lib.Findings(ctx, capture.Pending)
	if err != nil {
		return err
	}
	put(findingsMetric, float64(len(waiting)))
	for _, x := range f.cascades {
		if t, err := time.ParseInLocation("2006-01-02 15:04", x.At, time.Local); err == nil && x.Undone == "" {
			put(cascadeMetric, float64(t.Unix()))
			break
		}
	}
	return nil
}
