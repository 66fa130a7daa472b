package library

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/epoch"
	"substrate/index"
)

// SearchOptions say what is searched.
type SearchOptions struct {
	Limit   int
	History bool        // snapshots, archived and held versions too, each labelled
	AsOf    corpus.Date // answer as the library stood on that day, by the documents' own dates
}

// Hit is one passage that was found. The JSON form is stable.
type Hit struct {
	Rank       int            `json:"rank"`
	Ref        string         `json:"ref"`
	Document   corpus.Slug    `json:"document"`
	Title      string         `json:"title"`
	Version    string         `json:"version"`
	Epoch      string         `json:"epoch"`
	Standing   epoch.Standing `json:"standing"`
	Because    string         `json:"because"`
	Date       string         `json:"date"`
	Heading    string         `json:"heading"`
	Pages      []int          `json:"pages"` // first and last; empty for Markdown
	Text       string         `json:"text"`
	Highlights []string       `json:"highlights"`
	Score      float64        `json:"score"`
	Drift      []Drift        `json:"drift"` // open entries that say this passage is false
}

// Found is the answer to a search. The JSON form is stable.
type Found struct {
	Query     string   `json:"query"`
	Library   string   `json:"library"`
	Cascade   int      `json:"cascade"`
	AsOf      string   `json:"as_of,omitempty"`
	History   bool     `json:"history,omitempty"`
	Corrected string   `json:"corrected,omitempty"` // what was searched for instead of a word that occurs nowhere
	Notes     []string `json:"notes,omitempty"`
	Hits      []Hit    `json:"hits"`
	Drift     []Drift  `json:"drift,omitempty"` // entries of the drift log that speak of what was asked
}

// Weights of standing: an authoritative passage comes first where it speaks to the question about as well as another does. A
// question that names a document asks for that one, whatever it is worth.
var standingWeight = map[epoch.Standing]float64{
	epoch.Authoritative: 1, epoch.Historical: 0.65, epoch.Held: 0.65, epoch.Snapshot: 0.6, epoch.Superseded: 0.6,
}

// ErrNoWords says that there is nothing to search for.
var ErrNoWords = errors.New("the query is empty; give it a word or two: substrate search \"disk size\"")

// Search finds passages: of current versions, unless o asks for more. The answer is that of one state of the library: when a
// cascade is finished meanwhile, the question is asked again.
func (l *Library) Search(ctx context.Context, query string, o SearchOptions) (_ *Found, err error) {
	ctx, done := l.begin(ctx, "search")
	defer func() { done(err) }()
	if o.Limit <= 0 {
		o.Limit = 8
	}
	var notes []string
	for try := 0; ; try++ {
		out, moved, err := l.searchOnce(ctx, query, o)
		switch {
		case errors.Is(err, index.ErrMismatch) && try == 0:
			// The files were damaged after they were opened.
			if err := l.Reindex(ctx); err != nil {
				return nil, fmt.Errorf("the search index is damaged and could not be rebuilt: %w", err)
			}
			notes = append(notes, "the search index was damaged and was rebuilt")
		case err != nil:
			return nil, err
		case !moved || try >= 3:
			out.Notes = append(notes, out.Notes...)
			return out, nil
		}
	}
}

