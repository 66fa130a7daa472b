package typeset

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

const opening = "# Pump Guide\n\nVersion: V1.2\nDate: 2026-03-01\n\n"

func pagesOf(t *testing.T, source string, theme Theme) (*doc, []*page) {
	t.Helper()
	d, pages, err := lay(context.Background(), []byte(source), Meta{}, theme, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d, pages
}

func texts(pages ...*page) []string {
	var out []string
	for _, p := range pages {
		for _, o := range p.ops {
			if o.kind == opText {
				out = append(out, o.text)
			}
		}
	}
	return out
}

func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"testdata/*.md", "../fixtures/library/src/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no documents at %s: %v", pattern, err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.Base(f)] = string(raw)
		}
	}
	return out
}

// TestPagesEndWell holds over real documents: no page ends between what belongs together (a heading and its text, a table's
// header and its first row, the first two lines of a paragraph), and nothing is painted outside the page.
func TestPagesEndWell(t *testing.T) {
	for name, src := range sources(t) {
		d, pages := pagesOf(t, src, Theme{})
		for i, p := range pages {
			last := p.items[len(p.items)-1].it
			if i+1 < len(pages) && last.keep {
				t.Errorf("%s: page %d ends where it must not", name, p.number)
			}
			if i+1 < len(pages) && last.mark != nil && last.mark.level > 0 {
				t.Errorf("%s: page %d ends with the heading %q", name, p.number, last.mark.text)
			}
			for _, o := range append(append([]op(nil), p.back...), p.ops...) {
				w := o.w
				if o.kind == opText {
					for _, r := range o.text {
						a, _ := o.face.advance(r)
						w += float64(a) * o.size / 1000
					}
				}
				if o.kind != opLine && (o.x < -0.1 || o.x+w > d.pageW+0.1 || o.y < -0.1 || o.y > d.pageH) {
					t.Errorf("%s: page %d: %q is painted off the page at %.0f, %.0f", name, p.number, o.text, o.x, o.y)
				}
				if o.kind == opText && o.x+w > d.left+d.width+1 {
					t.Errorf("%s: page %d: %q reaches into the right margin by %.1f points", name, p.number, o.text, o.x+w-d.left-d.width)
				}
			}
		}
	}
}

func TestContentsTellThePages(t *testing.T) {
	d, pages := pagesOf(t, sources(t)["hydra-cluster-user-guide@V9.1.md"], Theme{})
	at := map[string]string{}
	for _, o := range pages[1].ops {
		if o.kind == opText {
			key := fmt.Sprintf("%.1f", o.y)
			at[key] = strings.TrimSpace(at[key] + "|" + strings.Trim(o.text, " ."))
		}
	}
	lines := map[string]bool{}
	for _, l := range at {
		lines[l] = true
	}
	n := 0
	for _, h := range d.headings {
		if h.level > 2 {
			continue
		}
		n++
		if l := fmt.Sprintf("|%s|%d|", h.text, h.page); !lines[l] && !lines["|"+h.text+"|"+fmt.Sprint(h.page)] {
			t.Errorf("the contents do not say that %q is on page %d", h.text, h.page)
		}
		found := false
		for _, s := range pages[h.page-1].items {
			found = found || s.it.mark == h
		}
		if !found {
			t.Errorf("%q is not on page %d", h.text, h.page)
		}
	}
	if n < 20 {
		t.Fatalf("only %d headings were looked at", n)
	}
}

func TestTitleAndChangeLogStandOnce(t *testing.T) {
	d, pages := pagesOf(t, opening+"## Change Log\n\n| Version | Date | Changes |\n| --- | --- | --- |\n| V1.2 | 2026-03-01 | Seals. |\n\n## 1 Use\n\nText.\n\n## 2 Care\n\nMore.\n", Theme{})
	titles, logs, fields := 0, 0, 0
	for _, p := range pages {
		for _, o := range p.ops {
			if o.kind == opText && o.size > 9 {
				switch o.text {
				case "Pump Guide":
					titles++
				case "Seals.":
					logs++
				case "Version: V1.2":
					fields++
				}
			}
		}
	}
	if logs = strings.Count(strings.Join(texts(pages...), "\n"), "Seals."); titles != 1 || logs != 1 || fields != 0 {
		t.Errorf("title %d times, change log %d times, field lines %d times", titles, logs, fields)
	}
	if d.headings[0].text != "Change Log" || d.headings[0].level != 1 {
		t.Errorf("the change log is not the first section: %+v", d.headings[0])
	}
}

