package inference_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"substrate/inference"
	"substrate/inference/inferencetest"
	"substrate/inference/route"
	"substrate/inference/wire"
)

func labelled(t *testing.T, name string) []route.Example {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := route.ReadExamples(f)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// 150 labelled prompts, by rules alone and with labelled examples where the rules are unsure, with the vectors of a real embedding
// model. The floors lie under what was measured and catch a change that breaks something.
func TestRoutingAccuracy(t *testing.T) {
	seen, unseen := labelled(t, "routing.tsv"), labelled(t, "routing-unseen.tsv")
	if len(seen)+len(unseen) != 150 {
		t.Fatalf("%d prompts, want 150", len(seen)+len(unseen))
	}
	url, ctx := inferencetest.StartEmbedder(t), context.Background()
	c := client(t, []inference.Tier{{Name: "e", URL: url, GoodAt: []inference.Task{"embed"}, Models: map[inference.Task]string{"embed": inferencetest.EmbeddingModel}}},
		inference.Options{Examples: seen})
	vectors := map[string][]float32{}
	var texts []string
	for _, p := range append(slices.Clone(seen), unseen...) {
		texts = append(texts, p.Prompt)
	}
	embedded, err := c.Embed(ctx, inference.EmbedRequest{Inputs: texts})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range embedded.Vectors {
		vectors[texts[i]] = v
	}
	for _, set := range []struct {
		name            string
		list            []route.Example
		rules, embedded float64
	}{{"seen", seen, 0.95, 0.95}, {"unseen", unseen, 0.85, 0.85}} {
		rules, embedded, alone, unsure, decided := 0, 0, 0, 0, 0
		for _, p := range set.list {
			r := route.Rules(p.Prompt, false)
			if r.Task == p.Task {
				rules++
			}
			// The examples without the rules, each prompt without itself.
			var others []route.Example
			for _, e := range seen {
				if e.Prompt != p.Prompt {
					others = append(others, route.Example{Task: e.Task, Prompt: e.Prompt, Vector: vectors[e.Prompt]})
				}
			}
			got, why := r.Task, ""
			if set.name == "unseen" {
				got, why = c.Task(ctx, p.Prompt, false)
			} else if !r.Sure { // the client would find the prompt itself among its examples
				if task, because, sure := route.Nearest(vectors[p.Prompt], others, 5); sure {
					got, why = task, because
				}
			}
			if got == p.Task {
				embedded++
			}
			if !r.Sure {
				unsure++
				if strings.HasPrefix(why, "closest example") {
					decided++
				}
			}
			if task, _, _ := route.Nearest(vectors[p.Prompt], others, 5); task == p.Task {
				alone++
			}
		}
		n := float64(len(set.list))
		t.Logf("%s: rules alone %d of %d (%.1f %%); with examples where the rules are unsure %d (%.1f %%; unsure %d, decided by examples %d); examples alone %d (%.1f %%)",
			set.name, rules, len(set.list), 100*float64(rules)/n, embedded, 100*float64(embedded)/n, unsure, decided, alone, 100*float64(alone)/n)
		if float64(rules)/n < set.rules || float64(embedded)/n < set.embedded {
			t.Errorf("%s: rules %.2f (floor %.2f), with examples %.2f (floor %.2f)", set.name, float64(rules)/n, set.rules, float64(embedded)/n, set.embedded)
		}
		if set.name == "unseen" && decided == 0 {
			t.Errorf("%s: no example was ever asked", set.name)
		}
	}
}

func TestAutoAsksASmallModelLast(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.Ollama, m)
	srv.On(func(c inferencetest.Call) inferencetest.Answer {
		if strings.Contains(c.System, "Labels:") {
			return inferencetest.Answer{Text: "Reasoning."}
		}
		return inferencetest.Answer{Text: "ok"}
	})
	x := tier("a", srv.URL, "")
	x.GoodAt = []inference.Task{"classify"}
	c := client(t, []inference.Tier{x}, inference.Options{})
	if task, why := c.Task(context.Background(), "Hm, flanges.", false); task != route.Reasoning || !strings.Contains(why, "m on tier a") {
		t.Errorf("%s, %s", task, why)
	}
	if task, why := c.Task(context.Background(), "What is it?", true); task != route.Vision || why == "" {
		t.Errorf("%s, %s", task, why)
	}
}

