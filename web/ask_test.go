package web_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"substrate/ask"
	"substrate/inference"
	"substrate/inference/inferencetest"
	"substrate/library"
	"substrate/web"
)

// model is a library's server with one tier behind it that speaks Ollama's protocol and says what a test scripts.
func model(t *testing.T, own bool) (*inferencetest.Server, string) {
	t.Helper()
	tier := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "small", Window: 8192, Loaded: true, Quant: "Q4_K_M"})
	var lib *library.Library
	var client *inference.Client
	srv, l := server(t, own, web.Options{
		Version: "1.0",
		Ask: func(ctx context.Context, q string, o ask.Options, each func(string)) (*ask.Answer, error) {
			return ask.Ask(ctx, lib, client, q, o, each)
		},
		Tiers: func() []web.Tier {
			return []web.Tier{{Name: "big", URL: tier.URL, State: "up", Up: true, Since: time.Date(2026, 4, 27, 9, 0, 0, 0, time.UTC), Models: []string{"chat: small"}}, {Name: "rack", URL: "http://rack:11434", State: "down", Why: "connection refused", Models: []string{"chat: large"}}}
		},
		Routed: func() []web.Routed {
			var out []web.Routed
			for _, r := range client.Routed() {
				out = append(out, web.Routed{At: r.At, Task: string(r.Decision.Task), Tier: r.Decision.Tier, Model: r.Decision.Model, Because: r.Decision.Because, Others: []string{"rack: it is down"}, Err: r.Err})
			}
			return out
		},
	})
	lib = l
	var err error
	if client, err = inference.New([]inference.Tier{{Name: "big", URL: tier.URL, Models: map[inference.Task]string{"chat": "small"}}}, inference.Options{ProbeEvery: -1, Store: lib.Samples()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return tier, srv.URL
}

const (
	question = "How long does Prometheus keep data?"
	cited    = "elroy-user-guide@2.1#13.7"
)

func askAt(base, q string) string { return base + "/ask?q=" + url.QueryEscape(q) }

// An answer is read while it is still being written, is then held against what it cites, and a citation opens the page.
func TestAnAnswerIsStreamed(t *testing.T) {
	tier, base := model(t, true)
	b := browser(t)
	b.size(1280, 900, false)
	seen := make(chan struct{})
	tier.On(func(inferencetest.Call) inferencetest.Answer {
		return inferencetest.Answer{
			Chunks: []string{"A unit that is enabled, inactive and without a line in the journal ", "was dropped by systemd to break an ordering cycle [" + cited + "].\n", "- The moon is made of cheese [" + cited + "].\n- The disk holds 77 TB [nowhere@9.9#1]."},
			Each: func(i int) {
				if i == 1 {
					<-seen
				}
			},
		}
	})
	b.run(chromedp.Navigate(base + "/ask"))
	b.waitFor(`document.readyState === "complete"`)
	eval[int](b, `document.querySelector("#question").focus(); 0`)
	b.run(chromedp.KeyEvent("Why was jetson-exporter skipped at boot without a line in the journal?"), chromedp.KeyEvent("\r"))
	b.waitFor(`location.search.startsWith("?q=") && document.querySelector("#answer").innerText.includes("without a line in the journal")`)
	if eval[bool](b, `document.querySelector("#answer").innerText.includes("ordering cycle")`) {
		t.Error("the second half was there before it was sent")
	}
	close(seen)
	b.waitFor(`document.querySelector(".verdict")`)
	if got := eval[string](b, `document.querySelector(".verdict").innerText`); got != "1 of 3 statements stands in what they cite." && got != "1 of 3 statements stand in what they cite." {
		t.Errorf("the verdict is %q", got)
	}
	for _, want := range []string{"Unsupported: “The moon is made of cheese.”", "Invented: “The disk holds 77 TB.”", "which the model was not given", "What it was given", "small on big"} {
		if !eval[bool](b, fmt.Sprintf(`document.querySelector("#answer").innerText.includes(%q)`, want)) {
			t.Errorf("the answer lacks %q:\n%s", want, eval[string](b, `document.querySelector("#answer").innerText.slice(0, 1500)`))
		}
	}
	// The first citation's page stands beside it, with the passage marked; a click on one opens its page.
	b.waitFor(`document.querySelector("#paper .marks rect") && document.querySelector("#paper figcaption").innerText.includes("13.7")`)
	eval[int](b, `document.querySelector("#paper").textContent = ""; document.querySelector("a.cite").click(); 0`)
	b.waitFor(`document.querySelector("#paper figcaption") && document.querySelector("#paper figcaption").innerText.includes("13.7")`)
	b.waitFor(`Array.from(document.images).every(i => i.complete && i.naturalWidth > 0)`)
	for _, form := range []struct {
		name          string
		width, height int64
		dark          bool
	}{{"desktop-light", 1280, 900, false}, {"phone-dark", 390, 844, true}} {
		b.size(form.width, form.height, form.dark)
		b.accessible("answer " + form.name)
		if wide := eval[int64](b, "document.documentElement.scrollWidth"); wide > form.width {
			t.Errorf("the answer on %s is %d pixels wide", form.name, wide)
		}
		b.picture("ask-"+form.name, true)
	}
	b.quiet()
	// What was asked left its traces among the tiers.
	b.size(1280, 900, false)
	b.run(chromedp.Navigate(base + "/tiers"))
	b.waitFor(`document.querySelector(".plot circle title") && document.querySelector(".routes li").innerText.includes("big")`)
	b.quiet()
}

// Leaving the page ends the answer on the model's server.
func TestLeavingEndsTheAnswer(t *testing.T) {
	tier, base := model(t, true)
	tier.On(func(inferencetest.Call) inferencetest.Answer {
		return inferencetest.Answer{Chunks: []string{"A first word ", "and no more"}, HangAfter: 1}
	})
	b := browser(t)
	b.run(chromedp.Navigate(askAt(base, question)))
	b.waitFor(`document.querySelector("#answer") && document.querySelector("#answer").innerText.includes("A first word")`)
	b.run(chromedp.Navigate(base + "/drift"))
	for end := time.Now().Add(30 * time.Second); tier.Canceled() == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the model is still busy")
		}
	}
}

