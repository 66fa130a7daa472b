package layout

import (
	"regexp"
	"sort"
	"strings"
	"unicode"

	"substrate/corpus/pdf/page"
)

var (
	numbered = regexp.MustCompile(`^(§\s?\d+[a-z]?(?:\.\d+[a-z]?)*|\d{1,3}[a-z]?(?:\.\d{1,3}[a-z]?)*|[A-Z](?:\.\d{1,3}[a-z]?)+|(?:Appendix|Annex|Chapter|Part|Section)\s+(?:\d{1,3}|[A-Z]|[IVX]+))(?:[.:)]|\s*[–—-])?\s+(\S.*)$`)
	bareNum  = regexp.MustCompile(`^(?:(?:Chapter|Appendix|Part|Annex)\s+(\d{1,3}|[A-Z]|[IVX]+)|(\d{1,2}))\.?$`)
	letter1  = regexp.MustCompile(`^([A-Z])[.:]?\s+([A-Z]\S.*)$`)
	glued    = regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,3})*)([A-Z][a-z]{2}.*)$`)
	caption  = regexp.MustCompile(`^(?:Figure|FIGURE|Fig\.|FIG\.|Table|TABLE|Listing|LISTING|Exhibit|EXHIBIT)\s+(?:\d[\d.\-]*|[A-Z][.\-]?\d[\d.\-]*|[A-Z])(?:\s*[:.]|\s|$)`)
	leader   = regexp.MustCompile(`^(.*?\S)\s*(?:\.\s?){3,}\s*(\d{1,4}|[ivxlc]{1,6})$|^(.*?\S)\s*…+\s*(\d{1,4})$`)
)

// style of a line, as far as headings are told by it.
type look struct {
	size   int // half points
	bold   bool
	italic bool
	mono   bool
}

func lookOf(l line) look {
	return look{int(l.size*2 + 0.5), l.bold, l.italic, l.mono}
}

// heading is a line, or a few, that was taken for one.
type heading struct {
	number, title string
	level         int
	look          look
	lines         int // how many it takes
	page          int
	outline       int // level in the outline, 0 when it is not there
}

// headings decides which lines are headings.
type headings struct {
	body     look
	bodyLead float64
	outline  map[string][]page.Bookmark // by plain title
	toc      map[string]int             // plain title → depth in the table of contents
	titles   []string                   // all plain titles of both, sorted
	outlined bool                       // the outline covers the document
	looks    map[look]*tally
	numLooks map[look]map[int]int // look → depth of number → count
}

type tally struct{ lines, numbered, listed int }

// plain is a title reduced to what stays the same between a heading, its bookmark and its entry in a table of contents.
func plain(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(normal(s)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func newHeadings(lines []line, marks []page.Bookmark, toc map[string]int) *headings {
	h := &headings{outline: map[string][]page.Bookmark{}, toc: toc, looks: map[look]*tally{}, numLooks: map[look]map[int]int{}}
	for _, m := range marks {
		h.outline[plain(m.Title)] = append(h.outline[plain(m.Title)], m)
	}
	for t := range h.outline {
		h.titles = append(h.titles, t)
	}
	for t := range toc {
		h.titles = append(h.titles, t)
	}
	sort.Strings(h.titles)
	chars := map[look]int{}
	for _, l := range lines {
		if !l.mono {
			k := lookOf(l)
			if l.bold || l.italic {
				continue
			}
			// Running text weighs more than cells of tables, which may be set smaller and be most of a document.
			n := len(l.text)
			if n < 50 || len(l.cells()) > 1 {
				n = 1
			}
			chars[k] += n
		}
	}
	best := -1
	for k, n := range chars {
		if n > best || n == best && k.size < h.body.size {
			best, h.body = n, k
		}
	}
	var leads []float64
	for i := 1; i < len(lines); i++ {
		a, b := lines[i-1], lines[i]
		if a.page == b.page && a.region == b.region && lookOf(a) == h.body && lookOf(b) == h.body && a.base > b.base {
			leads = append(leads, a.base-b.base)
		}
	}
	sort.Float64s(leads)
	h.bodyLead = 1.2 * float64(h.body.size) / 2
	if len(leads) > 4 {
		h.bodyLead = leads[len(leads)/3]
	}
	for _, l := range lines {
		k := lookOf(l)
		if h.looks[k] == nil {
			h.looks[k] = &tally{}
		}
		t := h.looks[k]
		t.lines++
		if h.listed(l) != 0 {
			t.listed++
		}
		if m := numbered.FindStringSubmatch(l.text); m != nil {
			t.numbered++
			if h.stands(k) || h.listed(l) != 0 {
				if h.numLooks[k] == nil {
					h.numLooks[k] = map[int]int{}
				}
				h.numLooks[k][depth(m[1])]++
			}
		}
	}
	found := 0
	for _, t := range h.looks {
		found += t.listed
	}
	h.outlined = len(marks) > 3 && found*10 >= len(marks)*7
	return h
}

// listed is the level of a line in the outline or the table of contents, 0 when it is in neither.
func (h *headings) listed(l line) int { return h.listedAs(l.text, l.page) }

func (h *headings) listedAs(text string, page int) int {
	p := plain(text)
	if p == "" {
		return 0
	}
	if d := h.marked(p, page); d != 0 {
		return d
	}
	if len(h.outline[p]) > 0 {
		return 0 // the outline has it on another page; what stands here only names it
	}
	if m := numbered.FindStringSubmatch(text); m != nil && len(plain(m[2])) > 3 {
		if d := h.marked(plain(m[2]), page); d != 0 {
			return d
		}
	}
	return h.toc[p]
}

func (h *headings) marked(p string, page int) int {
	for _, m := range h.outline[p] {
		if m.Page == 0 || m.Page == page {
			return m.Level
		}
	}
	return 0
}

// stands reports whether a look stands out from the body text: larger, or bold at no smaller a size.
func (h *headings) stands(k look) bool {
	if k.mono {
		return false
	}
	return k.size >= h.body.size+2 || k.bold && k.size >= h.body.size-1 && !h.body.bold || k.size > h.body.size && k.italic
}

func depth(number string) int {
	number = strings.TrimLeft(number, "§ ")
	return 1 + strings.Count(number, ".")
}

// at tells whether a heading begins at lines[i], and how many lines it takes.
func (h *headings) at(lines []line, i int) (heading, bool) {
	l := lines[i]
	if len(l.text) > 220 || leader.MatchString(l.text) || caption.MatchString(l.text) && h.listed(l) == 0 {
		return heading{}, false
	}
	k := lookOf(l)
	first := 1
	if !h.stands(k) && !h.prefixListed(l.text) {
		return heading{}, false
	}
	if m := bareNum.FindStringSubmatch(l.text); m != nil {
		// "Chapter 2" on a line of its own, the title below it.
		if i+1 >= len(lines) || lines[i+1].page != l.page || !h.stands(lookOf(lines[i+1])) || m[2] != "" && !h.isBig(k) {
			return heading{}, false
		}
		k, first = lookOf(lines[i+1]), 2
	}
	text, n, listed := h.gather(lines, i, first, k)
	if strings.IndexFunc(text, unicode.IsLetter) < 0 {
		return heading{}, false
	}
	if listed != 0 {
		if !h.stands(k) && (l.mono && numbered.FindStringSubmatch(text) == nil || h.wouldBeProse(lines, i)) {
			return heading{}, false
		}
		return h.make(text, k, n, l.page, listed), true
	}
	if !h.stands(k) || !h.looksLikeHeading(lines, i, text, k) || h.elsewhere(text, l.page) {
		return heading{}, false
	}
	return h.make(text, k, n, l.page, 0), true
}

// gather joins the lines of a heading that wraps: they look the same and follow closely. The longest reading that
// the outline or the table of contents lists wins.
func (h *headings) gather(lines []line, i, first int, k look) (text string, n, listed int) {
	text = lines[i].text
	for n = 1; n < first; n++ {
		text += " " + lines[i+n].text
	}
	bestText, bestN, best := text, n, h.listedAs(text, lines[i].page)
	open := true
	for ; n < first+3 && i+n < len(lines); n++ {
		next, prev := lines[i+n], lines[i+n-1]
		if lookOf(next) != k || next.page != prev.page || next.region != prev.region || prev.base-next.base > 1.7*next.size {
			break
		}
		longer := text + " " + next.text
		if d := h.listedAs(longer, prev.page); d != 0 {
			bestText, bestN, best = longer, n+1, d
		}
		if best != 0 && !h.prefixListed(longer) {
			break
		}
		if best == 0 {
			// Nothing lists it: it wraps where the line before was full.
			open = open && !numbered.MatchString(next.text) && h.listed(next) == 0 && prev.x1 > 0.6*h.rightEdge(lines, i) && h.stands(k)
			if !open && !h.prefixListed(longer) {
				break
			}
			if open {
				bestText, bestN = longer, n+1
			}
		}
		text = longer
	}
	return bestText, bestN, best
}

// prefixListed reports whether a listed title begins with the text.
func (h *headings) prefixListed(text string) bool {
	if len(h.titles) == 0 {
		return false
	}
	if h.begins(plain(text)) {
		return true
	}
	m := numbered.FindStringSubmatch(text)
	return m != nil && h.begins(plain(m[2]))
}

func (h *headings) begins(p string) bool {
	i := sort.SearchStrings(h.titles, p)
	return p != "" && i < len(h.titles) && strings.HasPrefix(h.titles[i], p)
}

// elsewhere reports whether the outline has this heading on another page: what stands here then only names it.
func (h *headings) elsewhere(text string, page int) bool {
	for _, m := range h.outline[plain(text)] {
		if m.Page != 0 && m.Page != page {
			return true
		}
	}
	return false
}

func (h *headings) isBig(k look) bool { return k.size >= h.body.size+6 }

func (h *headings) make(text string, k look, n, page, listed int) heading {
	hd := heading{title: strings.TrimSpace(clean(text)), look: k, lines: n, page: page, outline: listed}
	if m := glued.FindStringSubmatch(hd.title); m != nil {
		hd.title = m[1] + " " + m[2] // a tab between number and title that the file does not show as white space
	}
	if m := numbered.FindStringSubmatch(hd.title); m != nil {
		hd.number, hd.title = strings.Join(strings.Fields(m[1]), " "), m[2]
	} else if m := letter1.FindStringSubmatch(hd.title); m != nil && listed == 1 {
		hd.number, hd.title = m[1], m[2]
	}
	hd.title = strings.TrimSpace(hd.title)
	if strings.HasPrefix(hd.number, "§ ") {
		hd.number = "§" + hd.number[len("§ "):]
	}
	if f := strings.Fields(hd.number); len(f) == 2 && (f[0] == "Chapter" || f[0] == "Section") {
		hd.number = f[1]
	}
	return hd
}

// wouldBeProse tells a line that only happens to read like a listed title: it looks like body text and
// is part of a paragraph.
func (h *headings) wouldBeProse(lines []line, i int) bool {
	l := lines[i]
	if h.stands(lookOf(l)) {
		return false
	}
	if numbered.MatchString(l.text) && h.gapAbove(lines, i) > 1.25*h.bodyLead {
		return false
	}
	return true
}

// looksLikeHeading judges a line that stands out but is not listed anywhere.
func (h *headings) looksLikeHeading(lines []line, i int, text string, k look) bool {
	l := lines[i]
	if dateLike.MatchString(text) {
		return false
	}
	m := numbered.FindStringSubmatch(text)
	last := text[len(text)-1]
	if len(l.cells()) > 1 && m == nil || markerOnly.MatchString(l.words[0].Text) && m == nil {
		return false
	}
	if m != nil {
		if k.size >= h.body.size+2 || k.bold {
			return !(strings.HasSuffix(text, ";") || strings.HasSuffix(text, ",") || len(text) > 140)
		}
		return false
	}
	if last == '.' || last == ',' || last == ';' || last == ':' && k.size <= h.body.size+1 || len(text) > 110 {
		return false
	}
	if t := h.looks[k]; k.size >= h.body.size+2 && (!h.outlined || k.bold || t != nil && t.listed > 0) {
		// Where the document lists its headings, large print alone is not one.
		return true
	} else if !k.bold {
		return false
	}
	// Bold at the size of the text: a heading has room above it and text of its own below.
	if i+1 < len(lines) && lookOf(lines[i+1]) == k && lines[i+1].page == l.page && l.base-lines[i+1].base < 1.4*h.bodyLead && lines[i+1].x0 < l.x0+1 && l.x1 > 0.8*h.rightEdge(lines, i) {
		return false
	}
	if len(strings.Fields(text)) > 12 {
		return false
	}
	return h.gapAbove(lines, i) > 1.25*h.bodyLead
}

// gapAbove is the distance from the line above in the column; large at the top of a page.
func (h *headings) gapAbove(lines []line, i int) float64 {
	if i == 0 || lines[i-1].page != lines[i].page || lines[i-1].region != lines[i].region {
		return 1000
	}
	return lines[i-1].base - lines[i].base
}

func (h *headings) rightEdge(lines []line, i int) float64 {
	edge := 0.0
	for d := max(0, i-40); d < min(len(lines), i+40); d++ {
		if lines[d].page == lines[i].page && lines[d].region == lines[i].region {
			edge = max(edge, lines[d].x1)
		}
	}
	return edge
}
