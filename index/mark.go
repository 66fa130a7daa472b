package index

import (
	"slices"
	"strings"
)

// marker recognises the words of a query in a text.
type marker struct {
	needs  []need
	byTerm map[string]int  // which need a term of the text answers
	known  map[*forms]int  // the same by word, -1 for none: texts repeat their words
	pairs  [][2]int        // needs that follow each other in the query
	share  []float64       // of each pair, summing to 1
	whole  []int           // needs that are compounds
	glue   map[string]bool // parts of compounds too short to be needs of their own
	parts  []part
}

func newMarker(wants []need) *marker {
	m := &marker{needs: wants, byTerm: map[string]int{}, known: map[*forms]int{}, glue: map[string]bool{}}
	var words []int
	for i, n := range wants {
		if strings.Contains(n.text, joint) {
			// Its parts are needs of their own and stand together by nature.
			m.whole = append(m.whole, i)
			for _, k := range strings.Split(n.text, joint) {
				m.glue[k] = true
			}
			continue
		}
		words = append(words, i)
		for _, t := range n.terms {
			if _, taken := m.byTerm[t.term]; !taken {
				m.byTerm[t.term] = i
			}
		}
	}
	sum := 0.0
	for k := 1; k < len(words); k++ {
		p := [2]int{words[k-1], words[k]}
		w := min(wants[p[0]].weight, wants[p[1]].weight)
		m.pairs = append(m.pairs, p)
		m.share = append(m.share, w)
		sum += w
	}
	for i := range m.share {
		m.share[i] /= sum
	}
	return m
}

// which is the need that a part of a text answers, or -1.
func (m *marker) which(p part) int {
	if i, ok := m.known[p.forms]; ok {
		return i
	}
	found := -1
	for _, t := range p.terms {
		if i, ok := m.byTerm[t]; ok {
			found = i
			break
		}
	}
	m.known[p.forms] = found
	return found
}

// proximity is the share, 0 to 1, of the query's neighbours that are near each other in the passage: fully
// when next to each other in the same order or with one word between, half when within five words.
func (m *marker) proximity(p Passage) float64 {
	if len(m.pairs) == 0 {
		return 0
	}
	near := make([]float64, len(m.pairs))
	m.near(p.Text, near)
	if n := len(p.Heading); n > 0 {
		m.near(p.Heading[n-1], near)
	}
	sum := 0.0
	for i, v := range near {
		sum += v * m.share[i]
	}
	return sum
}

func (m *marker) near(text string, near []float64) {
	m.parts = cut(text, m.parts[:0])
	last := make([]int, len(m.needs)) // position of the last occurrence, from 1
	for pos, p := range m.parts {
		i := m.which(p)
		if i < 0 {
			continue
		}
		last[i] = pos + 1
		for k, pair := range m.pairs {
			var v float64
			if pair[1] == i && last[pair[0]] > 0 {
				if d := pos + 1 - last[pair[0]]; d > 0 && d <= 2 {
					v = 1
				} else if d > 0 && d <= 5 {
					v = 0.5
				}
			} else if pair[0] == i && last[pair[1]] > 0 && pos+1-last[pair[1]] <= 5 {
				v = 0.5
			}
			near[k] = max(near[k], v)
		}
	}
}

const (
	maxHighlights    = 3
	maxHighlightSize = 240 // bytes, about two printed lines
)

// span is a piece of the passage that may be shown.
type span struct {
	start, end int
	value      float64
	marks      [][2]int
}

// highlights are the best sentences and lines of the passage in reading order, or its heading when only
// that matches.
func (m *marker) highlights(p Passage) []string {
	spans := m.spans(p.Text)
	slices.SortStableFunc(spans, func(a, b span) int {
		switch {
		case a.value > b.value:
			return -1
		case a.value < b.value:
			return 1
		}
		return 0
	})
	if len(spans) > maxHighlights {
		spans = spans[:maxHighlights]
	}
	// A line that says a fraction of what the best says is noise.
	for len(spans) > 1 && spans[len(spans)-1].value < spans[0].value/3 {
		spans = spans[:len(spans)-1]
	}
	if len(spans) == 0 {
		for i := len(p.Heading) - 1; i >= 0; i-- {
			if s := m.spans(p.Heading[i]); len(s) > 0 {
				return []string{marked(p.Heading[i], s[0])}
			}
		}
		return nil
	}
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	out := make([]string, len(spans))
	for i, s := range spans {
		out[i] = marked(p.Text, s)
	}
	return out
}

// spans are the lines and sentences of a text with a match in them.
func (m *marker) spans(text string) []span {
	m.parts = cut(text, m.parts[:0])
	var out []span
	var seen []bool
	k := 0
	for start := 0; start < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
		}
		for _, sentence := range sentences(text[start:end]) {
			s := span{start: start, end: start + len(sentence)}
			start = s.end
			chain := "" // keys of the last mark
			seen = append(seen[:0], make([]bool, len(m.needs))...)
			for ; k < len(m.parts) && m.parts[k].start < s.end; k++ {
				p := m.parts[k]
				i := m.which(p)
				n := len(s.marks)
				continues := n > 0 && p.joined && m.parts[k-1].end == s.marks[n-1][1]
				if i < 0 && !(continues && m.glue[p.key]) {
					continue
				}
				if i >= 0 && !seen[i] {
					seen[i] = true
					s.value += m.needs[i].weight
				}
				// Parts of one compound get one pair of marks.
				if continues {
					s.marks[n-1][1] = p.end
					chain += joint + p.key
				} else {
					s.marks = append(s.marks, [2]int{p.start, p.end})
					chain = p.key
				}
				for _, w := range m.whole {
					if !seen[w] && strings.HasSuffix(chain, m.needs[w].text) {
						seen[w] = true
						s.value += m.needs[w].weight
					}
				}
			}
			if len(s.marks) > 0 {
				out = append(out, s)
			}
		}
		start = end + 1
	}
	return out
}

// marked is the span with its marks, shortened around the first of them when it is long.
func marked(text string, s span) string {
	start, end := s.start, s.end
	if end-start > maxHighlightSize {
		if first := s.marks[0][0]; first-start > maxHighlightSize/3 {
			start = first - maxHighlightSize/3
			start += strings.IndexByte(text[start:first]+" ", ' ') // not in the middle of a word
		}
		if limit := start + maxHighlightSize; limit < end {
			end = limit
			if i := strings.LastIndexByte(text[start:end], ' '); i > 0 {
				end = start + i
			}
		}
	}
	var b strings.Builder
	if start > s.start {
		b.WriteString("… ")
	}
	pos := start
	for _, k := range s.marks {
		if k[0] < pos || k[1] > end {
			continue
		}
		b.WriteString(text[pos:k[0]] + "«" + text[k[0]:k[1]] + "»")
		pos = k[1]
	}
	b.WriteString(text[pos:end])
	out := strings.TrimSpace(b.String())
	if end < s.end {
		out += " …"
	}
	return strings.ToValidUTF8(out, "")
}
