// Package change compares two versions of a document: which sections were added, removed, moved, renamed or changed, and
// inside a changed one which words and which values. It says which of that the newer version's change log tells of.
//
// Sections are paired by their words before their numbers, so that a chapter put in front renumbers and changes nothing.
package change

import (
	"strings"

	"substrate/corpus"
	"substrate/driftlog/claim"
)

// Kind says what happened to a section.
type Kind string

// The kinds. A section may be renamed or moved and changed at once: then it is Changed, and Old and New tell the rest.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Moved   Kind = "moved"   // the same words under another chapter or in another place
	Renamed Kind = "renamed" // the same words under another heading
	Changed Kind = "changed"
)

// Section is one section that differs.
type Section struct {
	Kind Kind
	// Old and New are places in the two lists of sections; -1 where there is none.
	Old, New int
	Units    []Unit
	Values   []Value
}

// Unit is a sentence, item, row or line that differs: Old or New is "" when it was added or removed.
type Unit struct {
	Old, New string
	Words    []Edit
}

// Edit is a run of words: Op is '=' for both, '-' for the old, '+' for the new.
type Edit struct {
	Op   byte
	Text string
}

// Value is a value that a statement changed.
type Value struct {
	Old, New claim.Claim
	// Row is the change-log row that tells of it, as a place in the rows given to [Diff.Explain]; -1 for none.
	Row int
}

// Diff is all that differs between two versions.
type Diff struct {
	Old, New claim.Source
	Sections []Section
	// Rows says of each change-log row given to [Diff.Explain] whether something in the text shows it.
	Rows []bool
	pair map[int]int
	// Told says of each section whether the change log tells of it.
	Told []bool
}

// Compare compares two versions.
func Compare(old, new claim.Source) *Diff {
	d := &Diff{Old: old, New: new}
	pair := pairs(old.Sections, new.Sections)
	d.pair = pair
	for n, s := range new.Sections {
		o, ok := pair[n]
		if !ok {
			if len(s.Blocks) > 0 || s.Level > 0 {
				d.Sections = append(d.Sections, Section{Kind: Added, Old: -1, New: n})
			}
			continue
		}
		was := old.Sections[o]
		if claim.Kept(s) && claim.Kept(was) {
			continue // a log grows with each version; its rows are what explains, not what is explained
		}
		switch same := text(was) == text(s); {
		case same && heading(was) != heading(s):
			d.Sections = append(d.Sections, Section{Kind: Renamed, Old: o, New: n})
		case same && (parent(was) != parent(s) || was.Number != s.Number && !shifted(was, s)):
			d.Sections = append(d.Sections, Section{Kind: Moved, Old: o, New: n})
		case !same:
			c := Section{Kind: Changed, Old: o, New: n}
			c.Units, c.Values = d.units(o, n)
			if s.Level == 0 && len(new.Sections) > 1 {
				c.Values = nil // a cover says which version this is; that it changed is no change
			}
			if len(c.Units) > 0 {
				d.Sections = append(d.Sections, c)
			}
		}
	}
	taken := map[int]bool{}
	for _, o := range pair {
		taken[o] = true
	}
	for o, s := range old.Sections {
		if !taken[o] && (len(s.Blocks) > 0 || s.Level > 0) {
			d.Sections = append(d.Sections, Section{Kind: Removed, Old: o, New: -1})
		}
	}
	return d
}

// Partner is the old section that a new one was; -1 when it is new.
func (d *Diff) Partner(n int) int {
	if o, ok := d.pair[n]; ok {
		return o
	}
	return -1
}

// Values are all values that changed.
func (d *Diff) Values() []Value {
	var out []Value
	for _, s := range d.Sections {
		out = append(out, s.Values...)
	}
	return out
}

// Fresh are the claims of the newer version that the older did not make.
func (d *Diff) Fresh() []claim.Claim {
	var out []claim.Claim
	for _, s := range d.Sections {
		if s.New < 0 {
			continue
		}
		had := map[string]bool{}
		if s.Old >= 0 {
			if s.Kind != Changed {
				continue
			}
			for _, c := range d.Old.Section(s.Old) {
				had[c.Unit.Text+"\x00"+c.Value.Norm] = true
			}
		}
		for _, c := range d.New.Section(s.New) {
			if !had[c.Unit.Text+"\x00"+c.Value.Norm] {
				out = append(out, c)
			}
		}
	}
	return out
}

func text(s corpus.Section) string    { return strings.Join(strings.Fields(s.Plain()), " ") }
func heading(s corpus.Section) string { return strings.ToLower(strings.TrimSpace(s.Title)) }

func parent(s corpus.Section) string {
	if len(s.Path) < 2 {
		return ""
	}
	return strings.ToLower(strings.TrimLeft(s.Path[len(s.Path)-2], "0123456789.§ "))
}

// shifted says that only the chapter's number moved, as when another chapter was put before it.
func shifted(a, b corpus.Section) bool {
	return parent(a) == parent(b)
}

// units pairs what a section says with what it said.
func (d *Diff) units(o, n int) ([]Unit, []Value) {
	var olds, news []*claim.Unit
	for _, b := range d.Old.Sections[o].Blocks {
		olds = append(olds, claim.Units(b)...)
	}
	for _, b := range d.New.Sections[n].Blocks {
		news = append(news, claim.Units(b)...)
	}
	claims := func(s *claim.Source, i int) map[string][]claim.Claim {
		m := map[string][]claim.Claim{}
		for _, c := range s.Section(i) {
			m[c.Unit.Text] = append(m[c.Unit.Text], c)
		}
		return m
	}
	was, is := claims(&d.Old, o), claims(&d.New, n)
	var out []Unit
	var vals []Value
	for _, p := range pairUnits(olds, news) {
		u := Unit{}
		if p[0] >= 0 {
			u.Old = olds[p[0]].Text
		}
		if p[1] >= 0 {
			u.New = news[p[1]].Text
		}
		if u.Old == u.New {
			continue
		}
		u.Words = Words(u.Old, u.New)
		out = append(out, u)
		if u.Old != "" && u.New != "" {
			vals = append(vals, changedValues(once(was[u.Old]), once(is[u.New]), u)...)
		}
	}
	vals = append(vals, d.scattered(was, is, vals, dice(bag(text(d.Old.Sections[o])), bag(text(d.New.Sections[n]))))...)
	return out, crossed(vals, was, is)
}
