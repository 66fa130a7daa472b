package layout

import (
	"regexp"
	"sort"
	"strings"

	"substrate/corpus"
)

// A table is told from its columns: over several lines, words leave the same vertical strips of the page empty.

// tableAt finds a table that starts at lines[i]. It returns the table's block and the number of lines it takes, 0 when
// there is none.
func tableAt(lines []line, i int, j *joiner) (corpus.Block, []strip, int) {
	if !startsTable(lines[i]) && !aboveTable(lines, i) {
		return corpus.Block{}, nil, 0
	}
	end := growTable(lines, i)
	if end-i < 2 {
		return corpus.Block{}, nil, 0
	}
	rows := lines[i:end]
	cols := columnsBy(rows, true)
	multi := 0
	for _, l := range rows {
		if occupied(l, cols) > 1 {
			multi++
		}
	}
	if len(cols) < 2 || multi < 2 || listLike(rows, cols) || proseLike(rows, cols) {
		return corpus.Block{}, nil, 0
	}
	b := corpus.Block{Kind: corpus.Table, Rows: rowsOf(rows, cols, j), Pages: corpus.Pages{First: rows[0].page, Last: rows[len(rows)-1].page}}
	if len(b.Rows) < 2 {
		return corpus.Block{}, nil, 0
	}
	return b, cols, end - i
}

func startsTable(l line) bool {
	return !l.mono && len(l.cells()) > 1
}

// aboveTable tells the first line of a header cell that is taller than its neighbours: it stands alone, well to the
// right of the line below it, which opens a table.
func aboveTable(lines []line, i int) bool {
	for n := 1; n <= 2 && i+n < len(lines); n++ {
		a, b := lines[i+n-1], lines[i+n]
		if a.page != b.page || a.region != b.region || a.mono || a.base-b.base > 1.5*a.size {
			return false
		}
		if startsTable(b) {
			return lines[i].x0 > b.x0+4*b.size
		}
	}
	return false
}

// growTable takes lines as long as at least two columns stay apart.
func growTable(lines []line, i int) int {
	cols := columnsBy(lines[i:i+1], false)
	pitch := 0.0
	end := i + 1
	for ; end < len(lines); end++ {
		l, prev := lines[end], lines[end-1]
		if l.page != prev.page || l.region != prev.region || caption.MatchString(l.text) {
			break
		}
		gap := prev.base - l.base
		size := max(l.size, prev.size)
		single := len(l.cells()) == 1
		switch {
		case gap > 4.2*size, pitch > 0 && gap > 1.7*pitch && gap > 2.2*size:
			return trimTable(lines, i, end, cols)
		case single && gap > 1.5*max(pitch, 1.3*size): // text after the table
			return trimTable(lines, i, end, cols)
		case l.mono && single && l.x0 <= cols[0].x0+2 && !anyMono(lines[i:end]): // code after the table
			return trimTable(lines, i, end, cols)
		}
		next := columnsBy(lines[i:end+1], false)
		if len(next) < 2 && len(cols) < 2 && end-i < 3 {
			continue // still in a tall header
		}
		lost := lostGutters(cols, next, size)
		if len(next) < 2 || single && lost > 0 || lost > 1 && end-i > 2 {
			break
		}
		cols = next
		pitch = max(pitch, min(gap, 3*size))
	}
	return trimTable(lines, i, end, cols)
}

// trimTable gives back lines at the end that fill the first column only and stand apart: text that happens to be short.
func trimTable(lines []line, i, end int, cols []strip) int {
	for end-1 > i+1 && len(lines[end-1].cells()) == 1 && lines[end-1].x0 <= cols[0].x1 && lines[end-2].base-lines[end-1].base > 1.6*lines[end-1].size {
		end--
	}
	return end
}

func allMono(words []word) bool {
	for _, w := range words {
		if !w.Mono {
			return false
		}
	}
	return true
}

func anyMono(lines []line) bool {
	for _, l := range lines {
		for _, w := range l.words {
			if w.Mono {
				return true
			}
		}
	}
	return false
}

var markerOnly = regexp.MustCompile(`^(?:[•◦▪‣·∙○●■□–—*+-]|\(?[0-9]{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivx]{1,5}[.)])$`)

// listLike tells a list, whose first column holds nothing but markers.
func listLike(rows []line, cols []strip) bool {
	markers, other := 0, 0
	for _, l := range rows {
		if columnOf(l.words[0], cols) != 0 {
			continue
		}
		if markerOnly.MatchString(l.words[0].Text) && (len(l.words) == 1 || columnOf(l.words[1], cols) == 1) {
			markers++
		} else {
			other++
		}
	}
	return markers > other
}

// proseLike tells justified prose in which wide spaces happen to stand above each other: it has two
// columns at most, and its lines run on in lower case without any line that starts only in the second.
func proseLike(rows []line, cols []strip) bool {
	if len(cols) > 2 {
		return false
	}
	full := 0
	for _, l := range rows {
		widest := 0.0
		for i := 1; i < len(l.words); i++ {
			widest = max(widest, l.words[i].X0-l.words[i-1].X1)
		}
		if occupied(l, cols) == 2 && widest < 2*l.size && len(l.words) > 8 {
			full++
		}
	}
	return full > len(rows)*2/3
}

// cellPiece is what one line has in one column.
type cellPiece struct {
	col   int
	order int
	base  float64
	size  float64
	text  string
	mono  bool
	line  int
}

