package library

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/driftlog"
	"substrate/driftlog/change"
	"substrate/driftlog/claim"
	"substrate/driftlog/echo"
	"substrate/epoch"
	"substrate/index"
)

// Candidate is an echo or a conflict that a person has not judged yet. The JSON form is stable.
type Candidate struct {
	ID    string `json:"id"` // "C-3"
	State string `json:"state"`
	echo.Candidate
	Note string `json:"note,omitempty"` // what was said when it was dismissed
}

// Scan is the outcome of a scan. The JSON form is stable.
type Scan struct {
	Library    string      `json:"library"`
	Cascade    int         `json:"cascade"`
	Documents  int         `json:"documents"` // that were compared
	Changes    int         `json:"changes"`   // values that changed in them
	New        int         `json:"new"`       // candidates that were not known before
	Gone       int         `json:"gone"`      // candidates whose words are not there any more
	Candidates []Candidate `json:"candidates"`
	Notes      []string    `json:"notes,omitempty"`
}

// ScanOptions say what is scanned.
type ScanOptions struct {
	All       bool // every document anew, instead of those that came since the last scan
	Dismissed bool // list dismissed candidates too
}

// scanned is what the catalog keeps of scans.
type scanned struct {
	Cascade int `json:"cascade"`
}

// Scan looks for what no drift log has: echoes of values that changed, and statements that conflict.
func (l *Library) Scan(ctx context.Context, o ScanOptions) (*Scan, error) {
	w, err := l.change(ctx, "substrate drift scan", 30*time.Second)
	if err != nil {
		return nil, err
	}
	defer w.close()
	raw, err := w.cat.Derived(ctx, "scanned")
	if err != nil {
		return nil, err
	}
	var since scanned
	if raw != nil && !o.All {
		_ = json.Unmarshal(raw, &since)
	}
	known, err := w.cat.Candidates(ctx)
	if err != nil {
		return nil, err
	}
	s := &scan{l: l, cat: w.cat, since: since.Cascade, sources: map[string]claim.Source{}, out: &Scan{Library: l.Name(), Cascade: w.state.Cascade, Candidates: []Candidate{}}}
	if s.rows, err = w.cat.All(ctx); err != nil {
		return nil, err
	}
	found, err := s.run(ctx)
	if err != nil {
		return nil, err
	}
	put, err := s.reconcile(ctx, found, known)
	if err != nil {
		return nil, err
	}
	mark, err := json.Marshal(scanned{max(since.Cascade, w.state.Cascade)})
	if err != nil {
		return nil, err
	}
	_, err = w.cat.Commit(ctx, catalog.Change{
		Expect: w.state.Revision, At: l.Now(), Quiet: true, Generation: w.state.Generation, Rules: w.state.Rules,
		Candidates: put, Derived: map[string]json.RawMessage{"scanned": mark},
	})
	if err != nil {
		return nil, err
	}
	list, err := w.cat.Candidates(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if c.State == "open" || o.Dismissed && c.State == "dismissed" {
			x, err := candidateOf(c)
			if err != nil {
				return nil, err
			}
			s.out.Candidates = append(s.out.Candidates, x)
		}
	}
	return s.out, nil
}

// scan is one run.
type scan struct {
	l       *Library
	cat     *catalog.Catalog
	since   int
	rows    []catalog.Row // by document, oldest first
	sources map[string]claim.Source
	out     *Scan
}

func (s *scan) source(ctx context.Context, r catalog.Row) (claim.Source, error) {
	if src, ok := s.sources[r.Key]; ok {
		return src, nil
	}
	src, err := sourceOf(ctx, s.cat, r)
	s.sources[r.Key] = src
	return src, err
}

// speaks says that a version states how things are: echoes and conflicts are sought among these only.
func speaks(r catalog.Row) bool { return r.Current && r.Standing == epoch.Authoritative }

// run compares what is new and looks for it in the other documents.
func (s *scan) run(ctx context.Context) ([]echo.Candidate, error) {
	var changes []echo.Changed
	var fresh []echo.Said
	compared := map[string]bool{}
	for i, r := range s.rows {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("stopped before anything was changed: %w", err)
		}
		if !speaks(r) {
			continue
		}
		c, f, err := s.document(ctx, i)
		if err != nil {
			return nil, err
		}
		if c != nil || f != nil {
			compared[r.Key] = true
		}
		changes = append(changes, c...)
		fresh = append(fresh, f...)
	}
	s.out.Documents, s.out.Changes = len(compared), len(changes)
	if len(compared) == 0 {
		s.out.Notes = append(s.out.Notes, "nothing has changed since the last scan; substrate drift scan --all looks at everything anew")
		return nil, nil
	}
	pool, err := s.pool(ctx, changes, fresh)
	if err != nil {
		return nil, err
	}
	out, err := echo.Echoes(ctx, changes, pool)
	if err != nil {
		return nil, fmt.Errorf("stopped before anything was changed: %w", err)
	}
	conflicts, err := echo.Conflicts(ctx, fresh, pool, out)
	if err != nil {
		return nil, fmt.Errorf("stopped before anything was changed: %w", err)
	}
	return s.unlogged(ctx, append(out, conflicts...))
}

