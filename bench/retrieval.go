package bench

import (
	"context"
	"strings"

	"substrate/library"
)

// Quality is what one search is worth on a set of cases; all values are means over the cases, 0 to 1.
type Quality struct {
	Name   string  `json:"name"`
	NDCG   float64 `json:"ndcg_at_10"`
	Recall float64 `json:"recall_at_5"`
	MRR    float64 `json:"mrr_at_10"`
	// Left is the share of the first five hits that come from a version that is not current.
	Left float64 `json:"stale_hits_at_5"`
	// Stale is the share of the cases that name stale values for which one of the first five hits says one, outside of change
	// logs and drift logs, which tell of old values by their nature.
	Stale float64 `json:"stale_values_at_5"`
}

// Retrieval is the outcome of Retrieve.
type Retrieval struct {
	Cases int     `json:"cases"`
	Named int     `json:"cases_with_stale_values"`
	Ours  Quality `json:"ours"`
	Blind Quality `json:"version_blind_bm25"`
	// Retired counts the cases whose answer is in none of the findable versions though another version of the document has it;
	// Missing those whose answer is in no version at all: the case or the reading is wrong.
	Retired int `json:"wrongfully_retired"`
	Missing int `json:"answer_nowhere"`
}

// Retrieve asks the library all cases, and a version-blind BM25 over all of its versions too. Only the first hit with the answer
// gains: an answer that many versions repeat counts once, and for the blind search one in an old version counts as found.
func Retrieve(ctx context.Context, l *library.Library, cases []Case) (*Retrieval, error) {
	b, err := newBlind(ctx, l)
	if err != nil {
		return nil, err
	}
	out := &Retrieval{Cases: len(cases), Ours: Quality{Name: "substrate"}, Blind: Quality{Name: "version-blind BM25"}}
	for _, c := range cases {
		if len(c.Stale) > 0 {
			out.Named++
		}
		anywhere, findable := false, false
		for _, p := range b.all {
			if c.answers(p) {
				anywhere, findable = true, findable || p.Current
			}
		}
		switch {
		case !anywhere:
			out.Missing++
		case !findable:
			out.Retired++
		}
		found, err := l.Search(ctx, c.Question, library.SearchOptions{Limit: 10})
		if err != nil {
			return nil, err
		}
		var ours []passage
		for _, h := range found.Hits {
			ours = append(ours, passage{string(h.Document), h.Ref, h.Heading, h.Text, current(string(h.Standing))})
		}
		theirs, err := b.find(c.Question, 10)
		if err != nil {
			return nil, err
		}
		out.Ours.add(c, ours)
		out.Blind.add(c, theirs)
	}
	out.Ours.mean(out.Cases, out.Named)
	out.Blind.mean(out.Cases, out.Named)
	return out, nil
}

func (c Case) answers(p passage) bool { return p.Document == c.Document && has(p.Text, c.Passage) }

func (c Case) stale(p passage) bool {
	if p.Document != c.Document || strings.Contains(p.Heading, "Change Log") || strings.Contains(p.Heading, "Drift Log") {
		return false
	}
	for _, s := range c.Stale {
		if has(p.Text, s) {
			return true
		}
	}
	return false
}

func (q *Quality) add(c Case, hits []passage) {
	right := make([]bool, len(hits))
	for i, h := range hits {
		right[i] = c.answers(h)
	}
	rank := Rank(right)
	gains := make([]float64, len(hits))
	if rank > 0 {
		gains[rank-1] = 1
	}
	q.NDCG += NDCG(gains, []float64{1}, 10)
	q.MRR += Reciprocal(rank)
	if rank > 0 && rank <= 5 {
		q.Recall++
	}
	first := hits[:min(5, len(hits))]
	left, stale := 0, false
	for _, h := range first {
		if !h.Current {
			left++
		}
		stale = stale || c.stale(h)
	}
	q.Left += float64(left) / float64(max(len(first), 1))
	if stale {
		q.Stale++
	}
}

func (q *Quality) mean(cases, named int) {
	for _, v := range []*float64{&q.NDCG, &q.Recall, &q.MRR, &q.Left} {
		*v /= float64(max(cases, 1))
	}
	q.Stale /= float64(max(named, 1))
}
