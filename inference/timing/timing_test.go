package timing_test

import (
	"context"
	"testing"
	"time"

	"substrate/inference/timing"
)

func sample(at int, prompt, output time.Duration) timing.Sample {
	return timing.Sample{At: time.Unix(int64(at), 0), Tier: "a", Model: "m", PromptTokens: 100, PromptTime: prompt, OutputTokens: 10, OutputTime: output, Total: prompt + output}
}

// One odd call moves no speed, and neither a failed nor a cached one counts.
func TestSpeedsAreMediansOfWholeCalls(t *testing.T) {
	var s timing.Speeds
	for i := range 9 {
		s.Add(sample(i, time.Second, time.Second))
	}
	s.Add(sample(10, time.Hour, time.Millisecond))
	cached := sample(11, time.Millisecond, time.Second)
	cached.Cached = true
	failed := sample(12, time.Millisecond, time.Millisecond)
	failed.Err = "server fault"
	for range 20 {
		s.Add(cached)
		s.Add(failed)
	}
	if got := s.Of("a", "m"); got.PromptRate != 100 || got.OutputRate != 10 || got.Samples != 30 {
		t.Errorf("%+v", got)
	}
	load := sample(13, time.Second, time.Second)
	load.Load = 4 * time.Second
	s.Add(load)
	load.Load = time.Millisecond // the look-up of a loaded model is no load
	s.Add(load)
	if got := s.Of("a", "m"); got.Load != 4*time.Second {
		t.Errorf("%+v", got)
	}
	if s.Of("b", "m") != (timing.Speed{}) {
		t.Error("a tier that never answered has a speed")
	}
}

func TestCached(t *testing.T) {
	for name, c := range map[string]struct {
		shared, base, got float64
		want              bool
	}{
		"a hundredfold, same beginning":  {0.9, 200, 20000, true},
		"a hundredfold, sent by another": {0, 200, 20000, true},
		"usual speed, same beginning":    {0.9, 200, 210, false},
		"faster, other beginning":        {0, 200, 600, false},
		"same beginning, nothing known":  {0.5, 0, 200, true},
		"first call":                     {0, 0, 200, false},
		"no rate":                        {0.9, 200, 0, false},
	} {
		if timing.Cached(c.shared, c.base, c.got) != c.want {
			t.Errorf("%s: %v", name, !c.want)
		}
	}
}

func TestMemoryKeepsTheLast(t *testing.T) {
	ctx := context.Background()
	m := timing.Memory{Keep: 3}
	for i := range 5 {
		if err := m.Add(ctx, sample(i, 1, 1)); err != nil {
			t.Fatal(err)
		}
	}
	all, _ := m.Samples(ctx, timing.Query{})
	if len(all) != 3 || all[0].At.Unix() != 2 {
		t.Errorf("%+v", all)
	}
	if some, _ := m.Samples(ctx, timing.Query{Since: time.Unix(4, 0), Tier: "a", Model: "m"}); len(some) != 1 {
		t.Errorf("%+v", some)
	}
	if none, _ := m.Samples(ctx, timing.Query{Tier: "b"}); len(none) != 0 {
		t.Errorf("%+v", none)
	}
}

func TestReportGroupsAndOrders(t *testing.T) {
	b := sample(5, time.Second, 2*time.Second)
	b.Tier, b.Quant = "b", "Q8_0"
	failed := sample(9, 0, 0)
	failed.Err = "timed out"
	rows := timing.Report([]timing.Sample{b, sample(1, time.Second, time.Second), failed, sample(3, time.Second, time.Second)})
	if len(rows) != 2 || rows[0].Tier != "a" || rows[1].Quant != "Q8_0" {
		t.Fatalf("%+v", rows)
	}
	a := rows[0]
	if a.Calls != 3 || a.Errors != 1 || a.Errs["timed out"] != 1 || a.Output.N != 2 || a.From.Unix() != 1 || a.Until.Unix() != 9 || len(a.Trend()) != 2 {
		t.Errorf("%+v", a)
	}
}

func TestPercentile(t *testing.T) {
	list := []float64{1, 2, 3, 4}
	for p, want := range map[float64]float64{1: 1, 25: 1, 26: 2, 50: 2, 99: 4, 100: 4} {
		if got := timing.Percentile(list, p); got != want {
			t.Errorf("%g: %g, want %g", p, got, want)
		}
	}
	if timing.Percentile(nil, 50) != 0 {
		t.Error("of none")
	}
}
