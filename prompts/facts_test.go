package prompts_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"substrate/epoch"
	"substrate/prompts"
)

func TestEpochsOf(t *testing.T) {
	rules := epoch.Rules{Epochs: []epoch.Named{
		{Name: "EPOCH 3", Rules: []epoch.Rule{{Marker: "E3"}, {Version: ">= 3.6", Document: "roadmap"}}},
		{Name: "EPOCH 1", Rules: []epoch.Rule{{Date: "< 2026-03-15", Marker: "old"}}},
	}}
	got := prompts.EpochsOf(rules, []string{"EPOCH 4", "EPOCH 3", "EPOCH 2", "", "EPOCH 1", "EPOCH 0", "EPOCH 2"})
	want := []prompts.Epoch{
		{Name: "EPOCH 4"}, {Name: "EPOCH 3", Marks: []string{`marked "E3"`, "version >= 3.6 of roadmap"}}, {Name: "EPOCH 2"},
		{Name: "EPOCH 1", Marks: []string{`marked "old", dated < 2026-03-15`}}, {Name: "EPOCH 0"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("epochs are %+v", got)
	}
	if got := prompts.EpochsOf(epoch.Rules{}, []string{"B", "A"}); len(got) != 2 || got[0].Name != "B" {
		t.Errorf("without rules they are %+v", got)
	}
}

func TestTokens(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "the": 1, "the pump stands": 4, "retention": 3, "internationalization": 6, "10.20": 5, "a\nb": 3, "x  y": 3, "    code": 2,
		"é": 1, "漢字": 4, "🙂": 2, "\xff": 1, "[slug@2.1#10.3]": 12,
	} {
		if got := prompts.Tokens(text); got != want {
			t.Errorf("%q costs %d, want %d", text, got, want)
		}
	}
	// Joining texts costs no more than the texts and the cut word between them.
	for _, a := range []string{"the pump", "10.", "漢", "x  "} {
		for _, b := range []string{"stands", " 4", "🙂", "  y"} {
			if both, apart := prompts.Tokens(a+b), prompts.Tokens(a)+prompts.Tokens(b); both > apart+1 {
				t.Errorf("%q and %q cost %d apart and %d together", a, b, apart, both)
			}
		}
	}
}

func TestTiers(t *testing.T) {
	for tier, want := range map[string]int{
		"": 0, "large": 0, "Medium": 4000, "small": 1200, "200k": 51200, "131072": 32768, "32k": 4000, "8192": 1200, "4,096": 1024, "2k": 512, "1M": 262144,
	} {
		p, err := prompts.Render(prompts.Facts{Library: "New"}, prompts.Options{Tier: tier})
		if err != nil || p.Budget != want {
			t.Errorf("tier %q has a budget of %d, %v; want %d", tier, p.Budget, err, want)
		}
	}
	p, err := prompts.Render(three(), prompts.Options{Tier: "small", Budget: 5000})
	if err != nil || p.Budget != 5000 {
		t.Errorf("a budget beside a tier: %d, %v", p.Budget, err)
	}
	var low *prompts.BudgetError
	if _, err := prompts.Render(three(), prompts.Options{Tier: "1k"}); !errors.As(err, &low) {
		t.Errorf("a window of 1k: %v", err)
	}
}

// Short sentences: a small reader gets none longer than this many words.
func TestSmallHasShortSentences(t *testing.T) {
	p, err := prompts.Render(prompts.Facts{Library: "New", Epochs: []prompts.Epoch{{Name: "B"}, {Name: "A"}}}, prompts.Options{Tier: "small"})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Sections {
		for _, sentence := range strings.FieldsFunc(s.Text, func(r rune) bool { return strings.ContainsRune(".:;?!\n", r) }) {
			if n := len(strings.Fields(sentence)); n > 14 {
				t.Errorf("%d words: %q", n, sentence)
			}
		}
	}
}

// A large library stays within every tier, and quickly enough to be made for each request.
func TestLargeLibrary(t *testing.T) {
	f := prompts.Facts{Library: "Archive", Epochs: []prompts.Epoch{{Name: "EPOCH 1"}}}
	for i := range 2000 {
		f.Documents = append(f.Documents, prompts.Document{Slug: slug(i), Title: fmt.Sprintf("Guide %d", i), Epoch: "EPOCH 1", Standing: epoch.Authoritative, Because: "only version"})
		f.Drift = append(f.Drift, prompts.Drift{ID: fmt.Sprintf("D-%d", i), Says: "4", Actually: "5", Ref: ref(fmt.Sprintf("guide-%d#1", i))})
	}
	for _, tier := range []string{"small", "medium", "128k"} {
		p, err := prompts.Render(f, prompts.Options{Tier: tier})
		if err != nil || p.Tokens > p.Budget || p.Tokens < p.Budget*9/10 {
			t.Errorf("%s: %d of %d tokens, %v", tier, p.Tokens, p.Budget, err)
		}
	}
}