// document compares the current version at rows[i] with those before it that a scan has not seen.
func (s *scan) document(ctx context.Context, i int) ([]echo.Changed, []echo.Said, error) {
	cur := s.rows[i]
	if cur.Cascade <= s.since {
		return nil, nil, nil
	}
	src, err := s.source(ctx, cur)
	if err != nil {
		return nil, nil, err
	}
	if i == 0 || s.rows[i-1].Document != cur.Document {
		return nil, said(src, cur, src.All()), nil
	}
	var changes []echo.Changed
	var fresh []echo.Said
	for k := i; k > 0 && s.rows[k-1].Document == cur.Document && s.rows[k].Cascade > s.since; k-- {
		old, err := s.source(ctx, s.rows[k-1])
		if err != nil {
			return nil, nil, err
		}
		// Each older version is held against the current one: what a version between them said does not matter any more.
		d := change.Compare(old, src)
		for _, v := range d.Values() {
			changes = append(changes, echo.Changed{
				Value: v, Document: cur.Document, Title: cur.Title,
				OldRef: refAt(s.rows[k-1], old.Sections[v.Old.Section].Anchor), NewRef: refAt(cur, src.Sections[v.New.Section].Anchor),
			})
		}
		if k == i {
			fresh = append(fresh, said(src, cur, d.Fresh())...)
		}
	}
	return changes, fresh, nil
}

func refAt(r catalog.Row, anchor string) string {
	ref := refOf(r.Document, r.Label)
	ref.Anchor = anchor
	return ref.String()
}

func said(src claim.Source, r catalog.Row, list []claim.Claim) []echo.Said {
	out := make([]echo.Said, 0, len(list))
	for _, c := range list {
		a := src.Sections[c.Section].Anchor
		out = append(out, echo.Make(c, r.Document, r.Title, refAt(r, a), r.Key, a, r.Date))
	}
	return out
}

// pool is what the current documents say, as far as it can matter: all of it after a change of much, and after a change of
// little only the sections that search finds for what changed, so that a scan costs what the change is worth.
func (s *scan) pool(ctx context.Context, changes []echo.Changed, fresh []echo.Said) (*echo.Pool, error) {
	current := map[string]catalog.Row{}
	for _, r := range s.rows {
		if speaks(r) {
			current[r.Key] = r
		}
	}
	if len(changes)+len(fresh) < 8*len(current) {
		return s.narrow(ctx, current, changes, fresh)
	}
	p := echo.NewPool()
	for _, r := range s.rows {
		if _, ok := current[r.Key]; !ok {
			continue
		}
		src, err := s.source(ctx, r)
		if err != nil {
			return nil, err
		}
		p.Add(src, r.Key, r.Date, func(a string) string { return refAt(r, a) })
	}
	return p, nil
}

