package typeset_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/unicode/norm"

	"substrate/corpus"
	"substrate/corpus/identity"
	"substrate/corpus/markdown"
	"substrate/corpus/pdf/pool"
	"substrate/fixtures"
	"substrate/typeset"
)

func TestMain(m *testing.M) {
	pool.Main()
	code := m.Run()
	readers().Close()
	os.Exit(code)
}

var readers = sync.OnceValue(func() *pool.Pool { return pool.New(pool.Options{}) })

// squash evens out what any reader of a PDF changes: compatibility forms and white space.
func squash(s string) string { return strings.Join(strings.Fields(norm.NFKC.String(s)), " ") }

// outline is what must come back: headings in order with number and level, tables with all cells, code with its white space.
type outline struct{ headings, rows, code []string }

func outlineOf(r *corpus.Reading, skipTitle string) outline {
	var o outline
	for _, s := range r.Sections {
		if s.Level > 0 && s.Title != skipTitle {
			o.headings = append(o.headings, fmt.Sprintf("%d|%s|%s", s.Level, squash(s.Number), squash(s.Title)))
		}
		for _, b := range s.Blocks {
			switch {
			case b.Kind == corpus.Table && s.Level > 0:
				for _, row := range b.Rows {
					cells := make([]string, len(row))
					for i, c := range row {
						cells[i] = squash(c)
					}
					o.rows = append(o.rows, strings.Join(cells, "|"))
				}
			case b.Kind == corpus.Code:
				o.code = append(o.code, b.Text)
			}
		}
	}
	return o
}

// roundTrip sets a document, reads the PDF and reports every difference.
func roundTrip(t *testing.T, source []byte, theme typeset.Theme) (*typeset.Result, *corpus.Reading) {
	t.Helper()
	res, err := typeset.PDF(context.Background(), source, typeset.Meta{}, theme, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := readers().Read(context.Background(), res.PDF)
	if err != nil {
		t.Fatal(err)
	}
	want, err := markdown.Read(source)
	if err != nil {
		t.Fatal(err)
	}
	wi, gi := identity.Identify(want, "", identity.Options{}), identity.Identify(got, "", identity.Options{})
	for _, f := range []struct{ what, want, got string }{
		{"title", wi.Title, gi.Title}, {"version", wi.Label.Key(), gi.Label.Key()}, {"date", wi.Date.String(), gi.Date.String()},
		{"epoch", wi.Epoch, gi.Epoch}, {"supersedes", fmt.Sprint(wi.Supersedes), fmt.Sprint(gi.Supersedes)}, {"conflict", wi.Conflict, gi.Conflict},
	} {
		if f.want != f.got {
			t.Errorf("%s: written %q, read %q", f.what, f.want, f.got)
		}
	}
	w, g := outlineOf(want, wi.Title), outlineOf(got, wi.Title)
	g.code = withoutParagraphs(g.code, want)
	for i := range w.code {
		w.code[i] = printed(w.code[i])
		if i < len(g.code) {
			w.code[i], g.code[i] = drawn(w.code[i]), drawn(mend(w.code[i], g.code[i]))
		}
	}
	compare(t, "heading", w.headings, g.headings)
	compare(t, "row", w.rows, g.rows)
	compare(t, "code", w.code, g.code)
	return res, got
}

// printed is code as paper can hold it: tabs are the spaces they stand for, and what follows a line's last character is
// nothing. Compatibility forms are evened out because the reader does so.
func printed(code string) string {
	lines := strings.Split(norm.NFKC.String(code), "\n")
	for i, l := range lines {
		for {
			before, after, found := strings.Cut(l, "\t")
			if !found {
				break
			}
			l = before + strings.Repeat(" ", 8-len([]rune(before))%8) + after
		}
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// drawn evens out the spaces of drawings: the reader measures its grid at the middle of each character's ink, and half a
// line of a frame has it beside the middle of its cell.
func drawn(code string) string {
	if !strings.ContainsFunc(code, func(r rune) bool { return r >= 0x2500 && r < 0x2580 }) {
		return code
	}
	lines := strings.Split(code, "\n")
	for i, l := range lines {
		lines[i] = squash(l)
	}
	return strings.Join(lines, "\n")
}

// mend joins lines that were broken because no page is as wide. Only lines of more than a hundred characters are.
func mend(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out []string
	for i := 0; i < len(g); i++ {
		l := g[i]
		for n := len(out); n < len(w) && len(w[n]) > 100 && l != w[n] && strings.HasPrefix(w[n], l) && i+1 < len(g); {
			i++
			l += g[i]
		}
		out = append(out, l)
	}
	return strings.Join(out, "\n")
}

// withoutParagraphs drops code that is a whole paragraph of the source: a paragraph of nothing but inline code has the look
// of a block of code, and the reader of PDFs takes it for one.
func withoutParagraphs(code []string, want *corpus.Reading) []string {
	para := map[string]bool{}
	for _, s := range want.Sections {
		for _, b := range s.Blocks {
			if b.Kind == corpus.Paragraph {
				para[squash(b.Text)] = true
			}
		}
	}
	var out []string
	for _, c := range code {
		if !para[squash(c)] {
			out = append(out, c)
		}
	}
	return out
}

func compare(t *testing.T, what string, want, got []string) {
	t.Helper()
	for i := range max(len(want), len(got)) {
		var a, b string
		if i < len(want) {
			a = want[i]
		}
		if i < len(got) {
			b = got[i]
		}
		if a != b {
			t.Errorf("%s %d of %d (read %d):\nwritten %q\nread    %q", what, i+1, len(want), len(got), a, b)
			return
		}
	}
}

// TestTheSampleLibraryComesBackAsWritten sets every source of the sample library and reads it back.
func TestTheSampleLibraryComesBackAsWritten(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fixtures.Dir(), "library", "src", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources: %v", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			res, _ := roundTrip(t, src, typeset.Theme{})
			if len(res.Missing) > 0 {
				t.Errorf("characters without a font: %v", res.Missing)
			}
		})
	}
}

// TestDocumentsOfOtherTradesComeBackAsWritten does the same for a contract, a notebook of a laboratory with a table of
// three pages, a runbook with long code and eight columns, and other alphabets, on both sizes of paper, with and
// without a cover.
func TestDocumentsOfOtherTradesComeBackAsWritten(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.md"))
	if err != nil || len(files) < 4 {
		t.Fatalf("documents are missing: %v, %v", files, err)
	}
	no := false
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for name, theme := range map[string]typeset.Theme{
			"a4":     {},
			"letter": {Page: "letter", Footer: "For internal use"},
			"bare":   {Cover: &no, TOC: -1},
			"serif":  {Fonts: typeset.Fonts{Body: typeset.Family{Name: "serif"}}, Cover: &no, Size: 11},
		} {
			t.Run(filepath.Base(f)+"/"+name, func(t *testing.T) { roundTrip(t, src, theme) })
		}
	}
}