func TestLongTablesRepeatTheirHeader(t *testing.T) {
	var b strings.Builder
	b.WriteString(opening + "## 1 Log\n\n| Day | Pressure |\n| --- | --- |\n")
	for i := range 150 {
		fmt.Fprintf(&b, "| day %d | %d bar |\n", i, i%7)
	}
	_, pages := pagesOf(t, b.String(), Theme{})
	with, heads := 0, 0
	for _, p := range pages {
		all := strings.Join(texts(p), "\n")
		if strings.Contains(all, "day ") {
			with++
			heads += strings.Count(all, "Pressure")
		}
	}
	if with < 3 || heads != with {
		t.Errorf("the table is on %d pages and its header was painted %d times", with, heads)
	}
}

func TestRowsAreDividedOnlyWhenNoPageHoldsThem(t *testing.T) {
	cell := strings.Repeat("words of a long cell ", 60) // about half a page
	src := opening + "## 1 Log\n\n| Step | What |\n| --- | --- |\n"
	for i := range 6 {
		src += fmt.Sprintf("| s%d | %sends%d |\n", i, cell, i)
	}
	_, pages := pagesOf(t, src, Theme{})
	for i := range 6 {
		for _, p := range pages {
			all := strings.Join(texts(p), "\n")
			if strings.Contains(all, fmt.Sprintf("s%d\n", i)) != strings.Contains(all, fmt.Sprintf("ends%d", i)) {
				t.Errorf("row %d is divided on page %d", i, p.number)
			}
		}
	}
	_, pages = pagesOf(t, opening+"## 1 Log\n\n| Step | What |\n| --- | --- |\n| s | "+strings.Repeat(cell, 5)+"end |\n", Theme{})
	if all := strings.Join(texts(pages...), " "); strings.Count(all, "words of a long cell") != strings.Count(strings.Join(strings.Fields(all), " "), "words of a long cell") || !strings.Contains(all, "end") || len(pages) < 3 {
		t.Errorf("a row taller than a page lost text or stayed on %d pages", len(pages))
	}
}

func TestBrokenCodeLosesNothing(t *testing.T) {
	long := "curl " + strings.Repeat("--header 'X-Key: 0123456789'  ", 12) + "https://example.com/"
	d, pages := pagesOf(t, opening+"## 1 Call\n\n```\nshort\n"+long+"\n```\n", Theme{})
	var got strings.Builder
	for _, p := range pages[1:] {
		for _, o := range p.ops {
			if o.kind == opText && strings.Contains(o.face.name, "Mono") {
				got.WriteString(o.text)
			}
		}
	}
	squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	if squeeze(got.String()) != "short"+squeeze(long) {
		t.Errorf("painted %q", got.String())
	}
	if len(d.warnings) != 1 || !strings.Contains(d.warnings[0], "was broken") {
		t.Errorf("warnings %q", d.warnings)
	}
}

func TestLinksLeadToSections(t *testing.T) {
	src := opening + "## 1 Start\n\nSee [care](#2), [the same](#2-care), [again](#care), [seals](#21-seals), [a site](<https://example.com/ä b>), [nothing](#nowhere).\n\n## 2 Care\n\n### 2.1 Seals\n\nText.\n"
	d, pages := pagesOf(t, src, Theme{TOC: -1})
	var to, out []string
	for _, p := range pages {
		for _, o := range p.ops {
			if o.kind == opLink && o.to != nil {
				to = append(to, o.to.text)
			} else if o.kind == opLink {
				out = append(out, address(o.link))
			}
		}
	}
	if got := strings.Join(to, ", "); got != "2 Care, 2 Care, 2 Care, 2.1 Seals" {
		t.Errorf("links lead to %s", got)
	}
	if len(out) != 1 || out[0] != "https://example.com/%C3%A4%20b" {
		t.Errorf("addresses %q", out)
	}
	if len(d.warnings) != 1 || !strings.Contains(d.warnings[0], "#nowhere") {
		t.Errorf("warnings %q", d.warnings)
	}
}

