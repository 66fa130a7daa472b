package markdown

import (
	"bytes"
	"sort"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"substrate/corpus"
)

// Span is a range of bytes, End not included.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Layout is a reading with the places of its parts in the bytes of the file, so that one part can be changed and the rest left alone.
type Layout struct {
	Reading *corpus.Reading
	// FrontMatter covers the lines of the front matter with their dashes; empty when there is none.
	FrontMatter Span
	// Places has one for each section of Reading.
	Places []Place
}

// Place is where a section stands.
type Place struct {
	// Level of the heading as written, 1 to 6; 0 for text before the first heading. Reading may count from another one.
	Level int
	// Head covers the heading's whole lines, with the underline of a heading that has one; empty at level 0.
	Head Span
	// Title is the heading's text as written, without hashes or underline.
	Title Span
	// Own covers the whole lines from the heading to the next one.
	Own Span
	// Content ends where the last block ends: what follows it are blank lines, rules, comments and definitions of links.
	Content int
	// Underlined tells a heading with a line of = or - below from one with hashes.
	Underlined bool
	// Nested tells a heading inside a quotation or a list.
	Nested bool
	// Blocks has one for each block of the section.
	Blocks []Span
	Units  []Unit
}

// Unit is the smallest piece of text that a section is made of: a paragraph, an item of a list, a cell, a block of code.
type Unit struct {
	Block int // index of its block
	Kind  corpus.BlockKind
	// Row is the row of a cell (0 for the header) or the index of a list's item.
	Row int
	// Col is the column of a cell.
	Col int
	// Text as the reading has it; of an item without its marker.
	Text string
	// Lines covers the whole lines that it stands on; for an item, without the items below it.
	Lines Span
	// Nested tells an item that has others below it.
	Nested bool
	at     []Span
}

// Source is the place of Text[i:j], without the markup around it.
func (u Unit) Source(i, j int) Span {
	if i >= j || j > len(u.at) {
		return Span{}
	}
	return Span{u.at[i].Start, u.at[j-1].End}
}

// Locate reads a Markdown file as [Read] does and says where everything stands. Its errors are those of Read.
func Locate(src []byte) (*Layout, error) {
	w, err := walk(src, true)
	if err != nil {
		return nil, err
	}
	n := w.note
	l := &Layout{Reading: w.r, FrontMatter: n.matter, Places: n.places}
	for i := range l.Places {
		p := &l.Places[i]
		p.Own.End = len(src)
		if i+1 < len(l.Places) {
			p.Own.End = l.Places[i+1].Head.Start
		}
		p.Content = min(max(p.Content, p.Own.Start), p.Own.End)
	}
	return l, nil
}

// unit is a text on its way into a [Unit].
type unit struct {
	v        view
	row, col int
	node     ast.Node
}

// units is for the callers that build texts whether or not anybody asked where they stand.
func (w *walker) units(u unit) []unit {
	if w.note == nil {
		return nil
	}
	return []unit{u}
}

// notes gathers places while a walker walks.
type notes struct {
	src    []byte // the body, with plain line breaks
	lines  []int  // starts of the body's lines, and its end
	file   []int  // starts of the same lines in the file, and its end
	matter Span
	outer  int // the last line of the document's child that is being walked
	cur    *Place
	places []Place
}

func newNotes(whole, src, body []byte) *notes {
	starts := func(b []byte) []int {
		s := []int{0}
		for i, c := range b {
			if c == '\n' && i+1 < len(b) {
				s = append(s, i+1)
			}
		}
		return append(s, len(b))
	}
	n := &notes{src: body, lines: starts(body)}
	all := starts(whole)
	skipped := bytes.Count(src[:len(src)-len(body)], []byte{'\n'})
	switch {
	case len(body) == 0:
		n.file = []int{len(whole), len(whole)}
	default:
		n.file = all[min(skipped, len(all)-1):]
	}
	if skipped > 0 || len(body) == 0 {
		n.matter = Span{len(whole) - len(bytes.TrimPrefix(whole, []byte("\xef\xbb\xbf"))), n.file[0]}
	} else if bytes.HasPrefix(whole, []byte("\xef\xbb\xbf")) {
		n.file = append([]int{3}, n.file[1:]...)
	}
	return n
}

// line is the index of the line that holds a place of the body.
func (n *notes) line(at int) int {
	i := sort.SearchInts(n.lines, at+1) - 1
	return max(0, min(i, len(n.lines)-2))
}

// pos is a place of the body in the file.
func (n *notes) pos(at int) int {
	if at >= len(n.src) {
		return n.file[len(n.file)-1]
	}
	i := n.line(at)
	return n.file[i] + at - n.lines[i]
}

func (n *notes) span(s Span) Span {
	if s.End <= s.Start {
		p := n.pos(s.Start)
		return Span{p, p}
	}
	// The end is the place behind the last byte, which may be the first half of a line break.
	return Span{n.pos(s.Start), n.pos(s.End-1) + 1}
}

