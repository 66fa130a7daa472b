package bench

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	bleveindex "github.com/blevesearch/bleve_index_api"

	"substrate/index"
	"substrate/library"
)

// passage is what either side finds, in words that both share.
type passage struct {
	Document, Ref, Heading, Text string
	Current                      bool // of a version that is authoritative or historical
}

// blind is BM25 over the passages of every version, as a search that knows of no versions would have them. The files, the
// reading of them and the cutting into passages are ours, so that what differs is only versions and ranking.
type blind struct {
	idx bleve.Index
	all []passage
}

func newBlind(ctx context.Context, l *library.Library) (*blind, error) {
	m := bleve.NewIndexMapping()
	m.ScoringModel = bleveindex.BM25Scoring
	m.DefaultAnalyzer = "standard"
	idx, err := bleve.NewMemOnly(m)
	if err != nil {
		return nil, fmt.Errorf("the peer's index: %w", err)
	}
	b := &blind{idx: idx}
	versions, err := l.All(ctx)
	if err != nil {
		return nil, err
	}
	batch := idx.NewBatch()
	for _, v := range versions {
		shown, err := l.Show(ctx, v.Ref, true)
		if err != nil {
			return nil, err
		}
		for _, p := range index.Split(v.Ref, v.Title, shown.Sections) {
			heading := strings.Join(p.Heading, " › ")
			b.all = append(b.all, passage{string(v.Document), v.Ref + "#" + p.Anchor, heading, p.Text, current(string(v.Standing))})
			if err := batch.Index(strconv.Itoa(len(b.all)-1), map[string]any{"text": v.Title + "\n" + heading + "\n" + p.Text}); err != nil {
				return nil, fmt.Errorf("the peer's index: %w", err)
			}
		}
	}
	return b, idx.Batch(batch)
}

func (b *blind) find(query string, limit int) ([]passage, error) {
	q := bleve.NewMatchQuery(query)
	q.SetField("text")
	r, err := b.idx.Search(bleve.NewSearchRequestOptions(q, limit, 0, false))
	if err != nil {
		return nil, fmt.Errorf("the peer's search: %w", err)
	}
	var out []passage
	for _, h := range r.Hits {
		i, err := strconv.Atoi(h.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, b.all[i])
	}
	return out, nil
}

func current(standing string) bool { return standing == "authoritative" || standing == "historical" }
