package library

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"substrate/corpus"
	"substrate/epoch"
)

// nearest lists up to three slugs that a person may have meant.
func nearest(asked string, slugs []corpus.Slug) []string {
	type scored struct {
		slug string
		cost int
	}
	var list []scored
	for _, s := range slugs {
		c := corpus.Distance(asked, string(s))
		shared := 0
		for _, w := range strings.Split(asked, "-") {
			if len(w) > 2 && strings.Contains("-"+string(s)+"-", "-"+w+"-") {
				shared++
			}
		}
		if c <= 2+len(asked)/4 || shared > 0 && shared*2 >= strings.Count(asked, "-")+1 || len(asked) > 2 && strings.HasPrefix(string(s), asked) {
			list = append(list, scored{string(s), c - 4*shared})
		}
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].cost != list[j].cost {
			return list[i].cost < list[j].cost
		}
		return list[i].slug < list[j].slug
	})
	var out []string
	for _, s := range list[:min(3, len(list))] {
		if s.cost > list[0].cost+4 {
			break // far behind the best: only noise
		}
		out = append(out, s.slug)
	}
	return out
}

// lookalikes points out fresh documents whose title hardly differs from another's: perhaps a rename that the document
// does not tell of. It only tells; likeness never joins documents.
func lookalikes(shelf *epoch.Shelf, fresh map[string]bool) []string {
	words := func(t string) map[string]bool {
		m := map[string]bool{}
		for _, w := range strings.Split(string(epoch.GroupSlug(t)), "-") {
			m[w] = true
		}
		return m
	}
	var out []string
	for i, d := range shelf.Documents {
		for _, o := range shelf.Documents[i+1:] {
			if !anyFresh(d, fresh) && !anyFresh(o, fresh) {
				continue
			}
			a, b := words(d.Title), words(o.Title)
			if len(a) < len(b) {
				a, b = b, a
			}
			common := 0
			for w := range b {
				if a[w] {
					common++
				}
			}
			near := len(b) >= 3 && common == len(b) && len(a)-len(b) == 1 || corpus.Distance(string(d.Slug), string(o.Slug)) == 1 && !digitsDiffer(string(d.Slug), string(o.Slug))
			if near {
				out = append(out, fmt.Sprintf("%q and %q are kept apart as two documents; if one is the other renamed, say so: substrate identify FILE --title %q", d.Title, o.Title, d.Title))
			}
		}
	}
	return out
}

func anyFresh(d epoch.Document, fresh map[string]bool) bool {
	for _, k := range d.Editions {
		if fresh[k] {
			return true
		}
	}
	return false
}

func digitsDiffer(a, b string) bool {
	keep := func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}
	return strings.Map(keep, a) != strings.Map(keep, b)
}

// Nearest lists up to three documents that a text may have meant, best first.
func (l *Library) Nearest(ctx context.Context, text string) ([]string, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	slugs, _, err := s.cat.Slugs(ctx)
	if err != nil {
		return nil, err
	}
	return nearest(string(corpus.MakeSlug(text)), slugs), nil
}
