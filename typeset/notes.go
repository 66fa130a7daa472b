package typeset

import (
	east "github.com/yuin/goldmark/extension/ast"
)

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
