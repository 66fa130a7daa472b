package index

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func search(t testing.TB, x *Index, q Query) Result {
	t.Helper()
	r, err := x.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %q: %v", q.Text, err)
	}
	return r
}

// places are the hits as "title#anchor".
func places(r Result) []string {
	var out []string
	for _, h := range r.Hits {
		out = append(out, strings.Fields(h.Title)[0]+"#"+h.Anchor)
	}
	return out
}

func TestFirstHit(t *testing.T) {
	x := openShelf(t)
	for _, c := range []struct{ query, want string }{
		// operational strings, whole and in parts
		{"jetson-exporter.service", "Kestrel#5"},
		{"exporter", "Kestrel#5"},
		{"10.20.0.15", "Kestrel#3"},
		{"10.20.0", "Kestrel#3"},
		{"nemotron-3-nano:4b", "Kestrel#2"},
		{"gemma3:4b-it-qat", "Kestrel#2"},
		{"gemma3", "Kestrel#2"},
		{"gemma", "Kestrel#2"},
		{"After=multi-user.target", "Kestrel#5"},
		{"multi-user.target", "Kestrel#5"},
		{"/dev/ttyACM1", "Kestrel#5"},
		{"ttyACM1", "Kestrel#5"},
		{"§4.1", "Kestrel#4.1"},
		{"HSA_OVERRIDE_GFX_VERSION=11.0.2", "Kestrel#4.1"},
		{"HSA_OVERRIDE_GFX_VERSION", "Kestrel#4.1"},
		{"proxy_read_timeout", "Kestrel#3"},
		{"proxy read timeout", "Kestrel#3"},
		{"D-07", "Kestrel#5"},
		{"15.2 GB", "Kestrel#4.1"},
		{"num_ctx", "Kestrel#5"},
		{"numctx", "Kestrel#5"},
		{"SP-200", "Wet#safety"},
		{"§ 573c BGB", "Lease#3"},
		// questions
		{"How much GPU memory can Kestrel use?", "Kestrel#4.1"},
		{"Which node embeds documents?", "Kestrel#1"},
		{"When is the rent due?", "Lease#2.1"},
		{"How long is the notice for ending: termination?", "Lease#3"},
		{"What must warm up before calibrating", "Wet#safety"},
		{"how fast do I have to centrifuge lysates", "Wet#sample-preparation"},
		// words of one stem
		{"configs", "Kestrel#3"},
		{"deposits", "Lease#2.2"},
		{"titrate", "Wet#titration"},
		// letters and forms
		{"Muller", "Lease#1"},
		{"Mueller", "Lease#1"},
		{"ZOE BRONTE", "Lease#1"},
		{"ｃｈｌｏｒｏｆｏｒｍ", "Wet#safety"},
		// headings and titles
		{"annexes", "Lease#4"},
		{"Harbour Street deposit", "Lease#2.2"},
		{"lab safety", "Wet#safety"},
		// many words beat one repeated
		{"memory degrees fan", "Kestrel#4.2"},
		{"GPU memory automatic firmware", "Kestrel#4.1"},
	} {
		r := search(t, x, Query{Text: c.query})
		if p := places(r); len(p) == 0 || p[0] != c.want {
			t.Errorf("%q: got %q, want %q first", c.query, p, c.want)
		}
		if r.Corrected != "" {
			t.Errorf("%q: corrected to %q", c.query, r.Corrected)
		}
	}
}

func TestWholeBeforeParts(t *testing.T) {
	m := map[string][]Passage{key("a"): doc("a", "Addresses", `
# Other
The other one is 10.20.0.16 and its exporter is jetson-other.service, service, exporter.
# Parts
10 20 0 15 and 15 and 20 and 10: the jetson, an exporter, some service.
# Long
It is 10.20.0.15.7 here.
# Whole
Its address is 10.20.0.15 and the unit is jetson-exporter.service, among many other things that are said.`)}
	x := opened(t, m, Change{Current: []string{key("a")}})
	for _, q := range []string{"10.20.0.15", "jetson-exporter.service"} {
		r := search(t, x, Query{Text: q})
		if p := places(r); p[0] != "Addresses#whole" {
			t.Errorf("%q: got %q", q, p)
		}
	}
	if p := places(search(t, x, Query{Text: "10.20.0.15"})); p[1] != "Addresses#long" {
		t.Errorf("a longer chain should come before loose parts: %q", p)
	}
}

