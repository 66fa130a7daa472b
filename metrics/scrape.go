package metrics

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"substrate/capture"
	"substrate/corpus"
	"substrate/library"
)

// scrapeTime bounds one reading of the library, for a scrape has no context of its own.
const scrapeTime = 10 * time.Second

// recentCascades is how far back one that was not undone is looked for.
const recentCascades = 200

// scrape reads the library and the tiers when somebody asks.
type scrape struct {
	o         Options
	goversion string

	mu       sync.Mutex // two scrapes at the same time read once
	revision int
	kept     *facts
}

// facts are what is read once for a revision of the library. Zero times and nil maps are not known.
type facts struct {
	documents, versions, candidates map[string]int
	drift                           int
	driftSince, cascade             time.Time
}

// Describe sends what Collect may send; counters and histograms describe themselves.
func (s *scrape) Describe(ch chan<- *prometheus.Desc) {
	for _, m := range all {
		if m.kind == "gauge" {
			ch <- m.desc
		}
	}
}

func (s *scrape) Collect(ch chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), scrapeTime)
	defer stop()
	put := func(m *metric, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(m.desc, prometheus.GaugeValue, v, labels...)
	}
	put(info, 1, s.o.Version, s.goversion)
	if s.o.Tiers != nil {
		for _, t := range s.o.Tiers.Tiers() {
			putTier(put, t)
		}
	}
	if s.o.Library == nil {
		return
	}
	f, err := s.facts(ctx)
	var captured map[capture.State]int
	var newest time.Time
	if err == nil { // captures are no change of the shelf, so that its revision does not tell of them
		captured, newest, err = s.o.Library.FindingCounts(ctx)
	}
	switch {
	case errors.Is(err, library.ErrEmpty):
		return
	case err != nil:
		s.o.Library.Log.Error("no metrics of the library", "error", err)
		put(readable, 0)
	default:
		put(readable, 1)
		s.putFacts(put, f)
		put(findings, float64(captured[capture.Pending]+captured[capture.Drafted]))
		if !newest.IsZero() {
			put(lastCapture, float64(newest.Unix()))
		}
	}
	s.putIndex(ctx, put)
}

func putTier(put func(*metric, float64, ...string), t Tier) {
	if t.Up != nil {
		put(tierUp, one(*t.Up), t.Name)
	}
	put(tierRunning, float64(t.Running), t.Name)
	put(tierWaiting, float64(t.Waiting), t.Name)
	if t.Temperature != nil {
		put(tierTemperature, *t.Temperature, t.Name)
	}
	for _, x := range t.Speeds {
		if x.Prompt > 0 {
			put(tierPrompt, x.Prompt, t.Name, x.Model)
		}
		if x.Output > 0 {
			put(tierOutput, x.Output, t.Name, x.Model)
		}
	}
}

func (s *scrape) putFacts(put func(*metric, float64, ...string), f *facts) {
	for _, x := range []struct {
		m     *metric
		count map[string]int
	}{{documents, f.documents}, {versions, f.versions}, {candidatesOpen, f.candidates}} {
		for label, n := range x.count {
			put(x.m, float64(n), label)
		}
	}
	put(driftOpen, float64(f.drift))
	if !f.driftSince.IsZero() {
		put(driftAge, s.o.Library.Now().Sub(f.driftSince).Seconds())
	}
	if !f.cascade.IsZero() {
		put(lastCascade, float64(f.cascade.Unix()))
	}
}

// putIndex looks at the disk each time: what harms an index there does not change the library's revision.
func (s *scrape) putIndex(ctx context.Context, put func(*metric, float64, ...string)) {
	x, err := s.o.Library.IndexState(ctx)
	if err != nil {
		return
	}
	put(indexWhole, one(x.Found))
	if x.Found {
		put(indexBehind, float64(x.Behind))
		put(indexBuilt, float64(x.Built.Unix()))
	}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// facts are those of the library as it stands now.
func (s *scrape) facts(ctx context.Context) (*facts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.o.Library.Pulse(ctx)
	if err != nil {
		return nil, err
	}
	if s.kept != nil && s.revision == p.Revision {
		return s.kept, nil
	}
	f, err := read(ctx, s.o.Library)
	if err != nil {
		return nil, err
	}
	s.kept, s.revision = f, p.Revision // what came meanwhile has another revision, and is read by the next scrape
	return f, nil
}

func read(ctx context.Context, l *library.Library) (*facts, error) {
	f := &facts{documents: map[string]int{}, versions: map[string]int{}, candidates: map[string]int{"echo": 0, "conflict": 0}}
	docs, all, err := l.Shelves(ctx)
	if err != nil {
		return nil, err
	}
	for _, v := range docs {
		f.documents[string(v.Standing)]++
	}
	for _, v := range all {
		f.versions[string(v.Standing)]++
	}
	log, err := l.DriftLog(ctx, library.DriftOptions{})
	if err != nil {
		return nil, err
	}
	f.drift = log.Open
	for _, e := range log.Entries {
		if t := firstDay(e.Found); !t.IsZero() && (f.driftSince.IsZero() || t.Before(f.driftSince)) {
			f.driftSince = t
		}
	}
	found, err := l.Candidates(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		if c.State == "open" {
			f.candidates[string(c.Kind)]++
		}
	}
	runs, err := l.Cascades(ctx, recentCascades)
	if err != nil {
		return nil, err
	}
	for _, c := range runs {
		if c.Undone == "" {
			f.cascade = c.Time
			break
		}
	}
	return f, nil
}

// firstDay is the day of a date; one without a day or month counts from its first.
func firstDay(d corpus.Date) time.Time {
	if d.IsZero() || d.Year == 0 {
		return time.Time{}
	}
	return time.Date(d.Year, time.Month(max(d.Month, 1)), max(d.Day, 1), 0, 0, 0, 0, time.UTC)
}
