//go:build unix

package inference_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"substrate/inference"
	"substrate/inference/budget"
	"substrate/inference/inferencetest"
	"substrate/inference/wire"
)

// A real Ollama: its stream, times, windows, refusals and count are what the client says they are.
func TestRealOllama(t *testing.T) {
	real := inferencetest.StartOllama(t)
	spare := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "spare", Window: 8192, Vocab: 32000})
	tiers := []inference.Tier{
		{Name: "real", URL: real.URL, GoodAt: []inference.Task{"chat"}, Models: map[inference.Task]string{"chat": inferencetest.RealModel}, Context: 512},
		{Name: "spare", URL: spare.URL, GoodAt: []inference.Task{"vision"}, Models: map[inference.Task]string{"chat": "spare"}},
	}
	windows := []int{512, 1024, 2048, 4096, 8192}
	for _, w := range windows { // the same server, asked for other windows
		tiers = append(tiers, inference.Tier{Name: fmt.Sprintf("real-%d", w), URL: real.URL, GoodAt: []inference.Task{"vision"},
			Models: map[inference.Task]string{"chat": inferencetest.RealModel}, Context: w})
	}
	c := client(t, tiers, inference.Options{})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	top, err := c.Window(ctx, "real-8192", "")
	if err != nil {
		t.Fatal(err)
	}
	zero := 0.0
	ask := func(text string, max int) inference.Request {
		return inference.Request{Tier: "real", Messages: user(text), MaxTokens: max, Temperature: &zero}
	}

	t.Run("streams and times", func(t *testing.T) {
		n := 0
		r, err := c.Chat(ctx, ask("Tell me a story about a pump.", 24), func(inference.Chunk) error { n++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		s := r.Timing
		if n < 2 || r.Text == "" || r.Usage.Estimated || r.Usage.Prompt == 0 || r.Usage.Output == 0 {
			t.Errorf("%d chunks, %+v", n, r.Usage)
		}
		if s.PromptTime <= 0 || s.OutputTime <= 0 || s.ClientTimed || s.FirstToken <= 0 || s.Total < s.FirstToken || s.Load <= 0 {
			t.Errorf("timing %+v", s)
		}
		if s.Quant == "" {
			t.Error("no quantisation in the sample")
		}
		t.Logf("load %v, prompt %d tokens in %v, output %d in %v", s.Load, s.PromptTokens, s.PromptTime, s.OutputTokens, s.OutputTime)
	})
	t.Run("window as loaded", func(t *testing.T) {
		d, err := c.Details(ctx, "real", "")
		if err != nil {
			t.Fatal(err)
		}
		w, err := c.Window(ctx, "real", "")
		if err != nil || !d.Loaded || d.Vocab == 0 || d.Window != w.Tokens {
			t.Errorf("details %+v, window %+v, %v", d, w, err)
		}
	})
	t.Run("refuses and never cuts", func(t *testing.T) {
		r := ask("", 8)
		r.Messages = user(strings.Repeat("The pump of hall three is serviced. ", 200))
		_, err := c.Chat(ctx, r, nil)
		if !errors.Is(err, wire.TooLong) && !errors.Is(err, wire.NoRoute) {
			t.Errorf("an over-long prompt: %v", err)
		}
		// By the wire alone, without the client's own count.
		o, err := wire.NewOllama(wire.Options{URL: real.URL})
		if err != nil {
			t.Fatal(err)
		}
		st, err := o.Chat(ctx, &wire.Request{Model: inferencetest.RealModel, Messages: r.Messages, Window: 512, MaxTokens: 4})
		if err == nil {
			_, err = st.Next()
			st.Close()
		}
		if !errors.Is(err, wire.TooLong) {
			t.Errorf("the server's refusal reads as %v", err)
		}
	})
	t.Run("marks a cached prefix", func(t *testing.T) {
		text := strings.Repeat("one two three four five six seven. ", 8)
		first, err := c.Chat(ctx, ask("X"+text, 4), nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := c.Chat(ctx, ask("X"+text, 4), nil)
		if err != nil {
			t.Fatal(err)
		}
		if again.Usage.Prompt != first.Usage.Prompt || !again.Timing.Cached || again.Timing.PromptRate() != 0 {
			t.Errorf("first %+v, again %+v", first.Timing, again.Timing)
		}
		t.Logf("prompt time %v, then %v", first.Timing.PromptTime, again.Timing.PromptTime)
	})
	t.Run("budget by the server's own count", func(t *testing.T) {
		for _, w := range windows {
			tier := fmt.Sprintf("real-%d", w)
			parts := []budget.Part{{Kind: budget.System, ID: "s", Text: "Answer from the passages."},
				{Kind: budget.Drift, ID: "d", Text: "Correction: 14 months, not 12."}, {Kind: budget.Question, ID: "q", Text: "How often?"}}
			for i := range w / 40 {
				parts = append(parts, budget.Part{Kind: budget.Passage, ID: fmt.Sprint("p", i), Text: strings.Repeat("The pump — 14 °C ✓. ", 4)})
			}
			p, err := c.Pack(ctx, tier, "", parts, 32)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Chat(ctx, inference.Request{Tier: tier, Messages: inference.Messages(p.Parts), MaxTokens: 8}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got.Usage.Prompt > p.Window-p.Reserve || len(p.Cut) == 0 || got.Usage.Prompt > p.Tokens || p.Window != min(w, top.Max) {
				t.Errorf("the server counts %d, packed %d for %d less %d, %d cut", got.Usage.Prompt, p.Tokens, p.Window, p.Reserve, len(p.Cut))
			}
			t.Logf("window %d: the server counts %d, estimated %d, %d parts cut", p.Window, got.Usage.Prompt, p.Tokens, len(p.Cut))
		}
	})
	t.Run("cancel reaches it", func(t *testing.T) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		n := 0
		_, err := c.Chat(ctx, ask("Go on and on.", 400), func(inference.Chunk) error {
			if n++; n == 2 {
				stop()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("%d chunks, %v", n, err)
		}
		// It serves one request at a time: the next answer shows that the cancelled one is over.
		if _, err := c.Chat(context.Background(), ask("Still there?", 4), nil); err != nil {
			t.Error(err)
		}
	})
	t.Run("unknown model", func(t *testing.T) {
		r := ask("hi", 4)
		r.Model = "nobody"
		if _, err := c.Chat(ctx, r, nil); !errors.Is(err, wire.NotFound) && !errors.Is(err, wire.NoRoute) {
			t.Error(err)
		}
	})
	t.Run("killed in the middle, then failover", func(t *testing.T) {
		n := 0
		_, err := c.Chat(ctx, ask("Go on and on.", 400), func(inference.Chunk) error {
			if n++; n == 1 {
				real.Kill()
			}
			return nil
		})
		var broke *inference.BrokenError
		if !errors.As(err, &broke) || broke.Text == "" {
			t.Fatalf("killed after %d chunks: %v", n, err)
		}
		r, err := c.Chat(ctx, inference.Request{Messages: user("Who answers?")}, nil)
		if err != nil || r.Tier != "spare" {
			t.Fatalf("after the kill: %+v, %v", r, err)
		}
		if len(r.Attempts) == 1 && r.Attempts[0].Tier != "real" {
			t.Errorf("attempts %+v", r.Attempts)
		}
	})
}
