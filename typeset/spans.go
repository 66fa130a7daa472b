package typeset

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// style is how a span looks, apart from its size.
type style struct {
	bold, italic, code, strike, head bool
	raised                           bool // a footnote's number
	link                             string
	colour                           string // "" for the colour of text
}

// span is text in one style; brk ends the line behind it.
type span struct {
	text string
	style
	brk bool
}

// run is text in one face, ready to be painted.
type run struct {
	style
	text string
	face *face
	size float64
	x, w float64 // x from the line's left edge
}

// line is a row of runs that fits its measure.
type line struct {
	runs []run
	w    float64
}

// codeScale makes the large letters of a fixed-pitch font sit in text of another.
const codeScale = 0.88

// shape splits text by the faces that have its characters, and measures the pieces.
func (d *doc) shape(text string, st style, size float64) []run {
	switch {
	case st.code:
		size *= codeScale
	case st.raised:
		size *= 0.7
	}
	return d.fonts.shape(text, st, size)
}

func (s *fonts) shape(text string, st style, size float64) []run {
	var out []run
	var b strings.Builder
	var cur *face
	width := 0
	flush := func() {
		if b.Len() > 0 {
			out = append(out, run{style: st, text: b.String(), face: cur, size: size, w: float64(width) * size / 1000})
			b.Reset()
			width = 0
		}
	}
	for _, r := range norm.NFC.String(text) {
		if unseen(r) {
			continue
		}
		f, r := s.face(r, st, text)
		if f != cur {
			flush()
			cur = f
		}
		a, _ := f.advance(r)
		width += a
		b.WriteRune(r)
		f.used = true
	}
	flush()
	return out
}

func widthOf(runs []run) float64 {
	w := 0.0
	for _, r := range runs {
		w += r.w
	}
	return w
}

// word is what stands between two chances to break a line.
type word struct {
	runs []run
	w    float64
	gap  []run // the space before it
	brk  bool  // the line ends behind it
}

func (d *doc) words(spans []span, size float64) []word {
	var out []word
	var gap []run
	open := false // the last word goes on
	for _, s := range spans {
		for _, part := range pieces(s.text) {
			if part == "" {
				continue
			}
			if part[0] == ' ' {
				if !s.code {
					part = " "
				}
				gap = d.shape(part, s.style, size)
				open = false
				continue
			}
			runs := d.shape(part, s.style, size)
			if open && len(out) > 0 && !out[len(out)-1].brk {
				w := &out[len(out)-1]
				w.runs = append(w.runs, runs...)
				w.w += widthOf(runs)
			} else {
				out = append(out, word{runs: runs, w: widthOf(runs), gap: gap})
			}
			gap, open = nil, true
		}
		if s.brk {
			if len(out) == 0 || out[len(out)-1].brk {
				out = append(out, word{})
			}
			out[len(out)-1].brk = true
			gap, open = nil, false
		}
	}
	return out
}

// pieces cuts text into runs of spaces and of everything else.
func pieces(s string) []string {
	var out []string
	start, space := 0, false
	for i, r := range s {
		is := r != '\u00a0' && r != '\u202f' && unicode.IsSpace(r)
		if i > 0 && is != space {
			out = append(out, clean(s[start:i], space))
			start = i
		}
		space = is
	}
	return append(out, clean(s[start:], space))
}

func clean(s string, space bool) string {
	if space {
		return strings.Repeat(" ", len([]rune(s)))
	}
	return s
}