// What a model writes is only ever text, and a tier that fails is said where the answer would be.
func TestHostileAnswersAreInert(t *testing.T) {
	tier, base := model(t, true)
	evil := `<script>window.owned=1</script><img src=x onerror=window.owned=2> [javascript:window.owned=3] [<b>x@1#2</b>] ` + "\x1b[31m\u202e end."
	tier.Script(inferencetest.Answer{Text: evil}, inferencetest.Answer{Text: evil})
	b := browser(t)
	b.run(chromedp.Navigate(askAt(base, question)))
	b.waitFor(`document.querySelector(".verdict")`)
	if got := eval[string](b, `String(window.owned)`); got != "undefined" {
		t.Errorf("script %s ran", got)
	}
	if n := eval[int](b, `document.querySelectorAll("#answer script, #answer img[src=x], #answer [onerror], #answer [href^='javascript:']").length`); n != 0 {
		t.Errorf("%d active elements", n)
	}
	if !eval[bool](b, `document.querySelector(".line").innerText.includes("<script>window.owned=1</script>")`) {
		t.Error("the model's own words are not shown as they stand")
	}
	body, _ := fetch(t, askAt(base, question)+"&whole=1")
	if strings.Contains(body, "<script>window.owned") || strings.ContainsAny(body, "\x1b\u202e") {
		t.Error("the answer without JavaScript is not inert")
	}
	b.quiet()
	tier.On(func(inferencetest.Call) inferencetest.Answer {
		return inferencetest.Answer{Error: "out of <b>memory", Status: 500}
	})
	b.run(chromedp.Navigate(askAt(base, question)))
	b.waitFor(`document.querySelector("#answer [role=alert]") && document.querySelector("#answer [role=alert]").innerText.includes("out of <b>memory")`)
	if body, _ := fetch(t, askAt(base, question)+"&whole=1"); !strings.Contains(body, "out of &lt;b&gt;memory") {
		t.Error("without JavaScript the failure is not said")
	}
}

func TestAskWithoutJavaScript(t *testing.T) {
	tier, base := model(t, true)
	tier.On(func(inferencetest.Call) inferencetest.Answer {
		return inferencetest.Answer{Text: "The library does not say."}
	})
	if body, _ := fetch(t, askAt(base, question)); !strings.Contains(body, "&amp;whole=1") || len(tier.Calls()) != 0 {
		t.Errorf("%d calls; the page has no link to an answer without JavaScript", len(tier.Calls()))
	}
	if body, _ := fetch(t, askAt(base, question)+"&whole=1"); !strings.Contains(body, "The library does not say.") || !strings.Contains(body, "1 of 1 statement stands") {
		t.Errorf("no whole answer: %.2000s", body)
	}
	// Nothing in the library is about it: no model is asked.
	n := len(tier.Calls())
	if body, _ := fetch(t, askAt(base, "xyzzyplugh")+"&whole=1"); !strings.Contains(body, "No model was asked") || len(tier.Calls()) != n {
		t.Errorf("a model was asked about nothing")
	}
	// Without a tier the passages answer.
	srv, _ := server(t, false, web.Options{})
	body, _ := fetch(t, askAt(srv.URL, question))
	for _, want := range []string{"hydra-cluster-user-guide", "tiers:", "because"} {
		if !strings.Contains(body, want) {
			t.Errorf("without a tier the page lacks %q", want)
		}
	}
}
