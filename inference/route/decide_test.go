package route_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"substrate/inference/route"
)

func TestEstimateOfAColdModel(t *testing.T) {
	e := route.EstimateOf(route.Candidate{Cold: true, Load: 4 * time.Second, PromptRate: 100, OutputRate: 10, Samples: 3, Parallel: 1}, 200, 50)
	if e.Load != 4*time.Second || e.Prompt != 2*time.Second || e.Output != 5*time.Second || e.First != 6*time.Second || e.Total != 11*time.Second || !e.Measured {
		t.Errorf("%+v", e)
	}
	q := route.EstimateOf(route.Candidate{PromptRate: 100, OutputRate: 10, Parallel: 1, Running: 1, Waiting: 1}, 200, 50)
	if q.Queue != 10500*time.Millisecond { // half of the running one and the whole waiting one
		t.Errorf("queue %s", q.Queue)
	}
	if route.EstimateOf(route.Candidate{}, 10, 10).Measured {
		t.Error("nothing was measured")
	}
}

func TestDecideBySpeedAndQueue(t *testing.T) {
	a := route.Candidate{Tier: "a", GoodAt: []route.Task{route.Fast}, PromptRate: 100, OutputRate: 10, Parallel: 1, QueueRoom: 10}
	b := a
	b.Tier, b.OutputRate = "b", 20
	n := route.Need{Task: route.Fast, PromptTokens: 100, OutputTokens: 100}
	want := func(tier string, list ...route.Candidate) route.Decision {
		t.Helper()
		d, err := route.Decide(n, list)
		if err != nil || d.Tier != tier {
			t.Errorf("want %s, got %+v, %v", tier, d, err)
		}
		return d
	}
	if d := want("b", a, b); !strings.Contains(d.Others[0].WhyNot, "slower") {
		t.Errorf("%+v", d)
	}
	b.Running, b.Waiting = 1, 3
	want("a", a, b)
	b.Running, b.Waiting = 0, 0
	b.Health, b.Why = route.Degraded, "503"
	want("a", a, b)
	b.Health = route.Up
	b.Heat = route.Heat{Known: true, Now: 90, Limit: 85}
	want("a", a, b)
	a.Open = true // hot is better than none
	if d := want("b", a, b); !strings.Contains(d.Because, "hot") {
		t.Errorf("%+v", d)
	}
	b.Window = 150
	if _, err := route.Decide(n, []route.Candidate{a, b}); !errors.Is(err, route.ErrNoTier) || !strings.Contains(err.Error(), "150") {
		t.Error(err)
	}
}

func TestTrend(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	line := func(values ...float64) []route.Reading {
		var out []route.Reading
		for i, v := range values {
			out = append(out, route.Reading{At: at.Add(time.Duration(i) * 30 * time.Second), Value: v})
		}
		return out
	}
	for name, c := range map[string]struct {
		r     []route.Reading
		sheds bool
	}{
		"none":               {nil, false},
		"over":               {line(86), true},
		"rising towards it":  {line(70, 73, 76, 79), true},
		"rising slowly":      {line(60, 60.5, 61), false},
		"steady and high":    {line(84, 84, 84), false},
		"falling":            {line(84, 80, 76), false},
		"two readings only":  {line(70, 80), false},
		"falling, but above": {line(95, 92, 90), true},
	} {
		h := route.Trend(c.r, 85, 3*time.Minute)
		if h.Sheds() != c.sheds || h.String() == "" {
			t.Errorf("%s: %+v", name, h)
		}
	}
}

func TestExamples(t *testing.T) {
	list, err := route.ReadExamples(strings.NewReader("# c\n\nfast\tWho?\r\nlong\tWrite a report.\n"))
	if err != nil || len(list) != 2 || list[0].Prompt != "Who?" {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, bad := range []string{"fast Who?", "slow\tWho?", "fast\t "} {
		if _, err := route.ReadExamples(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	list[0].Vector, list[1].Vector = []float32{1, 0}, []float32{0, 1}
	if task, _, sure := route.Nearest([]float32{0.9, 0.1}, list, 2); task != route.Fast || !sure {
		t.Error(task, sure)
	}
	if _, _, sure := route.Nearest([]float32{1, 1}, list, 2); sure {
		t.Error("a tie is no answer")
	}
	if _, _, sure := route.Nearest([]float32{1, 1, 1}, list, 2); sure {
		t.Error("vectors of another length")
	}
}
