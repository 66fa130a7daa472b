package library

import (
	"context"
	"sync"

	"substrate/capture"
	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/driftlog/claim"
	"substrate/driftlog/echo"
	"substrate/driftlog/value"
)

// groundsKept is how many versions a snapshot remembers taken apart: taking apart costs a hundred times the comparing, and the
// findings of one session are about few documents.
const groundsKept = 40

// grounds are versions that findings were held against, by key.
type grounds struct {
	mu   sync.Mutex
	have map[string]*ground
}

// ground is a version taken apart for placing. Its parts are for one goroutine at a time: whoever compares holds mu.
type ground struct {
	mu       sync.Mutex
	row      catalog.Row
	sections []corpus.Section
	parts    []*part
}

// part is a section taken apart.
type part struct {
	units []saidUnit
	title claim.Terms
	pool  *echo.Pool
}

// saidUnit is a statement with what comparing it takes.
type saidUnit struct {
	text   string
	words  claim.Terms
	values []value.Value
}

// ground is a version of the snapshot; nil when the catalog does not have it.
func (s *snapshot) ground(ctx context.Context, key string) (*ground, error) {
	s.grounds.mu.Lock()
	defer s.grounds.mu.Unlock()
	if g := s.grounds.have[key]; g != nil {
		return g, nil
	}
	row, ok, err := s.cat.Row(ctx, key)
	if err != nil || !ok {
		return nil, err
	}
	sections, err := s.cat.Sections(ctx, key)
	if err != nil {
		return nil, err
	}
	if s.grounds.have == nil || len(s.grounds.have) >= groundsKept {
		s.grounds.have = map[string]*ground{}
	}
	g := newGround(row, sections)
	s.grounds.have[key] = g
	return g, nil
}

func newGround(row catalog.Row, sections []corpus.Section) *ground {
	return &ground{row: row, sections: sections, parts: make([]*part, len(sections))}
}

// part is section i taken apart.
func (g *ground) part(i int) *part {
	if g.parts[i] == nil {
		sec := g.sections[i]
		p := &part{title: claim.Words(sec.Title), pool: echo.NewPool()}
		p.pool.Add(claim.NewSource(g.row.Document, g.row.Title, []corpus.Section{sec}), g.row.Key, corpus.Date{}, func(a string) string { return a })
		for _, b := range sec.Blocks {
			for _, u := range claim.Units(b) {
				p.units = append(p.units, saidUnit{u.Text, claim.Words(u.Text), value.Extract(u.Text)})
			}
		}
		g.parts[i] = p
	}
	return g.parts[i]
}

// asking is a finding taken apart.
type asking struct {
	capture.Finding
	sentences []string
	asked     []echo.Asked
	given     []value.Value
	numbers   []string
	terms     claim.Terms
}

func ask(f capture.Finding) *asking {
	a := &asking{Finding: f, sentences: claim.Sentences(f.Text), given: value.Extract(f.Text), numbers: bareNumber.FindAllString(f.Text, -1), terms: claim.Words(f.Text)}
	for _, s := range a.sentences {
		a.asked = append(a.asked, echo.Ask(s))
	}
	return a
}
