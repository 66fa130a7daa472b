package index

import (
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// correct looks for a word of the library that was probably meant by one that occurs nowhere. Only words
// of letters are corrected: an address or a version that is not there is not another one.
func (x *Index) correct(s *scratch, n need, archive bool) (need, bool, error) {
	w := n.text
	size := utf8.RuneCountInString(w)
	edits := 1
	switch {
	case size < 4 || !letters(w) || stopWords[w]:
		return n, false, nil
	case size >= 8:
		edits = 2
	}
	if !archive {
		// A word of the archive is spelt right; it only has no place in what is current.
		for _, g := range s.segs {
			for field := range fieldWeights {
				for _, t := range n.terms {
					if pl, err := g.find(field, t.term); err != nil || pl.Count() > 0 {
						return n, false, err
					}
				}
			}
		}
	}
	var best string
	var bestEdits, bestCount int
	seen := map[string]bool{}
	for i, h := range x.halves {
		if h == nil || i == 1 && !archive {
			continue
		}
		for field := range fieldWeights {
			words, err := similar(h.snap, allFields[field], w, edits)
			if err != nil {
				return n, false, err
			}
			for _, c := range words {
				if seen[c] {
					continue
				}
				seen[c] = true
				count, err := s.count(c, archive)
				if err != nil {
					return n, false, err
				}
				if count == 0 { // only in passages that were deleted
					continue
				}
				d := distance(w, c)
				if best == "" || d < bestEdits || d == bestEdits && (count > bestCount || count == bestCount && c < best) {
					best, bestEdits, bestCount = c, d, count
				}
			}
		}
	}
	if best == "" {
		return n, false, nil
	}
	c := n
	c.text, c.weight = best, n.weight*weightCorrected
	c.terms = wordTerms(formsOf(best))
	return c, true, nil
}

// count is the number of passages with the word as it is, in text or headings.
func (s *scratch) count(word string, archive bool) (int, error) {
	n := 0
	for _, g := range s.segs {
		if g.archived && !archive {
			continue
		}
		for field := range fieldWeights {
			pl, err := g.find(field, word)
			if err != nil {
				return 0, err
			}
			n += int(pl.Count())
		}
	}
	return n, nil
}

// similar are the words of a field within edits of w. They begin with the same letter: people get that one
// right, and a walk over a part of the dictionary is cheaper than the automaton for all of it.
func similar(snap *scorch.IndexSnapshot, field, w string, edits int) ([]string, error) {
	_, first := utf8.DecodeRuneInString(w)
	d, err := snap.FieldDictPrefix(field, []byte(w[:first]))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var out []string
	for {
		e, err := d.Next()
		if err != nil || e == nil {
			return out, err
		}
		// Each edit changes the length by one letter, of four bytes at most.
		if diff := len(e.Term) - len(w); diff > 4*edits || -diff > 4*edits {
			continue
		}
		if letters(e.Term) && distance(w, e.Term) <= edits {
			out = append(out, e.Term)
		}
	}
}

func letters(w string) bool {
	for _, r := range w {
		if !wordRune(r) || r >= '0' && r <= '9' {
			return false
		}
	}
	return true
}

// distance is the number of insertions, deletions, replacements and swaps of neighbours from a to b.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	var room [3][24]int
	row := func(i int) []int {
		if len(t) < len(room[0]) {
			return room[i][:len(t)+1]
		}
		return make([]int, len(t)+1)
	}
	before, last, cur := row(0), row(1), row(2)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		cur[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			d := min(last[j]+1, cur[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				d = min(d, before[j-2]+1)
			}
			cur[j] = d
		}
		before, last, cur = last, cur, before
	}
	return last[len(t)]
}
