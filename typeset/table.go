package typeset

import (
	"math"
	"regexp"
	"strings"

	east "github.com/yuin/goldmark/extension/ast"
)

const (
	tableSize     = 0.9 // of body text
	tableSmallest = 6.2 // points
	cellLead      = 1.32
	cellPadV      = 0.29 // of the size, above and below
	cellPadH      = 0.68 // of the size, left and right: columns must stand well apart to be read as columns
	cellPadTwo    = 1.05 // the same for tables of two columns, which are easily taken for text
)

// grid is a table being set.
type grid struct {
	rows  [][][]span // row, column; row 0 is the header
	align []east.Alignment
	size  float64
	cols  []float64 // widths with their padding
	pad   float64
	width float64
}

func (b *builder) table(t *east.Table) {
	g := b.read(t)
	if len(g.rows) == 0 || len(g.align) == 0 {
		return
	}
	if b.marker != nil {
		b.add(b.lineItem(line{}, b.theme.Size, leading(b.theme.Size)))
		b.keepLast()
	}
	b.fit(g)
	rule := b.theme.Colours.Rule
	b.gap = max(b.gap, b.theme.Size*0.7)
	head := b.row(g, 0)
	x, w, accent, shade := b.x, g.width, b.theme.Colours.Accent, b.theme.Colours.Shade
	headH := head.h
	drawHead := func(p *page, y float64) {
		p.rect(x, y, w, headH, 0, shade)
		head.draw(p, y)
		p.line(x, y, w, 0, 0.9, accent)
		p.line(x, y+headH, w, 0, 0.5, accent)
	}
	rep := &repeat{h: headH, draw: drawHead}
	b.add(item{h: headH, keep: true, draw: drawHead, table: nil})
	total := headH
	first := len(b.items)
	for i := 1; i < len(g.rows); i++ {
		r := b.row(g, i)
		total += r.h
		b.add(b.rowItem(r, rep, x, w, rule))
	}
	n := len(b.items)
	if n == first {
		b.items[n-1].keep = false
		b.gap = b.theme.Size * 1.35
		return
	}
	// A short table stays whole; of a longer one no single row is left alone.
	page := b.bottom - b.top
	short := total < 0.22*page
	for i := first; i < n-1; i++ {
		b.items[i].keep = short || (i == first || i == n-2) && b.items[i].h < 0.3*page
	}
	b.gap = b.theme.Size * 1.35
}

// rowItem paints a row with a fine rule below.
func (b *builder) rowItem(r tableRow, rep *repeat, x, w float64, rule string) item {
	return item{h: r.h, table: rep, draw: func(p *page, y float64) {
		r.draw(p, y)
		p.line(x, y+r.h, w, 0, 0.4, rule)
	}, divide: func(h float64) (item, item, bool) {
		k := int((h - 2*r.padV) / r.lead)
		if k < 2 || k >= r.lines {
			return item{}, item{}, false
		}
		return b.rowItem(r.part(0, k), rep, x, w, rule), b.rowItem(r.part(k, r.lines), rep, x, w, rule), true
	}}
}

// read takes the cells and decides about the alignment that the source leaves open.
func (b *builder) read(t *east.Table) *grid {
	g := &grid{align: append([]east.Alignment(nil), t.Alignments...)}
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		_, isHead := row.(*east.TableHeader)
		var cells [][]span
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			cells = append(cells, b.inline(c, style{bold: isHead}))
		}
		for len(cells) < len(g.align) {
			cells = append(cells, nil)
		}
		g.rows = append(g.rows, cells[:min(len(cells), len(g.align))])
	}
	for c := range g.align {
		if c > 0 && g.align[c] == east.AlignNone && numeric(g.rows, c) {
			g.align[c] = east.AlignRight
		}
	}
	return g
}

var numberCell = regexp.MustCompile(`^[<>≤≥~≈±+−–-]?\s?[€$£]?\d[\d.,'’ \x{a0}]*\s?(%|[\p{L}°µ/]{1,6})?$`)

