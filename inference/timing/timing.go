// Package timing keeps what each call to an inference server took and reports it by model and tier. It is pure: samples
// are given, nothing is measured here.
//
// A sample whose prompt was (partly) evaluated before is marked Cached: its prompt rate says nothing about the machine
// and stays out of every speed. A failed call counts as an error and gives no speed.
package timing

import (
	"context"
	"math"
	"sort"
	"sync"
	"time"
)

// Sample is one call. Durations are zero where neither server nor client could tell.
type Sample struct {
	At    time.Time `json:"at"` // the call began
	Tier  string    `json:"tier"`
	Model string    `json:"model"`
	Quant string    `json:"quant,omitempty"`
	Kind  string    `json:"kind"` // "chat", "embed"
	Task  string    `json:"task,omitempty"`

	Queue        time.Duration `json:"queue"` // waited in the client
	Load         time.Duration `json:"load"`  // the model was loaded for this call
	PromptTokens int           `json:"prompt_tokens"`
	PromptTime   time.Duration `json:"prompt_time"`
	OutputTokens int           `json:"output_tokens"`
	OutputTime   time.Duration `json:"output_time"`
	FirstToken   time.Duration `json:"first_token"` // from the call to the first chunk, queue included
	Total        time.Duration `json:"total"`

	Cached       bool   `json:"cached,omitempty"`
	CachedTokens int    `json:"cached_tokens,omitempty"`
	ClientTimed  bool   `json:"client_timed,omitempty"` // prompt and output times were split by the client's clock
	Err          string `json:"err,omitempty"`          // kind of the failure; "" for a whole answer
}

// PromptRate is tokens per second of prompt evaluation; 0 when it cannot be said or was cached.
func (s Sample) PromptRate() float64 {
	if s.Cached || s.Err != "" {
		return 0
	}
	return rate(s.PromptTokens, s.PromptTime)
}

// OutputRate is tokens per second of generation; 0 when it cannot be said.
func (s Sample) OutputRate() float64 {
	if s.Err != "" {
		return 0
	}
	return rate(s.OutputTokens, s.OutputTime)
}

func rate(n int, d time.Duration) float64 {
	if n <= 0 || d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}

// Query selects samples; empty fields select all.
type Query struct {
	Tier, Model string
	Since       time.Time
}

// Fits says whether a sample is asked for.
func (q Query) Fits(s Sample) bool {
	return (q.Tier == "" || q.Tier == s.Tier) && (q.Model == "" || q.Model == s.Model) && !s.At.Before(q.Since)
}

// Store keeps samples. It must be safe for concurrent use.
type Store interface {
	Add(ctx context.Context, s Sample) error
	// Samples returns what fits, oldest first.
	Samples(ctx context.Context, q Query) ([]Sample, error)
}

// Memory is a Store of the last Keep samples (10,000 when 0).
type Memory struct {
	Keep int

	mu   sync.Mutex
	list []Sample
}

// Add keeps a sample.
func (m *Memory) Add(_ context.Context, s Sample) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	keep := m.Keep
	if keep <= 0 {
		keep = 10000
	}
	m.list = append(m.list, s)
	if over := len(m.list) - keep; over > 0 {
		m.list = append(m.list[:0], m.list[over:]...)
	}
	return nil
}

// Samples returns what fits, oldest first.
func (m *Memory) Samples(_ context.Context, q Query) ([]Sample, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Sample
	for _, s := range m.list {
		if q.Fits(s) {
			out = append(out, s)
		}
	}
	return out, nil
}

// Spread is the distribution of one figure; N is how many samples could tell it.
type Spread struct {
	N   int     `json:"n"`
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
}

// Row characterises one model on one tier. Times are in seconds, rates in tokens per second.
type Row struct {
	Tier, Model, Quant                 string
	Calls, Errors, Cached              int
	Errs                               map[string]int // failures by kind
	Tokens                             int            // generated
	First, Total, Queue, Load          Spread         // seconds
	Prompt, Output                     Spread         // tokens per second
	From, Until                        time.Time
	recent                             []float64
	first, total, queue, load, pr, out []float64
}

// Trend is the output rate of the latest samples, oldest first, for a plot.
func (r Row) Trend() []float64 { return r.recent }

// Report groups samples by tier, model and quantisation, in that order.
func Report(samples []Sample) []Row {
	type key struct{ t, m, q string }
	rows := map[key]*Row{}
	for _, s := range samples {
		k := key{s.Tier, s.Model, s.Quant}
		r := rows[k]
		if r == nil {
			r = &Row{Tier: s.Tier, Model: s.Model, Quant: s.Quant, From: s.At, Errs: map[string]int{}}
			rows[k] = r
		}
		r.Calls++
		if s.At.Before(r.From) {
			r.From = s.At
		}
		if s.At.After(r.Until) {
			r.Until = s.At
		}
		if s.Err != "" {
			r.Errors++
			r.Errs[s.Err]++
			continue
		}
		if s.Cached {
			r.Cached++
		}
		r.Tokens += s.OutputTokens
		r.first = append(r.first, positive(s.FirstToken)...)
		r.total = append(r.total, positive(s.Total)...)
		r.queue = append(r.queue, s.Queue.Seconds())
		r.load = append(r.load, positive(s.Load)...)
		if v := s.PromptRate(); v > 0 {
			r.pr = append(r.pr, v)
		}
		if v := s.OutputRate(); v > 0 {
			r.out = append(r.out, v)
			r.recent = append(r.recent, v)
		}
	}
	list := make([]Row, 0, len(rows))
	for _, r := range rows {
		r.First, r.Total, r.Queue, r.Load = spread(r.first), spread(r.total), spread(r.queue), spread(r.load)
		r.Prompt, r.Output = spread(r.pr), spread(r.out)
		r.recent = r.recent[max(0, len(r.recent)-60):]
		list = append(list, *r)
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.Tier != b.Tier {
			return a.Tier < b.Tier
		}
		if a.Model != b.Model {
			return a.Model < b.Model
		}
		return a.Quant < b.Quant
	})
	return list
}

func positive(d time.Duration) []float64 {
	if d <= 0 {
		return nil
	}
	return []float64{d.Seconds()}
}

func spread(v []float64) Spread {
	v = append([]float64(nil), v...)
	sort.Float64s(v)
	return Spread{N: len(v), P50: Percentile(v, 50), P90: Percentile(v, 90), P99: Percentile(v, 99)}
}

// Percentile is the nearest-rank percentile (0 < p ≤ 100) of sorted values; 0 of none.
func Percentile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	i := int(math.Ceil(p/100*float64(len(sorted)))) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}
