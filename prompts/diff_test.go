package prompts_test

import (
	"math/rand"
	"strings"
	"testing"

	"substrate/corpus"
	"substrate/prompts"
)

func TestDiff(t *testing.T) {
	old, err := prompts.Render(three(), prompts.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := three()
	f.Version, f.Cascade = 5, 8
	f.Documents[0].Label, f.Documents[0].Date, f.Documents[0].Because = corpus.ParseLabel("V2.2"), date("2026-05-09"), "V2.2 is the newest version"
	f.Drift = f.Drift[1:]
	f.Owner = ""
	now, err := prompts.Render(f, prompts.Options{})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "diff.txt", prompts.Diff(old, now))
	if d := prompts.Diff(now, now); d != "" {
		t.Errorf("nothing changed, and the diff is %q", d)
	}
	if back := prompts.Diff(now, old); strings.Count(back, "\n+ ") != strings.Count(prompts.Diff(old, now), "\n- ") {
		t.Errorf("the way back is\n%s", back)
	}
}

func TestDiffOfOrder(t *testing.T) {
	a, err := prompts.Render(three(), prompts.Options{Template: "## A\nx\n## B\ny\n{{.Rules}}\n{{.Citation}}"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := prompts.Render(three(), prompts.Options{Template: "## B\ny\n{{.Rules}}\n{{.Citation}}\n## A\nx"})
	if err != nil {
		t.Fatal(err)
	}
	if d := prompts.Diff(a, b); !strings.Contains(d, "the same sections in another order") {
		t.Errorf("diff is %q", d)
	}
}

// What is told as gone was there, what is told as come is there, and something is always told when the content differs.
func TestDiffTellsTheTruth(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	for range 60 {
		a, err := prompts.Render(many(r, r.Intn(9)), prompts.Options{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := prompts.Render(many(r, r.Intn(9)), prompts.Options{Tier: "small"})
		if err != nil {
			t.Fatal(err)
		}
		d := prompts.Diff(a, b)
		if (d == "") != (a.Hash == b.Hash) {
			t.Fatalf("hashes %s and %s, diff %q", a.Hash, b.Hash, d)
		}
		for _, l := range strings.Split(d, "\n") {
			if s, ok := strings.CutPrefix(l, "- "); ok && !strings.Contains(a.Text, s) {
				t.Fatalf("%q is told as gone and never was", s)
			}
			if s, ok := strings.CutPrefix(l, "+ "); ok && !strings.Contains(b.Text, s) {
				t.Fatalf("%q is told as come and is not there", s)
			}
		}
	}
}
