package source_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"substrate/capture/source"
	"substrate/capture/surgery"
	"substrate/corpus"
	"substrate/corpus/identity"
	"substrate/corpus/markdown"
	"substrate/corpus/pdf/pool"
)

func TestMain(m *testing.M) {
	pool.Main()
	os.Exit(m.Run())
}

// same holds that a source reads as the version it was made of: what it is, its sections from the first heading on, and all blocks.
func same(t *testing.T, name string, id corpus.Identity, sections []corpus.Section) {
	t.Helper()
	src := source.FromVersion(source.Of(id, sections))
	r, err := markdown.Read(src)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	now := identity.Identify(r, "", identity.Options{})
	if now.Title != id.Title || now.Label.Key() != id.Label.Key() || now.Date != id.Date || now.Epoch != id.Epoch || !reflect.DeepEqual(claims(now), claims(id)) || now.Conflict != "" {
		t.Errorf("%s: reads as %q %s %s %q %v (%s), was %q %s %s %q %v", name, now.Title, now.Label, now.Date, now.Epoch, claims(now), now.Conflict, id.Title, id.Label, id.Date, id.Epoch, claims(id))
	}
	if len(now.ChangeLog) != len(id.ChangeLog) {
		t.Errorf("%s: %d rows in the change log, was %d", name, len(now.ChangeLog), len(id.ChangeLog))
	}
	a, b := sections, r.Sections
	for len(a) > 0 && a[0].Level == 0 {
		a = a[1:]
	}
	for len(b) > 0 && b[0].Level == 0 {
		b = b[1:]
	}
	if len(a) != len(b) {
		t.Errorf("%s: %d sections, was %d", name, len(b), len(a))
		return
	}
	for i := range a {
		x, y := a[i], b[i]
		if x.Number != y.Number || x.Title != y.Title || x.Level != y.Level || x.Anchor != y.Anchor {
			t.Errorf("%s: heading %d %q (#%s), was %d %q (#%s)", name, y.Level, y.Heading(), y.Anchor, x.Level, x.Heading(), x.Anchor)
		}
		if len(x.Blocks) != len(y.Blocks) {
			t.Errorf("%s #%s: %d blocks, was %d", name, x.Anchor, len(y.Blocks), len(x.Blocks))
			continue
		}
		for k := range x.Blocks {
			x.Blocks[k].Pages = corpus.Pages{}
			if !reflect.DeepEqual(x.Blocks[k], y.Blocks[k]) {
				t.Errorf("%s #%s: block %d\n%#v\nwas\n%#v", name, x.Anchor, k, y.Blocks[k], x.Blocks[k])
			}
		}
	}
}

func claims(id corpus.Identity) []string {
	var out []string
	for _, c := range id.Supersedes {
		out = append(out, c.Title+"@"+c.Label.Key())
	}
	return out
}

// TestEveryPrintedFixture makes sources of all printed versions of the sample library and reads them back.
func TestEveryPrintedFixture(t *testing.T) {
	p := pool.New(pool.Options{})
	defer p.Close()
	files, _ := filepath.Glob("../../fixtures/library/pdf/*.pdf")
	if len(files) < 25 {
		t.Fatalf("only %d files", len(files))
	}
	read := 0
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		r, err := p.Read(context.Background(), raw)
		if err != nil || len(r.Sections) == 0 {
			t.Logf("%s: %v", f, err) // a scan without text
			continue
		}
		read++
		id := identity.Identify(r, f, identity.Options{})
		same(t, filepath.Base(f), id, r.Sections)
		revise(t, filepath.Base(f), id, r.Sections)
	}
	if read < 25 {
		t.Errorf("only %d were read", read)
	}
}

// revise gives a source that was made of a print its next version.
func revise(t *testing.T, name string, id corpus.Identity, sections []corpus.Section) {
	t.Helper()
	on := corpus.Date{Year: 2026, Month: 6, Day: 1}
	next, err := surgery.NextLabel(id.Label.String(), surgery.StepNext, on)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	last := sections[len(sections)-1]
	res, err := surgery.Apply(source.FromVersion(source.Of(id, sections)), surgery.Plan{
		Edits: []surgery.Edit{{Kind: surgery.InsertAfter, Section: "#" + last.Anchor, Heading: "What was learned", Text: "It *works*."}},
		Log:   &surgery.Log{Version: next.Label, Date: on, Rows: []surgery.LogRow{{Text: "One section more."}}},
		Bump:  &surgery.Bump{Version: next.Label, Date: on, Supersedes: id.Title + " " + id.Label.String()},
	})
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	r, err := markdown.Read(res.Source)
	if err != nil {
		t.Fatal(err)
	}
	now := identity.Identify(r, "", identity.Options{})
	if now.Label.Key() != corpus.ParseLabel(next.Label).Key() || now.Date != on || now.Title != id.Title || now.Epoch != id.Epoch || len(now.ChangeLog) != len(id.ChangeLog)+1 || now.Conflict != "" {
		t.Errorf("%s: the revision reads as %q %s %s with %d changes (%s)", name, now.Title, now.Label, now.Date, len(now.ChangeLog), now.Conflict)
	}
}

