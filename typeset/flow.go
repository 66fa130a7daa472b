package typeset

// item is the smallest thing that a page takes whole.
type item struct {
	h      float64 // height
	above  float64 // space before it; falls away at the top of a page
	keep   bool    // no page ends between this and the next
	fresh  bool    // begins a page
	mark   *mark   // told where it landed
	panels []*panel
	table  *repeat
	draw   func(p *page, y float64) // y is the item's upper edge
	// divide cuts an item that no page could take, so that the first part is at most h high; nil when it is never needed.
	divide func(h float64) (item, item, bool)
}

// repeat is what a table shows again at the top of each page it goes on to.
type repeat struct {
	h    float64
	draw func(p *page, y float64)
}

// panel is painted behind the items that carry it, once a page.
type panel struct {
	x, w       float64
	top, under float64 // how far it reaches over its items
	fill       string
	bar        string // a vertical bar at the left edge, in this colour
}

// page is a page's content; back is painted before ops.
type page struct {
	number    int
	back, ops []op
	header    bool // bears the running header and footer
	items     []placed
	panels    []*panel
	spans     map[*panel][2]float64
}

type opKind int

const (
	opText opKind = iota
	opRect
	opLine
	opLink
	opImage
)

// op paints one thing. x and y are a text's origin on its baseline, a rectangle's upper left corner, or a line's start.
type op struct {
	kind       opKind
	x, y, w, h float64 // a line goes to x+w, y+h and is thick wide
	thick      float64
	round      float64
	text       string
	face       *face
	size       float64
	colour     string
	link       string // an address
	to         *mark  // or a place in the document
	image      *picture
}

func (p *page) text(x, y float64, s string, f *face, size float64, colour string) {
	if s != "" {
		p.ops = append(p.ops, op{kind: opText, x: x, y: y, text: s, face: f, size: size, colour: colour})
	}
}

func (p *page) rect(x, y, w, h, round float64, colour string) {
	p.ops = append(p.ops, op{kind: opRect, x: x, y: y, w: w, h: h, round: round, colour: colour})
}

func (p *page) line(x, y, w, h, thick float64, colour string) {
	p.ops = append(p.ops, op{kind: opLine, x: x, y: y, w: w, h: h, thick: thick, colour: colour})
}

// placed is an item at its place on a page.
type placed struct {
	it *item
	y  float64
}

// paginate fills pages from top to bottom. A page ends before the last item that does not have to stay with the one
// above it; where everything would have to stay together, it ends where it is full.
func paginate(items []item, top, bottom float64) []*page {
	var pages []*page
	var cur []placed
	y := top
	finish := func() {
		p := &page{number: len(pages) + 1, header: true, spans: map[*panel][2]float64{}}
		for _, c := range cur {
			p.place(c.it, c.y)
		}
		pages = append(pages, p)
		cur, y = nil, top
	}
	put := func(it *item, prev *item) {
		if len(cur) > 0 {
			y += it.above
		} else if it.table != nil && prev != nil && prev.table == it.table {
			r := it.table
			cur = append(cur, placed{&item{h: r.h, draw: r.draw}, y})
			y += r.h
		}
		cur = append(cur, placed{it, y})
		y += it.h
	}
	list := pointers(items)
	start := 0 // index in list of the first item of the page
	for i := 0; i < len(list); i++ {
		it := list[i]
		var prev *item
		if i > 0 {
			prev = list[i-1]
		}
		if it.fresh && len(cur) > 0 {
			finish()
			start = i
		}
		space := it.above
		if len(cur) == 0 {
			if space = 0; it.table != nil && prev != nil && prev.table == it.table {
				space = it.table.h
			}
		}
		if y+space+it.h <= bottom+0.01 {
			put(it, prev)
			continue
		}
		if it.divide != nil && space+it.h > bottom-top {
			// Taller than any page: fill this one, go on with the rest.
			if a, b, ok := it.divide(bottom - y - space); ok {
				list = append(list[:i:i], append([]*item{&a, &b}, list[i+1:]...)...)
				i--
				continue
			}
		}
		if len(cur) == 0 { // a picture scaled badly, say: it hangs over rather than vanish
			put(it, prev)
			continue
		}
		cut := i
		for cut > start && list[cut-1].keep {
			cut--
		}
		if cut <= start || used(list[cut:i+1]) > bottom-top {
			// What wants to stay together is more than a page. A row is divided then, else the page ends where it is full.
			cut = i
			if it.divide != nil && list[i-1].keep {
				if a, b, ok := it.divide(bottom - y - space); ok {
					list = append(list[:i:i], append([]*item{&a, &b}, list[i+1:]...)...)
					i--
					continue
				}
			}
		}
		drop := i - cut
		cur = cur[:len(cur)-drop]
		finish()
		start = cut
		i = cut - 1
	}
	if len(cur) > 0 {
		finish()
	}
	// Painted when all is placed: a table of contents shows pages that come later.
	for _, p := range pages {
		for _, c := range p.items {
			if c.it.draw != nil {
				c.it.draw(p, c.y)
			}
		}
		p.paintPanels()
	}
	return pages
}

func pointers(items []item) []*item {
	list := make([]*item, len(items))
	for i := range items {
		list[i] = &items[i]
	}
	return list
}

func used(items []*item) float64 {
	h := 0.0
	for _, it := range items {
		h += it.above + it.h
	}
	return h
}

func (p *page) place(it *item, y float64) {
	if it.mark != nil {
		it.mark.page, it.mark.y = p.number, y
	}
	for _, pn := range it.panels {
		s, seen := p.spans[pn]
		if !seen {
			p.panels = append(p.panels, pn)
			s = [2]float64{y, y + it.h}
		}
		s[0], s[1] = min(s[0], y), max(s[1], y+it.h)
		p.spans[pn] = s
	}
	p.items = append(p.items, placed{it, y})
}

func (p *page) paintPanels() {
	for _, pn := range p.panels {
		s := p.spans[pn]
		y, h := s[0]-pn.top, s[1]-s[0]+pn.top+pn.under
		if pn.fill != "" {
			p.back = append(p.back, op{kind: opRect, x: pn.x, y: y, w: pn.w, h: h, round: 2.5, colour: pn.fill})
		}
		if pn.bar != "" {
			p.back = append(p.back, op{kind: opRect, x: pn.x, y: y, w: 2.2, h: h, colour: pn.bar})
		}
	}
}