// numeric tells a column of numbers: with the same unit, or with none, and in one way of writing.
func numeric(rows [][][]span, c int) bool {
	unit, n := "", 0
	for _, r := range rows[1:] {
		s := plainText(r[c])
		if s == "" || s == "–" || s == "-" || s == "—" {
			continue
		}
		m := numberCell.FindStringSubmatch(s)
		if m == nil || n > 0 && m[1] != unit {
			return false
		}
		unit = m[1]
		n++
	}
	return n > 0
}

// fit finds the size and the columns' widths: each column gets what its longest word needs; the rest goes to those with
// more text, by the root of its length, so that a wordy column does not starve the others. A table of little text is not
// spread over the page.
func (b *builder) fit(g *grid) {
	n := len(g.align)
	var least, natural []float64
	for g.size = b.theme.Size * tableSize; ; g.size -= 0.4 {
		g.pad = g.size * cellPadH
		if n == 2 {
			g.pad = g.size * cellPadTwo
		}
		least, natural = b.measure(g)
		if sum(least) <= b.w || g.size-0.4 < tableSmallest {
			break
		}
	}
	switch total := sum(natural); {
	case total <= b.w:
		g.width = min(b.w, max(total*1.2, 0.6*b.w))
		g.cols = natural
		extra := (g.width - total) / total
		for i := range g.cols {
			g.cols[i] *= 1 + extra
		}
	case sum(least) > b.w:
		g.width = b.w
		g.cols = squeeze(least, b.w, 2*g.pad+2*g.size)
	default:
		g.width = b.w
		g.cols = share(least, natural, b.w)
	}
}

// measure gives each column's least and natural width, with padding.
func (b *builder) measure(g *grid) (least, natural []float64) {
	least, natural = make([]float64, len(g.align)), make([]float64, len(g.align))
	for i, row := range g.rows {
		for c, cell := range row {
			at, had := 0.0, natural[c]
			for _, w := range b.words(cell, g.size) {
				least[c] = max(least[c], w.w)
				at += widthOf(w.gap) + w.w
				natural[c] = max(natural[c], at)
				if w.brk {
					at = 0
				}
			}
			if i == 0 { // a header may well take two lines
				natural[c] = max(had, least[c], 0.6*natural[c])
			}
		}
	}
	for c := range least {
		least[c] = max(least[c], g.size) + 2*g.pad + 0.1
		natural[c] = max(natural[c], g.size) + 2*g.pad + 0.1
	}
	return least, natural
}

// share gives out width: no column gets less than it must have nor more than it can use.
func share(least, natural []float64, width float64) []float64 {
	out := make([]float64, len(least))
	open := map[int]bool{}
	for i := range least {
		open[i] = true
	}
	for {
		weights := 0.0
		for i := range least {
			if open[i] {
				weights += math.Sqrt(natural[i])
			}
		}
		// Those that need less than their share first: what they leave may save the others from their least.
		worst, by := -1, 0.0
		for pass := 0; pass < 2 && worst < 0; pass++ {
			for i := range least {
				if !open[i] {
					continue
				}
				s := width * math.Sqrt(natural[i]) / weights
				switch {
				case pass == 0 && natural[i] <= s && (worst < 0 || s-natural[i] > by):
					worst, by, out[i] = i, s-natural[i], natural[i]
				case pass == 1 && least[i] > s && (worst < 0 || least[i]-s > by):
					worst, by, out[i] = i, least[i]-s, least[i]
				}
			}
		}
		if worst < 0 {
			for i := range least {
				if open[i] {
					out[i] = width * math.Sqrt(natural[i]) / weights
				}
			}
			return settle(out, least)
		}
		delete(open, worst)
		width -= out[worst]
		if len(open) == 0 {
			return out
		}
	}
}

// settle lifts columns that the rounds above left short of their least, at the cost of the widest.
func settle(cols, least []float64) []float64 {
	for range cols {
		for i := range cols {
			lack := least[i] - cols[i]
			if lack <= 0 {
				continue
			}
			rich := 0
			for k := range cols {
				if cols[k]-least[k] > cols[rich]-least[rich] {
					rich = k
				}
			}
			take := min(lack, max(0, cols[rich]-least[rich]))
			cols[i] += take
			cols[rich] -= take
		}
	}
	return cols
}

