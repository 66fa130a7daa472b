package markdown_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"substrate/corpus"
	"substrate/corpus/markdown"
)

const places = "\xef\xbb\xbf---\r\ntitle: X\r\n---\r\n\r\nBefore.\r\n\r\nSet *One*\r\n===\r\n\r\nSome `code` and \\*star\\*\r\non two lines.\r\n\r\n" +
	"## 1.2 Two ##\r\n| a | b |\r\n|---|---|\r\n| x \\| y |  |\r\n\r\n- one\r\n  - two\r\n- three\r\n\r\n```\r\n# no\r\n```\r\n\r\n<!-- a\r\nb -->\r\n---\r\n# Last\r\n"

func TestLocate(t *testing.T) {
	l, err := markdown.Locate([]byte(places))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	cut := func(s markdown.Span) string { return places[s.Start:s.End] }
	for _, p := range l.Places {
		got = append(got, "head "+cut(p.Head)+"title "+cut(p.Title))
		for _, u := range p.Units {
			got = append(got, u.Text+" <- "+cut(u.Source(0, len(u.Text)))+" in "+cut(u.Lines))
		}
		got = append(got, "rest "+places[p.Content:p.Own.End])
	}
	want := []string{
		"head title ", "Before. <- Before. in Before.\r\n", "rest \r\n",
		"head Set *One*\r\n===\r\ntitle Set *One*",
		"Some code and *star* on two lines. <- Some `code` and \\*star\\*\r\non two lines. in Some `code` and \\*star\\*\r\non two lines.\r\n", "rest \r\n",
		"head ## 1.2 Two ##\r\ntitle 1.2 Two",
		"a <- a in | a | b |\r\n", "b <- b in | a | b |\r\n", "x | y <- x \\| y in | x \\| y |  |\r\n", " <-  in | x \\| y |  |\r\n",
		"one <- one in - one\r\n", "two <- two in   - two\r\n", "three <- three in - three\r\n",
		"# no <- # no in ```\r\n# no\r\n```\r\n",
		"rest \r\n<!-- a\r\nb -->\r\n---\r\n",
		"head # Last\r\ntitle Last", "rest ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if m := cut(l.FrontMatter); m != "---\r\ntitle: X\r\n---\r\n" {
		t.Errorf("front matter is %q", m)
	}
}

// agree holds a layout against the reading: the same texts, and places in the order of the file.
func agree(t *testing.T, src []byte) {
	t.Helper()
	l, err := markdown.Locate(src)
	if err != nil {
		return
	}
	if len(l.Places) != len(l.Reading.Sections) {
		t.Fatalf("%d places for %d sections", len(l.Places), len(l.Reading.Sections))
	}
	end := l.FrontMatter.End
	for i, p := range l.Places {
		s := l.Reading.Sections[i]
		if p.Own.Start < end || p.Own.End < p.Own.Start || p.Head.End > p.Own.Start || p.Own.End > len(src) || len(p.Blocks) != len(s.Blocks) {
			t.Fatalf("section %q: %+v with %d blocks after byte %d of %d", s.Heading(), p, len(s.Blocks), end, len(src))
		}
		end = p.Own.Start
		for _, u := range p.Units {
			b := s.Blocks[u.Block]
			ok := b.Kind == u.Kind
			switch b.Kind {
			case corpus.Table:
				ok = ok && b.Rows[u.Row][u.Col] == u.Text
			case corpus.List:
				ok = ok && strings.HasSuffix(b.Items[u.Row], " "+u.Text)
			default:
				ok = ok && b.Text == u.Text
			}
			if !ok {
				t.Fatalf("unit %+v is not in %+v", u, b)
			}
			if sp := u.Source(0, len(u.Text)); sp.Start > sp.End || sp.End > len(src) {
				t.Fatalf("unit %q stands at %v of %d bytes", u.Text, sp, len(src))
			}
		}
	}
}

func TestLayoutAgreesWithReading(t *testing.T) {
	files, _ := filepath.Glob("../../fixtures/*/src/*.md")
	if len(files) < 20 {
		t.Fatalf("only %d Markdown sources", len(files))
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		agree(t, src)
		agree(t, []byte(strings.ReplaceAll(string(src), "\n", "\r\n")))
	}
}

func FuzzLocate(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(places))
	f.Add([]byte("> # a\n> - b\n>   # c\n\n1. x\n\n       code\n\n<http://a.b> www.c.de &amp; \\\n---"))
	f.Fuzz(agree)
}
