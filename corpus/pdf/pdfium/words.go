package pdfium

import (
	"math"
	"slices"
	"strings"
	"substrate/corpus/pdf/page"
	"unicode"

	"github.com/tetratelabs/wazero/api"
)

// char is a character as PDFium gives it, on the page as stored.
type char struct {
	r                        rune    // 0 for white space
	guessed                  bool    // white space that the file does not hold: PDFium concluded it from a gap
	angle                    float64 // radians, clockwise
	left, right, bottom, top float64
}

func (e *Engine) chars(text uint64, count int) []char {
	g := e.guest
	out := make([]char, 0, max(count, 0))
	angle, known := 0.0, false
	for i := range count {
		c := char{r: rune(uint32(g.call("FPDFText_GetUnicode", text, uint64(i))))}
		if c.r == 0 || unicode.IsSpace(c.r) || unicode.IsControl(c.r) && c.r != 2 {
			c.r, known = 0, false
			c.guessed = g.call("FPDFText_IsGenerated", text, uint64(i)) == 1
			out = append(out, c)
			continue
		}
		// Characters of a word run the same way: one of them is asked.
		if !known {
			angle, known = float64(api.DecodeF32(g.call("FPDFText_GetCharAngle", text, uint64(i)))), true
		}
		g.call("FPDFText_GetCharBox", text, uint64(i), uint64(g.out), uint64(g.out+8), uint64(g.out+16), uint64(g.out+24))
		b := g.result(32)
		c.left, c.right, c.bottom, c.top, c.angle = double(b), double(b[8:]), double(b[16:]), double(b[24:]), angle
		out = append(out, c)
	}
	return out
}

// words splits a page's characters at white space, jumps and changes of direction, and asks for the style once per word.
func (e *Engine) words(text uint64, chars []char, p *page.Page, styles *page.StyleSet) {
	stored := *p
	glyphs, quarter := upright(chars, stored.Width, stored.Height)
	if quarter&1 == 1 {
		p.Width, p.Height = p.Height, p.Width
	}
	var sb strings.Builder
	var w page.Word
	open, spaced := false, true
	flush := func() {
		if open {
			w.Text = sb.String()
			p.Words = append(p.Words, w)
		}
		open = false
		sb.Reset()
	}
	for i, g := range glyphs {
		if g.r == 0 && chars[i].guessed && spacedLetters(glyphs, i) {
			continue
		}
		if g.r == 0 {
			flush()
			spaced = true
			continue
		}
		if open {
			// A dash is flat: what counts as a jump is measured by the size of the font as well.
			height := max(w.Y1-w.Y0, g.y1-g.y0, 0.7*styles.List[w.Style].Size, 1)
			switch {
			case g.x0 < w.X0-height*0.3, g.x0-w.X1 > height*0.8, g.y1 < w.Y0-height*0.2, g.y0 > w.Y1+height*0.2:
				flush()
			}
		}
		centre := (g.x0 + g.x1) / 2
		if !open {
			w = page.Word{X0: g.x0, Y0: g.y0, X1: g.x1, Y1: g.y1, C0: centre, Glued: !spaced, Base: g.y0}
			var x, y float64
			if w.Style, x, y = e.style(text, i, styles); x != 0 || y != 0 {
				_, w.Base = turn(quarter, stored.Width, stored.Height, x, y)
			}
			open = true
		}
		w.X1, w.C1 = max(w.X1, g.x1), centre
		w.Y0, w.Y1 = min(w.Y0, g.y0), max(w.Y1, g.y1)
		sb.WriteRune(g.r)
		spaced = false
	}
	flush()
}

// style asks for the look of character i and for its origin on the page as stored.
func (e *Engine) style(text uint64, i int, styles *page.StyleSet) (style int, x, y float64) {
	g := e.guest
	size := api.DecodeF64(g.call("FPDFText_GetFontSize", text, uint64(i)))
	if g.call("FPDFText_GetMatrix", text, uint64(i), uint64(g.out)) != 0 {
		b := g.result(24) // six floats, a to f
		size *= math.Hypot(single(b[8:]), single(b[12:]))
	}
	if g.call("FPDFText_GetCharOrigin", text, uint64(i), uint64(g.out), uint64(g.out+8)) != 0 {
		b := g.result(16)
		x, y = double(b), double(b[8:])
	}
	return styles.Index(g.fontName(text, i), size), x, y
}

// glyph is a character as a reader sees it, the page turned upright.
type glyph struct {
	r              rune // 0 for white space
	x0, y0, x1, y1 float64
}

// upright turns a page whose text runs sideways, whether the page or its content was rotated, and drops
// text at other angles: watermarks and turned captions. quarter counts the counter-clockwise quarter turns of the text.
func upright(chars []char, w, h float64) (glyphs []glyph, quarter int) {
	count := map[int]int{}
	main, top := 0, 0
	for _, c := range chars {
		if c.r == 0 {
			continue
		}
		a := int(math.Round(c.angle / (math.Pi / 36)))
		if count[a]++; count[a] > top {
			main, top = a, count[a]
		}
	}
	quarter = -int(math.Round(float64(main)/18)) & 3 // PDFium counts angles clockwise
	angle := float64(main) * math.Pi / 36
	glyphs = make([]glyph, len(chars))
	for i, c := range chars {
		if c.r == 0 {
			continue
		}
		off := math.Abs(math.Mod(c.angle-angle, 2*math.Pi))
		if off > 0.1 && off < 2*math.Pi-0.1 {
			continue
		}
		g := glyph{r: c.r}
		if c.r == 2 || c.r == 0xFFFE { // PDFium's mark for a hyphen at the end of a line
			g.r = '\u00ad'
		}
		g.x0, g.y0 = turn(quarter, w, h, c.left, c.bottom)
		g.x1, g.y1 = turn(quarter, w, h, c.right, c.top)
		g.x0, g.x1 = min(g.x0, g.x1), max(g.x0, g.x1)
		g.y0, g.y1 = min(g.y0, g.y1), max(g.y0, g.y1)
		glyphs[i] = g
	}
	return glyphs, quarter
}

// spacedLetters reports whether a gap that PDFium took for white space is only letter spacing: hardly wider than the gaps
// between the letters around it.
func spacedLetters(glyphs []glyph, i int) bool {
	if i == 0 || i+1 == len(glyphs) || glyphs[i-1].r == 0 || glyphs[i+1].r == 0 {
		return false
	}
	a, b := glyphs[i-1], glyphs[i+1]
	gap := b.x0 - a.x1
	if gap < 0 || b.y0 > a.y1 || b.y1 < a.y0 {
		return false // a new line
	}
	var inner []float64
	em := 0.0
	for k := max(i-20, 1); k < min(i+20, len(glyphs)); k++ {
		p, q := glyphs[k-1], glyphs[k]
		if p.r == 0 || q.r == 0 || q.y0 > a.y1 || q.y1 < a.y0 || q.x0 < p.x0 {
			continue
		}
		inner = append(inner, q.x0-p.x1)
		em = max(em, (q.y1-q.y0)/0.72)
	}
	if len(inner) == 0 {
		return false
	}
	slices.Sort(inner)
	// Letters of ordinary text stand less than a tenth of an em apart.
	usual := inner[len(inner)/2]
	return usual > 0.1*em && gap < usual+0.14*em
}

// turn maps a point of the page as stored, w by h points, to the page as the text sees it.
func turn(quarter int, w, h, x, y float64) (float64, float64) {
	switch quarter {
	case 1:
		return y, w - x
	case 2:
		return w - x, h - y
	case 3:
		return h - y, x
	}
	return x, y
}
