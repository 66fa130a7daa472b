package library

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

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

// Search finds passages: of current versions, unless o asks for more.
func (l *Library) Search(ctx context.Context, query string, o SearchOptions) (*Found, error) {
	if o.Limit <= 0 {
		o.Limit = 8
	}
	out := &Found{Query: query, Library: l.Name(), History: o.History, AsOf: o.AsOf.String(), Hits: []Hit{}}
	idx, s, note, err := l.index(ctx)
	if errors.Is(err, catalog.ErrNone) {
		out.Notes = append(out.Notes, "the library is empty; fill it with substrate ingest")
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	if note != "" {
		out.Notes = append(out.Notes, note)
	}
	out.Cascade = s.state.Cascade
	parsed := index.ParseQuery(query)
	if strings.TrimSpace(parsed.Text()) == "" && len(parsed.Documents) == 0 {
		return nil, errors.New("the query is empty; give it a word or two: substrate search \"disk size\"")
	}
	q := index.Query{Text: parsed.Text(), Archive: o.History, Limit: o.Limit + 8}
	judge, err := l.judge(ctx, s, o)
	if err != nil {
		return nil, err
	}
	if judge.only != nil {
		q.Archive, q.Versions = true, judge.only
	}
	if len(parsed.Documents) > 0 {
		keys, notes, err := l.documentKeys(ctx, s, parsed.Documents, o.History || judge.only != nil)
		if err != nil {
			return nil, err
		}
		out.Notes = append(out.Notes, notes...)
		if judge.only != nil {
			keys = intersect(keys, judge.only)
		}
		q.Versions = append([]string{}, keys...)
		if q.Text == "" {
			q.Text = strings.Join(parsed.Documents, " ")
		}
	}
	res, err := idx.Search(ctx, q)
	if errors.Is(err, index.ErrMismatch) {
		// The files were damaged after they were opened: build anew, and ask once more.
		if err := l.Reindex(ctx); err != nil {
			return nil, fmt.Errorf("the search index is damaged and could not be rebuilt: %w", err)
		}
		if idx, s, _, err = l.index(ctx); err != nil {
			return nil, err
		}
		judge.cat = s.cat
		out.Notes = append(out.Notes, "the search index was damaged and was rebuilt")
		res, err = idx.Search(ctx, q)
	}
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	out.Corrected = res.Corrected
	asked := strings.Split(string(corpus.MakeSlug(query)), "-")
	for _, h := range res.Hits {
		hit, ok, err := judge.hit(ctx, h, asked)
		if err != nil {
			return nil, err
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
	return out, nil
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

// index opens the generation that belongs to the catalog. One that does not match is never answered from: it is
// rebuilt, and the note says so.
func (l *Library) index(ctx context.Context) (*index.Index, *snapshot, string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range 3 {
		s, err := l.readerLocked(ctx)
		if err != nil {
			return nil, nil, "", err
		}
		if s.state.Revision == 0 {
			return nil, nil, "", catalog.ErrNone
		}
		if s.idx != nil {
			return s.idx, s, "", nil
		}
		g := s.state.Generation
		idx, err := index.Open(l.indexDir(), g.Name, index.Stamp{Generation: g.Name, Cascade: g.Cascade, Digest: g.Digest})
		if err == nil {
			s.idx = idx
			return idx, s, "", nil
		}
		if !errors.Is(err, index.ErrMismatch) {
			return nil, nil, "", err
		}
		// Another process may have moved on between the two reads: then the newer generation is there.
		if st, err := s.cat.State(ctx); err == nil && st.Revision != s.state.Revision {
			continue
		}
		if err := l.closeLocked(); err != nil {
			return nil, nil, "", err
		}
		if err := l.rebuild(ctx); err != nil {
			return nil, nil, "", fmt.Errorf("the search index does not match the catalog and could not be rebuilt: %w", err)
		}
		s, err = l.readerLocked(ctx)
		if err != nil {
			return nil, nil, "", err
		}
		g = s.state.Generation
		if s.idx, err = index.Open(l.indexDir(), g.Name, index.Stamp{Generation: g.Name, Cascade: g.Cascade, Digest: g.Digest}); err != nil {
			return nil, nil, "", err
		}
		return s.idx, s, "the search index did not match the catalog and was rebuilt", nil
	}
	return nil, nil, "", errors.New("the library is being changed too fast to be read; try again")
}

// Reindex builds the index anew from the catalog.
func (l *Library) Reindex(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.closeLocked(); err != nil {
		return err
	}
	return l.rebuild(ctx)
}

func (l *Library) rebuild(ctx context.Context) error {
	w, err := l.change(ctx, "substrate (rebuilding the search index)", time.Minute)
	if err != nil {
		return err
	}
	defer w.close()
	shelf := l.shelve(w.facts)
	w.state.Generation = catalog.Generation{}
	_, err = l.commit(ctx, w, shelf, shelf, catalog.Change{Expect: w.state.Revision, At: l.Now(), Quiet: true, Shelf: shelf, Rules: l.rulesDigest()},
		w.sections)
	return err
}
