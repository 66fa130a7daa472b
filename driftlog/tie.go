package driftlog

import (
	"fmt"
	"strings"

	"substrate/corpus"
	"substrate/driftlog/claim"
	"substrate/driftlog/value"
)

// Document is a document as entries speak of it.
type Document struct {
	Slug     corpus.Slug
	Title    string
	Aliases  []corpus.Slug
	Versions []Version // oldest first
}

// Version is one version of a document.
type Version struct {
	Key     string
	Label   corpus.Label
	Date    corpus.Date
	Current bool
}

func (d *Document) current() *Version {
	for i := range d.Versions {
		if d.Versions[i].Current {
			return &d.Versions[i]
		}
	}
	return nil
}

func (d *Document) ref(v *Version, anchor string) string {
	return corpus.Ref{Document: d.Slug, Version: v.Label.Key(), Anchor: anchor}.String()
}

// Tie finds the sections that each entry speaks of, and resolves entries that a newer version has put right. read gives a
// version's text. It reports entries about documents that are not there.
func Tie(list []State, docs []Document, read func(key string) (claim.Source, error)) ([]Problem, error) {
	var out []Problem
	for i := range list {
		s := &list[i]
		if s.Document == "" && s.Section == "" {
			out = append(out, Problem{Where: s.RecordedIn, Page: s.Page, Row: s.Row, Text: s.ID + " " + s.Says, Why: "this entry names no document, so it is shown with none"})
			continue
		}
		d, near := FindDocument(docs, s.Document)
		if d == nil {
			why := fmt.Sprintf("no document %q is in the library", s.Document)
			if near != "" {
				why += "; " + near
			}
			s.Gone = why
			if s.Status != Open {
				continue
			}
			out = append(out, Problem{Where: s.RecordedIn, Page: s.Page, Row: s.Row, Text: s.ID + " " + s.Says, Why: why})
			continue
		}
		p, err := s.tie(d, read)
		if err != nil {
			return out, err
		}
		if p != "" && s.Status == Open {
			out = append(out, Problem{Where: s.RecordedIn, Page: s.Page, Row: s.Row, Text: s.ID + " " + s.Says, Why: p})
		}
	}
	return out, nil
}

func (s *State) tie(d *Document, read func(string) (claim.Source, error)) (string, error) {
	cur := d.current()
	if cur == nil {
		s.Gone = fmt.Sprintf("%s has no current version", d.Slug)
		return "", nil
	}
	want := corpus.ParseLabel(s.Version)
	var named *Version
	for i := range d.Versions {
		v := &d.Versions[i]
		if s.Version == "" && v.Current || s.Version != "" && (v.Label.Key() == want.Key() || v.Label.Comparable(want) && v.Label.Compare(want) == 0 || v.Date.String() == s.Version) {
			named = v
		}
	}
	var problem string
	for i := range d.Versions {
		v := &d.Versions[i]
		src, err := read(v.Key)
		if err != nil {
			return "", err
		}
		anchors := s.covered(src, v == named)
		for _, a := range anchors {
			s.Targets = append(s.Targets, Target{Ref: d.ref(v, a), Key: v.Key, Anchor: a})
		}
		if v == named && len(anchors) > 0 {
			s.Target = d.ref(v, anchors[0])
		}
		if v == named && len(anchors) == 0 {
			s.Target = d.ref(v, "")
			problem = fmt.Sprintf("%s has no section %s and nowhere says %q", d.ref(v, ""), s.Section, s.Says)
			if s.Section == "" {
				problem = fmt.Sprintf("%s nowhere says %q", d.ref(v, ""), s.Says)
			}
		}
	}
	if named == nil && s.Version != "" {
		problem = fmt.Sprintf("%s has no version %s", d.Slug, s.Version)
	}
	if s.Status != Open || named == cur {
		return problem, nil
	}
	if named == nil && want.Comparable(cur.Label) && want.Compare(cur.Label) > 0 {
		return problem, nil // the log is ahead of the library
	}
	return problem, s.afterwards(d, cur, want, read)
}

