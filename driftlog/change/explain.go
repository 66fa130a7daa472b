package change

import (
	"regexp"
	"strings"

	"substrate/corpus"
	"substrate/driftlog/claim"
	"substrate/driftlog/value"
)

// Explain says of each change which change-log row tells of it, and of each row whether anything shows it. rows are those
// of the newer version's change log that are newer than the older version.
func (d *Diff) Explain(rows []corpus.ChangeRow) {
	d.Rows = make([]bool, len(rows))
	d.Told = make([]bool, len(d.Sections))
	notes := make([][]note, len(rows))
	for i, r := range rows {
		notes[i] = notesOf(r.Text)
	}
	told := map[string]int{} // changes that a row tells of, wherever else they show
	for k := range d.Sections {
		s := &d.Sections[k]
		for i := range notes {
			for _, n := range notes[i] {
				if n.tellsSection(d, s) {
					d.Told[k] = true
				}
				if n.shownBy(d, s) {
					d.Rows[i] = true
				}
			}
		}
		for v := range s.Values {
			s.Values[v].Row = -1
			for i := range notes {
				if tells(notes[i], d, s, &s.Values[v]) {
					s.Values[v].Row = i
					d.Rows[i], d.Told[k] = true, true
					told[pairOf(s.Values[v])] = i + 1
					break
				}
			}
		}
	}
	for k := range d.Sections {
		for v := range d.Sections[k].Values {
			x := &d.Sections[k].Values[v]
			if i := told[pairOf(*x)]; x.Row < 0 && i > 0 {
				x.Row, d.Told[k] = i-1, true
			}
		}
	}
}

func pairOf(v Value) string { return v.Old.Value.Norm + "\x00" + v.New.Value.Norm }

// note is one thing that a change-log row tells.
type note struct {
	text    string
	anchors []string // sections that it cites
	values  []value.Value
	words   claim.Terms
	whole   bool // it speaks of a section as a whole, and of nothing in it: "§11 and §12 follow"
}

var (
	cited    = regexp.MustCompile(`(?:§+\s*|[Ss]ections?\s+|[Cc]hapters?\s+|[Ss]ect?\.\s*|[Cc]lauses?\s+|[Pp]ara(?:graph)?\.?\s+)((?:[A-Z]?\d+[a-z]?(?:\.\d+[a-z]?)*)(?:\s*(?:,|and|&|to|–|-)\s*§?\s*\d+[a-z]?(?:\.\d+[a-z]?)*)*)`)
	number   = regexp.MustCompile(`[A-Z]?\d+[a-z]?(?:\.\d+[a-z]?)*`)
	splitter = regexp.MustCompile(`(?:[.;]\s+|\s*\(\d{1,2}\)\s*|\n|\s•\s|,\s+(?:and\s+)?|\s+and\s+)`)
	general  = regexp.MustCompile(`(?i)^\W*(?:(?:all|every|whole|entire|complete(?:ly)?)\b.*\b(?:rewritten|written anew|revised|checked|chapters?|sections?|new)|new edition\b|first (?:issue|edition|version)\b|complete rewrite|initial)`)
)

// notesOf takes a row apart. A citation behind several things belongs to all of them.
func notesOf(text string) []note {
	var out []note
	for _, sentence := range regexp.MustCompile(`[.;]\s+|\s*\(\d{1,2}\)\s+`).Split(text, -1) {
		if strings.TrimSpace(sentence) == "" {
			continue
		}
		anchors := citations(sentence)
		for _, part := range splitClauses(sentence) {
			own := citations(part)
			bare := cited.ReplaceAllString(part, " ")
			n := note{text: part, anchors: own, values: value.Extract(bare), words: claim.Words(bare)}
			if len(own) == 0 {
				n.anchors = anchors
			}
			telling := 0.0
			for k, w := range n.words {
				if !empty[k] {
					telling += w
				}
			}
			n.whole = len(own) > 0 && telling < 1
			if strings.TrimSpace(strings.Trim(bare, " ().,:")) == "" && len(own) == 0 {
				continue
			}
			out = append(out, n)
		}
		if len(out) > 0 && general.MatchString(sentence) {
			out[len(out)-1].whole = true
		}
	}
	return out
}

var empty = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields("follow follows rewritten rewrote revised updated update updates corrected corrections correction small new added adjusted amended adapted minor wording typo typos fixed changes changed reworked brought date") {
		m[claim.Stem(w)] = true
		m[w] = true
	}
	return m
}()

// splitClauses cuts at commas and "and" that do not stand inside brackets.
func splitClauses(s string) []string {
	depth := make([]int, len(s)+1)
	for i := range len(s) {
		depth[i+1] = depth[i]
		switch s[i] {
		case '(':
			depth[i+1]++
		case ')':
			depth[i+1]--
		}
	}
	var out []string
	start := 0
	for _, at := range splitter.FindAllStringIndex(s, -1) {
		if depth[at[0]] > 0 {
			continue
		}
		out = append(out, s[start:at[0]])
		start = at[1]
	}
	return append(out, s[start:])
}

