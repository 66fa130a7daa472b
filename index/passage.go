package index

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"substrate/corpus"
)

// Passage is a piece of one section of one version: what a search finds and quotes.
type Passage struct {
	// ID is Version + "/" + Anchor + "/" + the number of the passage within its section, from 0.
	ID string
	// Version is the SHA-256 in hex of the original.
	Version string
	// Title is the title of the document.
	Title string
	// Anchor names the section, as in [corpus.Section].
	Anchor string
	// Heading is the path of headings from the chapter down to the section.
	Heading []string
	// Text is the passage as plain text: blocks separated by a blank line, table cells by " | ".
	Text string
	// Pages is where the passage stands; zero when unknown.
	Pages corpus.Pages
}

// maxPassage is the length in bytes that a passage should not exceed: about 200 words, which a person reads
// at a glance and a model can be given ten of. A single table row is never cut, so longer ones exist.
const maxPassage = 1200

// Split cuts the sections of a version into passages, in reading order. Short blocks of a section stay
// together; a long section is cut between blocks, a long table between rows (each piece repeats the header
// row), long code between lines, a long list between items and a long paragraph between sentences.
// A section without text yields a passage of its own only when nothing below it has text either: otherwise
// its heading is found through the heading path of its subsections, which is the better answer.
func Split(version, title string, sections []corpus.Section) []Passage {
	var out []Passage
	for i, s := range sections {
		pieces := splitBlocks(s.Blocks)
		if len(pieces) == 0 {
			if s.Heading() == "" || textBelow(sections, i) {
				continue
			}
			pieces = []piece{{pages: s.Pages}}
		}
		for n, p := range pieces {
			pages := p.pages
			if pages.First == 0 {
				pages = s.Pages
			}
			out = append(out, Passage{
				ID:      fmt.Sprintf("%s/%s/%d", version, s.Anchor, n),
				Version: version, Title: title, Anchor: s.Anchor, Heading: s.Path,
				Text: p.text, Pages: pages,
			})
		}
	}
	return out
}

// textBelow reports whether a subsection of section i has text.
func textBelow(sections []corpus.Section, i int) bool {
	for _, s := range sections[i+1:] {
		if s.Level <= sections[i].Level {
			return false
		}
		if strings.TrimSpace(s.Plain()) != "" {
			return true
		}
	}
	return false
}

// piece is the text of a passage or of a part of a block.
type piece struct {
	text  string
	pages corpus.Pages
}

func splitBlocks(blocks []corpus.Block) []piece {
	var out []piece
	var cur piece
	flush := func() {
		if cur.text != "" {
			out = append(out, cur)
		}
		cur = piece{}
	}
	for _, b := range blocks {
		for _, p := range splitBlock(b) {
			if strings.TrimSpace(p.text) == "" {
				continue
			}
			// A line that leads to the next block ("The limits are:") must not end a passage, so a piece that
			// fits only a little badly is still joined to a very short start.
			if cur.text != "" && len(cur.text)+2+len(p.text) > maxPassage && !(len(cur.text) < 160 && len(p.text) <= maxPassage) {
				flush()
			}
			if cur.text != "" {
				cur.text += "\n\n"
			}
			cur.text += p.text
			cur.pages = cur.pages.Union(p.pages)
		}
	}
	flush()
	return out
}

// splitBlock is the block in pieces of at most maxPassage bytes, as far as its rows and lines allow.
func splitBlock(b corpus.Block) []piece {
	whole := b.Plain()
	if len(whole) <= maxPassage {
		return []piece{{whole, b.Pages}}
	}
	var texts []string
	switch b.Kind {
	case corpus.Table:
		rows := tableRows(b)
		header := rows[0]
		if len(header) > maxPassage/2 {
			// Not a header worth repeating but a layout table with text in it.
			texts = pack(rows, "\n", maxPassage)
			break
		}
		texts = pack(rows[1:], "\n", maxPassage-len(header)-1)
		for i := range texts {
			texts[i] = header + "\n" + texts[i]
		}
	case corpus.Code:
		texts = pack(strings.Split(b.Text, "\n"), "\n", maxPassage)
	case corpus.List:
		var lines []string
		for _, it := range b.Items {
			lines = append(lines, pack(sentences(it), "", maxPassage)...)
		}
		texts = pack(lines, "\n", maxPassage)
	default:
		texts = pack(sentences(b.Text), "", maxPassage)
	}
	out := make([]piece, len(texts))
	for i, t := range texts {
		out[i] = piece{strings.TrimRight(t, " \n"), b.Pages}
	}
	return out
}

func tableRows(b corpus.Block) []string {
	rows := make([]string, len(b.Rows))
	for i, r := range b.Rows {
		rows[i] = strings.Join(r, " | ")
	}
	return rows
}

// pack joins consecutive parts with sep into texts of at most limit bytes; a longer part stands alone.
func pack(parts []string, sep string, limit int) []string {
	var out []string
	var b strings.Builder
	for _, p := range parts {
		if b.Len() > 0 && b.Len()+len(sep)+len(p) > limit {
			out = append(out, b.String())
			b.Reset()
		}
		if b.Len() > 0 {
			b.WriteString(sep)
		}
		b.WriteString(p)
	}
	if b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}

// sentences cuts a paragraph after each sentence; joined they give the paragraph again. A sentence longer
// than a passage (text without full stops) is cut at a space.
func sentences(s string) []string {
	var out []string
	start := 0
	for i := 0; i < len(s); i++ {
		long := i-start >= maxPassage-80
		switch {
		case s[i] == ' ' && (long || i > 0 && strings.IndexByte(".!?:;", s[i-1]) >= 0 && endsSentence(s, i)):
			out = append(out, s[start:i+1])
			start = i + 1
		case i-start >= maxPassage && utf8.RuneStart(s[i]): // no space at all
			out = append(out, s[start:i])
			start = i
		}
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// endsSentence tells the end of a sentence at the space s[i] from an abbreviation: what follows does not
// begin in lower case, and what ends is longer than an initial.
func endsSentence(s string, i int) bool {
	if s[i-1] == ':' || s[i-1] == ';' {
		return false
	}
	rest := s[i+1:]
	if rest == "" || rest[0] >= 'a' && rest[0] <= 'z' {
		return false
	}
	w := s[strings.LastIndexByte(s[:i], ' ')+1 : i-1]
	return len(w) > 2 || s[i-1] != '.'
}
