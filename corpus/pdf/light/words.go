package light

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"substrate/corpus/pdf/page"
)

// glyph is a character on the page as stored: where it starts, how far it advances, and which way it runs.
type glyph struct {
	text         string
	x, y, dx, dy float64
	tracking     float64 // space the producer puts behind every glyph of the line, part of no gap
	angle        float64 // radians, counter-clockwise
	size         float64
	style        int
}

const step = math.Pi / 36 // angles are compared in steps of five degrees

// upright turns a page whose text runs sideways, as package pdfium does, and drops text at other angles: watermarks and turned
// captions. Text off the page is dropped too. w and h are the page's size as stored, then as the text sees it.
func upright(glyphs []glyph, w, h float64) ([]glyph, float64, float64) {
	count := map[int]int{}
	main, top := 0, 0
	for _, g := range glyphs {
		a := int(math.Round(g.angle / step))
		if count[a]++; g.text != " " && count[a] > top {
			main, top = a, count[a]
		}
	}
	quarter := int(math.Round(float64(main)/18)) & 3
	out := glyphs[:0]
	for _, g := range glyphs {
		off := math.Abs(math.Mod(g.angle-float64(main)*step, 2*math.Pi))
		if off > 0.1 && off < 2*math.Pi-0.1 || math.IsNaN(g.x+g.y+g.dx+g.dy) {
			continue
		}
		if g.x < -g.size || g.x > w+g.size || g.y < -g.size || g.y > h+g.size {
			continue
		}
		switch quarter {
		case 1:
			g.x, g.y, g.dx = g.y, w-g.x, g.dy
		case 2:
			g.x, g.y, g.dx = w-g.x, h-g.y, -g.dx
		case 3:
			g.x, g.y, g.dx = h-g.y, g.x, -g.dy
		}
		out = append(out, g)
	}
	if quarter&1 == 1 {
		w, h = h, w
	}
	return out, w, h
}

// Gaps that end a word, in sizes of the font. TeX's narrowest space between words is 0.22, kerns stay below 0.12.
const (
	wordGap = 0.16
	back    = 0.35
	newLine = 0.6
)

// words joins glyphs of an upright page.
func words(glyphs []glyph) []page.Word {
	var out []page.Word
	var text strings.Builder
	var w page.Word
	open, spaced := false, true
	var last glyph
	flush := func() {
		if open {
			w.Text = text.String()
			out = append(out, w)
		}
		open = false
		text.Reset()
	}
	for _, g := range glyphs {
		if g.text == " " {
			flush()
			spaced = true
			last = g
			continue
		}
		x0, x1 := min(g.x, g.x+g.dx), max(g.x, g.x+g.dx)
		low, high := extent(g.text)
		y0, y1 := g.y+low*g.size, g.y+high*g.size
		if open {
			em := max(last.size, g.size)
			gap, drop := g.x-(last.x+last.dx+last.tracking), math.Abs(g.y-last.y)
			switch {
			case drop > newLine*em:
				flush()
				spaced = !softHyphen(out, g, last)
			case gap > wordGap*min(last.size, g.size):
				flush()
				spaced = true
			case gap < -back*em:
				flush()
				spaced = gap < -em
			}
		}
		centre := (x0 + x1) / 2
		if !open {
			w = page.Word{X0: x0, X1: x1, Y0: y0, Y1: y1, Base: g.y, C0: centre, Style: g.style, Glued: !spaced}
			open = true
		}
		w.X0, w.X1, w.C1 = min(w.X0, x0), max(w.X1, x1), centre
		w.Y0, w.Y1 = min(w.Y0, y0), max(w.Y1, y1)
		text.WriteString(g.text)
		spaced, last = false, g
	}
	flush()
	return out
}

// softHyphen marks a hyphen that ends a line inside a word, as package pdfium does, and says whether it was one.
func softHyphen(out []page.Word, next, last glyph) bool {
	if len(out) == 0 || next.y > last.y || next.x > last.x {
		return false
	}
	w := &out[len(out)-1]
	stem, ok := strings.CutSuffix(w.Text, "-")
	before, _ := utf8.DecodeLastRuneInString(stem)
	after, _ := utf8.DecodeRuneInString(next.text)
	if !ok || !unicode.IsLetter(before) || !unicode.IsLetter(after) {
		return false
	}
	w.Text = stem + "\u00ad"
	return true
}

// extent is how far a character reaches below and above the baseline, in sizes of the font. Shapes of
// glyphs are not read; the classes of Latin letters come close enough for telling lines apart.
func extent(s string) (low, high float64) {
	r, _ := utf8.DecodeRuneInString(s)
	low, high = 0, 0.7
	switch {
	case strings.ContainsRune("gpqyj,;()[]{}|_@Q", r):
		low = -0.21
	}
	switch {
	case strings.ContainsRune("acegmnopqrsuvwxyz", r):
		high = 0.46
	case strings.ContainsRune("-–—~=+", r):
		low, high = 0.2, 0.4
	case strings.ContainsRune(".,_", r):
		high = 0.1
	case r > 0x2E7F: // ideographs fill their square
		low, high = -0.12, 0.88
	}
	return low, high
}
