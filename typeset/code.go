package typeset

import (
	"fmt"
	"strings"
)

const (
	codeSize     = 0.82 // of body text
	codeSmallest = 5.8  // points; longer lines than fit at this size are broken
	codePad      = 7.0
	tabStop      = 8
)

// code adds a block of code on a grid. Long lines make all of the block smaller, down to a size that can be read;
// lines longer still go on below, with an arrow in the margin that is drawn and no part of the text.
func (b *builder) code(text string, behind bool) {
	lines := strings.Split(text, "\n")
	size := b.theme.Size * codeSize
	a, _ := b.fonts.code[0].advance('m')
	pitch := float64(a) / 1000
	room := b.w - 2*codePad
	longest := 0
	for i, l := range lines {
		lines[i] = strings.TrimRight(expand(l), " ")
		// A line that must be broken anyway is no reason to make the others small.
		if n := len([]rune(lines[i])); float64(n)*pitch*codeSmallest <= room {
			longest = max(longest, n)
		}
	}
	if longest > 0 {
		size = max(min(size, room/(pitch*float64(longest))), min(codeSmallest, size))
	}
	fit := max(int(room/(pitch*size)+1e-6), 8)
	height := size * 1.3
	if b.marker != nil { // a list item that begins with code
		b.add(b.lineItem(line{}, b.theme.Size, leading(b.theme.Size)))
		b.keepLast()
		b.gap = 0
	}
	b.gap = max(b.gap, b.theme.Size*0.62) + codePad
	if behind {
		b.gap = max(b.gap, 4*size) // readers take code that follows closely for the same block
	}
	pn := &panel{x: b.x, w: b.w, top: codePad - 1, under: codePad - 1, fill: b.theme.Colours.Shade}
	b.panels = append(b.panels, pn)
	first := len(b.items)
	for n, l := range lines {
		rs := []rune(l)
		for part := 0; part == 0 || len(rs) > 0; part++ {
			take := rs[:min(fit, len(rs))]
			for len(take) > fit/2 && len(take) < len(rs) && take[len(take)-1] == ' ' {
				take = take[:len(take)-1] // spaces lead the rest, where they can be seen
			}
			rs = rs[len(take):]
			it := b.codeLine(string(take), size, pitch*size, height, part > 0)
			it.keep = len(rs) > 0
			b.add(it)
		}
		if len([]rune(l)) > fit {
			b.warn("a line of code of %d characters is longer than a page is wide and was broken: %s", len([]rune(l)), fmt.Sprintf("%.40s…", strings.TrimSpace(l)))
		}
		blank := l == "" || n+1 < len(lines) && lines[n+1] == ""
		if blank || n == 0 || n == len(lines)-2 || len(lines) <= 8 {
			b.items[len(b.items)-1].keep = true // no page ends beside a blank line: it would be lost to readers
		}
	}
	if n := len(b.items); n > first {
		b.items[n-1].keep = false
	}
	b.panels = b.panels[:len(b.panels)-1]
	b.gap = codePad + b.theme.Size*0.62
}

// expand turns tabs into the spaces they stand for.
func expand(s string) string {
	if !strings.Contains(s, "\t") {
		return s
	}
	var sb strings.Builder
	col := 0
	for _, r := range s {
		n := 1
		if r == '\t' {
			n, r = tabStop-col%tabStop, ' '
		}
		for range n {
			sb.WriteRune(r)
		}
		col += n
	}
	return sb.String()
}

// codeLine paints one line. Each character has its cell, whatever font it comes from.
func (b *builder) codeLine(text string, size, pitch, height float64, goesOn bool) item {
	indent := len(text) - len(strings.TrimLeft(text, " "))
	runs := b.gridRuns(text[indent:], size, pitch)
	x, c := b.x+codePad, b.theme.Colours
	return item{h: height, draw: func(p *page, y float64) {
		base := y + (height+size*0.72)/2
		if goesOn {
			ax, ay := x-codePad+1.2, base-size*0.3
			p.line(ax, ay-2.5, 0, 2.5, 0.6, c.Muted)
			p.line(ax, ay, 4, 0, 0.6, c.Muted)
			p.line(ax+4, ay, -1.5, -1.2, 0.6, c.Muted)
			p.line(ax+4, ay, -1.5, 1.2, 0.6, c.Muted)
		}
		for _, r := range runs {
			p.text(x+float64(indent)*pitch+r.x, base, r.text, r.face, r.size, c.Text)
		}
	}}
}

// gridRuns keeps characters of the code font together and sets every other one in the middle of its cell, made
// smaller where it is wider.
func (b *builder) gridRuns(text string, size, pitch float64) []run {
	var out []run
	col := 0
	main := b.fonts.code[0]
	for _, r := range text {
		if unseen(r) {
			continue
		}
		f, r := b.fonts.face(r, style{code: true}, text)
		f.used = true
		a, _ := f.advance(r)
		w := float64(a) * size / 1000
		n := len(out)
		switch {
		case f == main && n > 0 && out[n-1].face == main:
			out[n-1].text += string(r)
		case f == main:
			out = append(out, run{text: string(r), face: f, size: size, x: float64(col) * pitch})
		default:
			s := size
			if w > pitch {
				s *= pitch / w
				w = pitch
			}
			out = append(out, run{text: string(r), face: f, size: s, x: float64(col)*pitch + (pitch-w)/2})
		}
		col++
	}
	return out
}