func TestDecisionsSayWhy(t *testing.T) {
	ctx := context.Background()
	big := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Window: 8192, Loaded: true, Vision: true})
	small := inferencetest.New(t, inferencetest.LlamaServer, inferencetest.Model{Name: "m", Window: 1024, Loaded: true})
	gone := inferencetest.New(t, inferencetest.Ollama, m)
	gone.Stop()
	b, s, g := tier("big", big.URL, ""), tier("small", small.URL, inference.OpenAI), tier("gone", gone.URL, "")
	b.GoodAt, s.GoodAt = []inference.Task{"reasoning", "long", "vision"}, []inference.Task{"fast"}
	b.Models["vision"] = "m"
	c := client(t, []inference.Tier{b, s, g}, inference.Options{})
	if _, err := c.Check(ctx); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("the pump of the hall ", 400)
	for _, x := range []struct {
		name string
		r    inference.Request
		want string
		why  string
	}{
		{"fast", inference.Request{Task: route.Fast, Messages: user("Which port?")}, "small", "good at fast"},
		{"reasoning", inference.Request{Task: route.Reasoning, Messages: user("Weigh it.")}, "big", "good at reasoning"},
		{"auto", inference.Request{Task: route.Auto, Messages: user("What is the IP address of the print server?")}, "small", "task fast: rule"},
		{"needs a window", inference.Request{Task: route.Fast, Messages: user(long)}, "big", "fit its window of 8192"},
		{"pictures", inference.Request{Messages: []inference.Message{{Role: "user", Content: "What?", Images: [][]byte{{1}}}}}, "big", "good at vision"},
		{"by name", inference.Request{Tier: "big", Task: route.Fast, Messages: user("Which port?")}, "big", "asked for by name"},
	} {
		d, err := c.Decide(ctx, x.r)
		if err != nil || d.Tier != x.want || !strings.Contains(d.Because, x.why) {
			t.Errorf("%s: %+v, %v", x.name, d, err)
		}
		if len(d.Others) != 2 {
			t.Errorf("%s: %d others", x.name, len(d.Others))
		}
		for _, o := range d.Others {
			if o.WhyNot == "" || o.Tier == "gone" && (o.Next || !strings.Contains(o.WhyNot, "down") && x.name != "by name" && x.name != "pictures") {
				t.Errorf("%s: %+v", x.name, o)
			}
		}
	}
	_, err := c.Decide(ctx, inference.Request{Messages: user(strings.Repeat(long, 8))})
	if !errors.Is(err, route.ErrNoTier) || !errors.Is(err, wire.NoRoute) || !strings.Contains(err.Error(), "too small") || !strings.Contains(err.Error(), "down") {
		t.Error(err)
	}
	if _, err := c.Decide(ctx, inference.Request{Tier: "nobody", Messages: user("x")}); err == nil {
		t.Error("an unknown tier was taken")
	}
	none := client(t, nil, inference.Options{})
	if _, err := none.Chat(ctx, inference.Request{Messages: user("x")}, nil); !errors.Is(err, route.ErrNoTier) {
		t.Error(err)
	}
	bad := []inference.Request{{}, {Prompt: "a", Messages: user("b")}, {Prompt: "a", MaxTokens: -1}, {Messages: []inference.Message{{Role: "boss"}}}}
	for _, r := range bad {
		if _, err := c.Chat(ctx, r, nil); err == nil {
			t.Errorf("%+v was taken", r)
		}
	}
}

// A tier that is down comes back by itself when a request is its only probe.
func TestDownTierComesBackWithoutProbes(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.Ollama, m)
	srv.Script(inferencetest.Answer{Error: "boom"}, inferencetest.Answer{Error: "boom"}, inferencetest.Answer{Error: "boom"})
	clock := inferencetest.NewClock(t0)
	c := client(t, []inference.Tier{tier("a", srv.URL, "")}, inference.Options{Clock: clock})
	ask := func() error {
		_, err := c.Chat(context.Background(), inference.Request{Messages: user("x")}, nil)
		return err
	}
	for range 3 {
		if err := ask(); !errors.Is(err, wire.Fault) {
			t.Fatal(err)
		}
	}
	if err := ask(); !errors.Is(err, wire.NoRoute) || c.Status()[0].Health.State != route.Down {
		t.Fatalf("%v, %+v", err, c.Status()[0])
	}
	clock.Advance(5e9)
	if err := ask(); err != nil || c.Status()[0].Health.State != route.Up {
		t.Errorf("%v, %+v", err, c.Status()[0])
	}
}

