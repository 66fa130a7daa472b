package budget_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"substrate/inference/budget"
)

func letters(parts []budget.Part) (int, error) {
	n := 0
	for _, p := range parts {
		n += len(p.Text) + 2
	}
	return n, nil
}

func ids(parts []budget.Part) string {
	var out []string
	for _, p := range parts {
		out = append(out, p.ID)
	}
	return strings.Join(out, " ")
}

func TestPackLosesPassagesFirst(t *testing.T) {
	parts := []budget.Part{
		{Kind: budget.Question, ID: "q", Text: strings.Repeat("q", 8)},
		{Kind: budget.Passage, ID: "p1", Text: strings.Repeat("1", 18), Priority: 1},
		{Kind: budget.Passage, ID: "p2", Text: strings.Repeat("2", 18), Priority: 5},
		{Kind: budget.Drift, ID: "d1", Text: strings.Repeat("d", 18)},
		{Kind: budget.Drift, ID: "d2", Text: strings.Repeat("e", 18), Priority: 1},
		{Kind: budget.System, ID: "s", Text: strings.Repeat("s", 8)},
	}
	for _, c := range []struct {
		window int
		want   string
	}{{1000, "s d1 d2 p1 p2 q"}, {80, "s d1 d2 p2 q"}, {60, "s d1 d2 q"}, {59, "s d2 q"}, {40, "s d2 q"}, {39, "s q"}, {20, "s q"}} {
		p, err := budget.Pack(parts, c.window, 0, letters)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(p.Parts); got != c.want {
			t.Errorf("window %d: %q, want %q", c.window, got, c.want)
		}
		if n, _ := letters(p.Parts); n != p.Tokens || n > c.window || len(p.Parts)+len(p.Cut) != len(parts) {
			t.Errorf("window %d: %d tokens, said %d; %d in, %d cut", c.window, n, p.Tokens, len(p.Parts), len(p.Cut))
		}
		for _, x := range p.Cut {
			if x.Why == "" {
				t.Errorf("window %d: %s was cut without a reason", c.window, x.ID)
			}
		}
	}
	_, err := budget.Pack(parts, 100, 81, letters)
	var small *budget.TooSmallError
	if !errors.As(err, &small) || small.Need != 101 {
		t.Fatalf("%v", err)
	}
	if _, err := budget.Pack(parts, small.Need, 81, letters); err != nil {
		t.Errorf("the smallest window that works does not: %v", err)
	}
}

