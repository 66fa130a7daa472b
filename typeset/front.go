package typeset

import (
	"fmt"
	"regexp"
	"strings"
)

const mm = 72 / 25.4

func (d *doc) measurePage() {
	d.pageW, d.pageH = 595.28, 841.89
	if d.theme.Page == "letter" {
		d.pageW, d.pageH = 612, 792
	}
	m := d.theme.Margins
	d.left, d.top = m.Left*mm, m.Top*mm
	d.width = d.pageW - d.left - m.Right*mm
	d.bottom = d.pageH - m.Bottom*mm
}

// bind puts cover and table of contents before the text, or the title block that stands for the cover. The text begins
// on a page of its own, unless the table of contents would leave most of its page bare.
func (d *doc) bind(text []item) []item {
	toc := d.toc()
	if !d.theme.hasCover() {
		return append(append(d.titleBlock(), toc...), text...)
	}
	if len(toc) > 0 {
		toc[0].fresh = true
	}
	if len(text) > 0 {
		if h := used(pointers(toc)); h == 0 || h > 0.4*(d.bottom-d.top) {
			text[0].fresh = true
		} else {
			text[0].above = max(text[0].above, 34)
		}
	}
	return append(append([]item{d.cover()}, toc...), text...)
}

// facts are the cover's lines about the document.
func (d *doc) facts() []Field {
	var out []Field
	for _, f := range append([]Field{{"Version", d.meta.Version}, {"Date", d.meta.Date}, {"Epoch", d.meta.Epoch}, {"Supersedes", d.meta.Supersedes}, {"Author", d.meta.Author}}, d.meta.Fields...) {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}

// cover is one page: logo, title, a rule, and what the document is, name and value side by side.
func (d *doc) cover() item {
	return item{h: d.bottom - d.top, draw: func(p *page, y float64) {
		p.header = false
		c := d.theme.Colours
		p.rect(0, 0, d.pageW, 9, 0, c.Accent)
		if pic := d.logo(); pic != nil {
			w, h := float64(pic.w), float64(pic.h)
			s := min(150/w, 60/h)
			p.ops = append(p.ops, op{kind: opImage, x: d.left, y: d.top - 22, w: w * s, h: h * s, image: pic})
		}
		at := d.pageH * 0.29
		size := 30.0
		st := style{bold: true, head: true, colour: c.Accent}
		lines := d.wrap([]span{{text: d.meta.Title, style: st}}, size, d.width)
		for len(lines) > 3 && size > 18 {
			size -= 2
			lines = d.wrap([]span{{text: d.meta.Title, style: st}}, size, d.width)
		}
		for _, l := range lines {
			d.paint(p, l, d.left, at+size)
			at += size * 1.2
		}
		at += 8
		if d.meta.Subtitle != "" {
			for _, l := range d.wrap([]span{{text: d.meta.Subtitle, style: style{colour: c.Muted}}}, 14, d.width*0.92) {
				d.paint(p, l, d.left, at+14)
				at += 19
			}
		}
		at += 20
		p.rect(d.left, at, 64, 2.2, 0, c.Accent)
		at += 30
		d.factSheet(p, at)
	}}
}

// factSheet sets names and values side by side, well apart, so that each pair is read as one.
func (d *doc) factSheet(p *page, at float64) {
	size := 11.0
	label := style{colour: d.theme.Colours.Muted}
	wide := 0.0
	for _, f := range d.facts() {
		wide = max(wide, widthOf(d.shape(f.Name, label, size)))
	}
	x := d.left + min(wide, d.width/2) + 26
	for _, f := range d.facts() {
		d.paint(p, line{runs: place(d.shape(f.Name, label, size))}, d.left, at+size)
		st := style{bold: f.Name == "Version"}
		for _, l := range d.wrap([]span{{text: f.Value, style: st}}, size, d.left+d.width-x) {
			d.paint(p, l, x, at+size)
			at += size * 1.35
		}
		at += size * 0.5
	}
}

func place(runs []run) []run {
	x := 0.0
	for i := range runs {
		runs[i].x = x
		x += runs[i].w
	}
	return runs
}

func (d *doc) logo() *picture {
	raw := d.theme.LogoBytes
	if len(raw) == 0 {
		if d.theme.Logo == "" {
			return nil
		}
		var err error
		if raw, err = d.theme.read(d.theme.Logo); err != nil {
			d.warn("the logo %q was left out: %v", d.theme.Logo, err)
			return nil
		}
	}
	pic, err := newPicture("logo", raw)
	if err != nil {
		d.warn("the logo was left out: %v", err)
		return nil
	}
	return pic
}

// titleBlock stands on top of the first page when there is no cover.
func (d *doc) titleBlock() []item {
	c := d.theme.Colours
	b := &builder{doc: d, x: d.left, w: d.width}
	if pic := d.logo(); pic != nil {
		s := min(120/float64(pic.w), 40/float64(pic.h))
		w, h := float64(pic.w)*s, float64(pic.h)*s
		b.add(item{h: h, draw: func(p *page, y float64) {
			p.ops = append(p.ops, op{kind: opImage, x: d.left, y: y, w: w, h: h, image: pic})
		}})
		b.gap = 14
	}
	put := func(text string, st style, size float64) {
		for _, l := range d.wrap([]span{{text: text, style: st}}, size, d.width) {
			it := b.lineItem(l, size, size*1.25)
			it.keep = true
			b.add(it)
		}
	}
	put(d.meta.Title, style{bold: true, head: true, colour: c.Accent}, 24)
	if d.meta.Subtitle != "" {
		b.gap = 3
		put(d.meta.Subtitle, style{colour: c.Muted}, 12.5)
	}
	b.gap = 8
	var parts []string
	for _, s := range []string{versionWords(d.meta.Version), d.meta.Date, d.meta.Epoch} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if len(parts) > 0 {
		put(strings.Join(parts, "  ·  "), style{}, 10.5)
	}
	b.gap = 3
	for _, f := range d.facts() {
		if f.Name != "Version" && f.Name != "Date" && f.Name != "Epoch" {
			put(f.Name+": "+f.Value, style{colour: c.Muted}, 9.5)
		}
	}
	b.gap = 8
	b.add(item{h: 10, draw: func(p *page, y float64) { p.rect(d.left, y, d.width, 1.2, 0, c.Accent) }})
	return b.items
}

var hasWord = regexp.MustCompile(`(?i)^(?:version|ver|rev|revision|issue|edition|draft|release)\b`)

// versionWords is a label that cannot be taken for anything else: "Version V2.1", "Rev C".
func versionWords(label string) string {
	if label == "" || hasWord.MatchString(label) {
		return label
	}
	return "Version " + label
}

// headLabel is the label in the running header: a bare number says what it is.
func headLabel(label string) string {
	if label != "" && label[0] >= '0' && label[0] <= '9' {
		return versionWords(label)
	}
	return label
}

// fewest entries that make a table of contents worth its page.
const fewest = 3

func (d *doc) toc() []item {
	var list []*mark
	for _, h := range d.headings {
		if h.level <= d.theme.TOC {
			list = append(list, h)
		}
	}
	if len(list) < fewest {
		return nil
	}
	c, size := d.theme.Colours, d.theme.Size
	b := &builder{doc: d, x: d.left, w: d.width}
	if !d.theme.hasCover() {
		b.gap = 14
	}
	title := 1.75 * size
	if !d.theme.hasCover() {
		title = 1.35 * size
	}
	for _, l := range d.wrap([]span{{text: "Contents", style: style{bold: true, head: true, colour: c.Accent}}}, title, d.width) {
		it := b.lineItem(l, title, title*1.25)
		it.keep = true
		b.add(it)
	}
	b.gap = 10
	// A table that is a few lines too long for its page is set closer rather than spill over.
	head := len(b.items)
	for _, lead := range []float64{1.48, 1.36, 1.26, 1.48} {
		b.items = b.items[:head:head]
		for _, h := range list {
			d.entry(b, h, lead)
		}
		if !d.theme.hasCover() || used(pointers(b.items)) <= d.bottom-d.top {
			break
		}
	}
	b.items[len(b.items)-1].keep = false
	return b.items
}

// entry is a heading, dots, and its page. The page is known when it is painted.
func (d *doc) entry(b *builder, h *mark, lead float64) {
	c, size := d.theme.Colours, d.theme.Size
	st := style{bold: h.level == 1}
	indent := float64(h.level-1) * 16
	if h.level == 1 {
		b.gap = max(b.gap, size*(lead-1))
	}
	const room = 44 // for dots and number
	lines := d.wrap([]span{{text: h.text, style: st}}, size, d.width-indent-room)
	height := size * lead
	for i, l := range lines {
		last := i == len(lines)-1
		b.add(item{h: height, keep: !last || h.level == 1, draw: func(p *page, y float64) {
			base := y + (height+size*0.7)/2
			x := d.left + indent
			d.paint(p, l, x, base)
			p.ops = append(p.ops, op{kind: opLink, x: x, y: y, w: d.width - indent, h: height, to: h})
			if !last {
				return
			}
			num := d.shape(fmt.Sprint(h.page), st, size)
			right := d.left + d.width
			d.paint(p, line{runs: place(num)}, right-widthOf(num), base)
			dots := style{colour: c.Muted}
			one := widthOf(d.shape(" .", dots, size))
			// Dots end on a common edge, so that they stand above each other.
			end := right - 24
			if n := int((end - x - l.w - 3) / one); n >= 3 {
				run := d.shape(strings.Repeat(" .", n), dots, size)
				d.paint(p, line{runs: place(run)}, end-widthOf(run), base)
			} else {
				run := d.shape(" . . .", dots, size)
				d.paint(p, line{runs: place(run)}, x+l.w, base)
			}
		}})
	}
}

// running paints header and footer. A header on one page alone would be read as its text, so it wants two.
func (d *doc) running(pages []*page) {
	headed := func(p *page) bool { return p.header && (d.theme.hasCover() || p.number > 1) }
	bearing := 0
	for _, p := range pages {
		if headed(p) {
			bearing++
		}
	}
	c := d.theme.Colours
	st := style{colour: c.Muted}
	const size = 8.0
	for _, p := range pages {
		if !p.header {
			continue
		}
		if head := d.top - 30; bearing > 1 && headed(p) {
			right := d.wrap([]span{{text: headLabel(d.meta.Version), style: st}}, size, d.width*0.4)[0]
			left := d.wrap([]span{{text: d.meta.Title, style: st}}, size, d.width-right.w-30)[0]
			d.paint(p, left, d.left, head)
			d.paint(p, right, d.left+d.width-right.w, head)
			p.line(d.left, head+6, d.width, 0, 0.5, c.Rule)
		}
		foot := d.bottom + 40
		p.line(d.left, foot-13, d.width, 0, 0.5, c.Rule)
		if d.theme.Footer != "" {
			d.paint(p, d.wrap([]span{{text: d.theme.Footer, style: st}}, size, d.width*0.7)[0], d.left, foot)
		}
		n := place(d.shape(fmt.Sprintf("Page %d of %d", p.number, len(pages)), st, size))
		d.paint(p, line{runs: n}, d.left+d.width-widthOf(n), foot)
	}
}