func TestPhrases(t *testing.T) {
	x := openShelf(t)
	for _, c := range []struct {
		query string
		want  []string
	}{
		{`"ordering cycle"`, []string{"Kestrel#5"}},
		{`"cycle ordering"`, nil},
		{`"security deposit" rent`, []string{"Lease#2.2"}},
		{`"is made" "the tenant"`, []string{"Lease#1"}},
		{`"the tenant s representative"`, nil},
		{`"tenant's representative"`, []string{"Lease#1"}},
		{`"zoe bronte"`, []string{"Lease#1"}},
		{`"proxy read timeout to 300"`, []string{"Kestrel#3"}},
		{`"is to be" annexes`, nil},
		{`"were you to"`, []string{"Kestrel#5"}},
	} {
		if got := places(search(t, x, Query{Text: c.query})); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.query, got, c.want)
		}
	}
}

func TestNothingIsAnError(t *testing.T) {
	x := openShelf(t)
	for _, q := range []string{"", " ", `"`, `""`, "AND", "+", "-x", "((", "*", "?", "\x00", "\xff\xfe", "a:b:c:", `\`, `"a`, "~", "^2", "document:", strings.Repeat("word ", 5000)} {
		search(t, x, Query{Text: q, Offset: -3, Limit: -1})
	}
	if r := search(t, x, Query{Text: "to be"}); len(r.Hits) == 0 {
		t.Error("stop words alone find nothing")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.Search(ctx, Query{Text: "kestrel"}); err == nil {
		t.Error("a cancelled search goes on")
	}
}

func TestTypos(t *testing.T) {
	x := openShelf(t)
	for _, c := range []struct{ query, first, corrected string }{
		{"Kestrle fan", "Kestrel#4.2", "kestrel fan"},
		{"securty depositt", "Lease#2.2", "security deposit"},
		{"cloroform hood", "Wet#safety", "chloroform hood"},
		{"the hoo-rent hood, hoood", "Wet#safety", "the hoo-rent hood, hood"},
		// what is there is never corrected, nor are numbers and addresses, nor words of the archive
		{"kestrel", "Kestrel#", ""},
		{"10.20.0.99", "Kestrel#3", ""},
		{"merlin kestrel", "Kestrel#", ""},
		{"xyzzy kestrel", "Kestrel#", ""},
	} {
		r := search(t, x, Query{Text: c.query})
		if p := places(r); len(p) == 0 || !strings.HasPrefix(p[0], c.first) {
			t.Errorf("%q: got %q", c.query, p)
		}
		if !strings.EqualFold(r.Corrected, c.corrected) {
			t.Errorf("%q: corrected to %q, want %q", c.query, r.Corrected, c.corrected)
		}
	}
	if r := search(t, x, Query{Text: "xqzzyvw"}); r.Total != 0 || r.Corrected != "" {
		t.Errorf("nonsense finds %d, corrected %q", r.Total, r.Corrected)
	}
}

func TestFilterAndArchive(t *testing.T) {
	x := openShelf(t)
	if r := search(t, x, Query{Text: "Merlin"}); r.Total != 0 {
		t.Errorf("the archive answers without being asked: %q", places(r))
	}
	r := search(t, x, Query{Text: "Merlin", Archive: true})
	if len(r.Hits) != 1 || !r.Hits[0].Archived || r.Hits[0].Version != key("ops1") {
		t.Errorf("archive: %+v", r.Hits)
	}
	for _, h := range search(t, x, Query{Text: "proxy_read_timeout", Archive: true}).Hits {
		if h.Archived != (h.Version == key("ops1")) {
			t.Errorf("%s archived %v", h.ID, h.Archived)
		}
	}
	many := []string{key("lab")}
	for i := range 3000 {
		many = append(many, key(fmt.Sprint("absent", i)))
	}
	r = search(t, x, Query{Text: "the node rent safety", Versions: many})
	if r.Total == 0 {
		t.Error("the filter lets nothing through")
	}
	for _, h := range r.Hits {
		if h.Version != key("lab") {
			t.Errorf("filter let %s through", h.ID)
		}
	}
	if r := search(t, x, Query{Text: "kestrel", Versions: []string{}}); r.Total != 0 {
		t.Error("an empty filter means none")
	}
	if r := search(t, x, Query{Text: "kestrel", Versions: []string{key("ops1")}}); r.Total != 0 {
		t.Error("the filter must not open the archive")
	}
}

func TestHighlights(t *testing.T) {
	x := openShelf(t)
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"static address 10.20.0.15", []string{
			"Kestrel has the «static» «address» «10.20.0.15», Osprey has «10.20.0».16.",
			"upstream chat { server «10.20.0.15»:11434; }"}},
		{"nemotron", []string{"«nemotron»-3-nano:4b | Kestrel | 17.9"}},
		{"How much GPU memory?", []string{"Kestrel can use 15.2 GB of «GPU» «memory» when the firmware is on automatic."}},
		{"termination", []string{"Either party may «terminate» this agreement with three months notice under § 573c BGB.", "«Termination» for cause remains unaffected."}},
		{"annexes", []string{"4 «Annexes»"}},
	} {
		r := search(t, x, Query{Text: c.query})
		if len(r.Hits) == 0 || !slices.Equal(r.Hits[0].Highlights, c.want) {
			t.Errorf("%q: got %q, want %q", c.query, r.Hits[0].Highlights, c.want)
		}
	}
	long := map[string][]Passage{key("l"): doc("l", "Long", "# One\n"+strings.Repeat("various words without any end ", 30)+"needle "+strings.Repeat("and then some more of them ", 30))}
	y := opened(t, long, Change{Current: []string{key("l")}})
	h := search(t, y, Query{Text: "needle"}).Hits[0].Highlights
	if len(h) != 1 || len(h[0]) > 300 || !strings.Contains(h[0], "«needle»") || !strings.HasPrefix(h[0], "… ") || !strings.HasSuffix(h[0], " …") {
		t.Errorf("long sentence: %q", h)
	}
}

