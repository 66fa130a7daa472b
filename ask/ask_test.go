package ask_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"substrate/ask"
	"substrate/inference"
	"substrate/inference/inferencetest"
	"substrate/library"
	"substrate/prompts"
)

type shelf struct{ found *library.Found }

func (s shelf) Search(context.Context, string, library.SearchOptions) (*library.Found, error) {
	return s.found, nil
}

func (s shelf) SystemPrompt(_ context.Context, o library.PromptOptions) (*prompts.Prompt, error) {
	p, err := prompts.Render(prompts.Facts{Library: "works"}, prompts.Options{Tier: o.Tier})
	return &p, err
}

func many(n int) *library.Found {
	f := &library.Found{Query: "How long is the delay?", Library: "works", Cascade: 3, Drift: []library.Drift{{ID: "D-1", Says: "the delay is 5 s", Actually: "the delay is 9 s"}}}
	for i := range n {
		h := library.Hit{Ref: fmt.Sprintf("guide@1.%d#2", i), Title: "Guide", Version: fmt.Sprintf("V1.%d", i), Standing: "authoritative", Heading: "2 Delay", Text: strings.Repeat(fmt.Sprintf("The delay of door %d is 5 s. ", i), 12)}
		if i == n-1 {
			h.Drift = []library.Drift{{ID: "D-2", Says: "door " + fmt.Sprint(i), Actually: "that door is gone"}}
		}
		f.Hits = append(f.Hits, h)
	}
	return f
}

func client(t *testing.T, tiers ...inference.Tier) *inference.Client {
	t.Helper()
	c, err := inference.New(tiers, inference.Options{ProbeEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func tier(name string, s *inferencetest.Server) inference.Tier {
	return inference.Tier{Name: name, URL: s.URL, Models: map[inference.Task]string{"chat": "m"}}
}

func TestWhatDoesNotFitIsCutAndSaid(t *testing.T) {
	for _, window := range []int{512, 600, 800, 1024, 1500, 2048, 3000, 4096, 8192} {
		s := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Window: window, Loaded: true})
		s.On(func(inferencetest.Call) inferencetest.Answer { return inferencetest.Answer{Text: "It is 9 s [D-1]."} })
		var heard strings.Builder
		a, err := ask.Ask(context.Background(), shelf{many(12)}, client(t, tier("one", s)), "How long is the delay?", ask.Options{Limit: 12}, func(x string) { heard.WriteString(x) })
		if err != nil {
			t.Fatalf("window %d: %v", window, err)
		}
		if heard.String() != a.Text || !a.Sound {
			t.Errorf("window %d: streamed %q, answered %q, %+v", window, heard.String(), a.Text, a.Sentences)
		}
		calls := s.Calls()
		last := calls[len(calls)-1]
		if last.Truncated || last.Tokens > window {
			t.Errorf("window %d: the server was given %d tokens", window, last.Tokens)
		}
		if !strings.Contains(last.Text, "the delay is 9 s") || !strings.Contains(last.Text, "Question: How long is the delay?") {
			t.Errorf("window %d: correction or question is lost:\n%s", window, last.Text)
		}
		// The rules of answering are always whole; so is the library's own prompt, as it is written for the window, or none of it is there.
		if !strings.Contains(last.Text, "say only: "+ask.Silence) {
			t.Errorf("window %d: the rules of answering are cut:\n%s", window, last.Text)
		}
		system, err := shelf{}.SystemPrompt(context.Background(), library.PromptOptions{Tier: fmt.Sprint(window)})
		whole := err == nil && strings.Contains(last.Text, strings.TrimSpace(system.Text))
		if strings.Contains(last.Text, "memory of the project") && !whole || whole == strings.Contains(a.Short, "no room") {
			t.Errorf("window %d: the system prompt is whole %v (%v), and it is told that %q", window, whole, err, a.Short)
		}
		if window >= 4096 && !whole {
			t.Errorf("window %d has no system prompt: %s", window, a.Short)
		}
		if len(a.Pack)+len(a.Cut) != 14 {
			t.Errorf("window %d: %d packed and %d cut of 14", window, len(a.Pack), len(a.Cut))
		}
		if window <= 600 && len(a.Cut) == 0 || window == 8192 && len(a.Cut) > 0 {
			t.Errorf("window %d: %d cut", window, len(a.Cut))
		}
		for _, c := range a.Cut {
			if c.Because == "" || c.ID == "" {
				t.Errorf("window %d: cut without a reason: %+v", window, c)
			}
		}
	}
}

func TestTheNextTierAnswersWhenOneFailsBeforeItsFirstWord(t *testing.T) {
	bad := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Window: 4096, Loaded: true})
	bad.On(func(inferencetest.Call) inferencetest.Answer {
		return inferencetest.Answer{Status: 500, Error: "llama runner process has terminated"}
	})
	good := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Window: 2048, Loaded: true})
	good.On(func(inferencetest.Call) inferencetest.Answer { return inferencetest.Answer{Text: "It is 9 s [D-1]."} })
	a, err := ask.Ask(context.Background(), shelf{many(2)}, client(t, tier("bad", bad), tier("good", good)), "How long is the delay?", ask.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.Decision.Tier != "good" || a.Window != 2048 {
		t.Errorf("answered by %s in a window of %d", a.Decision.Tier, a.Window)
	}
	if strings.Contains(a.Decision.Because, "by name") || len(a.Decision.Others) == 0 {
		t.Errorf("nobody named the tier: %+v", a.Decision)
	}
	if len(bad.Calls()) > 0 && (len(a.Failed) != 1 || !strings.Contains(a.Failed[0], "bad")) {
		t.Errorf("the failure is not told: %q", a.Failed)
	}
}

func TestNoModelIsAskedAboutNothing(t *testing.T) {
	s := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Window: 4096, Loaded: true})
	a, err := ask.Ask(context.Background(), shelf{&library.Found{}}, client(t, tier("one", s)), "What?", ask.Options{}, nil)
	if err != nil || !a.Nothing || len(s.Calls()) > 0 {
		t.Errorf("%+v, %v, %d calls", a, err, len(s.Calls()))
	}
	if _, err := ask.Ask(context.Background(), shelf{}, nil, "  ", ask.Options{}, nil); err == nil {
		t.Error("an empty question was taken")
	}
}
