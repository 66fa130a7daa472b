package library

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/driftlog"
	"substrate/driftlog/claim"
	"substrate/epoch"
)

// driftVersion changes when driftlog answers differently: the stored state is then computed anew.
const driftVersion = 1

// driftState is what the catalog keeps of the drift logs, so that an answer need not read them.
type driftState struct {
	With     string             `json:"with"` // digest of what it was made with
	Entries  []driftlog.State   `json:"entries"`
	Problems []driftlog.Problem `json:"problems"`
}

func (l *Library) driftDigest() string {
	return digest(struct {
		V int
		C Place
	}{driftVersion, l.Config.DriftLog})
}

// Place names a document by its slug, and perhaps a section of it by number or heading.
type Place struct {
	Document string `mapstructure:"document"`
	Section  string `mapstructure:"section"`
}

// sectionsOf reads the sections of an original.
type sectionsOf func(ctx context.Context, key string) ([]corpus.Section, error)

// computeDrift reads the drift logs of all versions of the central documents and ties their entries to sections.
func (l *Library) computeDrift(ctx context.Context, shelf *epoch.Shelf, headings []catalog.Heading, sections sectionsOf, notes []driftlog.Note) (*driftState, error) {
	st := &driftState{With: l.driftDigest(), Entries: []driftlog.State{}, Problems: []driftlog.Problem{}}
	logs, err := l.logs(ctx, shelf, headings, sections)
	if err != nil {
		return nil, err
	}
	for _, e := range logs {
		if e.Current {
			st.Problems = append(st.Problems, e.Problems...)
		}
	}
	st.Entries = append(st.Entries, driftlog.Merge(logs, notes)...)
	read := map[string]claim.Source{}
	problems, err := driftlog.Tie(st.Entries, documentsOf(shelf), func(key string) (claim.Source, error) {
		if s, ok := read[key]; ok {
			return s, nil
		}
		list, err := sections(ctx, key)
		read[key] = claim.NewSource(shelf.Verdicts[key].Document, shelf.Editions[key].Title, list)
		return read[key], err
	})
	st.Problems = append(st.Problems, problems...)
	if n := l.Config.DriftLog.Document; n != "" && len(logs) == 0 {
		st.Problems = append(st.Problems, driftlog.Problem{Where: ConfigFile, Text: n + " " + l.Config.DriftLog.Section, Why: "drift_log names a document or a section that is not there"})
	}
	return st, err
}

// logs are the editions of all drift logs, those of one document oldest first.
func (l *Library) logs(ctx context.Context, shelf *epoch.Shelf, headings []catalog.Heading, sections sectionsOf) ([]driftlog.Edition, error) {
	named, want := l.Config.DriftLog.Section, corpus.MakeSlug(l.Config.DriftLog.Document)
	has := map[string]bool{}
	for _, h := range headings {
		if want != "" || driftlog.IsLog(h.Title) {
			has[h.Key] = true
		}
	}
	var out []driftlog.Edition
	for _, d := range shelf.Documents {
		if want != "" && d.Slug != want && !hasAlias(d, want) {
			continue
		}
		cur := d.Current
		if cur == "" || want == "" && shelf.Verdicts[cur].Standing != epoch.Authoritative {
			continue // only an authoritative document says what is false
		}
		for _, key := range d.Editions {
			if !has[key] && key != cur || shelf.Verdicts[key].Standing == epoch.Held {
				continue
			}
			e := shelf.Editions[key]
			ed := driftlog.Edition{Document: d.Slug, Label: e.Label, Date: e.Date, Current: key == cur, Ref: refOf(d.Slug, e.Label).String()}
			if has[key] {
				list, err := sections(ctx, key)
				if err != nil {
					return nil, err
				}
				for _, i := range driftlog.Find(list, named) {
					ref := refOf(d.Slug, e.Label)
					ref.Anchor = list[i].Anchor
					entries, problems := driftlog.Read(list, i, named != "")
					for k := range problems {
						problems[k].Where = ref.String()
					}
					ed.Entries = append(ed.Entries, entries...)
					ed.Problems = append(ed.Problems, problems...)
					ed.Ref = ref.String()
				}
			}
			out = append(out, ed)
			if key == cur {
				break
			}
		}
	}
	return keepLogs(out), nil
}

// keepLogs drops documents that never had a log.
func keepLogs(list []driftlog.Edition) []driftlog.Edition {
	any := map[corpus.Slug]bool{}
	for _, e := range list {
		any[e.Document] = any[e.Document] || len(e.Entries) > 0 || len(e.Problems) > 0
	}
	var out []driftlog.Edition
	for _, e := range list {
		if any[e.Document] {
			out = append(out, e)
		}
	}
	return out
}

func hasAlias(d epoch.Document, slug corpus.Slug) bool {
	for _, a := range d.Aliases {
		if a == slug {
			return true
		}
	}
	return false
}

// documentsOf is the shelf as entries speak of it.
func documentsOf(shelf *epoch.Shelf) []driftlog.Document {
	out := make([]driftlog.Document, 0, len(shelf.Documents))
	for _, d := range shelf.Documents {
		x := driftlog.Document{Slug: d.Slug, Title: d.Title, Aliases: d.Aliases}
		for _, k := range d.Editions {
			e := shelf.Editions[k]
			x.Versions = append(x.Versions, driftlog.Version{Key: k, Label: e.Label, Date: e.Date, Current: k == d.Current})
		}
		out = append(out, x)
	}
	return out
}

