// Package layout finds the structure of a PDF in its words: lines, running headers, headings with their levels,
// paragraphs, lists, tables and code, each with its pages. It is pure and does not know which engine read the words.
//
// Words: a line is what a reader sees as one line of one column; a look is size, weight and slant of a line; a strip is
// a table column's span of x.
package layout

import (
	"fmt"
	"regexp"
	"strings"

	"substrate/corpus"
	"substrate/corpus/pdf/page"
)

// frontPages and frontLines bound what is kept of the first pages as evidence for what a document is.
const (
	frontPages = 2
	frontLines = 90
)

// Read turns a raw document into a reading. It never fails: what cannot be told becomes a paragraph, and
// pages without text are listed in BarePages.
func Read(doc *page.Document) *corpus.Reading {
	r := &corpus.Reading{Format: "pdf", Pages: len(doc.Pages), Meta: doc.Meta, Warnings: doc.Warnings}
	pages := make([][]line, len(doc.Pages))
	heights := make([]float64, len(doc.Pages))
	for i := range doc.Pages {
		pages[i] = linesOf(&doc.Pages[i], i+1, doc.Styles)
		heights[i] = doc.Pages[i].Height
		if doc.Pages[i].Bare {
			r.BarePages = append(r.BarePages, i+1)
		}
	}
	pages, r.Running = stripRunning(pages, heights)
	var lines []line
	for _, p := range pages {
		lines = append(lines, p...)
	}
	for _, l := range lines {
		if l.page > frontPages || len(r.Front) >= frontLines {
			break
		}
		r.Front = append(r.Front, corpus.FrontLine{Text: frontText(l), Page: l.page, Size: l.size, Bold: l.bold})
	}
	lines, toc := takeContents(lines)
	r.Sections = sectionsOf(lines, doc.Outline, toc)
	if len(r.BarePages) > 0 && len(r.BarePages) < len(doc.Pages) {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d of %d pages hold no text", len(r.BarePages), len(doc.Pages)))
	}
	return r
}

// frontText keeps the cells of a title block apart.
func frontText(l line) string {
	var parts []string
	for _, c := range l.cells() {
		parts = append(parts, clean(joinWords(c)))
	}
	return strings.Join(parts, "  ")
}

// sectionsOf splits lines at headings.
func sectionsOf(lines []line, marks []page.Bookmark, toc map[string]int) []corpus.Section {
	hs := newHeadings(lines, marks, toc)
	title := titleLine(lines, hs)
	coverEnd := coverLines(lines, hs)
	type part struct {
		head  *heading
		lines []line
	}
	parts := []part{{}}
	body := float64(hs.body.size) / 2
	j := newJoiner(lines)
	var list []*heading
	for i := 0; i < len(lines); {
		cur := &parts[len(parts)-1]
		if title[i] || i < coverEnd && hs.listed(lines[i]) == 0 && hs.numLooks[lookOf(lines[i])] == nil {
			cur.lines = append(cur.lines, lines[i])
			i++
			continue
		}
		if h, ok := hs.at(lines, i); ok && !insideTable(lines, i, j, hs) {
			list = append(list, &h)
			parts = append(parts, part{head: &h})
			i += h.lines
			continue
		}
		cur.lines = append(cur.lines, lines[i])
		i++
	}
	setLevels(list)
	var out []corpus.Section
	for _, p := range parts {
		b := &blocks{body: body, lead: hs.bodyLead, j: j}
		b.add(p.lines)
		if p.head == nil {
			if len(b.out) == 0 {
				continue
			}
			out = append(out, corpus.Section{Blocks: b.out, Pages: spanOf(p.lines, 0)})
			continue
		}
		out = append(out, corpus.Section{Number: p.head.number, Title: p.head.title, Level: p.head.level, Blocks: b.out, Pages: spanOf(p.lines, p.head.page)})
	}
	corpus.Finish(out)
	return out
}

func spanOf(lines []line, headPage int) corpus.Pages {
	p := corpus.Pages{First: headPage, Last: headPage}
	for _, l := range lines {
		p = p.Union(corpus.Pages{First: l.page, Last: l.page})
	}
	return p
}

// coverLines counts the lines of a cover: a first page with hardly any running text, up to the first listed or
// numbered heading. What is large there names the document, its makers and its date.
func coverLines(lines []line, hs *headings) int {
	prose := 0
	for i, l := range lines {
		if l.page > 1 {
			if prose < 6 {
				return i
			}
			return 0
		}
		if hs.listed(l) != 0 || numbered.MatchString(l.text) && hs.stands(lookOf(l)) && !dateLike.MatchString(l.text) {
			if prose < 6 {
				return i
			}
			return 0
		}
		if lookOf(l) == hs.body && len(l.text) > 70 {
			prose++
		}
	}
	return 0
}

var dateLike = regexp.MustCompile(`(?i)^\d{1,2}\.?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{2,4}\b`)

// titleLine marks the lines of the document's own title: the largest on the first page, when nothing of their size
// follows later. They name the document, not a section.
func titleLine(lines []line, hs *headings) map[int]bool {
	out := map[int]bool{}
	best := 0.0
	for _, l := range lines {
		if l.page == 1 && l.size > best {
			best = l.size
		}
	}
	if best < float64(hs.body.size)/2+2 {
		return out
	}
	count := 0
	for i, l := range lines {
		if l.size >= best-0.5 {
			if l.page > 1 {
				count++
			} else if numbered.MatchString(l.text) {
				return map[int]bool{} // chapters are the largest print: there is no title
			} else {
				out[i] = true
			}
		}
	}
	if count > 0 || len(out) > 4 {
		// Chapters are as large as the title. Before the first text, the largest lines still are the title.
		first := map[int]bool{}
		for i, l := range lines {
			if l.page > 1 || !out[i] && lookOf(l) == hs.body && len(l.text) > 60 {
				break
			}
			if out[i] && !numbered.MatchString(l.text) && hs.listed(l) == 0 {
				first[i] = true
			}
		}
		if len(first) > 3 {
			return map[int]bool{}
		}
		return first
	}
	return out
}

// insideTable reports whether a line that stands out is a table's header or a cell.
func insideTable(lines []line, i int, j *joiner, hs *headings) bool {
	if len(lines[i].cells()) < 2 || hs.listed(lines[i]) != 0 {
		return false
	}
	_, cols, n := tableAt(lines, i, j)
	return n > 1 && len(cols) > 1
}
