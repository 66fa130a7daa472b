package typeset

import (
	"fmt"

	"github.com/yuin/goldmark/ast"
)

// inset narrows the measure until the returned function is called. A measure that is narrow already stays.
func (b *builder) inset(left, right float64) func() {
	x, w := b.x, b.w
	if b.w-left-right >= narrowest {
		b.x += left
		b.w -= left + right
	}
	return func() { b.x, b.w = x, w }
}

func (b *builder) quote(n ast.Node) {
	b.gap = max(b.gap, 8)
	pn := &panel{x: b.x, w: b.w, top: 1, under: 1, bar: b.theme.Colours.Rule}
	b.panels = append(b.panels, pn)
	back := b.inset(14, 8)
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		b.block(c)
	}
	back()
	b.panels = b.panels[:len(b.panels)-1]
	b.gap = max(b.gap, 8)
}

var bullets = []string{"•", "–", "▪"}

func (b *builder) list(l *ast.List) {
	tight, depth := b.tight, b.depth
	b.tight, b.depth = l.IsTight, depth+1
	outer := b.gap
	if depth == 0 {
		outer = max(outer, b.theme.Size*0.45)
	}
	b.gap = outer
	size := b.theme.Size
	i := l.Start
	text := func() string {
		if l.IsOrdered() {
			return fmt.Sprintf("%d%c", i, l.Marker)
		}
		return bullets[min(depth, len(bullets)-1)]
	}
	indent := 15.0
	if l.IsOrdered() {
		i += l.ChildCount() - 1
		indent = max(indent, widthOf(b.shape(text(), style{}, size))+6)
		i = l.Start
	}
	for it := l.FirstChild(); it != nil; it = it.NextSibling() {
		x := b.x
		back := b.inset(indent, 0)
		dx := b.x - x
		runs := b.shape(text(), style{}, size)
		if dx > 0 && len(runs) > 0 {
			runs[0].colour = b.theme.Colours.Accent
			b.marker, b.dx = &runs[0], dx
		}
		if it.FirstChild() == nil {
			b.add(b.lineItem(line{}, size, leading(size)))
		}
		for c := it.FirstChild(); c != nil; c = c.NextSibling() {
			b.block(c)
		}
		if b.marker != nil { // the item begins with a table or code: its marker stands on a line of its own
			b.marker = nil
		}
		back()
		i++
	}
	b.tight, b.depth = tight, depth
	if depth == 0 {
		b.gap = max(b.gap, size*0.62)
	}
}
