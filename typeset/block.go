package typeset

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// builder turns blocks into items, one below the other.
type builder struct {
	*doc
	src    []byte
	items  []item
	x, w   float64 // the measure at this depth
	gap    float64 // space wanted before the next item; the larger of what is above and below wins
	panels []*panel
	tight  bool
	depth  int // of lists
	marker *run
	dx     float64 // of the marker, left of x
	fn     *east.FootnoteList
	shift  int // levels of headings that the title took
	lastIs string
}

// narrowest is the measure below which nesting no longer indents, so that a deep list cannot squeeze its text to nothing.
const narrowest = 140

func (b *builder) add(it item) {
	it.above = max(it.above, b.gap)
	b.gap = 0
	it.panels = append(it.panels, b.panels...)
	b.items = append(b.items, it)
}

// keepLast holds the last item and the next together.
func (b *builder) keepLast() {
	if n := len(b.items); n > 0 {
		b.items[n-1].keep = true
	}
}

func (b *builder) blocks(root ast.Node, skip map[ast.Node]bool) {
	b.shift = shiftOf(root, skip)
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		if !skip[n] {
			b.block(n)
		}
	}
}

// shiftOf counts the levels that headings move up by when the only level-1 heading was the title.
func shiftOf(root ast.Node, skip map[ast.Node]bool) int {
	low := 0
	_ = ast.Walk(root, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && enter && !skip[n] && (low == 0 || h.Level < low) {
			low = h.Level
		}
		return ast.WalkContinue, nil
	})
	if len(skip) == 0 {
		return 0
	}
	return max(low-1, 0)
}

func (b *builder) block(n ast.Node) {
	was := b.lastIs
	b.lastIs = ""
	switch n := n.(type) {
	case *ast.Heading:
		b.heading(n)
	case *ast.Paragraph, *ast.TextBlock:
		b.paragraph(n)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		b.code(raw(n, b.src), was == "code")
		b.lastIs = "code"
	case *ast.HTMLBlock:
		if t := strings.TrimSpace(html.UnescapeString(tags.ReplaceAllString(raw(n, b.src), " "))); t != "" {
			b.text([]span{{text: t}})
		}
	case *ast.List:
		b.list(n)
	case *ast.Blockquote:
		b.quote(n)
	case *east.Table:
		b.table(n)
	case *ast.ThematicBreak:
		x, w, c := b.x, b.w, b.theme.Colours.Rule
		b.gap = max(b.gap, 6)
		b.add(item{h: 8, draw: func(p *page, y float64) { p.line(x, y+4, w, 0, 0.8, c) }})
		b.gap = 6
	case *east.FootnoteList:
		b.fn = n
	default:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			b.block(c)
		}
	}
}

var tags = regexp.MustCompile(`<!--[\s\S]*?-->|<[^>]*>`)

func raw(n ast.Node, src []byte) string {
	var sb bytes.Buffer
	for i := range n.Lines().Len() {
		s := n.Lines().At(i)
		sb.Write(s.Value(src))
	}
	return strings.TrimRight(sb.String(), "\n")
}

// leading is the distance of lines of text of a size.
func leading(size float64) float64 { return size * 1.42 }

func (b *builder) heading(n *ast.Heading) {
	level := max(1, n.Level-b.shift)
	look := headingLooks[min(level, len(headingLooks))-1]
	size := b.theme.Size * look.scale
	st := style{bold: true, head: true, italic: look.italic, colour: b.theme.Colours.Accent}
	if level > 3 {
		st.colour = b.theme.Colours.Text
	}
	spans := b.inline(n, st)
	code := allCode(spans)
	for i := range spans {
		spans[i].bold, spans[i].italic = true, look.italic
		// A heading of nothing but code is set as a heading: in the fixed-pitch font it would look like a line of code.
		spans[i].code = spans[i].code && !code
	}
	text := plainText(spans)
	if text == "" {
		return
	}
	m := &mark{level: level, text: text}
	b.headings = append(b.headings, m)
	b.nameAnchors(m)
	b.gap = max(b.gap, size*look.above)
	if len(b.items) > 0 && b.items[len(b.items)-1].keep && b.items[len(b.items)-1].mark != nil {
		b.gap = size * 0.7 // a heading right below another
	}
	for i, l := range b.wrap(spans, size, b.w) {
		it := b.lineItem(l, size, size*1.25)
		it.keep = true
		if i == 0 {
			it.mark = m
		}
		b.add(it)
	}
	b.gap = size * look.below
}

type headingLook struct {
	scale, above, below float64 // size relative to text; spaces relative to size
	italic              bool
}

var headingLooks = []headingLook{{1.75, 1.55, 0.45, false}, {1.35, 1.35, 0.4, false}, {1.15, 1.3, 0.35, false}, {1.05, 1.2, 0.3, false}, {1, 1.2, 0.3, true}, {1, 1.1, 0.3, true}}

