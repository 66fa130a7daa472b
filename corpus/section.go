package corpus

import (
	"fmt"
	"strings"
)

// Pages is a span of pages, both ends included, counted from 1. The zero Pages is unknown (Markdown has none).
type Pages struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

// Union is the smallest span that covers both.
func (p Pages) Union(o Pages) Pages {
	if p.First == 0 {
		return o
	}
	if o.First == 0 {
		return p
	}
	return Pages{min(p.First, o.First), max(p.Last, o.Last)}
}

// BlockKind tells what a block is.
type BlockKind string

// The kinds of block a reader can tell apart.
const (
	Paragraph BlockKind = "paragraph"
	List      BlockKind = "list"
	Table     BlockKind = "table"
	Code      BlockKind = "code"
)

// Block is one paragraph, list, table or piece of code.
type Block struct {
	Kind BlockKind `json:"kind"`
	// Text is the paragraph's text in one line, or the code with its line breaks and indentation. Empty for lists and tables.
	Text string `json:"text,omitempty"`
	// Items are a list's items, each in one line, with the marker it was printed with ("1.", "•") first and
	// two spaces of indentation for each level below the first.
	Items []string `json:"items,omitempty"`
	// Rows are a table's rows of cells; row 0 is the header. All rows have the same number of cells.
	Rows [][]string `json:"rows,omitempty"`
	// Pages is where the block stands.
	Pages Pages `json:"pages"`
}

// Plain is the block as text for people and for the index: list items on lines of their own, table rows
// with cells separated by " | ".
func (b Block) Plain() string {
	switch b.Kind {
	case List:
		return strings.Join(b.Items, "\n")
	case Table:
		lines := make([]string, len(b.Rows))
		for i, r := range b.Rows {
			lines[i] = strings.Join(r, " | ")
		}
		return strings.Join(lines, "\n")
	}
	return b.Text
}

// Section is a part of a version under one heading, without its subsections.
type Section struct {
	// Number as printed, without a trailing dot: "10.3", "§0a", "A.1"; empty when the heading has none.
	Number string `json:"number,omitempty"`
	// Title is the heading without its number. Empty only for text before the first heading.
	Title string `json:"title"`
	// Level is 1 for chapters, 2 for their sections, and so on; 0 for text before the first heading.
	Level int `json:"level"`
	// Anchor names the section within its version, as in a [Ref]: its number, or its title as a slug, made unique.
	Anchor string `json:"anchor"`
	// Path holds the headings from the chapter down to this section, each with its number.
	Path []string `json:"path"`
	// Pages from the heading to the end of the section's own blocks.
	Pages  Pages   `json:"pages"`
	Blocks []Block `json:"blocks"`
}

// Heading is the heading as printed: number and title.
func (s Section) Heading() string {
	if s.Number == "" {
		return s.Title
	}
	if s.Title == "" {
		return s.Number
	}
	return s.Number + " " + s.Title
}

// Plain is the text of the section's own blocks, a blank line between blocks.
func (s Section) Plain() string {
	parts := make([]string, len(s.Blocks))
	for i, b := range s.Blocks {
		parts[i] = b.Plain()
	}
	return strings.Join(parts, "\n\n")
}

// Finish fills Anchor and Path of every section from Number, Title and Level, in reading order.
// Readers call it once when the list is complete.
func Finish(sections []Section) {
	seen := map[string]bool{}
	var open []Section
	for i := range sections {
		s := &sections[i]
		for len(open) > 0 && open[len(open)-1].Level >= s.Level {
			open = open[:len(open)-1]
		}
		open = append(open, *s)
		s.Path = make([]string, 0, len(open))
		for _, o := range open {
			if h := o.Heading(); h != "" {
				s.Path = append(s.Path, h)
			}
		}
		a := MakeAnchor(s.Number)
		if a == "" {
			a = hyphenate(s.Title)
		}
		if a == "" {
			a = "front"
		}
		s.Anchor = a
		for n := 2; seen[s.Anchor]; n++ {
			s.Anchor = fmt.Sprintf("%s~%d", a, n)
		}
		seen[s.Anchor] = true
	}
}

// MakeAnchor brings a section number, as people write it, to the form that anchors have:
// "§10.3" and "10.3." are "10.3", "Appendix A" is "a".
func MakeAnchor(number string) string {
	s := strings.ToLower(strings.TrimSpace(number))
	s = strings.TrimLeft(s, "§ ")
	for _, w := range []string{"section ", "sec. ", "chapter ", "appendix ", "annex ", "part "} {
		s = strings.TrimPrefix(s, w)
	}
	s = strings.Trim(s, ". )")
	return hyphenateKeepDots(s)
}

func hyphenateKeepDots(s string) string {
	return join(s, func(r rune) bool { return isWordRune(r) || r == '.' || r == '~' })
}
