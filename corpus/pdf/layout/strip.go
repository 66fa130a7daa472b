package layout

import (
	"math"
	"sort"
)

// strip is a column's span of x.
type strip struct{ x0, x1 float64 }

// columnsBy finds the columns of lines: a gutter is a strip of x that some line leaves wide open between two words
// and that no word of any line stands in. The narrower gaps of other lines, a header's say, then count as well. Once all
// lines are known (final), columns that hardly any line uses are dropped.
func columnsBy(lines []line, final bool) []strip {
	var gaps, taken []strip
	em := 4.0
	for _, l := range lines {
		em = max(em, l.size)
		for i, w := range l.words {
			taken = append(taken, strip{w.X0, w.X1})
			if i == 0 {
				continue
			}
			p := l.words[i-1]
			size := max(p.Size, w.Size, 4)
			space := 0.48 * size // no wider than a space: the same cell goes on
			if p.Mono && w.Mono {
				space = 0.95 * size
			}
			switch gap := w.X0 - p.X1; {
			case gap > cellGap*size:
				gaps = append(gaps, strip{p.X1, w.X0})
			case gap < space:
				taken = append(taken, strip{p.X1, w.X0})
			}
		}
	}
	need := 0.4 * em
	taken = unite(taken)
	var gutters []strip
	for k := 1; k < len(taken); k++ {
		g := strip{taken[k-1].x1, taken[k].x0}
		if g.x1-g.x0 < need {
			continue
		}
		for _, o := range gaps {
			if g.x0 >= o.x0-0.1 && g.x1 <= o.x1+0.1 {
				gutters = append(gutters, g)
				break
			}
		}
	}
	if final {
		gutters = supported(lines, gutters)
	}
	cols := []strip{{taken[0].x0, taken[len(taken)-1].x1}}
	for _, g := range gutters {
		last := &cols[len(cols)-1]
		cols = append(cols, strip{g.x1, last.x1})
		last = &cols[len(cols)-2]
		last.x1 = g.x0
	}
	return cols
}

// lostGutters counts the gutters of cols that are closed in next. Only those wider than any space between words
// count: narrower ones may be spaces that happen to stand above each other while few lines are known.
func lostGutters(cols, next []strip, size float64) int {
	n := 0
	for i := 1; i < len(cols); i++ {
		x0, x1 := cols[i-1].x1, cols[i].x0
		open := x1-x0 <= 0.75*size
		for k := 1; k < len(next) && !open; k++ {
			open = next[k-1].x1 < x1 && next[k].x0 > x0
		}
		if !open {
			n++
		}
	}
	return n
}

// supported drops gutters that cut off a column with words on one line only: the last word of a long cell, standing where all
// other cells of its column have ended, is no column.
func supported(lines []line, gutters []strip) []strip {
	if len(lines) < 3 {
		var out []strip
		for _, g := range gutters {
			if g.x1-g.x0 > 0.75*lines[0].size {
				out = append(out, g)
			}
		}
		return out
	}
	for i := 0; i < len(gutters); i++ {
		end := math.Inf(1)
		if i+1 < len(gutters) {
			end = gutters[i+1].x0
		}
		used := 0
		for _, l := range lines {
			for _, w := range l.words {
				if w.X0 >= gutters[i].x1-0.1 && w.X1 <= end+0.1 {
					used++
					break
				}
			}
		}
		if used < 2 {
			gutters = append(gutters[:i:i], gutters[i+1:]...)
			i--
		}
	}
	return gutters
}

// unite joins strips that overlap, from left to right.
func unite(list []strip) []strip {
	sort.Slice(list, func(a, b int) bool { return list[a].x0 < list[b].x0 })
	var out []strip
	for _, s := range list {
		if n := len(out); n > 0 && s.x0 <= out[n-1].x1 {
			out[n-1].x1 = max(out[n-1].x1, s.x1)
			continue
		}
		out = append(out, s)
	}
	return out
}

func columnOf(w word, cols []strip) int {
	mid := (w.X0 + w.X1) / 2
	for c := len(cols) - 1; c > 0; c-- {
		if mid >= (cols[c-1].x1+cols[c].x0)/2 {
			return c
		}
	}
	return 0
}

func occupied(l line, cols []strip) int {
	seen := map[int]bool{}
	for _, w := range l.words {
		seen[columnOf(w, cols)] = true
	}
	return len(seen)
}
