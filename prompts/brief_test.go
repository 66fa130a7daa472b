package prompts_test

import (
	"errors"
	"math/rand"
	"strings"
	"testing"

	"substrate/corpus"
	"substrate/prompts"
)

func TestBriefGoldens(t *testing.T) {
	for name, c := range map[string]struct {
		facts prompts.Facts
		o     prompts.Options
	}{
		"whole.md":   {three(), prompts.Options{}},
		"tight.md":   {three(), prompts.Options{Budget: 800}},
		"small.txt":  {three(), prompts.Options{Tier: "small", Format: prompts.Text}},
		"empty.md":   {prompts.Facts{Library: "New"}, prompts.Options{}},
		"whole.json": {three(), prompts.Options{Format: prompts.JSON}},
	} {
		p, err := prompts.Brief(c.facts, c.o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		golden(t, "brief/"+name, p.Text)
	}
}

func TestBriefNeverAboveBudget(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for range 40 {
		f := many(r, r.Intn(40))
		p, err := prompts.Brief(f, prompts.Options{})
		if err != nil || p.Tokens > 2000 || p.Budget != 2000 {
			t.Fatalf("%d tokens of %d, %v", p.Tokens, p.Budget, err)
		}
		var low *prompts.BudgetError
		if _, err := prompts.Brief(f, prompts.Options{Budget: 1}); !errors.As(err, &low) {
			t.Fatal(err)
		}
		for _, b := range []int{low.Smallest, low.Smallest + r.Intn(200), low.Smallest + r.Intn(4000)} {
			p, err := prompts.Brief(f, prompts.Options{Budget: b})
			if err != nil || p.Tokens > b {
				t.Fatalf("budget %d: %d tokens, %v", b, p.Tokens, err)
			}
			essential(t, p.Text)
			told(t, p)
		}
		q, err := prompts.Brief(shuffled(r, f), prompts.Options{})
		if err != nil || q.Text != p.Text {
			t.Fatalf("another order, another text: %v\n%s", err, prompts.Diff(p, q))
		}
	}
}

// Code, items and rows of the priorities are told whole or not at all, and from the top.
func TestPrioritiesAreWhole(t *testing.T) {
	f := three()
	f.Documents, f.Drift, f.Changes, f.Owner = nil, nil, nil, ""
	f.Priorities = append(f.Priorities, corpus.Block{Kind: corpus.Code, Text: "```\nnested\n```"}, corpus.Block{Kind: corpus.Table, Rows: [][]string{{"only", "header"}}})
	whole, err := prompts.Brief(f, prompts.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, quote := around(whole.Text, "> Two filings")
	units := []string{"> Two filings are due before June.", ">\n> 1. Notice to the port authority", ">   • by registered mail", "> 2. Survey of berth 4", ">\n> what | due\n> notice | 2026-05-20", "> survey | 2026-05-31",
		">\n> ```\n> case 26-114\n>   exhibit B\n> ```", ">\n> ````\n> ```\n> nested\n> ```\n> ````", ">\n> only | header"}
	if want := strings.Join(units, "\n"); !strings.HasPrefix(quote, want+"\n") {
		t.Fatalf("the quotation is\n%s\nwant\n%s", quote, want)
	}
	seen := map[int]bool{}
	for b := whole.Tokens; ; b-- {
		p, err := prompts.Brief(f, prompts.Options{Budget: b})
		if err != nil {
			break
		}
		n := 0
		for n < len(units) && strings.Contains(p.Text, strings.Join(units[:n+1], "\n")+"\n") {
			n++
		}
		seen[n] = true
		if got := strings.Count(p.Text, "\n>"); n == 0 && got > 0 || n > 0 && got != strings.Count("\n"+strings.Join(units[:n], "\n"), "\n>") {
			t.Fatalf("budget %d shows half a unit:\n%s", b, p.Text)
		}
	}
	if len(seen) < 5 {
		t.Errorf("only %v units were ever shown", seen)
	}
}

func around(s, at string) (before, from string) {
	i := strings.Index(s, at)
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}