// narrow asks the index for the sections that may speak of what changed.
func (s *scan) narrow(ctx context.Context, current map[string]catalog.Row, changes []echo.Changed, fresh []echo.Said) (*echo.Pool, error) {
	idx, _, _, err := s.l.index(ctx)
	if err != nil {
		return nil, err
	}
	keys := slices.Sorted(maps.Keys(current))
	p, seen, asked := echo.NewPool(), map[string]bool{}, map[string]bool{}
	ask := func(query string, limit int) error {
		if query = strings.TrimSpace(query); query == "" || asked[query] {
			return nil
		}
		asked[query] = true
		res, err := idx.Search(ctx, index.Query{Text: query, Versions: keys, Limit: limit})
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		for _, h := range res.Hits {
			id := h.Version + "#" + h.Anchor
			if seen[id] {
				continue
			}
			seen[id] = true
			sec, ok, err := s.cat.Section(ctx, h.Version, h.Anchor)
			if err != nil {
				return err
			}
			if r := current[h.Version]; ok {
				p.Add(claim.NewSource(r.Document, r.Title, []corpus.Section{sec}), r.Key, r.Date, func(a string) string { return refAt(r, a) })
			}
		}
		return nil
	}
	for _, c := range changes {
		// Where the old value stands as it was written, and where its subject is spoken of: there it may stand in another form.
		if err := errors.Join(ask(`"`+strings.ReplaceAll(c.Old.Value.Text, `"`, " ")+`"`, 200), ask(c.Old.Unit.Text, 30), ask(c.New.Unit.Text, 30)); err != nil {
			return nil, err
		}
	}
	for _, f := range fresh {
		if err := ask(f.Unit.Text, 12); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// unlogged drops what the drift log knows.
func (s *scan) unlogged(ctx context.Context, list []echo.Candidate) ([]echo.Candidate, error) {
	raw, err := s.cat.Derived(ctx, "drift")
	if err != nil {
		return nil, err
	}
	st := &driftState{}
	if raw != nil {
		if err := json.Unmarshal(raw, st); err != nil {
			return nil, err
		}
	}
	out := list[:0]
	for _, c := range list {
		if !st.tells(c.Ref, c.Value) && !(c.Kind == echo.Conflict && st.tells(c.Other, c.OtherValue)) {
			out = append(out, c)
		}
	}
	return out, nil
}

// tells says that an entry, open or not, speaks of a value in a section.
func (st *driftState) tells(ref, val string) bool {
	for _, e := range st.Entries {
		if e.Status == driftlog.Closed || !strings.Contains(squash(e.Says), squash(val)) {
			continue
		}
		for _, t := range e.Targets {
			if t.Ref == ref {
				return true
			}
		}
	}
	return false
}

func squash(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }

func fingerprint(c echo.Candidate) string {
	return digest([]string{string(c.Kind), c.Ref, c.Text, c.Value, c.Other, c.OtherValue})
}

// reconcile joins what was found with what is known: known candidates keep their number and their judgement, those whose words
// are not current any more are gone.
func (s *scan) reconcile(ctx context.Context, found []echo.Candidate, known []catalog.Candidate) ([]catalog.Candidate, error) {
	by := map[string]catalog.Candidate{}
	for _, k := range known {
		by[k.Fingerprint] = k
	}
	var put []catalog.Candidate
	seen := map[string]bool{}
	for _, c := range found {
		f := fingerprint(c)
		raw, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		seen[f] = true
		if k, ok := by[f]; ok && k.State != "gone" {
			continue
		}
		s.out.New++
		put = append(put, catalog.Candidate{Fingerprint: f, State: "open", Candidate: raw})
	}
	current := map[string]bool{}
	for _, r := range s.rows {
		if speaks(r) {
			current[refOf(r.Document, r.Label).String()] = true
		}
	}
	for _, k := range known {
		if k.State != "open" || seen[k.Fingerprint] {
			continue
		}
		x, err := candidateOf(k)
		if err != nil {
			return nil, err
		}
		gone := !current[version(x.Ref)] || !current[version(x.Other)]
		if !gone && s.since == 0 {
			gone = true // everything was looked at, and it was not found again
		}
		if gone {
			s.out.Gone++
			k.State, k.Because = "gone", "its words are not current any more"
			put = append(put, k)
		}
	}
	return put, nil
}

// version is a section's reference without the section.
func version(ref string) string {
	v, _, _ := strings.Cut(ref, "#")
	return v
}

func candidateOf(c catalog.Candidate) (Candidate, error) {
	x := Candidate{ID: "C-" + strconv.Itoa(c.ID), State: c.State, Note: c.Because}
	if err := json.Unmarshal(c.Candidate, &x.Candidate); err != nil {
		return x, fmt.Errorf("candidate %s: %w", x.ID, err)
	}
	return x, nil
}

// Judge accepts a candidate, which makes it an entry of the drift log, or dismisses it for good.
func (l *Library) Judge(ctx context.Context, id string, accept bool, because string) (*Candidate, *driftlog.State, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, nil, err
	}
	list, err := s.cat.Candidates(ctx)
	if err != nil {
		return nil, nil, err
	}
	var ids []string
	for _, k := range list {
		c, err := candidateOf(k)
		if err != nil {
			return nil, nil, err
		}
		if k.State == "open" {
			ids = append(ids, c.ID)
		}
		if !strings.EqualFold(c.ID, id) {
			continue
		}
		if k.State != "open" {
			return nil, nil, fmt.Errorf("%s is %s already; nothing was changed", c.ID, k.State)
		}
		if !accept && strings.TrimSpace(because) == "" {
			return nil, nil, fmt.Errorf("say why %s is none, so that nobody wonders later: --because \"…\"", c.ID)
		}
		k.State, k.Because = "dismissed", because
		var entry string
		var note func(*driftState, []driftlog.Note) (driftlog.Note, error)
		if accept {
			k.State = "accepted"
			note = func(st *driftState, notes []driftlog.Note) (driftlog.Note, error) {
				ref, err := corpus.ParseRef(c.Ref)
				if err != nil {
					return driftlog.Note{}, err
				}
				entry = freeID(st, notes)
				why := c.Because
				if because != "" {
					why = because
				}
				return driftlog.Note{Kind: "add", ID: entry, Document: string(ref.Document), Version: corpus.ParseLabel(ref.Version).String(), Section: ref.Anchor, Says: c.Text, Actually: c.OtherText + " (" + c.Other + ")", Because: why}, nil
			}
		}
		if err := l.noteDrift(ctx, note, k); err != nil {
			return nil, nil, err
		}
		c.State, c.Note = k.State, because
		if !accept {
			return &c, nil, nil
		}
		e, err := l.DriftEntry(ctx, entry)
		return &c, e, err
	}
	sort.Strings(ids)
	hint := "substrate drift scan lists them"
	if len(ids) > 0 {
		hint = "open are " + strings.Join(ids[:min(20, len(ids))], ", ")
	}
	return nil, nil, fmt.Errorf("%w: no candidate %q; %s", ErrNotFound, id, hint)
}
