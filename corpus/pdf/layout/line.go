package layout

import (
	"math"
	"sort"
	"strings"

	"substrate/corpus/pdf/page"
)

// line is what a reader sees as one line of one column.
type line struct {
	page   int // counted from 1
	words  []word
	x0, x1 float64
	y0, y1 float64
	base   float64
	size   float64 // of most of its characters
	bold   bool    // all words
	italic bool
	mono   bool
	text   string
	region int // lines of one column of a page share a region
}

// word is a page.Word with its style looked up and its place in the order of painting.
type word struct {
	page.Word
	page.Style
	order int
}

// gaps between words wider than this many ems separate cells.
const cellGap = 1.3

// linesOf makes the lines of a page, column by column, each column from top to bottom.
func linesOf(p *page.Page, number int, styles []page.Style) []line {
	words := make([]word, 0, len(p.Words))
	for i, w := range p.Words {
		if w.Text = normal(w.Text); w.Text == "" {
			continue
		}
		words = append(words, word{w, styles[w.Style], i})
	}
	var out []line
	for region, column := range columnsOf(words, p.Width, p.Height) {
		for _, l := range cluster(column) {
			l.page, l.region = number, region
			out = append(out, l)
		}
	}
	return out
}

// cluster joins words that share a baseline into lines, from top to bottom.
func cluster(words []word) []line {
	// Painting order is tried first: a word mostly goes on where the one before it ended.
	sort.SliceStable(words, func(i, j int) bool { return words[i].order < words[j].order })
	var groups [][]word
	last := -1
	for _, w := range words {
		if last < 0 || !sameLine(groups[last], w) {
			last = -1
			for g := len(groups) - 1; g >= 0 && g >= len(groups)-60; g-- {
				if sameLine(groups[g], w) {
					last = g
					break
				}
			}
			if last < 0 {
				groups = append(groups, nil)
				last = len(groups) - 1
			}
		}
		groups[last] = append(groups[last], w)
	}
	lines := make([]line, 0, len(groups))
	for _, g := range groups {
		sort.SliceStable(g, func(i, j int) bool { return g[i].X0 < g[j].X0 })
		lines = append(lines, makeLine(g))
	}
	sort.SliceStable(lines, func(i, j int) bool { return lines[i].base > lines[j].base+0.01 })
	return lines
}

func sameLine(g []word, w word) bool {
	// The reference is the tallest word so far: superscripts and subscripts hang on to it.
	ref := g[0]
	for _, o := range g[1:] {
		if o.Size > ref.Size {
			ref = o
		}
	}
	size := max(ref.Size, w.Size, 1)
	off := math.Abs(ref.Base - w.Base)
	if off <= 0.2*size {
		return true
	}
	small := min(ref.Size, w.Size) < 0.85*size
	last := g[len(g)-1]
	reach := 0.5 // a superscript hangs higher than a subscript hangs low
	if (w.Base < ref.Base) == (w.Size < ref.Size) {
		reach = 0.3
	}
	return small && off < reach*size && (math.Abs(w.X0-last.X1) < 0.5*size || math.Abs(w.X1-last.X0) < 0.5*size)
}

func makeLine(words []word) line {
	l := line{words: words, x0: words[0].X0, x1: words[0].X1, y0: words[0].Y0, y1: words[0].Y1, bold: true, italic: true, mono: true}
	bySize := map[float64]int{}
	best := 0
	for _, w := range words {
		l.x0, l.x1 = min(l.x0, w.X0), max(l.x1, w.X1)
		l.y0, l.y1 = min(l.y0, w.Y0), max(l.y1, w.Y1)
		n := len(w.Text)
		if bySize[w.Size] += n; bySize[w.Size] > best {
			best, l.size, l.base = bySize[w.Size], w.Size, w.Base
		}
		if hasWordRune(w.Text) {
			l.bold, l.italic = l.bold && w.Bold, l.italic && w.Italic
		}
		l.mono = l.mono && w.Mono
	}
	l.text = joinWords(words)
	return l
}

// joinWords writes words in a row with single spaces, none where the file has none.
func joinWords(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			gap := w.X0 - words[i-1].X1
			em := max(w.Size, words[i-1].Size)
			if !(w.Glued && gap < 0.3*em && w.order == words[i-1].order+1) && gap > 0.02*em {
				b.WriteByte(' ')
			} else if !w.Glued {
				b.WriteByte(' ')
			}
		}
		b.WriteString(w.Text)
	}
	return b.String()
}

// cells splits a line where the gaps are wide.
func (l line) cells() [][]word {
	var out [][]word
	start := 0
	for i := 1; i < len(l.words); i++ {
		a, b := l.words[i-1], l.words[i]
		if b.X0-a.X1 > cellGap*max(a.Size, b.Size, 4) {
			out = append(out, l.words[start:i])
			start = i
		}
	}
	return append(out, l.words[start:])
}

// columnsOf splits a page's words into the columns of its text, left to right; one column for most pages. Two columns are
// taken for columns of prose, not of a table, when the file paints the whole left one before the right one.
func columnsOf(words []word, width, height float64) [][]word {
	if len(words) < 80 {
		return [][]word{words}
	}
	gutter, ok := proseGutter(words, width)
	if !ok {
		return [][]word{words}
	}
	// Words above the columns (a title, a running header) and below stay apart, in their order.
	var top, left, right, bottom []word
	lo, hi := columnBand(words, gutter)
	for _, w := range words {
		switch {
		case w.Base > hi:
			top = append(top, w)
		case w.Base < lo:
			bottom = append(bottom, w)
		case w.X0 < gutter:
			left = append(left, w)
		default:
			right = append(right, w)
		}
	}
	var out [][]word
	for _, part := range [][]word{top, left, right, bottom} {
		if len(part) > 0 {
			out = append(out, part)
		}
	}
	return out
}

func proseGutter(words []word, width float64) (float64, bool) {
	best, bestHits := 0.0, len(words)
	for x := width * 0.4; x < width*0.6; x += 2 {
		hits := 0
		for _, w := range words {
			if w.X0 < x+4 && w.X1 > x-4 {
				hits++
			}
		}
		if hits < bestHits {
			best, bestHits = x, hits
		}
	}
	if bestHits > len(words)/25 {
		return 0, false
	}
	// Count how often painting crosses the gutter: columns of prose are crossed a few times, rows of a table at every line.
	crossings, left, right := 0, 0, 0
	prev := 0
	for _, w := range words {
		side := -1
		if w.X0 >= best {
			side = 1
			right++
		} else {
			left++
		}
		if prev != 0 && side != prev {
			crossings++
		}
		prev = side
	}
	lines := map[int]bool{}
	for _, w := range words {
		lines[int(w.Base)] = true
	}
	return best, left > 40 && right > 40 && crossings <= 8 && len(words) > 5*crossings && left+right > 3*len(lines)
}

// columnBand is the band of baselines in which no word crosses the gutter.
func columnBand(words []word, gutter float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	mid := 0.0
	for _, w := range words {
		lo, hi = min(lo, w.Base), max(hi, w.Base)
		mid += w.Base / float64(len(words))
	}
	for _, w := range words {
		if w.X0 < gutter-2 && w.X1 > gutter+2 {
			if w.Base > mid {
				hi = min(hi, w.Base-0.5*w.Size)
			} else {
				lo = max(lo, w.Base+0.5*w.Size)
			}
		}
	}
	return lo, hi
}
