package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"substrate/inference"
	"substrate/inference/route"
	"substrate/inference/timing"
	"substrate/library"
	"substrate/metrics"
	"substrate/tracing"
)

// traceTime is how long the end of a command waits for a collector.
const traceTime = 2 * time.Second

// trace tells the collector, if one is configured, what the library does.
func (a *app) trace(l *library.Library) error {
	if a.tracer == nil {
		t, err := tracing.Start(context.Background(), tracing.Options{Endpoint: l.Config.Otel.Endpoint, Version: programVersion(), Log: l.Log})
		if err != nil {
			return err
		}
		a.tracer = t
	}
	if a.tracer != nil {
		l.Observe = a.tracer.Observe
	}
	return nil
}

// endTrace sends what is left.
func (a *app) endTrace() {
	ctx, stop := context.WithTimeout(context.Background(), traceTime)
	defer stop()
	if err := a.tracer.Close(ctx); err != nil && a.verbose {
		a.say("%v", err)
	}
}

// both tells two observers; either may be nil.
func both(first, second library.Observer) library.Observer {
	if first == nil || second == nil {
		if first == nil {
			return second
		}
		return first
	}
	return func(ctx context.Context, kind, name string) (context.Context, func(error)) {
		ctx, one := first(ctx, kind, name)
		ctx, two := second(ctx, kind, name)
		return ctx, func(err error) { two(err); one(err) }
	}
}

// observed counts and traces requests over HTTP.
func (a *app) observed(m *metrics.Metrics) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			at := endpoint(r.URL.Path)
			ctx, end := a.tracer.Observe(a.tracer.Join(r.Context(), r.Header), "http", at)
			ctx, done := m.Observe(ctx, "http", at)
			s := &status{ResponseWriter: w, code: http.StatusOK}
			defer func() {
				var err error
				p := recover()
				if p != nil {
					s.code = http.StatusInternalServerError
				}
				if s.code >= 500 {
					err = fmt.Errorf("status %d", s.code)
				}
				m.Request(at, s.code)
				done(err)
				end(err)
				if p != nil {
					panic(p)
				}
			}()
			next.ServeHTTP(s, r.WithContext(ctx))
		})
	}
}

// endpoint is what a path belongs to: one of a few words, whatever callers ask for.
func endpoint(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "mcp", "v1", "metrics":
		return first
	case "healthz", "readyz":
		return "health"
	}
	return "pages"
}

// status notes what was answered; controllers reach through it.
type status struct {
	http.ResponseWriter
	code int
	sent bool
}

func (s *status) WriteHeader(code int) {
	if !s.sent && code >= 200 {
		s.code, s.sent = code, true
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Write(p []byte) (int, error) {
	s.sent = true
	return s.ResponseWriter.Write(p)
}

func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// watchedStore is a store of timing whose samples are counted and traced too; either may be nil.
type watchedStore struct {
	timing.Store
	counts *metrics.Metrics
	tracer *tracing.Tracer
}

func (w watchedStore) Add(ctx context.Context, s timing.Sample) error {
	w.counts.Call(s.Tier, s.Model, s.PromptTokens, s.OutputTokens, s.Total.Seconds(), s.Err == "")
	w.tracer.Called(ctx, s.Tier, s.Model, s.At, s.At.Add(s.Total), s.PromptTokens, s.OutputTokens, s.Err == "")
	return w.Store.Add(ctx, s)
}

// tierMetrics tells the metrics how the tiers are, from the client's memory. Without a client there are none.
type tierMetrics struct{ c *inference.Client }

func (t *tierMetrics) Tiers() []metrics.Tier {
	if t.c == nil {
		return nil
	}
	var out []metrics.Tier
	configured := t.c.Tiers()
	for i, s := range t.c.Status() {
		x := metrics.Tier{Name: s.Name, Running: s.Running, Waiting: s.Waiting}
		if s.Health.State != route.Unknown {
			up := s.Health.State != route.Down
			x.Up = &up
		}
		if s.Heat.Known {
			now := s.Heat.Now
			x.Temperature = &now
		}
		seen := map[string]bool{}
		for _, model := range configured[i].Models {
			if v := t.c.Speed(s.Name, model); !seen[model] {
				x.Speeds = append(x.Speeds, metrics.Speed{Model: model, Prompt: v.PromptRate, Output: v.OutputRate})
			}
			seen[model] = true
		}
		out = append(out, x)
	}
	return out
}
