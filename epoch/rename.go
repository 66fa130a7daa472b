package epoch

import (
	"sort"
	"strings"

	"substrate/corpus"
)

// GroupSlug is the slug under which editions of one document meet: that of the title, without a leading article.
func GroupSlug(title string) corpus.Slug {
	s := corpus.MakeSlug(title)
	if rest, ok := strings.CutPrefix(string(s), "the-"); ok && rest != "" {
		return corpus.Slug(rest)
	}
	return s
}

// families groups titles that are one document under several names. A rename is only what a document says
// ("Supersedes: Relay Manual V4.2"): likeness of titles or texts never joins two documents.
type families struct {
	parent map[corpus.Slug]corpus.Slug
	// heirs[x] are the titles that say they replace x.
	heirs map[corpus.Slug]map[corpus.Slug]bool
}

func familiesOf(editions []Edition) *families {
	f := &families{parent: map[corpus.Slug]corpus.Slug{}, heirs: map[corpus.Slug]map[corpus.Slug]bool{}}
	for _, e := range editions {
		own := GroupSlug(e.Title)
		f.find(own)
		for _, c := range e.Supersedes {
			if former := GroupSlug(c.Title); former != "" && former != own {
				if f.heirs[former] == nil {
					f.heirs[former] = map[corpus.Slug]bool{}
				}
				f.heirs[former][own] = true
			}
		}
	}
	for former, heirs := range f.heirs {
		// Two heirs are a split, not a rename: joining them would let one retire the other.
		if len(heirs) == 1 {
			for heir := range heirs {
				f.union(former, heir)
			}
		}
	}
	return f
}

func (f *families) find(s corpus.Slug) corpus.Slug {
	if _, ok := f.parent[s]; !ok {
		f.parent[s] = s
	}
	for f.parent[s] != s {
		s = f.parent[s]
	}
	return s
}

func (f *families) union(a, b corpus.Slug) {
	a, b = f.find(a), f.find(b)
	if a == b {
		return
	}
	if b < a {
		a, b = b, a
	}
	f.parent[b] = a
}

// generation counts how many renames lead to a title: an edition under a later name is newer than any
// under an earlier one, whatever their labels. Names that replace each other in a circle share a generation.
func (f *families) generation(s corpus.Slug) int {
	return f.depth(s, map[corpus.Slug]bool{})
}

func (f *families) depth(s corpus.Slug, path map[corpus.Slug]bool) int {
	if path[s] {
		return 0
	}
	path[s] = true
	defer delete(path, s)
	n := 0
	for former, heirs := range f.heirs {
		if heirs[s] && !f.leadsTo(s, former) {
			n = max(n, f.depth(former, path)+1)
		}
	}
	return n
}

// leadsTo reports whether following heirs from a reaches b... that is, whether b was made from a.
func (f *families) leadsTo(a, b corpus.Slug) bool {
	seen := map[corpus.Slug]bool{}
	todo := []corpus.Slug{a}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for h := range f.heirs[s] {
			if h == b {
				return true
			}
			if !seen[h] {
				seen[h] = true
				todo = append(todo, h)
			}
		}
	}
	return false
}

// splitHeirs are the titles that each say they replace s, when there are several.
func (f *families) splitHeirs(s corpus.Slug) []corpus.Slug {
	if len(f.heirs[s]) < 2 {
		return nil
	}
	var out []corpus.Slug
	for h := range f.heirs[s] {
		out = append(out, h)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

// members lists the names of every family, sorted.
func (f *families) members() map[corpus.Slug][]corpus.Slug {
	out := map[corpus.Slug][]corpus.Slug{}
	for s := range f.parent {
		root := f.find(s)
		out[root] = append(out[root], s)
	}
	for _, list := range out {
		sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	}
	return out
}