// TestEveryMarkdownFixture does the same from Markdown, whose lists, code and tables are those that people wrote.
func TestEveryMarkdownFixture(t *testing.T) {
	files, _ := filepath.Glob("../../fixtures/*/src/*.md")
	if len(files) < 25 {
		t.Fatalf("only %d files", len(files))
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		r, err := markdown.Read(src)
		if err != nil {
			t.Fatal(err)
		}
		same(t, filepath.Base(f), identity.Identify(r, "", identity.Options{}), r.Sections)
	}
}

func TestHandbook(t *testing.T) {
	id := corpus.Identity{
		ChangeLog: []corpus.ChangeRow{{Label: corpus.ParseLabel("Rev C"), Date: corpus.Date{Year: 2026, Month: 3, Day: 1}, Text: "a | b"}},
		Title:     "Handbook of the Rowing Club", Label: corpus.ParseLabel("Rev C"), Date: corpus.Date{Year: 2026, Month: 3, Day: 1}, Epoch: "EPOCH 2",
		Supersedes: []corpus.Claim{{Label: corpus.ParseLabel("Rev B")}, {Title: "Boat Rules", Label: corpus.ParseLabel("V1.2")}},
	}
	p := func(s string) corpus.Block { return corpus.Block{Kind: corpus.Paragraph, Text: s} }
	sections := []corpus.Section{
		{Blocks: []corpus.Block{
			p("Handbook of the Rowing Club"), p("Boats, people: rules"), p("Revision C · 1 March 2026 · EPOCH 2 Supersedes: Handbook of the Rowing Club Rev B"),
			p("Approved by the assembly."),
			{Kind: corpus.Table, Rows: [][]string{{"Version", "Rev C"}, {"Date", "1st March 2026"}}},
		}},
		{Title: "Change Log", Level: 1, Blocks: []corpus.Block{{Kind: corpus.Table, Rows: [][]string{{"Version", "Date", "Changes"}, {"Rev C", "2026-03-01", "a | b"}}}}},
		{Number: "§0a", Title: "Boats & people", Level: 1, Blocks: []corpus.Block{
			p(`A path C:\boats\new, a snake_case, 2 * 3, 4 * 5 * 6, *so*, a <tag>, x < y, [note], [link](x).`), p("# no heading"), p("1. no list"),
			{Kind: corpus.List, Items: []string{"1. First", "  • nested `tick`", "  • more", "2. Second"}},
			{Kind: corpus.List, Items: []string{"3) third"}},
			{Kind: corpus.List, Items: []string{"• (a) lettered"}},
			{Kind: corpus.Code, Text: "```\n# code\n```"},
		}},
		{Number: "A.1", Title: "Oars", Level: 2},
	}
	corpus.Finish(sections)
	want, err := os.ReadFile("testdata/handbook.md")
	if err != nil {
		t.Fatal(err)
	}
	if got := source.FromVersion(source.Of(id, sections)); string(got) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	same(t, "handbook", id, sections)
}

func TestAChangeLogOutsideTheSectionsIsWritten(t *testing.T) {
	id := corpus.Identity{Title: "Lease", Label: corpus.ParseLabel("V2.0"), ChangeLog: []corpus.ChangeRow{{Label: corpus.ParseLabel("V2.0"), Date: corpus.Date{Year: 2026, Month: 1, Day: 2}, Text: "Rent."}}}
	sections := []corpus.Section{{Number: "1", Title: "Rent", Level: 1, Blocks: []corpus.Block{{Kind: corpus.Paragraph, Text: "300 EUR."}}}}
	corpus.Finish(sections)
	got := string(source.FromVersion(source.Of(id, sections)))
	want := "---\ntitle: Lease\nversion: V2.0\n---\n\n# Change Log\n\n| Version | Date | Changes |\n| --- | --- | --- |\n| V2.0 | 2026-01-02 | Rent. |\n\n# 1 Rent\n\n300 EUR.\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// FuzzFromVersion holds that any text comes back as it was: in a paragraph, an item, a cell, a heading and in code.
func FuzzFromVersion(f *testing.F) {
	for _, s := range []string{"plain", "*a* _b_ `c`", "# h", "1. x", "- y", "| a | b |", "<b>x</b>", "&amp; &#35;", "http://a.b/c_d www.x.org a@b.de", `\*\`, "[x]: y", "[a](b)", "~~x~~", "```", "===", "***", "+ z", "> q", "x | y \\| z", "[ ] t", "<!-- c -->"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, s, code string) {
		s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
		code = strings.TrimRight(strings.ReplaceAll(strings.ToValidUTF8(code, "?"), "\r", ""), "\n")
		if s == "" || strings.ContainsRune(s+code, 0) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) || strings.Contains(code, "\uFEFF") {
			return
		}
		sections := []corpus.Section{{Number: "1", Title: "T", Level: 1, Blocks: []corpus.Block{
			{Kind: corpus.Paragraph, Text: s}, {Kind: corpus.List, Items: []string{"• " + s, "  1. " + s, "• " + s}},
			{Kind: corpus.Table, Rows: [][]string{{s, "h"}, {"", s}, {s, s}}}, {Kind: corpus.Code, Text: code}, {Kind: corpus.Paragraph, Text: s},
		}}}
		corpus.Finish(sections)
		src := source.FromVersion(source.Document{Title: "D", Sections: sections})
		r, err := markdown.Read(src)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Sections) != 1 || !reflect.DeepEqual(r.Sections[0].Blocks, sections[0].Blocks) {
			t.Fatalf("%q\n%#v\nwas\n%#v", src, r.Sections, sections)
		}
	})
}