func TestPackKeepsNeedsTogether(t *testing.T) {
	parts := []budget.Part{{Kind: budget.Question, ID: "q", Text: "q"},
		{Kind: budget.Passage, ID: "tail", Text: "t", Priority: 9, Needs: []string{"head"}},
		{Kind: budget.Passage, ID: "head", Text: strings.Repeat("h", 50)}}
	p, err := budget.Pack(parts, 20, 0, letters)
	if err != nil || ids(p.Parts) != "q" || len(p.Cut) != 2 || !strings.Contains(p.Cut[0].Why+p.Cut[1].Why, `needs "head"`) {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestPackRefuses(t *testing.T) {
	q := []budget.Part{{Kind: budget.Question, Text: "q"}}
	for name, f := range map[string]func() error{
		"no window": func() error { _, err := budget.Pack(q, 0, 0, letters); return err },
		"reserve":   func() error { _, err := budget.Pack(q, 10, -1, letters); return err },
		"nothing":   func() error { _, err := budget.Pack(nil, 10, 0, letters); return err },
		"kind":      func() error { _, err := budget.Pack([]budget.Part{{Kind: "x"}}, 10, 0, letters); return err },
		"counter": func() error {
			_, err := budget.Pack(q, 10, 0, func([]budget.Part) (int, error) { return 0, errors.New("gone") })
			return err
		},
	} {
		if f() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Whatever the parts: it fits, what must stay is whole, and no passage stands where a correction had to go.
func TestPackProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 3000 {
		var parts []budget.Part
		kinds := []budget.Kind{budget.System, budget.Question}
		for range r.IntN(12) {
			kinds = append(kinds, []budget.Kind{budget.Drift, budget.Passage}[r.IntN(2)])
		}
		must := 0
		for i, k := range kinds {
			p := budget.Part{Kind: k, ID: fmt.Sprint(i), Text: strings.Repeat("x", 1+r.IntN(300)), Priority: r.IntN(3)}
			if i > 2 && r.IntN(4) == 0 {
				p.Needs = []string{fmt.Sprint(2 + r.IntN(i-2))}
			}
			if i < 2 {
				must += len(p.Text) + 2
			}
			parts = append(parts, p)
		}
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		window, reserve := 1+r.IntN(2000), r.IntN(200)
		p, err := budget.Pack(parts, window, reserve, letters)
		if err != nil {
			var small *budget.TooSmallError
			if !errors.As(err, &small) || must+reserve <= window || small.Need != must+reserve {
				t.Fatalf("window %d, reserve %d, must %d: %v", window, reserve, must, err)
			}
			continue
		}
		n, _ := letters(p.Parts)
		if n+reserve > window || n != p.Tokens {
			t.Fatalf("%d + %d tokens for a window of %d (said %d)", n, reserve, window, p.Tokens)
		}
		driftCut, passageIn := false, false
		for _, c := range p.Cut {
			if c.Kind == budget.System || c.Kind == budget.Question {
				t.Fatalf("%s was cut", c.Kind)
			}
			driftCut = driftCut || c.Kind == budget.Drift
		}
		passageIn = slices.ContainsFunc(p.Parts, func(x budget.Part) bool { return x.Kind == budget.Passage })
		if driftCut && passageIn {
			t.Fatal("a passage outlived a correction")
		}
	}
}

func TestEstimateIsFromAbove(t *testing.T) {
	if budget.Tokens("", 0) != 0 {
		t.Error("nothing costs something")
	}
	// Floors counted by hand: a token for each digit and mark, for a short word and for a letter outside Latin. A real
	// tokenizer is asked in package inference's test against Ollama.
	for text, least := range map[string]int{
		"The pump in hall 3 is serviced every 14 months.": 14,
		"192.168.10.254":        14,
		"0123456789abcdef":      11,
		"ffmpeg -i in.mp4 -c:v": 13,
		"日本語の文書":                6,
		"😀😀":                    6,
		strings.Repeat("a", 90): 30,
		"eyJhbGciOiJIUzI1NiIs":  10,
	} {
		if n := budget.Tokens(text, 0); n < least {
			t.Errorf("%q is estimated at %d, under %d", text, n, least)
		}
		if n := budget.Tokens(text, 512); n < len(text) {
			t.Errorf("%q with a tokenizer of 512 entries: %d", text, n)
		}
	}
}

func TestEstimatorLearnsUpwards(t *testing.T) {
	var e budget.Estimator
	text := strings.Repeat("the pump of the hall ", 40)
	plain := e.Tokens(text)
	if e.Observe(text, plain/2) || e.Tokens(text) != plain {
		t.Error("a lower count must not lower the estimate")
	}
	if !e.Observe(text, plain+plain/2) || e.Tokens(text) < plain+plain/2 {
		t.Errorf("observed %d, estimates %d", plain+plain/2, e.Tokens(text))
	}
	e.Observe(text, 1_000_000)
	if e.Tokens(text) > len(text)+1 {
		t.Error("more tokens than bytes")
	}
	if e.Observe("hi", 500) {
		t.Error("a greeting teaches nothing but the template's size")
	}
}

// Counting may be a question to a server: where all fits it is asked seldom.
func TestPackCountsSeldom(t *testing.T) {
	parts := []budget.Part{{Kind: budget.Question, ID: "q", Text: "q"}}
	for i := range 100 {
		parts = append(parts, budget.Part{Kind: budget.Passage, ID: fmt.Sprint(i), Text: "passage"})
	}
	asked := 0
	count := func(p []budget.Part) (int, error) { asked++; return letters(p) }
	p, err := budget.Pack(parts, 10000, 0, count)
	if err != nil || len(p.Cut) != 0 || asked > 10 {
		t.Errorf("%d cut, asked %d times, %v", len(p.Cut), asked, err)
	}
	asked = 0
	if p, err = budget.Pack(parts, 100, 0, count); err != nil || len(p.Cut) == 0 || asked > 120 {
		t.Errorf("%d cut, asked %d times, %v", len(p.Cut), asked, err)
	}
}
