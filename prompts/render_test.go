package prompts_test

import (
	"encoding/json"
	"errors"
	"flag"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"substrate/prompts"
)

var update = flag.Bool("update", false, "write the goldens anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; go test ./prompts -update moves it. Got:\n%s", path, got)
	}
}

func TestRenderGoldens(t *testing.T) {
	empty := prompts.Facts{Library: "New"}
	for name, c := range map[string]struct {
		facts prompts.Facts
		o     prompts.Options
	}{
		"large.md":    {three(), prompts.Options{}},
		"medium.md":   {three(), prompts.Options{Tier: "medium"}},
		"small.md":    {three(), prompts.Options{Tier: "small"}},
		"large.txt":   {three(), prompts.Options{Format: prompts.Text}},
		"small.json":  {three(), prompts.Options{Tier: "small", Format: prompts.JSON}},
		"tight.md":    {three(), prompts.Options{Budget: 700}},
		"empty.md":    {empty, prompts.Options{}},
		"empty-s.txt": {empty, prompts.Options{Tier: "small", Format: prompts.Text}},
	} {
		p, err := prompts.Render(c.facts, c.o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		golden(t, "render/"+name, p.Text)
	}
}

// essential sentences of the rules and of the citation form, in both wordings.
func essential(t *testing.T, text string) {
	t.Helper()
	for _, s := range []string{"newest epoch is authoritative", "historical context only", "The drift log reconciles", "On operational facts the newest epoch wins", "[slug@2.1#10.3]", "quoted material"} {
		if !strings.Contains(text, s) {
			t.Fatalf("%q is missing from:\n%s", s, text)
		}
	}
}

func TestNeverAboveBudget(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 12 {
		f := many(r, r.Intn(25))
		for _, format := range []prompts.Format{prompts.Markdown, prompts.Text, prompts.JSON} {
			for _, tier := range []string{"small", "medium", "large", "32k"} {
				o := prompts.Options{Tier: tier, Format: format, Budget: 1}
				var low *prompts.BudgetError
				if _, err := prompts.Render(f, o); !errors.As(err, &low) {
					t.Fatalf("a budget of 1: %v", err)
				}
				// Just below what works must be refused, and naming the same figure.
				o.Budget = low.Smallest - 1
				var again *prompts.BudgetError
				if _, err := prompts.Render(f, o); !errors.As(err, &again) || again.Smallest != low.Smallest {
					t.Fatalf("smallest is %d, and %d gives %v", low.Smallest, o.Budget, err)
				}
				for _, b := range []int{low.Smallest, low.Smallest + r.Intn(100), low.Smallest + r.Intn(3000)} {
					o.Budget = b
					p, err := prompts.Render(f, o)
					if err != nil {
						t.Fatalf("budget %d, smallest %d: %v", b, low.Smallest, err)
					}
					if p.Tokens > b || prompts.Tokens(p.Text) != p.Tokens {
						t.Fatalf("%d tokens, said %d, budget %d", prompts.Tokens(p.Text), p.Tokens, b)
					}
					essential(t, p.Text)
					told(t, p)
				}
			}
		}
	}
}

// told checks that what was left out is said in the text.
func told(t *testing.T, p prompts.Prompt) {
	t.Helper()
	for _, c := range p.Cut {
		if !strings.Contains(p.Text, c.What) || c.Left < 1 || c.Left > c.Of || c.Where == "" {
			t.Fatalf("cut %+v is not told in:\n%s", c, p.Text)
		}
	}
}

func TestNothingIsCutWithoutNeed(t *testing.T) {
	f := three()
	whole, err := prompts.Render(f, prompts.Options{})
	if err != nil || len(whole.Cut) > 0 {
		t.Fatalf("%v, %v", whole.Cut, err)
	}
	same, err := prompts.Render(f, prompts.Options{Budget: whole.Tokens})
	if err != nil || same.Text != whole.Text {
		t.Errorf("a budget of just what is needed cuts %v, %v", same.Cut, err)
	}
	less, err := prompts.Render(f, prompts.Options{Budget: whole.Tokens - 1})
	if err != nil || len(less.Cut) != 1 || less.Cut[0].What != "reasons of authoritative versions" {
		t.Errorf("one token less cuts %v, %v", less.Cut, err)
	}
}

// Less budget never shows a row that more budget hid.
func TestShedsInOrder(t *testing.T) {
	f := many(rand.New(rand.NewSource(4)), 12)
	before := -1
	var whats []string
	for b := 4000; b > 0; b -= 13 {
		p, err := prompts.Render(f, prompts.Options{Budget: b})
		var low *prompts.BudgetError
		if errors.As(err, &low) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		rows := strings.Count(p.Text, "\n- [")
		if before >= 0 && rows > before {
			t.Fatalf("budget %d shows %d rows, a larger one showed %d", b, rows, before)
		}
		before = rows
		for _, c := range p.Cut {
			if !slices.Contains(whats, c.What) {
				whats = append(whats, c.What)
			}
		}
	}
	golden(t, "order.txt", strings.Join(whats, "\n")+"\n")
}

func TestSameStateSameHash(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for range 30 {
		f := many(r, r.Intn(20))
		a, err := prompts.Render(f, prompts.Options{})
		if err != nil {
			t.Fatal(err)
		}
		g := shuffled(r, f)
		b, err := prompts.Render(g, prompts.Options{})
		if err != nil || a.Text != b.Text {
			t.Fatalf("another order, another text: %v\n%s", err, prompts.Diff(a, b))
		}
		g.Generated, g.Cascade, g.Revision, g.Version = time.Unix(1e9, 0), 77, 78, 79
		for _, format := range []prompts.Format{prompts.Markdown, prompts.Text, prompts.JSON} {
			c, err := prompts.Render(g, prompts.Options{Format: format})
			if err != nil || c.Hash != a.Hash || len(c.Hash) != 12 {
				t.Fatalf("%s: hash %q, want %q, %v", format, c.Hash, a.Hash, err)
			}
		}
		g.Library += "x"
		if c, _ := prompts.Render(g, prompts.Options{}); c.Hash == a.Hash {
			t.Fatal("another library has the same hash")
		}
	}
}

func TestJSONIsWhole(t *testing.T) {
	p, err := prompts.Render(three(), prompts.Options{Format: prompts.JSON, Tier: "small"})
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Hash     string
		Version  int
		Sections []prompts.Section
		Cut      []prompts.Cut
	}
	if err := json.Unmarshal([]byte(p.Text), &d); err != nil || d.Hash != p.Hash || d.Version != 4 || len(d.Sections) < 8 || len(d.Cut) != len(p.Cut) {
		t.Errorf("%v: %+v", err, d)
	}
}

