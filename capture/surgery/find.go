package surgery

import (
	"fmt"
	"sort"
	"strings"

	"substrate/corpus"
	"substrate/corpus/markdown"
)

// find is the index of the section that a person or a reference names: by number, by the slug of its heading, or by a whole reference.
func find(l *markdown.Layout, ref string) (int, error) {
	name := strings.TrimSpace(ref)
	if _, after, ok := strings.Cut(name, "#"); ok {
		name = strings.TrimRight(strings.TrimSpace(after), "]")
	}
	if name == "" {
		return 0, fmt.Errorf("%w: %q names none; write it as 13.3 or as its heading", ErrNoSection, ref)
	}
	anchor, slug := corpus.MakeAnchor(name), string(corpus.MakeSlug(name))
	var hits []int
	for _, same := range []func(s corpus.Section) bool{
		func(s corpus.Section) bool { return s.Anchor == anchor },
		func(s corpus.Section) bool { return slug != "" && s.Anchor == slug },
		func(s corpus.Section) bool {
			return slug != "" && (string(corpus.MakeSlug(s.Title)) == slug || string(corpus.MakeSlug(s.Heading())) == slug || string(corpus.MakeSlug(s.Number)) == slug)
		},
	} {
		for i, s := range l.Reading.Sections {
			if same(s) {
				hits = append(hits, i)
			}
		}
		if len(hits) > 0 {
			break
		}
	}
	switch len(hits) {
	case 1:
		return hits[0], nil
	case 0:
		return 0, fmt.Errorf("%w: %q; the nearest are %s", ErrNoSection, ref, nearest(l, anchor, slug))
	}
	var names []string
	for _, i := range hits {
		names = append(names, "#"+l.Reading.Sections[i].Anchor)
	}
	return 0, fmt.Errorf("%w: %q is the heading of %s; name one of them", ErrAmbiguous, ref, strings.Join(names, ", "))
}

// nearest lists the three sections whose names look most like the one asked for.
func nearest(l *markdown.Layout, anchor, slug string) string {
	type near struct {
		name string
		d    int
	}
	var all []near
	for _, s := range l.Reading.Sections {
		d := min(corpus.Distance(cut(s.Anchor), cut(anchor)), corpus.Distance(cut(string(corpus.MakeSlug(s.Title))), cut(slug)))
		if slug != "" && strings.Contains(string(corpus.MakeSlug(s.Title)), slug) {
			d = 0
		}
		name := "#" + s.Anchor
		if s.Number != "" && s.Title != "" {
			name += " " + s.Title
		}
		all = append(all, near{name, d})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].d < all[j].d })
	var names []string
	for _, n := range all[:min(3, len(all))] {
		names = append(names, n.name)
	}
	if len(names) == 0 {
		return "none: the document has no sections"
	}
	return strings.Join(names, ", ")
}

// cut keeps the beginning of what somebody may have pasted whole: names that long are told apart by it.
func cut(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80])
	}
	return s
}

// subtree is the index behind the last section below section i.
func subtree(l *markdown.Layout, i int) int {
	j := i + 1
	for j < len(l.Places) && l.Places[j].Level > l.Places[i].Level {
		j++
	}
	return j
}
