package typeset

import (
	"math"
	"regexp"

	east "github.com/yuin/goldmark/extension/ast"
)

const (
	tableLess     = 0.7 // points smaller than body text, but no more: readers tell the text of a document full of tables by its size
	headLess      = 0.3 // points that a header in bold is smaller still, as it looks larger and is no heading
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
			cell := b.inline(c, style{bold: isHead})
			if isHead && allCode(cell) {
				for i := range cell {
					cell[i].code = false // or the header looks like a line of code
				}
			}
			cells = append(cells, cell)
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
	start := b.theme.Size - tableLess
	if n > 6 {
		start *= 0.9 // many columns: smaller print reads better than narrow cells
	}
	for g.size = start; ; g.size -= 0.4 {
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

// sizeOf is the size of a row's text.
func (g *grid) sizeOf(row int) float64 {
	if row == 0 {
		return g.size - headLess
	}
	return g.size
}

// measure gives each column's least and natural width, with padding.
func (b *builder) measure(g *grid) (least, natural []float64) {
	least, natural = make([]float64, len(g.align)), make([]float64, len(g.align))
	for i, row := range g.rows {
		for c, cell := range row {
			at, had := 0.0, natural[c]
			for _, w := range b.words(cell, g.sizeOf(i)) {
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

// share gives every column its least and deals out the rest, by the root of what each would use, to none more than that.
func share(least, natural []float64, width float64) []float64 {
	out := append([]float64(nil), least...)
	rest := width - sum(least)
	open := make([]bool, len(least))
	for i := range open {
		open[i] = natural[i] > least[i]
	}
	for rest > 0.01 {
		weights := 0.0
		for i, is := range open {
			if is {
				weights += math.Sqrt(natural[i])
			}
		}
		if weights == 0 {
			break
		}
		dealt, full := rest, false
		for i, is := range open {
			if is && natural[i]-out[i] <= dealt*math.Sqrt(natural[i])/weights {
				rest -= natural[i] - out[i]
				out[i], open[i], full = natural[i], false, true
			}
		}
		if full {
			continue // what they left goes round again
		}
		for i, is := range open {
			if is {
				out[i] += dealt * math.Sqrt(natural[i]) / weights
			}
		}
		break
	}
	return out
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
		ls := b.wrap(cell, g.sizeOf(i), max(g.cols[c]-2*g.pad, g.size))
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