// searchOnce answers from one snapshot, and says whether the library moved on meanwhile.
func (l *Library) searchOnce(ctx context.Context, query string, o SearchOptions) (_ *Found, moved bool, _ error) {
	out := &Found{Query: query, Library: l.Name(), History: o.History, AsOf: o.AsOf.String(), Hits: []Hit{}}
	s, note, err := l.searcher(ctx)
	if errors.Is(err, catalog.ErrNone) {
		out.Notes = append(out.Notes, "the library is empty; fill it with substrate ingest")
		return out, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	defer s.done()
	if note != "" {
		out.Notes = append(out.Notes, note)
	}
	out.Cascade = s.state.Cascade
	q, judge, notes, err := l.ask(ctx, s, query, o)
	if err != nil {
		return nil, false, err
	}
	out.Notes = append(out.Notes, notes...)
	res, err := s.idx.Search(ctx, q)
	if err != nil {
		return nil, false, fmt.Errorf("search: %w", err)
	}
	out.Corrected = res.Corrected
	asked := strings.Split(string(corpus.MakeSlug(query)), "-")
	for _, h := range res.Hits {
		hit, ok, err := judge.hit(ctx, h, asked)
		if err != nil {
			return nil, false, err
		}
		if ok {
			out.Hits = append(out.Hits, hit)
		}
	}
	sort.SliceStable(out.Hits, func(i, j int) bool { return out.Hits[i].Score > out.Hits[j].Score })
	out.Hits = out.Hits[:min(o.Limit, len(out.Hits))]
	for i := range out.Hits {
		out.Hits[i].Rank = i + 1
	}
	out.Drift = judge.drift.asked(query)
	return out, s.moved(ctx), nil
}

// ask turns a question into a query of the index, and names the judge of what it finds.
func (l *Library) ask(ctx context.Context, s *snapshot, query string, o SearchOptions) (q index.Query, j *judged, notes []string, err error) {
	parsed := index.ParseQuery(query)
	if strings.TrimSpace(parsed.Text()) == "" && len(parsed.Documents) == 0 {
		return q, nil, nil, ErrNoWords
	}
	q = index.Query{Text: parsed.Text(), Archive: o.History, Limit: o.Limit + 8}
	if j, err = l.judge(ctx, s, o); err != nil {
		return q, nil, nil, err
	}
	if j.only != nil {
		q.Archive, q.Versions = true, j.only
	}
	if len(parsed.Documents) == 0 {
		return q, j, nil, nil
	}
	keys, notes, err := l.documentKeys(ctx, s, parsed.Documents, o.History || j.only != nil)
	if err != nil {
		return q, nil, nil, err
	}
	if j.only != nil {
		keys = intersect(keys, j.only)
	}
	q.Versions = append([]string{}, keys...)
	if q.Text == "" {
		q.Text = strings.Join(parsed.Documents, " ")
	}
	return q, j, notes, nil
}

// judged gives hits their standing: as the catalog has it, or on a day of the past.
type judged struct {
	cat   *catalog.Catalog
	past  *epoch.Shelf
	only  []string  // the editions that may be found; nil when the index decides
	known *sync.Map // rows by key; they hold as long as the catalog's revision does
	drift *driftState
}

func (l *Library) judge(ctx context.Context, s *snapshot, o SearchOptions) (*judged, error) {
	st, err := l.drift(ctx, s)
	if err != nil {
		return nil, err
	}
	j := &judged{cat: s.cat, known: &s.rows, drift: st}
	if o.AsOf.IsZero() {
		return j, nil
	}
	f, err := loadFacts(ctx, s.cat)
	if err != nil {
		return nil, err
	}
	j.past = l.shelfAt(f, o.AsOf)
	j.only = []string{}
	for k, v := range j.past.Verdicts {
		if v.Findable || o.History {
			j.only = append(j.only, k)
		}
	}
	return j, nil
}

func (j *judged) hit(ctx context.Context, h index.Hit, asked []string) (Hit, bool, error) {
	var r catalog.Row
	if known, ok := j.known.Load(h.Version); ok {
		r = known.(catalog.Row)
	} else {
		row, ok, err := j.cat.Row(ctx, h.Version)
		if err != nil || !ok {
			return Hit{}, false, err
		}
		j.known.Store(h.Version, row)
		r = row
	}
	standing, because, epochName, slug := r.Standing, r.Because, r.Epoch, r.Document
	if j.past != nil {
		v := j.past.Verdicts[h.Version]
		standing, because, epochName, slug = v.Standing, v.Because, v.Epoch, v.Document
	}
	weight := standingWeight[standing]
	if names(asked, r.Title) {
		weight = 1
	}
	ref := refOf(slug, r.Label)
	ref.Anchor = h.Anchor
	hit := Hit{
		Ref: ref.String(), Document: slug, Title: r.Title, Version: r.Label.String(), Epoch: epochName, Standing: standing, Because: because,
		Date: r.Date.String(), Heading: strings.Join(h.Heading, " › "), Pages: []int{}, Text: h.Text, Highlights: h.Highlights, Score: h.Score * weight,
		Drift: j.drift.covering(h.Version, h.Anchor),
	}
	if hit.Highlights == nil {
		hit.Highlights = []string{}
	}
	if h.Pages.First > 0 {
		hit.Pages = []int{h.Pages.First, h.Pages.Last}
	}
	return hit, true, nil
}

// names reports whether a question has two words in a row from a title: "the Phase 3 guide".
func names(asked []string, title string) bool {
	words := strings.Split(string(corpus.MakeSlug(title)), "-")
	for i := 0; i+1 < len(words); i++ {
		for k := 0; k+1 < len(asked); k++ {
			if asked[k] == words[i] && asked[k+1] == words[i+1] {
				return true
			}
		}
	}
	return false
}

// documentKeys are the editions of the documents that a query names with document:slug.
func (l *Library) documentKeys(ctx context.Context, s *snapshot, names []string, all bool) (keys, notes []string, err error) {
	for _, n := range names {
		slug, err := l.document(ctx, s.cat, corpus.MakeSlug(n))
		if errors.Is(err, ErrNotFound) {
			notes = append(notes, err.Error())
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		rows, err := s.cat.Versions(ctx, slug)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range rows {
			if all || r.Findable {
				keys = append(keys, r.Key)
			}
		}
	}
	return keys, notes, nil
}

func intersect(a, b []string) []string {
	in := make(map[string]bool, len(b))
	for _, k := range b {
		in[k] = true
	}
	var out []string
	for _, k := range a {
		if in[k] {
			out = append(out, k)
		}
	}
	return out
}
