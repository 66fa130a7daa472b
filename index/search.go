package index

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Hit is a passage found.
type Hit struct {
	Passage
	// Score orders the hits of one search; it means nothing across searches.
	Score float64
	// Cover is the share of the query's weight, rare words counting more, that occurs in the passage: 0 to 1.
	Cover float64
	// Highlights are the sentences or lines that match best, matched words between « and ». At most three.
	Highlights []string
	// Archived says that the passage comes from the archive.
	Archived bool
}

// Result is the answer to a search.
type Result struct {
	// Hits are the passages from Offset on, best first; passages of equal score in order of their IDs.
	Hits []Hit
	// Total is the number of passages that match, in any degree.
	Total int
	// Weight is what all words of the query weigh together: a passage that has them all scores about this much.
	Weight float64
	// Rare is what a word weighs that one passage of the library has: the most that a word can weigh there.
	Rare float64
	// Corrected is the query as it was understood, when words that occur nowhere were replaced by similar
	// ones that do; else empty.
	Corrected string
}

type correction struct{ from, to string }

// Search finds passages. Every text is a query; one without letters or digits finds nothing.
func (x *Index) Search(ctx context.Context, q Query) (res Result, err error) {
	defer func() {
		// Segment files are mapped, and bleve trusts them: damage after Open surfaces here.
		if r := recover(); r != nil {
			res, err = Result{}, fmt.Errorf("%w: %v", ErrMismatch, r)
		}
	}()
	p := ParseQuery(q.Text)
	text := p.Text()
	wants := needs(p.Words, p.Phrases)
	limit := q.Limit
	if limit <= 0 {
		limit = 10
	}
	offset := max(q.Offset, 0)
	if len(wants) == 0 || q.Versions != nil && len(q.Versions) == 0 {
		return Result{}, nil
	}
	s, err := x.scratch()
	if err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	defer x.release(s)
	s.literal = q.Literal
	if q.Versions != nil {
		if err := s.allow(q.Versions, q.Archive); err != nil {
			return Result{}, fmt.Errorf("search: %w", err)
		}
	}
	phrases := sequences(p.Phrases)
	if err := s.require(phrases, q.Archive); err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	found, corrected, err := x.rank(ctx, s, wants, q.Archive)
	if err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	if found, err = s.withPhrases(ctx, found, phrases); err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	res.Total = len(found)
	for _, n := range wants {
		res.Weight += n.weight
	}
	res.Rare = rarity(1, x.size(q.Archive).passages)
	res.Corrected = apply(corrected, text)

	// The best are looked at more closely. Their number does not depend on the page asked for, or pages
	// would overlap.
	m := newMarker(wants)
	depth := 0
	if len(m.pairs) > 0 {
		depth = proximityDepth
	}
	top, err := s.best(found, max(offset+limit, depth))
	if err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	near := top[:min(depth, len(top))]
	for i := range near {
		near[i].score *= 1 + proximityGain*m.proximity(near[i].passage)
	}
	order(near)
	// Only the first were raised, so they all still stand before the rest.
	if offset >= len(top) {
		return res, nil
	}
	for _, f := range top[offset:min(offset+limit, len(top))] {
		res.Hits = append(res.Hits, Hit{Passage: f.passage, Score: f.score, Cover: f.cover, Archived: f.archived, Highlights: m.highlights(f.passage)})
	}
	return res, nil
}

// apply is the text with all corrections made; empty when there are none.
func apply(corrections []correction, text string) string {
	if len(corrections) == 0 {
		return ""
	}
	var b strings.Builder
	pos := 0
	for _, p := range cut(text, nil) {
		for _, c := range corrections {
			if p.raw == c.from {
				b.WriteString(text[pos:p.start] + c.to)
				pos = p.end
				break
			}
		}
	}
	return b.String() + text[pos:]
}

// sequences are the phrases as the keys of their words.
func sequences(phrases []string) [][]string {
	var out [][]string
	for _, p := range phrases {
		var keys []string
		for _, w := range cut(p, nil) {
			keys = append(keys, w.key)
		}
		if len(keys) > 0 {
			out = append(out, keys)
		}
	}
	return out
}

// require narrows the passages allowed to those that have all words of the phrases, so that few texts must
// be read to find the phrases themselves.
func (s *scratch) require(phrases [][]string, archive bool) error {
	have := uint16(0)
	seen := make([]uint16, len(s.x))
	for _, key := range slices.Concat(phrases...) {
		for _, g := range s.segs {
			if g.archived && !archive {
				continue
			}
			for field := range fieldWeights {
				if err := g.each(field, key, false, func(d uint32, _, _ float64) {
					if seen[d] == have {
						seen[d]++
					}
				}); err != nil {
					return err
				}
			}
		}
		have++
	}
	if have == 0 {
		return nil
	}
	all := s.allowed == nil
	if all {
		s.allowed = make([]bool, len(s.x))
	}
	for d, n := range seen {
		s.allowed[d] = n == have && (all || s.allowed[d])
	}
	return nil
}

// withPhrases keeps the passages that contain every phrase, word by word, in text, headings or title.
func (s *scratch) withPhrases(ctx context.Context, found []ranked, seqs [][]string) ([]ranked, error) {
	if len(seqs) == 0 {
		return found, nil
	}
	var buf []part
	out := found[:0]
	for i, f := range found {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r, err := s.read(f)
		if err != nil {
			return nil, err
		}
		texts := append([]string{r.passage.Text, r.passage.Title}, r.passage.Heading...)
		ok := true
		for _, keys := range seqs {
			ok = ok && slices.ContainsFunc(texts, func(t string) bool {
				if !plausible(t, keys) {
					return false
				}
				buf = cut(t, buf[:0])
				return containsSequence(buf, keys)
			})
		}
		if ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// plausible rules out, at a tenth of the cost of cutting the text into words, most texts that lack the
// sequence. Texts with letters beyond ASCII are always plausible: their words have several spellings.
func plausible(text string, keys []string) bool {
	if !ascii(text) {
		return true
	}
	text = strings.ToLower(text)
	for {
		i := strings.Index(text, keys[0])
		if i < 0 {
			return false
		}
		rest, ok := text[i+len(keys[0]):], true
		for _, k := range keys[1:] {
			if n := possessive(rest); n > 0 {
				rest = rest[n:]
			}
			for rest != "" && !asciiWord[rest[0]] {
				rest = rest[1:]
			}
			if rest, ok = strings.CutPrefix(rest, k); !ok {
				break
			}
		}
		if ok {
			return true
		}
		text = text[i+1:]
	}
}

func containsSequence(parts []part, keys []string) bool {
	for i := 0; i+len(keys) <= len(parts); i++ {
		j := 0
		for j < len(keys) && parts[i+j].key == keys[j] {
			j++
		}
		if j == len(keys) {
			return true
		}
	}
	return false
}