func citations(s string) []string {
	var out []string
	for _, m := range cited.FindAllStringSubmatch(s, -1) {
		list := number.FindAllString(m[1], -1)
		for _, n := range list {
			out = append(out, corpus.MakeAnchor(n))
		}
		if len(list) == 2 && regexp.MustCompile(`to|–|-`).MatchString(m[1]) {
			out = append(out, between(list[0], list[1])...)
		}
	}
	return out
}

// between lists the sections between two: §2.1 to §2.3 has §2.2.
func between(a, b string) []string {
	i, j := strings.LastIndexByte(a, '.'), strings.LastIndexByte(b, '.')
	if i != j || i >= 0 && a[:i] != b[:j] {
		return nil
	}
	x, y := 0, 0
	for _, c := range a[i+1:] {
		x = x*10 + int(c-'0')
	}
	for _, c := range b[j+1:] {
		y = y*10 + int(c-'0')
	}
	var out []string
	for n := x + 1; n < y && n < x+50; n++ {
		s := ""
		for k := n; k > 0; k /= 10 {
			s = string(rune('0'+k%10)) + s
		}
		out = append(out, a[:i+1]+s)
	}
	return out
}

func (n *note) cites(anchor string) bool {
	for _, a := range n.anchors {
		if a == anchor || strings.HasPrefix(anchor, a+".") {
			return true
		}
	}
	return false
}

func (n *note) mentions(v value.Value) bool {
	for _, x := range n.values {
		if value.Same(x, v) {
			return true
		}
	}
	return (v.Kind == value.Words || v.Kind == value.Name || v.Kind == value.Path) && len(v.Text) > 2 && strings.Contains(strings.ToLower(n.text), strings.ToLower(v.Text))
}

// tells says that a row tells of a changed value: it has the value, in or without the section; or it cites the section and
// has the subject; or without any citation it has most of the subject.
func tells(notes []note, d *Diff, s *Section, v *Value) bool {
	anchor, old := d.New.Sections[s.New].Anchor, ""
	if s.Old >= 0 {
		old = d.Old.Sections[s.Old].Anchor
	}
	subject := claim.Terms{}
	for _, t := range []claim.Terms{v.Old.Local, v.New.Local} {
		for k, w := range t {
			subject[k] = w
		}
	}
	for _, n := range notes {
		here := n.cites(anchor) || old != "" && n.cites(old)
		hasNew, hasOld := n.mentions(v.New.Value), n.mentions(v.Old.Value)
		shared := claim.Common(n.words, subject)
		wider := claim.Common(n.words, v.New.Rest) + 0.5*claim.Common(n.words, v.New.Above)
		telling := 0.0
		for k, w := range n.words {
			if !empty[k] {
				telling += w
			}
		}
		if !hasNew && !hasOld && n.others(v) {
			continue // it tells of another value of this sort
		}
		switch {
		case hasNew && hasOld:
			return true
		case (hasNew || hasOld) && (here || shared >= 0.9 || wider >= 1.9 || distinctive(v.New.Value) && hasNew || distinctive(v.Old.Value) && hasOld):
			return true
		case here && n.whole:
			return true
		case here && shared >= 0.9 && shared >= 0.4*min(telling, subject.Weight()):
			return true
		case len(n.anchors) == 0 && shared >= 1.9 && shared >= 0.4*telling:
			return true
		case len(n.anchors) == 0 && n.whole && general.MatchString(n.text):
			return true
		case !here && len(n.anchors) == 0 && telling > 0 && shared >= 0.9 && shared >= 0.6*telling && shared >= 0.5*subject.Weight():
			return true
		}
	}
	return false
}

// others says that a note names values of the sort that changed, so that it would have named this one too.
func (n *note) others(v *Value) bool {
	for _, x := range n.values {
		if x.Numeric() && (value.Comparable(x, v.New.Value) || value.Comparable(x, v.Old.Value)) {
			return true
		}
	}
	return false
}

func distinctive(v value.Value) bool {
	return v.Kind == value.Address || v.Kind == value.Path || v.Kind == value.Name && len(v.Text) > 3
}

// tellsSection says that a note tells of a section that was added, removed, moved, renamed or changed.
func (n *note) tellsSection(d *Diff, s *Section) bool {
	for _, side := range []struct {
		list []corpus.Section
		at   int
	}{{d.New.Sections, s.New}, {d.Old.Sections, s.Old}} {
		if side.at < 0 {
			continue
		}
		sec := side.list[side.at]
		if n.cites(sec.Anchor) {
			return true
		}
		if title := claim.Words(sec.Title); title.Weight() > 0 && claim.Common(title, n.words)/title.Weight() >= 0.6 {
			return true
		}
	}
	return general.MatchString(n.text)
}

// shownBy says that a section's difference shows what a note tells.
func (n *note) shownBy(d *Diff, s *Section) bool {
	if n.tellsSection(d, s) {
		return true
	}
	for _, u := range s.Units {
		for _, e := range u.Words {
			if e.Op == '=' {
				continue
			}
			w := claim.Words(e.Text)
			if claim.Common(w, n.words) >= 1 {
				return true
			}
			for _, v := range value.Extract(e.Text) {
				if n.mentions(v) {
					return true
				}
			}
		}
	}
	if s.Kind == Added && s.New >= 0 {
		return claim.Common(n.words, claim.Words(d.New.Sections[s.New].Plain())) >= 2
	}
	return false
}