func TestRenderErrors(t *testing.T) {
	bad := func(change func(*prompts.Facts)) prompts.Facts { f := three(); change(&f); return f }
	for want, c := range map[string]struct {
		facts prompts.Facts
		o     prompts.Options
	}{
		`no tier "huge"; say small, medium, large`: {three(), prompts.Options{Tier: "huge"}},
		`no tier "-4"`: {three(), prompts.Options{Tier: "-4"}},
		`no format "xml"; say text, markdown or json`: {three(), prompts.Options{Format: "xml"}},
		"a budget of -1 tokens is none":               {three(), prompts.Options{Budget: -1}},
		"a budget of 9 tokens is too small: the rules of authority and the form of citations alone need": {three(), prompts.Options{Budget: 9}},
		"Facts.Library is required":     {bad(func(f *prompts.Facts) { f.Library = " \n" }), prompts.Options{}},
		"has no slug":                   {bad(func(f *prompts.Facts) { f.Documents[0].Slug = "" }), prompts.Options{}},
		"has no standing that is":       {bad(func(f *prompts.Facts) { f.Documents[0].Standing = "" }), prompts.Options{}},
		"stands twice":                  {bad(func(f *prompts.Facts) { f.Epochs[1] = f.Epochs[0] }), prompts.Options{}},
		`drift entry "D-2" does not`:    {bad(func(f *prompts.Facts) { f.Drift[0].Actually = "" }), prompts.Options{}},
		"say history or absent":         {bad(func(f *prompts.Facts) { f.Gone[0].Kind = "lost" }), prompts.Options{}},
		"what is gone has no reference": {bad(func(f *prompts.Facts) { f.Gone[0].Ref.Document = "" }), prompts.Options{}},
	} {
		p, err := prompts.Render(c.facts, c.o)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q", err, want)
		}
		if p.Text != "" {
			t.Errorf("%q: a text beside an error", want)
		}
	}
}