// squeeze takes from the widest columns until all fit: their longest words will be broken.
func squeeze(least []float64, width, floor float64) []float64 {
	lo, hi := 0.0, sum(least)
	out := make([]float64, len(least))
	for range 50 {
		most := (lo + hi) / 2
		for i, l := range least {
			out[i] = min(l, max(most, min(floor, l)))
		}
		if sum(out) > width {
			hi = most
		} else {
			lo = most
		}
	}
	if s := sum(out); s > width {
		for i := range out {
			out[i] *= width / s
		}
	}
	return out
}

func sum(v []float64) float64 {
	t := 0.0
	for _, x := range v {
		t += x
	}
	return t
}

// tableRow is a row with its cells broken into lines. It paints cell by cell, each from top to bottom: readers tell
// wrapped cells from the order of painting.
type tableRow struct {
	b     *builder
	g     *grid
	cells [][]line
	x     float64
	lines int
	lead  float64
	padV  float64
	h     float64
}

func (b *builder) row(g *grid, i int) tableRow {
	r := tableRow{b: b, g: g, x: b.x, lines: 1, lead: g.size * cellLead, padV: g.size * cellPadV}
	for c, cell := range g.rows[i] {
		ls := b.wrap(cell, g.size, max(g.cols[c]-2*g.pad, g.size))
		r.cells = append(r.cells, ls)
		r.lines = max(r.lines, len(ls))
	}
	r.h = float64(r.lines)*r.lead + 2*r.padV
	return r
}

// part is lines from to until of every cell.
func (r tableRow) part(from, until int) tableRow {
	out := r
	out.cells = nil
	for _, c := range r.cells {
		out.cells = append(out.cells, c[min(from, len(c)):min(until, len(c))])
	}
	out.lines = until - from
	out.h = float64(out.lines)*r.lead + 2*r.padV
	return out
}

func (r tableRow) draw(p *page, y float64) {
	x := r.x
	for c, ls := range r.cells {
		for k, l := range ls {
			base := y + r.padV + float64(k)*r.lead + (r.lead+r.g.size*0.7)/2
			at := x + r.g.pad
			switch room := r.g.cols[c] - 2*r.g.pad; r.g.align[c] {
			case east.AlignRight:
				at += room - l.w
			case east.AlignCenter:
				at += (room - l.w) / 2
			}
			r.b.paint(p, l, at, base)
		}
		x += r.g.cols[c]
	}
}

// notes sets the footnotes behind the text, under a short rule.
func (b *builder) notes() {
	if b.fn == nil {
		return
	}
	b.gap = max(b.gap, 22)
	x, c := b.x, b.theme.Colours.Rule
	b.add(item{h: 6, keep: true, draw: func(p *page, y float64) { p.line(x, y+2, 110, 0, 0.6, c) }})
	size := b.theme.Size
	b.tight = true
	for n := b.fn.FirstChild(); n != nil; n = n.NextSibling() {
		f, ok := n.(*east.Footnote)
		if !ok {
			continue
		}
		back := b.inset(22, 0)
		label := b.shape("["+itoa(f.Index)+"]", style{colour: b.theme.Colours.Muted}, size*0.9)
		if len(label) > 0 {
			b.marker, b.dx = &label[0], 22
		}
		first := len(b.items)
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			b.block(c)
		}
		if first < len(b.items) {
			m := &mark{text: string(f.Ref)}
			b.items[first].mark = m
			b.anchors["note:"+itoa(f.Index)] = m
		}
		b.marker = nil
		back()
	}
}

func (b *builder) nameAnchors(m *mark) {
	for _, a := range anchorsOf(m.text) {
		if _, taken := b.anchors[a]; a != "" && !taken {
			b.anchors[a] = m
		}
	}
}

func (d *doc) anchor(name string) *mark {
	if m := d.anchors[name]; m != nil {
		return m
	}
	return d.anchors[strings.ToLower(name)]
}