// brokenToken tells code that was broken within a word for lack of room.
func brokenToken(a, b string) bool {
	return a != "" && b != "" && !strings.HasSuffix(a, ",") && (strings.ContainsAny(a[len(a)-1:], "=/_.{[(") || strings.ContainsAny(b[:1], "}])=_/.,"))
}

// rowsOf groups pieces of cells into rows. Painting order tells wrapped cells: a producer finishes a cell before it
// goes on to the next one to the right, so that a step to the left begins a new row.
func rowsOf(lines []line, cols []strip, j *joiner) [][]string {
	var pieces []cellPiece
	for n, l := range lines {
		byCol := map[int][]word{}
		for _, w := range l.words {
			c := columnOf(w, cols)
			byCol[c] = append(byCol[c], w)
		}
		for c, ws := range byCol {
			first := ws[0].order
			for _, w := range ws {
				first = min(first, w.order)
			}
			pieces = append(pieces, cellPiece{c, first, l.base, l.size, joinWords(ws), allMono(ws), n})
		}
	}
	sort.SliceStable(pieces, func(a, b int) bool { return pieces[a].order < pieces[b].order })
	leading := leadingOf(pieces)
	type row struct {
		cells     []string
		top, low  float64 // first and last baseline
		firstCol  int
		lastCol   int
		lastBase  float64
		lastMono  bool
		fromLines map[int]bool
	}
	var rows []*row
	for _, p := range pieces {
		var r *row
		if n := len(rows); n > 0 {
			r = rows[n-1]
			switch {
			case p.col > r.lastCol && p.base > r.low-0.5*p.size-leading && p.base < r.top+p.size*2.2:
				// on to the next cell, at the height of this row or of its last line
				if p.base < r.low-0.6*leading && r.lastCol >= 0 && p.base < r.top-0.6*leading && !r.fromLines[p.line] && r.low < r.top-0.6*leading {
					r = nil
				} else if p.base < r.low-0.6*p.size {
					r = nil
				}
			case p.col == r.lastCol && abs(p.base-r.lastBase) < 0.3*p.size:
			case p.col == r.lastCol && p.base < r.lastBase && r.lastBase-p.base < 1.25*leading && (p.col != r.firstCol || wraps(pieces, p, leading)):
			default:
				r = nil
			}
		}
		if r == nil {
			r = &row{cells: make([]string, len(cols)), top: p.base, low: p.base, firstCol: p.col, fromLines: map[int]bool{}}
			rows = append(rows, r)
		}
		if p.mono && r.lastMono && r.lastCol == p.col && brokenToken(r.cells[p.col], p.text) {
			r.cells[p.col] += p.text
		} else {
			r.cells[p.col] = j.join(r.cells[p.col], p.text)
		}
		r.lastMono = p.mono
		r.lastCol, r.lastBase = p.col, p.base
		r.top, r.low = max(r.top, p.base), min(r.low, p.base)
		r.fromLines[p.line] = true
	}
	// A producer that paints line by line leaves the rest of a wrapped row as a row without a first cell.
	var out [][]string
	var low float64
	for _, r := range rows {
		if n := len(out); n > 0 && r.cells[0] == "" && low-r.top < 1.25*leading {
			for c, t := range r.cells {
				out[n-1][c] = j.join(out[n-1][c], t)
			}
		} else {
			out = append(out, append([]string(nil), r.cells...))
		}
		low = r.low
	}
	for _, r := range out {
		for c := range r {
			r[c] = strings.TrimSpace(clean(r[c]))
		}
	}
	return out
}

// leadingOf is the distance of lines within a cell: the smallest common step from one piece to the next below it.
func leadingOf(pieces []cellPiece) float64 {
	best := 0.0
	for i := 1; i < len(pieces); i++ {
		a, b := pieces[i-1], pieces[i]
		if a.col == b.col && a.base-b.base > 0.5*a.size && (best == 0 || a.base-b.base < best) {
			best = a.base - b.base
		}
	}
	if best == 0 && len(pieces) > 0 {
		best = 1.25 * pieces[0].size
	}
	return best
}

// wraps reports whether a piece below another in the first column goes on with that cell: the next piece
// painted then stands higher than it, at the top of the same row.
func wraps(pieces []cellPiece, p cellPiece, leading float64) bool {
	for _, q := range pieces {
		if q.order <= p.order {
			continue
		}
		if q.col == p.col && q.base < p.base && p.base-q.base < 1.25*leading {
			p = q
			continue
		}
		return q.col > p.col && q.base > p.base+0.5*leading
	}
	return false
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

// joinTables joins a table with its continuation on the next page, whose header row may be repeated. It reports false
// when b is another table.
func joinTables(a *corpus.Block, acols []strip, b corpus.Block, bcols []strip, j *joiner) bool {
	if len(acols) != len(bcols) {
		return false
	}
	for i := range acols {
		if abs(acols[i].x0-bcols[i].x0) > 6 && abs(acols[i].x1-bcols[i].x1) > 6 {
			return false
		}
	}
	rows := b.Rows
	if sameRow(a.Rows[0], rows[0]) {
		rows = rows[1:]
	}
	if len(rows) > 0 && rows[0][0] == "" && len(a.Rows) > 1 {
		last := a.Rows[len(a.Rows)-1]
		for c, t := range rows[0] {
			last[c] = clean(j.join(last[c], t))
		}
		rows = rows[1:]
	}
	a.Rows = append(a.Rows, rows...)
	a.Pages = a.Pages.Union(b.Pages)
	return true
}

func sameRow(a, b []string) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