func TestConfigMistakesNameFieldAndMend(t *testing.T) {
	ok := inference.Tier{Name: "a", URL: "http://h:1", Models: map[inference.Task]string{"chat": "m"}}
	for field, change := range map[string]func(*inference.Tier){
		"name":              func(x *inference.Tier) { x.Name = "a b" },
		"url":               func(x *inference.Tier) { x.URL = "h:1" },
		"api":               func(x *inference.Tier) { x.API = "grpc" },
		"good_at":           func(x *inference.Tier) { x.GoodAt = []inference.Task{"singing"} },
		"models":            func(x *inference.Tier) { x.Models = nil },
		"context":           func(x *inference.Tier) { x.Context = 20 },
		"max_parallel":      func(x *inference.Tier) { x.API, x.MaxParallel = inference.Hailo, 2 },
		"temperature_limit": func(x *inference.Tier) { x.TemperatureLimit = -1 },
		"key":               func(x *inference.Tier) { x.Key = "env:SURELY_NOT_SET_ANYWHERE" },
		"idle":              func(x *inference.Tier) { x.Idle = -1 },
	} {
		x := ok
		change(&x)
		var e *inference.ConfigError
		if err := inference.Validate([]inference.Tier{x}); !errors.As(err, &e) || e.Field != field || e.Mend == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := inference.Validate([]inference.Tier{ok, ok}); err == nil {
		t.Error("two tiers of one name")
	}
	if err := inference.Validate([]inference.Tier{ok}); err != nil {
		t.Error(err)
	}
}

// What was routed is remembered with its reasons and without its words.
func TestRoutedIsRemembered(t *testing.T) {
	good := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Window: 4096, Loaded: true})
	bad := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Window: 4096, Loaded: true})
	bad.On(func(inferencetest.Call) inferencetest.Answer {
		return inferencetest.Answer{Error: "broken", Status: 500}
	})
	models := map[inference.Task]string{"chat": "m"}
	c := client(t, []inference.Tier{{Name: "bad", URL: bad.URL, Models: models, GoodAt: []inference.Task{"chat"}}, {Name: "good", URL: good.URL, Models: models}}, inference.Options{})
	ctx := context.Background()
	if _, err := c.Chat(ctx, inference.Request{Messages: user("a secret word")}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Chat(ctx, inference.Request{Tier: "bad", Messages: user("a secret word")}, nil); err == nil {
		t.Fatal("the broken tier answered")
	}
	for range 60 {
		if _, err := c.Chat(ctx, inference.Request{Tier: "good", Messages: user("hello"), Chosen: &inference.Decision{Because: "a coin said so"}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	list := c.Routed()
	if len(list) != 50 || list[0].Decision.Because != "a coin said so" || list[0].Err != "" || list[0].At.Before(list[49].At) {
		t.Errorf("%d remembered, the newest %+v", len(list), list[0])
	}
	c = client(t, []inference.Tier{{Name: "bad", URL: bad.URL, Models: models, GoodAt: []inference.Task{"chat"}}, {Name: "good", URL: good.URL, Models: models}}, inference.Options{})
	_, _ = c.Chat(ctx, inference.Request{Messages: user("a secret word")}, nil)
	_, _ = c.Chat(ctx, inference.Request{Tier: "bad", Messages: user("a secret word")}, nil)
	list = c.Routed()
	if len(list) != 2 || list[1].Decision.Tier != "good" || len(list[1].Failed) != 1 || list[1].Err != "" || list[0].Err == "" {
		t.Errorf("remembered %+v", list)
	}
	if text := fmt.Sprintf("%+v", list); strings.Contains(text, "secret") {
		t.Errorf("words of a request are kept: %s", text)
	}
}