// afterwards judges an open entry about a version that was replaced.
func (s *State) afterwards(d *Document, cur *Version, want corpus.Label, read func(string) (claim.Source, error)) error {
	src, err := read(cur.Key)
	if err != nil {
		return err
	}
	on := ""
	if !cur.Date.IsZero() {
		on = " on " + cur.Date.String()
	}
	if still := states(src, s.Says, s.Section); len(still) > 0 {
		s.Because = fmt.Sprintf("%s was replaced by %s%s, and %s still says it", s.Version, cur.Label, on, d.ref(cur, still[0]))
		s.Target = d.ref(cur, still[0])
		return nil
	}
	if now := corrected(src, s.Says, s.Actually, s.Section); now != "" {
		s.Status, s.By = Resolved, d.ref(cur, now)
		s.Because = fmt.Sprintf("%s was replaced by %s%s, and %s now says %q", s.Version, cur.Label, on, s.By, s.Actually)
		return nil
	}
	s.Gone = fmt.Sprintf("%s %s was replaced by %s%s, which no longer says %q and does not say %q either; resolve it with: substrate drift resolve %s --by %s", d.Slug, s.Version, cur.Label, on, s.Says, s.Actually, s.ID, d.ref(cur, ""))
	return nil
}

// covered are the sections of a version that carry the entry.
func (s *State) covered(src claim.Source, named bool) []string {
	found := states(src, s.Says, s.Section)
	if !named {
		return found
	}
	place := -1
	for i, sec := range src.Sections {
		if s.Section != "" && (sec.Anchor == s.Section || sec.Anchor == corpus.MakeAnchor(s.Section) || corpus.MakeSlug(sec.Title) == corpus.MakeSlug(s.Section)) {
			place = i
			break
		}
	}
	if place < 0 {
		return found
	}
	// Within the section named, where the words stand; elsewhere in the document only if they are not there at all.
	var under, other []string
	sec := src.Sections[place]
	for i := place; i < len(src.Sections) && (i == place || src.Sections[i].Level > sec.Level); i++ {
		for _, a := range found {
			if a == src.Sections[i].Anchor {
				under = append(under, a)
			}
		}
	}
	for _, a := range found {
		if !contains(under, a) {
			other = append(other, a)
		}
	}
	switch {
	case len(under) > 0:
		return append(under, other...)
	case len(sec.Blocks) == 0 && len(other) > 0:
		return other
	}
	return append([]string{sec.Anchor}, other...)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// states lists the sections that say a statement: the same values about the same thing, or for a statement without values
// nearly all of its words in one unit. hint is the anchor where it is expected: there, fewer words will do.
func states(src claim.Source, says, hint string) []string {
	values, subject := asked(says)
	var out []string
	for i, sec := range src.Sections {
		best := 0.0
		for _, c := range src.Section(i) {
			if c.Aside != "" && sec.Anchor != corpus.MakeAnchor(hint) {
				continue
			}
			if len(values) == 0 {
				best = max(best, told(subject, c))
				continue
			}
			for _, v := range values {
				if value.Same(v, c.Value) {
					best = max(best, told(subject, c))
				}
			}
		}
		if len(values) == 0 && best < 0.8 {
			best = max(best, wordsIn(sec, subject))
		}
		need := 0.6
		if len(values) == 0 {
			need = 0.8
		} else if sec.Anchor == corpus.MakeAnchor(hint) {
			need = 0.3
		}
		if best >= need {
			out = append(out, sec.Anchor)
		}
	}
	return out
}

// corrected is the section that says the right thing now: "" when none does.
func corrected(src claim.Source, says, actually, hint string) string {
	_, subject := asked(says)
	values, _ := asked(actually)
	best, at := 0.0, ""
	for i, sec := range src.Sections {
		for _, c := range src.Section(i) {
			for _, v := range values {
				if !value.Same(v, c.Value) {
					continue
				}
				score := told(subject, c)
				if sec.Anchor == corpus.MakeAnchor(hint) {
					score += 0.4
				}
				if score > best {
					best, at = score, sec.Anchor
				}
			}
		}
		if len(values) == 0 {
			if score := wordsIn(sec, claim.Words(actually)); score >= 0.8 && score > best {
				best, at = score, sec.Anchor
			}
		}
	}
	if best < 0.5 {
		return ""
	}
	return at
}

// asked takes a statement apart into its telling values and the words that it is about.
func asked(says string) ([]value.Value, claim.Terms) {
	all := value.Extract(says)
	subject := claim.Words(says)
	var hard, soft []value.Value
	for _, v := range all {
		if v.Kind == value.Name {
			soft = append(soft, v)
		} else {
			hard = append(hard, v)
		}
	}
	if len(hard) == 0 && len(soft) > 0 {
		hard = soft[len(soft)-1:]
	}
	for _, v := range hard {
		for k := range claim.Words(v.Text) {
			delete(subject, k)
		}
	}
	return hard, subject
}

// told is the share of a subject that a claim speaks of.
func told(subject claim.Terms, c claim.Claim) float64 {
	if len(subject) == 0 {
		return 0.6
	}
	have, all := 0.0, 0.0
	for k, w := range subject {
		all += w
		switch {
		case c.Local[k] > 0 || c.Rest[k] > 0:
			have += w
		case c.Above[k] > 0:
			have += 0.8 * w
		}
	}
	return have / all
}

// wordsIn is the largest share of a statement's words that one unit of a section has.
func wordsIn(sec corpus.Section, words claim.Terms) float64 {
	if claim.Kept(sec) || words.Weight() == 0 {
		return 0
	}
	best := 0.0
	for _, b := range sec.Blocks {
		for _, u := range claim.Units(b) {
			best = max(best, claim.Common(words, claim.Words(u.Text))/words.Weight())
		}
	}
	return best
}

// FindDocument finds the document that a log means by a name: a slug, a title, or words of exactly one title. near says
// what comes closest when it is none.
func FindDocument(docs []Document, name string) (d *Document, near string) {
	slug := corpus.MakeSlug(name)
	for i := range docs {
		if docs[i].Slug == slug {
			return &docs[i], ""
		}
		for _, a := range docs[i].Aliases {
			if a == slug {
				return &docs[i], ""
			}
		}
	}
	want := strings.Split(string(slug), "-")
	best, second, at := 0.0, 0.0, -1
	for i := range docs {
		have := map[string]bool{}
		for _, a := range append([]corpus.Slug{docs[i].Slug, corpus.MakeSlug(docs[i].Title)}, docs[i].Aliases...) {
			for _, w := range strings.Split(string(a), "-") {
				have[w] = true
			}
		}
		score, all := 0.0, 0.0
		for _, w := range want {
			x := 1.0
			if common[w] {
				x = 0.2
			}
			all += x
			if have[w] || have[w+"s"] || have[strings.TrimSuffix(w, "s")] {
				score += x
			}
		}
		if all > 0 {
			score /= all
		}
		if score > best {
			best, second, at = score, best, i
		} else {
			second = max(second, score)
		}
	}
	switch {
	case at >= 0 && best >= 0.99 && second < 0.99, at >= 0 && best >= 0.8 && second < 0.5:
		return &docs[at], ""
	case at >= 0 && best >= 0.5 && second < best:
		return nil, fmt.Sprintf("the nearest is %s", docs[at].Slug)
	case at >= 0 && best >= 0.99:
		return nil, "several documents could be meant; write the slug, as substrate documents lists it"
	}
	return nil, ""
}

var common = map[string]bool{"the": true, "guide": true, "manual": true, "document": true, "handbook": true, "user": true, "of": true, "and": true, "for": true, "a": true, "notes": true, "list": true}