func TestDeepNestingStaysOnThePage(t *testing.T) {
	var b strings.Builder
	b.WriteString(opening + "## 1 Deep\n\n")
	for i := range 40 {
		b.WriteString(strings.Repeat("  ", i) + "- level " + fmt.Sprint(i) + " with some words that have to be wrapped sooner or later\n")
	}
	b.WriteString("\n" + strings.Repeat("> ", 40) + "quoted\n")
	_, pages := pagesOf(t, b.String(), Theme{})
	all := strings.Join(texts(pages...), " ")
	for _, want := range []string{"level 0", "level 39", "quoted"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestLinesThatTellNothingAreNoHead(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      Meta
	}{
		{"title and fields", "# Pump Guide\n\nVersion: V2.1\nDate: 2026-04-27\nEpoch: EPOCH 2\nSupersedes: Pump Guide V2.0\nOwner: R. Hall\n\n## 1 Use\n",
			Meta{Title: "Pump Guide", Version: "V2.1", Date: "2026-04-27", Epoch: "EPOCH 2", Supersedes: "Pump Guide V2.0", Fields: []Field{{"Owner", "R. Hall"}}}},
		{"bold names in a list", "# Pump Guide\n\n- **Revision:** C\n- **Date:** 3 May 2026\n\n## 1 Use\n", Meta{Title: "Pump Guide", Version: "Revision C", Date: "3 May 2026"}},
		{"front matter", "---\ntitle: Pump Guide\nversion: 2.10\nsubtitle: Seals: a guide\n---\n\n# 1 Use\n", Meta{Title: "Pump Guide", Version: "2.10", Subtitle: "Seals: a guide"}},
		{"a note is no field", "# Pump Guide\n\nNote: read this first.\n\n## 1 Use\n", Meta{Title: "Pump Guide"}},
		{"chapters only", "# 1 Use\n\nText.\n\n# 2 Care\n", Meta{}},
		{"a first chapter with text is no title", "# Overview\n\nText.\n\n# Details\n", Meta{}},
		{"a title above chapters of its level", "# Pump Guide\n\n# 1 Use\n\n# 2 Care\n", Meta{Title: "Pump Guide"}},
	} {
		m, err := ReadHead([]byte(c.src))
		if err != nil || fmt.Sprintf("%+v", m) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%s: %+v, %v; want %+v", c.name, m, err, c.want)
		}
	}
}

func TestThemesThatCannotBeUsedSayWhy(t *testing.T) {
	files := fstest.MapFS{"text.ttf": {Data: []byte("this is no font")}}
	for want, th := range map[string]Theme{
		`page "a3"`:              {Page: "a3"},
		`margins.left is 500`:    {Margins: Margins{Left: 500}},
		`colours.accent: "blue"`: {Colours: Colours{Accent: "blue"}},
		`family "Comic"`:         {Fonts: Fonts{Body: Family{Name: "Comic"}}},
		`font "none.ttf"`:        {Files: files, Fonts: Fonts{Code: Family{Regular: "none.ttf"}}},
		`font "text.ttf" cannot`: {Files: files, Fonts: Fonts{Body: Family{Regular: "text.ttf"}}},
	} {
		if _, err := PDF(context.Background(), []byte(opening), Meta{}, th, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	for want, src := range map[string]string{"no title": "Text.\n", "no time of issue": "# Guide\n\n## 1 Use\n", "the file is empty": " \n"} {
		if r, err := PDF(context.Background(), []byte(src), Meta{}, Theme{}, nil); err == nil || r != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