func driftNotes(ctx context.Context, cat *catalog.Catalog) ([]driftlog.Note, error) {
	raw, err := cat.DriftNotes(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]driftlog.Note, 0, len(raw))
	for _, r := range raw {
		var n driftlog.Note
		if err := json.Unmarshal(r.Note, &n); err != nil {
			return nil, fmt.Errorf("drift note %d: %w", r.Seq, err)
		}
		n.Seq = r.Seq
		out = append(out, n)
	}
	return out, nil
}

// drift is the state of the drift logs at the revision that a reader sees.
func (l *Library) drift(ctx context.Context, s *snapshot) (*driftState, error) {
	l.mu.Lock()
	known := s.drift
	l.mu.Unlock()
	if known != nil && known.With == l.driftDigest() {
		return known, nil
	}
	raw, err := s.cat.Derived(ctx, "drift")
	if err != nil {
		return nil, err
	}
	st := &driftState{}
	if raw == nil || json.Unmarshal(raw, st) != nil || st.With != l.driftDigest() {
		// Written by an older program, or under another configuration: the next change of the library stores it.
		shelf, err := storedShelf(ctx, s.cat)
		if err != nil {
			return nil, err
		}
		headings, err := s.cat.Headings(ctx)
		if err != nil {
			return nil, err
		}
		notes, err := driftNotes(ctx, s.cat)
		if err != nil {
			return nil, err
		}
		if st, err = l.computeDrift(ctx, shelf, headings, s.cat.Sections, notes); err != nil {
			return nil, err
		}
	}
	l.mu.Lock()
	s.drift = st
	l.mu.Unlock()
	return st, nil
}

// Drift is a drift entry as answers carry it. The JSON form is stable.
type Drift struct {
	ID         string `json:"id"`
	Says       string `json:"says"`
	Actually   string `json:"actually"`
	Found      string `json:"found"`
	Status     string `json:"status"`
	RecordedIn string `json:"recorded_in"`
}

// covering are the open entries that a section must not be quoted without.
func (st *driftState) covering(key, anchor string) []Drift {
	out := []Drift{}
	for _, e := range st.Entries {
		if e.Status != driftlog.Open {
			continue
		}
		for _, t := range e.Targets {
			if t.Key == key && t.Anchor == anchor {
				out = append(out, Drift{e.ID, e.Says, e.Actually, e.Found.String(), string(e.Status), e.RecordedIn})
				break
			}
		}
	}
	return out
}

// DriftOptions choose entries.
type DriftOptions struct {
	All      bool   // resolved and closed ones too
	Document string // only those about this document, or recorded in it
}

// DriftList is the drift log. The JSON form is stable.
type DriftList struct {
	Library  string             `json:"library"`
	Cascade  int                `json:"cascade"`
	Open     int                `json:"open"`
	Entries  []driftlog.State   `json:"entries"`
	Problems []driftlog.Problem `json:"problems"`
}

// DriftLog lists the entries of all drift logs, newest first.
func (l *Library) DriftLog(ctx context.Context, o DriftOptions) (*DriftList, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	st, err := l.drift(ctx, s)
	if err != nil {
		return nil, err
	}
	out := &DriftList{Library: l.Name(), Cascade: s.state.Cascade, Entries: []driftlog.State{}, Problems: st.Problems}
	var slug corpus.Slug
	if o.Document != "" {
		ref, err := corpus.ParseRef(o.Document)
		if err != nil {
			return nil, err
		}
		if slug, err = l.document(ctx, s.cat, ref.Document); err != nil {
			return nil, err
		}
	}
	for _, e := range st.Entries {
		if slug != "" && !speaksOf(e, slug) {
			continue
		}
		if e.Status == driftlog.Open {
			out.Open++
		}
		if o.All || e.Status == driftlog.Open {
			out.Entries = append(out.Entries, e)
		}
	}
	return out, nil
}

// ResolvedBy are the entries that a version, or a section of it, settled.
func (l *Library) ResolvedBy(ctx context.Context, ref string) ([]driftlog.State, error) {
	list, err := l.DriftLog(ctx, DriftOptions{All: true})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list.Entries, func(e driftlog.State) bool { return e.Status == driftlog.Open || !e.ResolvedIn(ref) }), nil
}

func speaksOf(e driftlog.State, slug corpus.Slug) bool {
	for _, r := range []string{e.Target, e.RecordedIn} {
		if strings.HasPrefix(r, string(slug)+"@") {
			return true
		}
	}
	return false
}

// DriftEntry is one entry by its id.
func (l *Library) DriftEntry(ctx context.Context, id string) (*driftlog.State, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	st, err := l.drift(ctx, s)
	if err != nil {
		return nil, err
	}
	var ids []string
	for i, e := range st.Entries {
		if driftlog.Named(e, id) {
			return &st.Entries[i], nil
		}
		ids = append(ids, e.ID)
	}
	sort.Strings(ids)
	if len(ids) == 0 {
		return nil, fmt.Errorf("%w: no drift entry %q; no drift log was found in the library", ErrNotFound, id)
	}
	return nil, fmt.Errorf("%w: no drift entry %q; there are %s", ErrNotFound, id, strings.Join(ids[:min(20, len(ids))], ", "))
}

// asked are the entries, open ones first, that speak of what a query asks: of the value that is wrong or of the right one.
func (st *driftState) asked(query string) []Drift {
	var out []Drift
	for _, e := range st.Entries {
		if driftlog.Answers(e, query) {
			d := Drift{e.ID, e.Says, e.Actually, e.Found.String(), string(e.Status), e.RecordedIn}
			if e.Status == driftlog.Open {
				out = append(out, d)
			}
		}
	}
	return out
}