func TestPagesOfResultsFitTogether(t *testing.T) {
	m := invented(3, 40)
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	x := opened(t, m, Change{Current: keys})
	words := vocabulary()
	q := Query{Text: strings.Join(words[1:9], " "), Limit: 200}
	all := search(t, x, q)
	if len(all.Hits) < 50 || all.Total < len(all.Hits) {
		t.Fatalf("only %d hits of %d", len(all.Hits), all.Total)
	}
	for i := 1; i < len(all.Hits); i++ {
		a, b := all.Hits[i-1], all.Hits[i]
		if a.Score < b.Score || a.Score == b.Score && a.ID >= b.ID {
			t.Fatalf("hits %d and %d are out of order", i-1, i)
		}
	}
	for off := 0; off < 60; off += 7 {
		r := search(t, x, Query{Text: q.Text, Limit: 7, Offset: off})
		for i, h := range r.Hits {
			if h.ID != all.Hits[off+i].ID {
				t.Errorf("hit %d of the page from %d differs", i, off)
			}
		}
	}
	if r := search(t, x, Query{Text: q.Text, Offset: 1 << 20}); len(r.Hits) != 0 || r.Total != all.Total {
		t.Errorf("behind the end: %d hits of %d", len(r.Hits), r.Total)
	}
}

func TestEqualScoresAreOrderedByID(t *testing.T) {
	m := map[string][]Passage{}
	var keys []string
	for i := range 30 {
		k := key(fmt.Sprint("same", i))
		m[k] = Split(k, "Same", sections("# Same\nThe same text."))
		keys = append(keys, k)
	}
	x := opened(t, m, Change{Current: keys})
	slices.Sort(keys)
	r := search(t, x, Query{Text: "same text", Limit: 25})
	for i, h := range r.Hits {
		if h.Version != keys[i] {
			t.Fatalf("hit %d is %s, want %s", i, h.Version, keys[i])
		}
	}
}
