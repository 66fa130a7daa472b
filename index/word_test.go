package index

import (
	"slices"
	"strings"
	"testing"
)

func TestTerms(t *testing.T) {
	show := strings.NewReplacer(markStem, "~", markPair, "&", markWhole, "=")
	for _, c := range []struct{ in, want string }{
		{"jetson-exporter.service", "jetson exporter ~export service ~servic &jetson·exporter &exporter·service =jetson·exporter·service"},
		{"V3.8", "v3 8 &v3·8 =v3·8 3 &3·8 =3·8"},
		{"§10.3", "10 3 &10·3 =10·3"},
		{"/dev/ttyACM1", "dev ttyacm1 tty ~tti acm1 acm ttyacm &tty·acm1 =tty·acm1 &dev·ttyacm1 =dev·ttyacm1"},
		{"16GB", "16gb 16 gb"},
		{"numCtx", "numctx num ctx &num·ctx =num·ctx"},
		{"GPUs", "gpus ~gpu"},
		{"Elroy's guide", "elroy guide ~guid"},
		{"D-07, (see) C++", "d 07 &d·07 =d·07 see c++"},
		{"Müller", "müller muller mueller"},
		{"conﬁg ２", "config 2"},
		{"1,450 EUR", "1 450 &1·450 =1·450 eur"},
		{"東京都", "東京 京都"},
		{"a b-", "a b"},
		{"… — !", ""},
	} {
		var got []string
		var buf []part
		terms(c.in, &buf, func(s string) { got = append(got, show.Replace(s)) })
		want := strings.Fields(c.want)
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", c.in, got, want)
		}
	}
}

func TestStemClasses(t *testing.T) {
	for _, class := range []string{
		"config configs configured configuration configure configuring",
		"administrator admin administration", "serve serving serves", "gpu gpus", "vm vms", "url urls", "procedure procedures procedural",
	} {
		words := strings.Fields(class)
		for _, w := range words[1:] {
			if stem(w) != stem(words[0]) {
				t.Errorf("%q stems to %q, %q to %q", words[0], stem(words[0]), w, stem(w))
			}
		}
	}
	if stem("measure") == stem("meas") || stem("10") != "10" {
		t.Error("stem cuts too much")
	}
}

func TestParseQuery(t *testing.T) {
	for _, c := range []struct {
		in, words string
		phrases   []string
		documents []string
	}{
		{`swap "silent skip" document:elroy-guide`, "swap", []string{"silent skip"}, []string{"elroy-guide"}},
		{`DOCUMENT:"Elroy Guide" swap`, "swap", nil, []string{"Elroy Guide"}},
		{`“curly quotes” here`, "here", []string{"curly quotes"}, nil},
		{`5" disk`, "5 disk", nil, nil},
		{`a "b" "c`, "a c", []string{"b"}, nil},
		{`"" " " "`, "", nil, nil},
		{`AND + - OR (x) -y`, "AND + - OR (x) -y", nil, nil},
		{``, "", nil, nil},
	} {
		p := ParseQuery(c.in)
		if p.Words != c.words || !slices.Equal(p.Phrases, c.phrases) || !slices.Equal(p.Documents, c.documents) {
			t.Errorf("%q: got %+v", c.in, p)
		}
	}
}

func FuzzTerms(f *testing.F) {
	for _, s := range []string{"", "a.b.c", "Zoë's 10.20.0.15", "東京", "\xff\xfe", "x\u00ady", "C#", "ﬁ½²"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, p := range cut(s, nil) {
			if p.start >= p.end || s[p.start:p.end] != p.raw || len(p.terms) == 0 {
				t.Fatalf("part %+v of %q", p, s)
			}
			if p.start < end && !breaksAnywhere([]rune(p.raw)[0]) {
				t.Fatalf("parts of %q overlap", s)
			}
			end = p.end
		}
		var buf []part
		terms(s, &buf, func(term string) {
			if term == "" || strings.ContainsAny(term, " \n") {
				t.Fatalf("term %q of %q", term, s)
			}
		})
		ParseQuery(s)
	})
}
