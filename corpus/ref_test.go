package corpus_test

import (
	"errors"
	"testing"

	"substrate/corpus"
)

func TestParseRef(t *testing.T) {
	for in, want := range map[string]string{
		"elroy-user-guide@2.1#10.3":   "elroy-user-guide@2.1#10.3",
		"elroy-user-guide@V2.1#§10.3": "elroy-user-guide@2.1#10.3",
		"[elroy-user-guide@2.1#10.3]": "elroy-user-guide@2.1#10.3",
		"Elroy User Guide":            "elroy-user-guide",
		"ticker@Rev C":                "ticker@rev-c",
		"priorities-list#§0a":         "priorities-list#0a",
		"x#Appendix A":                "x#a",
		"x#silent-skip-diagnostic":    "x#silent-skip-diagnostic",
		"Prüfanweisung@2026-03#3.1.":  "pruefanweisung@2026-03#3.1",
		" spaced @ 1.0 # 2 ":          "spaced@1.0#2",
	} {
		r, err := corpus.ParseRef(in)
		if err != nil || r.String() != want {
			t.Errorf("ParseRef(%q) is %q, %v; want %q", in, r, err, want)
		}
	}
	for _, in := range []string{"", "#10.3", "@2.1", "guide@", "guide#", "  ", "guide@#1"} {
		if r, err := corpus.ParseRef(in); !errors.Is(err, corpus.ErrBadRef) || r != (corpus.Ref{}) {
			t.Errorf("ParseRef(%q) is %v, %v; want ErrBadRef", in, r, err)
		}
	}
}

func FuzzRef(f *testing.F) {
	for _, s := range []string{"a@1#2", "Elroy User Guide@Rev C#§0a", "@@##", "[x]", "é@draft#~2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := corpus.ParseRef(s)
		if err != nil {
			if r != (corpus.Ref{}) {
				t.Fatalf("%q: a result beside an error", s)
			}
			return
		}
		again, err := corpus.ParseRef(r.String())
		if err != nil || again != r {
			t.Fatalf("%q reads as %q, which reads as %q, %v", s, r, again, err)
		}
	})
}

func TestFinishNamesEverySection(t *testing.T) {
	s := []corpus.Section{
		{Title: "", Level: 0}, {Number: "1", Title: "Purpose", Level: 1}, {Number: "1.1", Title: "Scope", Level: 2},
		{Number: "§0a", Title: "Completed", Level: 2}, {Title: "Notes & Queries", Level: 1}, {Title: "Notes, queries", Level: 2},
	}
	corpus.Finish(s)
	want := []struct{ anchor, last string }{{"front", ""}, {"1", "1 Purpose"}, {"1.1", "1.1 Scope"}, {"0a", "§0a Completed"}, {"notes-queries", "Notes & Queries"}, {"notes-queries~2", "Notes, queries"}}
	for i, w := range want {
		if s[i].Anchor != w.anchor {
			t.Errorf("section %d has anchor %q, want %q", i, s[i].Anchor, w.anchor)
		}
		if w.last != "" && s[i].Path[len(s[i].Path)-1] != w.last {
			t.Errorf("section %d has path %q", i, s[i].Path)
		}
	}
	if len(s[2].Path) != 2 || s[2].Path[0] != "1 Purpose" {
		t.Errorf("path of 1.1 is %q", s[2].Path)
	}
}

func TestDatesThatNoCalendarHas(t *testing.T) {
	for text, valid := range map[string]bool{"2026-02-31": false, "2026-02-28": true, "2026-13-01": false} {
		var d corpus.Date
		if err := d.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%s: stored dates must stay readable: %v", text, err)
		}
		if d.Valid() != valid || d.String() != text {
			t.Errorf("%s: valid %v, prints %s", text, d.Valid(), d)
		}
	}
}
