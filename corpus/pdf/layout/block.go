package layout

import (
	"math"
	"regexp"
	"sort"
	"strings"
	"unicode"

	"substrate/corpus"
)

var (
	bullet   = regexp.MustCompile(`^(?:[•◦▪‣·∙○●■□➢➤✓✔☐☑*]|[–—-]|o)$`)
	enumMark = regexp.MustCompile(`^(?:\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivx]{1,5}[.)]|\[[ xX]\])$`)
)

// blocks turns the lines between two headings into paragraphs, lists, tables and code.
type blocks struct {
	body     float64 // size of body text
	lead     float64 // distance of its lines
	j        *joiner
	out      []corpus.Block
	lastCols []strip   // of the table at the end of out
	indents  []float64 // of the levels of the list at the end of out
	open     *para
}

// para is the paragraph or list item that is being joined.
type para struct {
	text   string
	last   line
	first  line
	marker string  // of a list item
	textX  float64 // where an item's text starts
}

func (b *blocks) add(lines []line) {
	for i := 0; i < len(lines); {
		l := lines[i]
		if n := codeRun(lines, i, b.lead); n > 0 {
			b.flush()
			b.addCode(lines[i : i+n])
			i += n
			continue
		}
		if t, cols, n := tableAt(lines, i, b.j); n > 0 {
			b.flush()
			b.addTable(t, cols)
			i += n
			continue
		}
		b.text(l)
		i++
	}
	b.flush()
}

// codeRun counts the lines of code from lines[i] on: whole lines in a fixed-pitch font.
func codeRun(lines []line, i int, lead float64) int {
	if !lines[i].mono {
		return 0
	}
	n := 1
	for i+n < len(lines) && lines[i+n].mono {
		a, b := lines[i+n-1], lines[i+n]
		if a.page == b.page && a.region == b.region && a.base-b.base > 4.5*max(a.size, b.size) || abs(a.size-b.size) > 0.4 {
			break
		}
		n++
	}
	if i > 0 && inParagraph(lines, i, lead) && (n == 1 || lines[i].page == lines[i+1].page && lines[i].base-lines[i+1].base > 1.2*(lines[i-1].base-lines[i].base)) {
		return 0 // inline code that fills a line of a paragraph
	}
	return n
}

func inParagraph(lines []line, i int, lead float64) bool {
	l, p := lines[i], lines[i-1]
	near := p.page == l.page && p.base-l.base < 1.2*lead && abs(p.x0-l.x0) < 2 && !p.mono
	if near && i+1 < len(lines) {
		n := lines[i+1]
		if n.page == l.page && l.base-n.base < 1.2*lead && abs(n.x0-l.x0) < 2 {
			return true
		}
	}
	return near && (len(p.text) > 0 && !strings.HasSuffix(p.text, ":"))
}

func (b *blocks) addCode(lines []line) {
	text := codeText(lines)
	pages := corpus.Pages{First: lines[0].page, Last: lines[len(lines)-1].page}
	if n := len(b.out); n > 0 && b.out[n-1].Kind == corpus.Code && b.out[n-1].Pages.Last < lines[0].page {
		b.out[n-1].Text += "\n" + text
		b.out[n-1].Pages = b.out[n-1].Pages.Union(pages)
		return
	}
	b.out = append(b.out, corpus.Block{Kind: corpus.Code, Text: text, Pages: pages})
}

// codeText restores white space from the grid that a fixed-pitch font is set on: the centre of each glyph
// lies in the middle of its cell, whatever the glyph's own width.
func codeText(lines []line) string {
	pitch := pitchOf(lines)
	left := math.Inf(1)
	for _, l := range lines {
		left = min(left, l.words[0].C0-pitch/2)
	}
	lead := leadingOfCode(lines)
	var sb strings.Builder
	for i, l := range lines {
		if i > 0 {
			sb.WriteByte('\n')
			p := lines[i-1]
			if p.page == l.page && p.region == l.region && lead > 0 {
				for n := int(math.Round((p.base-l.base)/lead)) - 1; n > 0 && n < 4; n-- {
					sb.WriteByte('\n')
				}
			}
		}
		col := 0
		for k, w := range l.words {
			at := int(math.Round((w.C0 - pitch/2 - left) / pitch))
			if k > 0 && at <= col && !w.Glued && w.X0-l.words[k-1].X1 > 0.25*pitch {
				at = col + 1
			}
			for ; col < at; col++ {
				sb.WriteByte(' ')
			}
			sb.WriteString(w.Text)
			col += len([]rune(w.Text))
		}
	}
	return clean(sb.String())
}

func pitchOf(lines []line) float64 {
	var ps []float64
	for _, l := range lines {
		for _, w := range l.words {
			if n := len([]rune(w.Text)); n > 3 {
				ps = append(ps, (w.C1-w.C0)/float64(n-1))
			}
		}
	}
	if len(ps) == 0 {
		return max(0.6*lines[0].size, 1)
	}
	sort.Float64s(ps)
	return max(ps[len(ps)/2], 0.5)
}