// wrap breaks spans into lines no wider than width. There is always a line.
func (d *doc) wrap(spans []span, size, width float64) []line {
	rows := [][]word{nil}
	at := 0.0
	fresh := func() { rows, at = append(rows, nil), 0 }
	for _, w := range d.words(spans, size) {
		n := len(rows) - 1
		if k := len(rows[n]) - 1; k >= 0 && at+widthOf(w.gap)+w.w > width+0.01 {
			last := rows[n][k]
			fresh()
			if k > 0 && last.looksCut() && last.w+widthOf(w.gap)+w.w <= width {
				rows[n], rows[n+1], at = rows[n][:k:k], []word{last}, last.w
			}
		}
		for w.w > width+0.01 { // too long for any line: broken where it hurts least
			head, tail := split(w.runs, width)
			rows[len(rows)-1] = append(rows[len(rows)-1], word{runs: head, w: widthOf(head), brk: true})
			fresh()
			w.runs, w.w, w.gap = tail, widthOf(tail), nil
		}
		n = len(rows) - 1
		if len(rows[n]) > 0 {
			at += widthOf(w.gap)
		}
		rows[n] = append(rows[n], w)
		if at += w.w; w.brk {
			fresh()
		}
	}
	if n := len(rows); n > 1 && len(rows[n-1]) == 0 {
		rows = rows[:n-1]
	}
	for i := 1; i < len(rows); i++ {
		accompany(rows, i, width)
	}
	lines := make([]line, len(rows))
	for i, r := range rows {
		lines[i] = lineOf(r)
	}
	return lines
}

// accompany takes words down from the line above when a line would be nothing but code: it would look like a block of
// code, to readers of the file as to people.
func accompany(rows [][]word, i int, width float64) {
	above, this := rows[i-1], rows[i]
	if len(above) == 0 || above[len(above)-1].brk {
		return
	}
	for _, w := range this {
		if !w.code() {
			return
		}
	}
	k := len(above) - 1
	for k > 0 && above[k].code() {
		k--
	}
	if k < 1 {
		return
	}
	moved := append(append([]word(nil), above[k:]...), this...)
	if lineOf(moved).w <= width {
		rows[i-1], rows[i] = above[:k:k], moved
	}
}

// looksCut tells a word that would be taken for the first half of one at a line's end: "https://", "pre-".
func (w word) looksCut() bool {
	if w.brk || len(w.runs) == 0 {
		return false
	}
	t := w.runs[len(w.runs)-1].text
	return strings.HasSuffix(t, "/") || strings.HasSuffix(t, "_") || strings.HasSuffix(t, "-") || strings.HasSuffix(t, "–")
}

func (w word) code() bool { return len(w.runs) > 0 && w.runs[0].code }

// lineOf sets words side by side. Neighbours of one look become one run.
func lineOf(words []word) line {
	var l line
	put := func(runs []run) {
		for _, r := range runs {
			r.x = l.w
			l.w += r.w
			if n := len(l.runs); n > 0 && l.runs[n-1].style == r.style && l.runs[n-1].face == r.face && l.runs[n-1].size == r.size {
				l.runs[n-1].text += r.text
				l.runs[n-1].w += r.w
				continue
			}
			l.runs = append(l.runs, r)
		}
	}
	for i, w := range words {
		if i > 0 {
			put(w.gap)
		}
		put(w.runs)
	}
	return l
}

// split takes as much of a long word as fits into width: up to the last separator, else up to the last character, and one
// character at least.
func split(runs []run, width float64) (head, tail []run) {
	used := 0.0
	bestRun, bestAt, lastRun, lastAt := -1, 0, 0, 0
	first := true
scan:
	for i, r := range runs {
		for at, c := range r.text {
			a, _ := r.face.advance(c)
			if used += float64(a) * r.size / 1000; used > width && !first {
				break scan
			}
			first = false
			lastRun, lastAt = i, at+len(string(c))
			if strings.ContainsRune("/_=&?.,;:-+|", c) && used > 0.4*width {
				bestRun, bestAt = i, lastAt
			}
		}
	}
	if bestRun >= 0 {
		lastRun, lastAt = bestRun, bestAt
	}
	cut := func(r run, text string) run {
		r.text, r.w = text, 0
		for _, c := range text {
			a, _ := r.face.advance(c)
			r.w += float64(a) * r.size / 1000
		}
		return r
	}
	for i, r := range runs {
		switch {
		case i < lastRun:
			head = append(head, r)
		case i > lastRun:
			tail = append(tail, r)
		default:
			if lastAt > 0 {
				head = append(head, cut(r, r.text[:lastAt]))
			}
			if lastAt < len(r.text) {
				tail = append(tail, cut(r, r.text[lastAt:]))
			}
		}
	}
	return head, tail
}