// whole covers the lines from first to last.
func (n *notes) whole(first, last int) Span {
	return Span{n.file[first], n.file[last+1]}
}

func (n *notes) top(c ast.Node) {
	if n != nil {
		_, n.outer = n.extent(c)
	}
}

func (n *notes) open() {
	if n.cur == nil {
		n.cur = &Place{Own: Span{Start: n.file[0]}}
	}
}

func (n *notes) close(keep bool) {
	if n == nil {
		return
	}
	if keep {
		n.open()
		n.places = append(n.places, *n.cur)
	}
	n.cur = nil
}

func (n *notes) heading(h *ast.Heading) {
	if n == nil {
		return
	}
	first, last := n.extent(h)
	p := Place{Level: h.Level, Nested: h.Parent().Kind() != ast.KindDocument}
	if at := h.Pos(); !isHashes(n.src[min(max(at, 0), len(n.src)):], h.Level) {
		p.Underlined = true
		last = min(last+1, len(n.lines)-2)
	}
	p.Head = n.whole(first, last)
	p.Own.Start = p.Head.End
	p.Title = Span{p.Head.End, p.Head.End}
	if l := h.Lines(); l.Len() > 0 {
		p.Title = n.span(Span{l.At(0).Start, l.At(l.Len() - 1).Stop})
	}
	n.cur = &p
}

func isHashes(b []byte, level int) bool {
	k := 0
	for k < len(b) && b[k] == '#' {
		k++
	}
	return k == level && (k == len(b) || b[k] == ' ' || b[k] == '\t' || b[k] == '\n')
}

func (n *notes) block(c ast.Node, index int, kind corpus.BlockKind, units []unit) {
	if n == nil {
		return
	}
	n.open()
	first, last := n.extent(c)
	n.cur.Blocks = append(n.cur.Blocks, n.whole(first, last))
	n.cur.Content = max(n.cur.Content, n.file[n.outer+1])
	for _, u := range units {
		out := Unit{Block: index, Kind: kind, Row: u.row, Col: u.col, Text: u.v.text(), at: make([]Span, len(u.v.at))}
		for i, s := range u.v.at {
			out.at[i] = n.span(s)
		}
		f, l := first, last
		switch node := u.node.(type) {
		case *ast.ListItem:
			f, l = n.extent(node)
			for k := node.FirstChild(); k != nil; k = k.NextSibling() {
				if _, ok := k.(*ast.List); ok {
					below, _ := n.extent(k)
					l = max(f, min(l, below-1))
					out.Nested = true
				}
			}
		case *east.TableCell:
			f = n.line(max(node.Parent().Pos(), 0))
			l = f // a row is one line
		default:
			if len(u.v.at) > 0 && kind == corpus.Paragraph {
				f, l = n.line(u.v.at[0].Start), n.line(max(u.v.at[len(u.v.at)-1].End-1, 0))
			}
		}
		out.Lines = n.whole(f, l)
		n.cur.Units = append(n.cur.Units, out)
	}
}

// extent is the first and the last line of a node.
func (n *notes) extent(c ast.Node) (first, last int) {
	first, last = len(n.lines), -1
	see := func(at int) {
		if at >= 0 {
			first, last = min(first, n.line(at)), max(last, n.line(at))
		}
	}
	_ = ast.Walk(c, func(k ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter {
			return ast.WalkContinue, nil
		}
		if k.Type() == ast.TypeInline {
			return ast.WalkSkipChildren, nil
		}
		// A table that a paragraph was turned into says where the paragraph began; its rows know better.
		if k.Kind() != east.KindTable && k.Kind() != ast.KindDocument {
			see(k.Pos())
		}
		for i := range k.Lines().Len() {
			s := k.Lines().At(i)
			see(s.Start)
			see(max(s.Start, s.Stop-1))
		}
		switch k := k.(type) {
		case *ast.FencedCodeBlock:
			if next := last + 1; next < len(n.lines)-1 && isFence(n.src[n.lines[next]:n.lines[next+1]]) {
				last = next
			}
		case *ast.HTMLBlock:
			if k.HasClosure() {
				see(k.ClosureLine.Start)
			}
		case *east.TableHeader:
			see(n.lines[min(last+1, len(n.lines)-2)]) // the line of dashes
		}
		return ast.WalkContinue, nil
	})
	if last < 0 {
		return 0, 0
	}
	return first, last
}

// isFence reports whether a line can close a block of code.
func isFence(line []byte) bool {
	line = bytes.TrimSpace(bytes.TrimLeft(line, "> \t"))
	return len(line) >= 3 && (len(bytes.Trim(line, "`")) == 0 || len(bytes.Trim(line, "~")) == 0)
}
