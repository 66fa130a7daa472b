package inference_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"substrate/inference"
	"substrate/inference/budget"
	"substrate/inference/inferencetest"
	"substrate/inference/wire"
)

var t0 = time.Unix(1_700_000_000, 0)

var words = strings.Fields("pump valve hall service months Überdruck règlement 14 192.168.1.7 — ≥ Ventil the of and is 日本 {json:true} ")

func sentence(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(words[r.IntN(len(words))] + " ")
	}
	return strings.TrimSpace(b.String())
}

// For windows of 512 to 8,192 tokens and every API: what is packed and sent fits by the server's own count, nothing was
// truncated, system prompt and question arrive whole, and no passage stands where a correction was cut.
func TestPackedPromptsFitByTheServersCount(t *testing.T) {
	ctx := context.Background()
	for _, form := range []inferencetest.Form{inferencetest.Ollama, inferencetest.LlamaServer, inferencetest.VLLM, inferencetest.Hailo} {
		api := map[inferencetest.Form]string{inferencetest.Ollama: inference.Ollama, inferencetest.Hailo: inference.Hailo}[form]
		if api == "" {
			api = inference.OpenAI
		}
		r := rand.New(rand.NewPCG(3, uint64(len(form))))
		cut, sent, refused := 0, 0, 0
		for i := range 12 {
			window := 512 + r.IntN(8192-512+1)
			switch {
			case form == inferencetest.Hailo:
				window = wire.HailoWindow
			case i < 2:
				window = []int{512, 8192}[i]
			}
			srv := inferencetest.New(t, form, inferencetest.Model{Name: "m", Window: window, Vocab: 32000, Loaded: true})
			x := tier("a", srv.URL, api)
			x.MaxParallel, x.Identity = 1, "You are M."
			c := client(t, []inference.Tier{x}, inference.Options{})
			system, question := sentence(r, 20+r.IntN(120)), sentence(r, 5+r.IntN(25))
			parts := []budget.Part{{Kind: budget.System, ID: "s", Text: system}, {Kind: budget.Question, ID: "q", Text: question}}
			for j := range r.IntN(6) {
				parts = append(parts, budget.Part{Kind: budget.Drift, ID: fmt.Sprint("d", j), Text: sentence(r, 10+r.IntN(60))})
			}
			for j := range 4 + r.IntN(window/100) {
				parts = append(parts, budget.Part{Kind: budget.Passage, ID: fmt.Sprint("p", j), Text: sentence(r, 20+r.IntN(200))})
			}
			reserve := 32 + r.IntN(window/8)
			p, err := c.Pack(ctx, "a", "", parts, reserve)
			if err != nil {
				if !strings.Contains(err.Error(), "too small") {
					t.Fatal(err)
				}
				refused++
				continue
			}
			reply, err := c.Chat(ctx, inference.Request{Messages: inference.Messages(p.Parts), MaxTokens: reserve}, nil)
			if err != nil {
				t.Fatalf("%s, window %d: %v", form, window, err)
			}
			call := srv.Calls()[len(srv.Calls())-1]
			if call.Truncated || call.Tokens+reserve > window || p.Exact && p.Tokens != call.Tokens || p.Tokens < call.Tokens {
				t.Fatalf("%s, window %d: the server counts %d, packed %d (exact: %v), reserve %d, truncated %v", form, window, call.Tokens, p.Tokens, p.Exact, reserve, call.Truncated)
			}
			if !strings.HasSuffix(call.System, system) || !strings.HasPrefix(call.System, "You are M.") || !strings.Contains(call.Text, question) || reply.Text == "" {
				t.Fatalf("%s, window %d: system prompt or question is not whole", form, window)
			}
			drift := slices.ContainsFunc(p.Cut, func(x budget.Cut) bool { return x.Kind == budget.Drift })
			if drift && slices.ContainsFunc(p.Parts, func(x budget.Part) bool { return x.Kind == budget.Passage }) {
				t.Fatalf("%s, window %d: a passage outlived a correction", form, window)
			}
			sent++
			cut += len(p.Cut)
		}
		if sent < 8 || cut == 0 {
			t.Errorf("%s: %d sent, %d parts cut: too few to show anything", form, sent, cut)
		}
		t.Logf("%s: %d packs sent, %d parts cut, %d refused with the window that would do", form, sent, cut, refused)
	}
}

func TestWindowsAreAsked(t *testing.T) {
	ctx := context.Background()
	for _, x := range []struct {
		form   inferencetest.Form
		api    string
		source string
	}{{inferencetest.Ollama, inference.Ollama, "as loaded (/api/ps)"}, {inferencetest.LlamaServer, inference.OpenAI, "n_ctx (/props)"},
		{inferencetest.VLLM, inference.OpenAI, "max_model_len (/v1/models)"}, {inferencetest.Hailo, inference.Hailo, "compiled into the model"}} {
		srv := inferencetest.New(t, x.form, inferencetest.Model{Name: "m", Window: 2048, Max: 4096, Loaded: true})
		c := client(t, []inference.Tier{tierOne("a", srv.URL, x.api)}, inference.Options{})
		if w, err := c.Window(ctx, "a", ""); err != nil || w.Tokens != 2048 || w.Source != x.source {
			t.Errorf("%s: %+v, %v", x.form, w, err)
		}
	}
	srv := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Max: 3000})
	big := tierOne("big", srv.URL, "")
	big.Context = 9000
	c := client(t, []inference.Tier{big, tierOne("cold", srv.URL, "")}, inference.Options{})
	if w, err := c.Window(ctx, "big", ""); err != nil || w.Tokens != 3000 {
		t.Errorf("more than the model was trained for: %+v, %v", w, err)
	}
	if w, err := c.Window(ctx, "cold", ""); err != nil || w.Tokens == 0 || w.Tokens > 3000 {
		t.Errorf("%+v, %v", w, err)
	}
	if _, err := c.Window(ctx, "nobody", ""); err == nil || !strings.Contains(err.Error(), "cold") {
		t.Error(err)
	}
}

func tierOne(name, url, api string) inference.Tier {
	x := tier(name, url, api)
	x.MaxParallel = 1
	return x
}
