// Package echo finds what no drift log has yet. An echo is a value that a newer version changed and that another current
// document still repeats; a conflict is two current statements about one thing with different values. It also checks a
// statement against what a library says.
//
// Precision comes first: a list that is often wrong is not read. Whatever could be about something else is left out, and
// everything that is reported says why the two are about the same.
package echo

import (
	"cmp"
	"slices"
	"strings"

	"substrate/corpus"
	"substrate/driftlog/claim"
	"substrate/driftlog/value"
)

// Said is a claim with the place where it is made.
type Said struct {
	claim.Claim
	Document corpus.Slug
	Title    string
	Ref      string // of the section
	Key      string // of the version
	Anchor   string
	Date     corpus.Date

	limit bool   // a bound: "at most 5"
	row   string // names row and column of a cell whose label has more than one word
}

// ready computes what comparing a claim with many others needs.
func (s *Said) ready() {
	s.limit, s.row = limit(s.Claim), rowOf(s.Claim)
}

// Make is a claim with its place.
func Make(c claim.Claim, document corpus.Slug, title, ref, key, anchor string, date corpus.Date) Said {
	s := Said{Claim: c, Document: document, Title: title, Ref: ref, Key: key, Anchor: anchor, Date: date}
	s.ready()
	return s
}

// Pool holds what the current versions say, so that statements about one thing can be found without reading all of them.
type Pool struct {
	all     []Said
	byNorm  map[string][]int
	bySubj  map[string][]int
	phrases []int // claims that are the first of their unit
	units   map[*claim.Unit]int
	values  map[*claim.Unit][]value.Value // of units that were looked at closer
	found   map[string][]Said             // by phrase
}

// NewPool is an empty pool.
func NewPool() *Pool {
	return &Pool{byNorm: map[string][]int{}, bySubj: map[string][]int{}, units: map[*claim.Unit]int{}, values: map[*claim.Unit][]value.Value{}, found: map[string][]Said{}}
}

// Add adds sections of a version; ref makes the reference of an anchor.
func (p *Pool) Add(src claim.Source, key string, date corpus.Date, ref func(anchor string) string, sections ...int) {
	if sections == nil {
		for i := range src.Sections {
			sections = append(sections, i)
		}
	}
	for _, i := range sections {
		a := src.Sections[i].Anchor
		for _, c := range src.Section(i) {
			n := len(p.all)
			p.all = append(p.all, Make(c, src.Document, src.Title, ref(a), key, a, date))
			p.byNorm[c.Value.Norm] = append(p.byNorm[c.Value.Norm], n)
			for t := range c.Wide() {
				k := sortOf(c.Value) + "\x00" + t
				p.bySubj[k] = append(p.bySubj[k], n)
			}
			if _, ok := p.units[c.Unit]; !ok {
				p.units[c.Unit] = n
				p.phrases = append(p.phrases, n)
			}
		}
	}
}

// sortOf names what values a value can be compared with.
func sortOf(v value.Value) string { return string(v.Kind) + " " + v.Unit }

// Holding are the claims of a value.
func (p *Pool) Holding(v value.Value) []Said {
	var out []Said
	for _, i := range p.byNorm[v.Norm] {
		out = append(out, p.all[i])
	}
	return out
}

// About are the claims that may be about the same as c: they share terms of at least that weight, and their values are of
// one sort. At most most are answered, those that share most. Only c's rarest terms are looked up: a term that half of the
// library has tells nothing, and would cost the most.
func (p *Pool) About(c claim.Claim, least float64, most int) []Said {
	type list struct {
		weight float64
		at     []int
	}
	var lists []list
	for t, w := range c.Wide() {
		if l := p.bySubj[sortOf(c.Value)+"\x00"+t]; len(l) > 0 {
			lists = append(lists, list{w, l})
		}
	}
	slices.SortFunc(lists, func(a, b list) int { return cmp.Or(len(a.at)-len(b.at), cmp.Compare(b.weight, a.weight)) })
	count := map[int]float64{}
	rest := 0.0
	for _, l := range lists {
		rest += l.weight
	}
	for _, l := range lists {
		// A claim that has none of the rarer terms cannot reach the least any more.
		for _, i := range l.at {
			if w, ok := count[i]; ok || rest >= least {
				count[i] = w + l.weight
			}
		}
		rest -= l.weight
	}
	var hits []int
	for i, w := range count {
		if w >= least {
			hits = append(hits, i)
		}
	}
	slices.SortFunc(hits, func(i, j int) int { return cmp.Or(cmp.Compare(count[j], count[i]), i-j) })
	hits = hits[:min(most, len(hits))]
	out := make([]Said, len(hits))
	for k, i := range hits {
		out[k] = p.all[i]
	}
	return out
}

// has says that a claim's unit holds a value, in whatever cell.
func (p *Pool) has(c claim.Claim, v value.Value) bool {
	list, ok := p.values[c.Unit]
	if !ok {
		list = value.Extract(c.Unit.Text)
		p.values[c.Unit] = list
	}
	for _, x := range list {
		if value.Same(x, v) {
			return true
		}
	}
	return (v.Kind == value.Words || v.Kind == value.Name) && len(v.Text) > 3 && strings.Contains(strings.ToLower(c.Unit.Text), strings.ToLower(v.Text))
}