// lineItem paints a line of text, a list's marker beside its first one.
func (b *builder) lineItem(l line, size, height float64) item {
	x, mk, dx := b.x, b.marker, b.dx
	b.marker = nil
	d := b.doc
	return item{h: height, draw: func(p *page, y float64) {
		base := y + (height+size*0.7)/2
		if mk != nil {
			p.text(x-dx, base, mk.text, mk.face, mk.size, d.colourOf(mk.style))
		}
		d.paint(p, l, x, base)
	}}
}

func (d *doc) colourOf(s style) string {
	switch {
	case s.link != "":
		return d.theme.Colours.Accent
	case s.colour != "":
		return s.colour
	}
	return d.theme.Colours.Text
}

// paint draws a line with its left edge at x.
func (d *doc) paint(p *page, l line, x, base float64) {
	for _, r := range l.runs {
		at, y := x+r.x, base
		if r.raised {
			y -= r.size * 0.5
		}
		if r.code && !r.head {
			p.rect(at-1.2, y-r.size*0.95, r.w+2.4, r.size*1.28, 1.6, d.theme.Colours.Shade)
		}
		p.text(at, y, r.text, r.face, r.size, d.colourOf(r.style))
		if r.strike {
			p.line(at, y-r.size*0.28, r.w, 0, 0.6, d.colourOf(r.style))
		}
		if r.link != "" {
			o := op{kind: opLink, x: at, y: y - r.size*0.85, w: r.w, h: r.size * 1.15}
			if name, inside := strings.CutPrefix(r.link, "#"); inside {
				if o.to = d.anchor(name); o.to == nil {
					d.warn("the link to %q leads nowhere in the document", r.link)
					continue
				}
			} else {
				o.link = r.link
			}
			p.ops = append(p.ops, o)
		}
	}
}

func (b *builder) paragraph(n ast.Node) {
	// Images stand between the text before and after them.
	var spans []span
	flush := func() {
		if plainText(spans) != "" {
			b.text(spans)
		}
		spans = nil
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if im, ok := imageIn(c); ok {
			flush()
			b.image(string(im.Destination), plainText(b.inline(im, style{})))
			continue
		}
		spans = append(spans, b.inlineNode(c, style{})...)
	}
	if lines := fieldLines(spans); lines != nil {
		for i, l := range lines {
			if i > 0 {
				b.gap = 0
			}
			b.text(l)
		}
		return
	}
	flush()
}

// imageIn tells an image, also as a link's only content.
func imageIn(n ast.Node) (*ast.Image, bool) {
	if l, ok := n.(*ast.Link); ok && l.ChildCount() == 1 {
		n = l.FirstChild()
	}
	im, ok := n.(*ast.Image)
	return im, ok
}

// fieldLines splits a paragraph whose every line is a field ("Pump: P3"): each stands on a line of its own.
func fieldLines(spans []span) [][]span {
	lines := [][]span{nil}
	for _, s := range spans {
		n := len(lines) - 1
		if strings.HasSuffix(s.text, "\n") || s.brk {
			s.text, s.brk = strings.TrimSuffix(s.text, "\n"), false
			lines[n] = append(lines[n], s)
			lines = append(lines, nil)
			continue
		}
		lines[n] = append(lines[n], s)
	}
	for _, l := range lines {
		if !fieldLine.MatchString(plainText(l)) {
			return nil
		}
	}
	if len(lines) < 2 {
		return nil
	}
	return lines
}

// text adds a paragraph: no single line of it is left alone at a page's end or beginning.
func (b *builder) text(spans []span) {
	size, space := b.theme.Size, b.theme.Size*0.62
	if b.tight {
		space = size * 0.22
	}
	lead := label(spans)
	if lead {
		// All in bold it is a label in the text and no heading: a little smaller, so that nobody takes it for one.
		size -= 0.8
	}
	b.gap = max(b.gap, space)
	lines := b.wrap(spans, size, b.w)
	for i, l := range lines {
		it := b.lineItem(l, size, leading(size))
		it.keep = len(lines) > 1 && (i == 0 || i == len(lines)-2)
		b.add(it)
	}
	if t := strings.TrimSpace(plainLines(spans)); strings.HasSuffix(t, ":") || lead {
		b.keepLast() // it announces what follows
	}
	b.gap = space
}

// label tells a paragraph of nothing but bold text.
func label(spans []span) bool {
	some := false
	for _, s := range spans {
		if strings.TrimSpace(s.text) == "" {
			continue
		}
		if !s.bold {
			return false
		}
		some = true
	}
	return some
}

func allCode(spans []span) bool {
	for _, s := range spans {
		if !s.code && strings.TrimSpace(s.text) != "" {
			return false
		}
	}
	return true
}
