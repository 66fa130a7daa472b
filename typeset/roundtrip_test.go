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
	compare(t, "heading", w.headings, g.headings)
	compare(t, "row", w.rows, g.rows)
	compare(t, "code", w.code, g.code)
	return res, got
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