func leadingOfCode(lines []line) float64 {
	var ds []float64
	for i := 1; i < len(lines); i++ {
		if lines[i].page == lines[i-1].page && lines[i-1].base > lines[i].base {
			ds = append(ds, lines[i-1].base-lines[i].base)
		}
	}
	if len(ds) == 0 {
		return 0
	}
	sort.Float64s(ds)
	return ds[len(ds)/4]
}

func (b *blocks) addTable(t corpus.Block, cols []strip) {
	if n := len(b.out); n > 0 && b.out[n-1].Kind == corpus.Table && b.lastCols != nil && t.Pages.First == b.out[n-1].Pages.Last+1 {
		if joinTables(&b.out[n-1], b.lastCols, t, cols, b.j) {
			return
		}
	}
	b.out = append(b.out, t)
	b.lastCols = cols
}

func markerOf(l line) (string, float64) {
	if len(l.words) < 2 {
		return "", 0
	}
	w := l.words[0]
	if bullet.MatchString(w.Text) {
		return "•", l.words[1].X0
	}
	if enumMark.MatchString(w.Text) && l.words[1].X0-w.X1 < 3*l.size {
		return w.Text, l.words[1].X0
	}
	return "", 0
}

func (b *blocks) text(l line) {
	marker, textX := markerOf(l)
	if b.open != nil && !b.goesOn(l, marker) {
		b.flush()
	}
	if b.open == nil {
		b.open = &para{first: l, last: l, marker: marker, textX: textX, text: l.text}
		if marker != "" {
			b.open.text = joinWords(l.words[1:])
		}
		return
	}
	b.open.text = b.j.join(b.open.text, l.text)
	b.open.last = l
}

// goesOn reports whether l continues the open paragraph.
func (b *blocks) goesOn(l line, marker string) bool {
	p, last := b.open, b.open.last
	if marker != "" && !(marker[0] >= 'a' && marker[0] <= 'z' && p.marker == "") {
		return false
	}
	if abs(l.size-last.size) > 1.1 || l.mono && !last.mono && last.bold {
		return false
	}
	ended := endsSentence(p.text)
	if l.page != last.page || l.region != last.region {
		// Over a page break only text that has not ended goes on.
		first := []rune(strings.TrimLeft(l.text, "\"'“‘("))
		if p.marker != "" && l.x0 < p.textX-1.5*l.size && l.page == last.page {
			return false
		}
		return !ended && len(first) > 0 && (unicode.IsLower(first[0]) || endsInHyphen(lastField(p.text)) || !unicode.IsUpper(first[0]))
	}
	gap := last.base - l.base
	lead := max(b.lead*last.size/max(b.body, 1), 1.1*last.size)
	if gap > 1.38*lead || gap < 0 {
		return false
	}
	if p.marker != "" {
		// An item's lines stand under its text; a line back at the marker is a new paragraph.
		return l.x0 > p.first.x0+0.3*l.size || !ended && abs(l.x0-p.first.x0) < 1
	}
	if l.x0 > last.x0+0.7*l.size && abs(last.x0-p.first.x0) < 0.5*l.size && l.x0 < last.x0+4*l.size && last.words[0].order != p.first.words[0].order && ended {
		return false // an indented first line
	}
	if l.x0 > p.first.x0+0.7*l.size && last.words[0].order == p.first.words[0].order && ended && last.x1 > l.x1+12*l.size {
		return false
	}
	if l.bold != last.bold && last.bold && p.first.words[0].order == last.words[0].order && len(p.text) < 80 && !ended && gap > 1.1*lead {
		return false
	}
	return true
}

func endsSentence(s string) bool {
	s = strings.TrimRight(s, "\"'”’)] ")
	return s != "" && strings.ContainsRune(".!?:;", rune(s[len(s)-1]))
}

func (b *blocks) flush() {
	p := b.open
	if p == nil {
		return
	}
	b.open = nil
	text := strings.Join(strings.Fields(clean(p.text)), " ")
	pages := corpus.Pages{First: p.first.page, Last: p.last.page}
	if p.marker == "" {
		b.out = append(b.out, corpus.Block{Kind: corpus.Paragraph, Text: text, Pages: pages})
		return
	}
	if n := len(b.out); n > 0 && b.out[n-1].Kind == corpus.List {
		l := &b.out[n-1]
		l.Items = append(l.Items, b.indent(p.first.x0)+p.marker+" "+text)
		l.Pages = l.Pages.Union(pages)
		return
	}
	b.indents = []float64{p.first.x0}
	b.out = append(b.out, corpus.Block{Kind: corpus.List, Items: []string{p.marker + " " + text}, Pages: pages})
}

// indent is two spaces for each level that x is below the list's first.
func (b *blocks) indent(x float64) string {
	for len(b.indents) > 1 && x < b.indents[len(b.indents)-1]-5 {
		b.indents = b.indents[:len(b.indents)-1]
	}
	if x > b.indents[len(b.indents)-1]+5 {
		b.indents = append(b.indents, x)
	}
	return strings.Repeat("  ", len(b.indents)-1)
}
