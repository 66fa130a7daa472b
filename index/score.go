package index

import (
	"context"
	"math"
	"slices"
	"strings"
)

// All weights of the ranking are here. They were set by reasoning, not fitted to a library.
const (
	// k1 and b of BM25. k1 is low because a second mention says little in a passage of 200 words; b is low
	// because passages are of similar length by construction, and short ones are often mere headings.
	saturation  = 0.9
	lengthShare = 0.3

	// A match by the stem only ("configured" for "configs"), relative to the very word.
	weightStem = 0.8
	// All pairs of a compound in a row inside a longer compound (10.20.0 in 10.20.0.15), relative to the whole.
	weightChain = 0.8
	// All parts of a compound together as single words, relative to the compound. Below one half, so that
	// many parts do not outweigh the whole.
	weightPart = 0.45
	// A word that had to be corrected, relative to one that was spelt right.
	weightCorrected = 0.8

	// A passage must not win by repeating one word of a question: its score is multiplied by the share of
	// the question's weight that it covers, to this power.
	coveragePower = 1.0

	// Words of the question that stand together in the passage as they do in the question: at most this
	// much is added, as a share of the score.
	proximityGain = 0.3
	// Only the best passages are looked at for that; their texts must be read.
	proximityDepth = 20
)

// fieldWeights say what an occurrence in a field is worth, in the order of allFields. The section's own
// heading says what the passage is about, so one occurrence there is more than a mention in the text. The
// title is on every passage of a document: it must favour the document that a question names, and not
// drown what the question asks about it. Headings above are context.
var fieldWeights = [...]float64{1.1, 1.8, 0.6, 1}

// scratch is the memory of one search.
type scratch struct {
	segs    []*seg
	x       []float64 // weighted frequency of the present need
	score   []float64
	cover   []float64
	chain   []uint16 // pairs of the present chain seen, in order
	once    []float64
	xDocs   []uint32 // passages with x set
	docs    []uint32 // passages with a score
	allowed []bool   // nil: all
	literal bool     // words that occur nowhere are not corrected
	found   []ranked
}

func (x *Index) scratch() (*scratch, error) {
	if s, _ := x.pool.Get().(*scratch); s != nil {
		return s, nil
	}
	s := &scratch{}
	var base uint32
	for i, h := range x.halves {
		if h == nil {
			continue
		}
		for _, g := range segmentsOf(h.snap, base, i == 1) {
			if err := g.open(); err != nil {
				return nil, err
			}
			s.segs = append(s.segs, g)
			base = g.base + uint32(g.snap.Segment().Count())
		}
	}
	s.x, s.score, s.cover = make([]float64, base), make([]float64, base), make([]float64, base)
	s.chain, s.once = make([]uint16, base), make([]float64, base)
	return s, nil
}

func (x *Index) release(s *scratch) {
	s.clearNeed()
	for _, d := range s.docs {
		s.score[d], s.cover[d] = 0, 0
	}
	s.docs, s.allowed, s.literal = s.docs[:0], nil, false
	x.pool.Put(s)
}

func (s *scratch) clearNeed() {
	for _, d := range s.xDocs {
		s.x[d] = 0
	}
	s.xDocs = s.xDocs[:0]
}

// corpusSize is what BM25 must know of the passages searched.
type corpusSize struct {
	passages float64
	average  float64 // words per passage
}

func (x *Index) size(archive bool) corpusSize {
	t := x.stamp.Current
	if archive {
		t.add(x.stamp.Archive)
	}
	return corpusSize{float64(t.Passages), float64(max(t.Words, 1)) / float64(max(t.Passages, 1))}
}

// gather fills x with the weighted frequencies of one need in all passages, so that the number of passages
// which have the word in any field is known before any of them is scored.
func (s *scratch) gather(n need, archive bool, avg float64) error {
	s.clearNeed()
	put := func(d uint32, v float64) {
		if s.x[d] == 0 {
			s.xDocs = append(s.xDocs, d)
		}
		s.x[d] += v
	}
	value := func(field int, w, freq, length float64) float64 {
		if allFields[field] == fieldBody {
			freq /= 1 - lengthShare + lengthShare*length/avg
		}
		return w * fieldWeights[field] * freq
	}
	for _, g := range s.segs {
		if g.archived && !archive {
			continue
		}
		for field := range fieldWeights {
			for _, t := range n.terms {
				if err := g.each(field, t.term, true, func(d uint32, freq, length float64) {
					put(d, value(field, t.weight, freq, length))
				}); err != nil {
					return err
				}
			}
			if err := s.gatherChain(g, field, n.chain, func(d uint32, freq, length float64) {
				put(d, value(field, weightChain, freq, length))
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// gatherChain calls f for the passages that have all pairs in the field, with the smallest frequency.
func (s *scratch) gatherChain(g *seg, field int, pairs []string, f func(d uint32, freq, length float64)) error {
	if len(pairs) == 0 {
		return nil
	}
	if len(pairs) == 1 {
		return g.each(field, pairs[0], true, f)
	}
	var touched []uint32
	defer func() {
		for _, d := range touched {
			s.chain[d], s.once[d] = 0, 0
		}
	}()
	for i, p := range pairs {
		alive := false
		if err := g.each(field, p, true, func(d uint32, freq, length float64) {
			if int(s.chain[d]) != i {
				return
			}
			if i == 0 {
				touched = append(touched, d)
				s.once[d] = freq
			}
			s.chain[d]++
			s.once[d] = min(s.once[d], freq)
			alive = true
			if i == len(pairs)-1 {
				f(d, s.once[d], length)
			}
		}); err != nil {
			return err
		}
		if !alive {
			return nil
		}
	}
	return nil
}

// rarity is the inverse document frequency of BM25 of a word that df of n passages have.
func rarity(df, n float64) float64 { return math.Log(1 + (n-df+0.5)/(df+0.5)) }

// fold adds the need in x to the scores.
func (s *scratch) fold(n need, size corpusSize) (idf float64) {
	df := float64(len(s.xDocs))
	idf = n.weight * rarity(df, size.passages)
	for _, d := range s.xDocs {
		if s.allowed != nil && !s.allowed[d] {
			continue
		}
		if s.score[d] == 0 {
			s.docs = append(s.docs, d)
		}
		v := s.x[d]
		s.score[d] += idf * v * (1 + saturation) / (v + saturation)
		s.cover[d] += idf
	}
	return idf
}

// allow marks the passages of the keys.
func (s *scratch) allow(keys []string, archive bool) error {
	s.allowed = make([]bool, len(s.x))
	for _, k := range keys {
		for _, g := range s.segs {
			if g.archived && !archive {
				continue
			}
			if err := g.each(versionDict, k, false, func(d uint32, _, _ float64) { s.allowed[d] = true }); err != nil {
				return err
			}
		}
	}
	return nil
}

// ranked is a passage with its score, by its number within the search.
type ranked struct {
	doc   uint32
	score float64
	cover float64 // share of the question's weight that occurs in it
}

// scored is one that may become a hit, read.
type scored struct {
	ranked
	archived bool
	passage  Passage
}

// rank scores all passages and returns them unordered, with each need's share of the question.
func (x *Index) rank(ctx context.Context, s *scratch, wants []need, archive bool) (found []ranked, corrected []correction, err error) {
	size := x.size(archive)
	total := 0.0
	for i := range wants {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		n := &wants[i]
		if err := s.gather(*n, archive, size.average); err != nil {
			return nil, nil, err
		}
		if len(s.xDocs) == 0 && n.single && !s.literal {
			better, ok, err := x.correct(s, *n, archive)
			if err != nil {
				return nil, nil, err
			}
			if ok {
				corrected = append(corrected, correction{n.raw, better.text})
				*n = better
				if err := s.gather(*n, archive, size.average); err != nil {
					return nil, nil, err
				}
			}
		}
		n.weight = s.fold(*n, size)
		total += n.weight
	}
	found = s.found[:0]
	for _, d := range s.docs {
		share := s.cover[d] / total
		cov := share
		if coveragePower != 1 {
			cov = math.Pow(cov, coveragePower)
		}
		found = append(found, ranked{d, s.score[d] * cov, share})
	}
	s.found = found
	return found, corrected, nil
}

// best reads the first n of found, ordered by score and, where equal, by ID. Passages equal to the n-th are
// all read, since only their IDs decide.
func (s *scratch) best(found []ranked, n int) ([]scored, error) {
	limit := math.Inf(-1)
	if len(found) > n {
		limit = kth(found, n)
	}
	out := make([]scored, 0, min(n, len(found))+4)
	for _, f := range found {
		if f.score < limit {
			continue
		}
		r, err := s.read(f)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	order(out)
	return out[:min(n, len(out))], nil
}

func order(found []scored) {
	slices.SortFunc(found, func(a, b scored) int {
		if a.score != b.score {
			if a.score > b.score {
				return -1
			}
			return 1
		}
		return strings.Compare(a.passage.ID, b.passage.ID)
	})
}

// kth is the n-th highest score; n is at most the number of scores.
func kth(found []ranked, n int) float64 {
	heap := make([]float64, 0, n) // the n highest so far, lowest first
	for _, f := range found {
		switch {
		case len(heap) < n:
			heap = append(heap, f.score)
			for i := len(heap) - 1; i > 0 && heap[(i-1)/2] > heap[i]; i = (i - 1) / 2 {
				heap[i], heap[(i-1)/2] = heap[(i-1)/2], heap[i]
			}
		case f.score > heap[0]:
			heap[0] = f.score
			for i := 0; ; {
				c := 2*i + 1
				if c >= n {
					break
				}
				if c+1 < n && heap[c+1] < heap[c] {
					c++
				}
				if heap[i] <= heap[c] {
					break
				}
				heap[i], heap[c] = heap[c], heap[i]
				i = c
			}
		}
	}
	return heap[0]
}

func (s *scratch) read(f ranked) (scored, error) {
	i, _ := slices.BinarySearchFunc(s.segs, f.doc+1, func(g *seg, d uint32) int {
		if g.base < d {
			return -1
		}
		return 1
	})
	g := s.segs[i-1]
	id, data, err := g.stored(uint64(f.doc - g.base))
	if err != nil {
		return scored{}, err
	}
	p, err := decode(id, data)
	return scored{f, g.archived, p}, err
}
